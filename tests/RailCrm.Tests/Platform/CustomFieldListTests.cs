using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using static RailCrm.Tests.Platform.CustomFieldTests;

namespace RailCrm.Tests.Platform;

/// <summary>The group's own fields in lists: put in order, filtered, changed on many rows.</summary>
public sealed class CustomFieldListTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Lists_walk_along_the_field_in_both_directions_page_by_page(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Money, "保证金");
        var dice = new Random(5);
        var amounts = new List<decimal?>();
        for (var n = 0; n < 30; n++)
        {
            amounts.Add(n % 5 == 0 ? null : dice.Next(-500, 500) / 10m);
            await Saved(app, "n1", $"第{n:00}公司", new() { ["x_baozhengjin"] = amounts[n]?.ToString(global::System.Globalization.CultureInfo.InvariantCulture) });
        }

        var list = new CustomerList(app.Services.GetRequiredService<CustomFields>(), new() { Actor = await app.ActorOf("n1") });
        foreach (var sort in new[] { "x_baozhengjin", "-x_baozhengjin" })
        {
            var (names, cursor) = (new List<string>(), (string?)null);
            do
            {
                Assert.True(View.TryRead(list, new Dictionary<string, string?> { ["sort"] = sort, ["limit"] = "7", ["cursor"] = cursor }, out var view));
                var page = await app.In(await app.ActorOf("n1"), db => list.Read(db, view, [list.Find("name")!, list.Find("x_baozhengjin")!], Ct));
                Assert.True(page.TryGet(out var lines, out _));
                names.AddRange(lines.Lines.Select(l => (string)l.Cells[0]!));
                Assert.All(lines.Lines, l => Assert.Equal(amounts[int.Parse(((string)l.Cells[0]!)[1..3], global::System.Globalization.CultureInfo.InvariantCulture)] is null, list.Find("x_baozhengjin")!.Say(l.Cells[1]) is null));
                cursor = lines.Next;
            }
            while (cursor is not null);

            var ids = await app.In(System, db => db.Set<Customer>().ToDictionaryAsync(c => c.Name, c => c.Id, Ct));
            var expected = Enumerable.Range(0, 30).Select(n => (Amount: amounts[n] ?? decimal.MinValue, Name: $"第{n:00}公司")).OrderBy(r => r.Amount).ThenBy(r => ids[r.Name]).Select(r => r.Name);
            Assert.Equal("-20.05", list.Find("x_baozhengjin")!.Typed(-2_005L)); // A cell is changed as it is typed.
            Assert.Equal(sort[0] == '-' ? expected.Reverse() : expected, names);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_cell_that_names_a_person_or_a_customer_takes_what_is_looked_up_and_has_its_old_value_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Person, "负责人");
        await Define(app, CustomKind.Customer, "介绍人");
        var (row, named) = (await Saved(app, "n1", "甲公司", []), await Saved(app, "n1", "乙公司", []));
        var person = (await app.ActorOf("n2")).UserId.ToString(global::System.Globalization.CultureInfo.InvariantCulture);
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri("/customers?view=all&columns=name,x_fuzeren,x_jieshaoren", UriKind.Relative), Ct));
        Assert.Contains("data-field=\"x_fuzeren\" data-lookup=\"/api/v1/lookup/accounts?q=\"", page, StringComparison.Ordinal);
        Assert.Contains("data-field=\"x_jieshaoren\" data-lookup=\"/api/v1/lookup/customers?q=\"", page, StringComparison.Ordinal);
        Assert.Contains("data-lookup=\"/api/v1/lookup/accounts?q=\"", WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/customers/{row.Id}", UriKind.Relative), Ct)), StringComparison.Ordinal);

        async Task<(HttpStatusCode, string?, string?)> Send(string field, string value, string was)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["field"] = field, ["value"] = value, ["was"] = was, ["__RequestVerificationToken"] = global::System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value });
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/lists/customers/rows/{row.Id}") { Content = form };
            request.Headers.Accept.ParseAdd("application/json");
            using var answer = await browser.SendAsync(request, Ct);
            var told = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>(Ct) : default;
            return (answer.StatusCode, answer.IsSuccessStatusCode ? told.GetProperty("text").GetString() : null, answer.IsSuccessStatusCode ? told.GetProperty("value").GetString() : null);
        }

        var id = named.Id.ToString(global::System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((HttpStatusCode.OK, "n2", person), await Send("x_fuzeren", "n2", ""));
        Assert.Equal((HttpStatusCode.OK, $"{named.Number} 乙公司", id), await Send("x_jieshaoren", $"{named.Number} 乙公司", ""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Send("x_jieshaoren", "", "")).Item1); // Not what it holds any more.
        Assert.Equal((HttpStatusCode.BadRequest, null, null), await Send("x_jieshaoren", "没有的公司", id));
        Assert.Equal((HttpStatusCode.OK, "", ""), await Send("x_jieshaoren", "", id));
        Assert.Equal((HttpStatusCode.OK, $"{named.Number} 乙公司", id), await Send("x_jieshaoren", id, "")); // As the toast takes it back.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Many_rows_get_a_value_and_have_their_old_ones_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Choice, "煤种", f => f.Options = "动力煤\n焦煤");
        foreach (var n in Enumerable.Range(0, 5))
        {
            await Saved(app, "n1", $"第{n}公司", new() { ["x_meizhong"] = n == 0 ? "焦煤" : null });
        }

        Task<List<string>> Now() => app.In(System, async db => (await db.Set<Customer>().OrderBy(c => c.Id).ToListAsync(Ct)).ConvertAll(c => CustomValue.Text(c.Custom, "x_meizhong")));
        async Task<Job> Work(WorkOrder order)
        {
            var started = await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(order, Ct));
            Assert.True(started.TryGet(out var job, out var refusal), refusal?.Code);
            return await app.Ended(job.Id);
        }

        Assert.NotNull((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "customers", Act = "edit", Field = "x_meizhong", Value = "木炭", All = true, In = "all" }, Ct))).Refusal);
        var done = await Work(new() { List = "customers", Act = "edit", Field = "x_meizhong", Value = "动力煤", All = true, In = "all" });
        Assert.Equal(Enumerable.Repeat("动力煤", 5), await Now());
        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("customers", done.Id, Ct))).TryGet(out var undo, out _));
        await app.Ended(undo.Id);
        Assert.Equal(["焦煤", "", "", "", ""], await Now());
    }

    [Fact]
    public async Task Every_field_that_many_rows_can_take_stands_in_one_section_of_its_list()
    {
        await using var app = await CrmApp.Start(Engine.Sqlite);
        await using var services = app.Services.CreateAsyncScope();
        foreach (var list in services.ServiceProvider.GetServices<ListOf>().Where(l => l.Works.Any(w => w.Key == "edit")))
        {
            Assert.Equal(list.Fields.Where(f => f.IsBulk && f.Input is not null).Select(f => f.Key).Order(StringComparer.Ordinal), list.Sections.SelectMany(s => s.Fields).Order(StringComparer.Ordinal));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Many_rows_name_a_customer_that_is_looked_up_and_one_that_is_unknown_is_refused_before(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Customer, "介绍人");
        await Define(app, CustomKind.Choices, "煤种", f => f.Options = "动力煤\n焦煤");
        await Define(app, CustomKind.Date, "签约日");
        var (row, named) = (await Saved(app, "n1", "甲公司", []), await Saved(app, "n1", "乙公司", []));
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/lists/customers/work?act=edit&id={row.Id}", UriKind.Relative), Ct));
        string Asked(string field) => global::System.Text.RegularExpressions.Regex.Match(page, $"<template data-field=\"{field}\">.*?</template>", global::System.Text.RegularExpressions.RegexOptions.Singleline).Value;
        Assert.Contains("src=\"/api/v1/lookup/customers?q=\"", Asked("x_jieshaoren"), StringComparison.Ordinal);
        Assert.Contains("type=\"checkbox\" name=\"Form.Value\" value=\"焦煤\"", Asked("x_meizhong"), StringComparison.Ordinal);
        Assert.Contains("type=\"checkbox\"", Asked("transportModes"), StringComparison.Ordinal);
        Assert.Contains("type=\"date\"", Asked("x_qianyueri"), StringComparison.Ordinal);

        // By the sections of the form, the group's own behind them; each field once.
        var groups = global::System.Text.RegularExpressions.Regex.Matches(page, "<optgroup label=\"([^\"]+)\">(.*?)</optgroup>", global::System.Text.RegularExpressions.RegexOptions.Singleline).ToDictionary(m => m.Groups[1].Value, m => global::System.Text.RegularExpressions.Regex.Matches(m.Groups[2].Value, "value=\"([^\"]+)\"").Select(o => o.Groups[1].Value).ToList());
        Assert.Equal(["基本资料", "经营", "运输", "所在地与文化", "自定义字段"], groups.Keys);
        Assert.Contains("sizeClass", groups["基本资料"]);
        Assert.Equal(["x_jieshaoren", "x_meizhong", "x_qianyueri"], groups["自定义字段"].Order(StringComparer.Ordinal));

        async Task<Result<Job>> Started(string value) => await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "customers", Act = "edit", Field = "x_jieshaoren", Value = value, Ids = [row.Id] }, Ct));
        Task<long> Now() => app.In(System, async db => CustomValue.Number((await db.Set<Customer>().SingleAsync(c => c.Id == row.Id, Ct)).Custom, "x_jieshaoren"));
        Assert.IsType<Refusal.InvalidMany>((await Started("没有的公司")).Refusal);
        Assert.True((await Started($"{named.Number} 乙公司")).TryGet(out var job, out _));
        await app.Ended(job.Id);
        Assert.Equal(named.Id, await Now());
        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("customers", job.Id, Ct))).TryGet(out var undo, out _));
        await app.Ended(undo.Id);
        Assert.Equal(CustomValue.Least, await Now());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Contacts_and_waybills_have_fields_of_their_own(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "微信", list: "contacts");
        await Define(app, CustomKind.Choice, "票据", f => f.Options = "纸质\n电子", "waybills");
        var customer = await Saved(app, "n1", "甲公司", []);
        using var browser = await app.SignedIn("n1");
        using var contact = await CrmApp.Submit(browser, $"/customers/{customer.Id}/contacts/new", "contact", new() { ["Form.Name"] = "王伟", ["Works"] = "true", ["Form.Custom.x_weixin"] = "wangwei88" });
        Assert.Equal(HttpStatusCode.Found, contact.StatusCode);
        using var line = await CrmApp.Submit(browser, "/waybills/new", "waybill", new() { ["Form.Customer"] = customer.Number, ["Form.Date"] = "2026-03-05", ["Form.Service"] = "transport", ["Form.Revenue"] = "100", ["Form.RevenueUnit"] = "yuan", ["Form.Custom.x_piaoju"] = "电子" });
        Assert.True(line.StatusCode == HttpStatusCode.Found, await line.Content.ReadAsStringAsync(Ct));
        Assert.Contains("电子", WebUtility.HtmlDecode(await browser.GetStringAsync(line.Headers.Location!.OriginalString, Ct)), StringComparison.Ordinal);
        Assert.Contains("wangwei88", await browser.GetStringAsync("/contacts?filter=x_weixin%3Dwangwei88&columns=name,x_weixin", Ct), StringComparison.Ordinal);
        Assert.Contains("甲公司", WebUtility.HtmlDecode(await browser.GetStringAsync("/waybills?filter=x_piaoju%3D电子", Ct)), StringComparison.Ordinal);
        Assert.DoesNotContain("/customers/" + customer.Id, await browser.GetStringAsync("/waybills?filter=x_piaoju%3D纸质", Ct), StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_filter_by_an_indexed_field_reads_its_index(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var field = await Define(app, CustomKind.Number, "系数");
        await Saved(app, "n1", "甲公司", new() { ["x_xishu"] = "5" });
        var plan = await app.In(System, async db =>
        {
            var list = new CustomerList(app.Services.GetRequiredService<CustomFields>(), new() { Actor = System });
            Assert.True(View.TryRead(list, new Dictionary<string, string?> { ["sort"] = "-x_xishu" }, out var view));
            Assert.True((await list.Look(db, view, 50, Ct)).TryGet(out var looked, out _));
            await using var command = looked!.Order.Walk(looked.Rows.Rows, true, null)[0].Take(50).CreateDbCommand();
            await db.Database.OpenConnectionAsync(Ct);
            await db.Database.ExecuteSqlRawAsync(db.IsPostgres ? "SET enable_seqscan = off; SET enable_sort = off" : "SELECT 1", Ct); // Two rows are no reason for an index.
            command.CommandText = (db.IsPostgres ? "EXPLAIN " : "EXPLAIN QUERY PLAN ") + command.CommandText;
            await using var reader = await command.ExecuteReaderAsync(Ct);
            var lines = new List<string>();
            while (await reader.ReadAsync(Ct))
            {
                lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString())));
            }

            return string.Join('\n', lines);
        });
        Assert.Contains($"ix_custom_{field.Id}", plan, StringComparison.Ordinal);
    }
}
