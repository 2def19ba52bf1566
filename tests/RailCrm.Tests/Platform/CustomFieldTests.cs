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

namespace RailCrm.Tests.Platform;

/// <summary>The group's own fields: defined, filled in, found again, told of.</summary>
public sealed class CustomFieldTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Defines a field and waits until its index stands.</summary>
    internal static async Task<CustomField> Define(CrmApp app, CustomKind kind, string name, Action<SaveCustomField.Input>? more = null, string list = "customers")
    {
        var input = new SaveCustomField.Input { List = list, Kind = kind, Name = name, Indexed = true };
        more?.Invoke(input);
        var saved = await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("admin"), s => s.Run(null, null, input, Ct));
        Assert.True(saved.TryGet(out var field, out var refusal), refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal?.Code);
        for (var n = 0; n < 100; n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            var now = await app.In(System, db => db.Set<CustomField>().AsNoTracking().SingleAsync(f => f.Id == field.Id, Ct));
            if (now.Ready == (now.Indexed || now.Unique))
            {
                app.Services.GetRequiredService<CustomFields>().Renew();
                return now;
            }

            await Task.Delay(100, Ct);
        }

        throw new TimeoutException();
    }

    private static async Task<Result<Customer>> Save(CrmApp app, string who, string name, Dictionary<string, string?> custom, long? id = null) =>
        await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(id, null, new() { Name = name, Custom = custom, DuplicateReason = "测试" }, Ct));

    private static async Task<Customer> Saved(CrmApp app, string who, string name, Dictionary<string, string?> custom, long? id = null) =>
        (await Save(app, who, name, custom, id)).TryGet(out var customer, out var refusal) ? customer : throw new InvalidOperationException(refusal is Refusal.InvalidMany many ? string.Join(' ', many.Errors) : refusal.Code);

    private static IEnumerable<string> Wrong(Result<Customer> result) => Assert.IsType<Refusal.InvalidMany>(result.Refusal).Errors.Select(e => $"{e.Field} {e.Code}");

    private static async Task<List<string>> Names(HttpClient api, string query)
    {
        var answer = await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?{query}", Ct);
        return [.. answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_kind_is_stored_told_as_typed_and_taken_back_by_the_API(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        foreach (var (kind, name) in new[] { (CustomKind.Text, "备注码"), (CustomKind.Number, "系数"), (CustomKind.Money, "保证金"), (CustomKind.Date, "到期日"), (CustomKind.Choice, "煤种"), (CustomKind.Choices, "渠道"), (CustomKind.Person, "负责人"), (CustomKind.Station, "常用站"), (CustomKind.Customer, "介绍人") })
        {
            await Define(app, kind, name, f => f.Options = kind switch { CustomKind.Choice => "动力煤|Steam coal\n焦煤", CustomKind.Choices => "电话\n展会\n网站", _ => null });
        }

        await app.In(System, async db =>
        {
            db.Add(new RailCrm.Modules.Reference.Station { TelegraphCode = "GQZ", Name = "高桥镇", PinyinCode = "gqz", Pinyin = "gaoqiaozhen" });
            return await db.SaveChangesAsync(Ct);
        });
        var other = await Saved(app, "n1", "介绍公司", []);
        using var api = await app.Api("n1");
        var sent = new Dictionary<string, string?>
        {
            ["x_beizhuma"] = "甲\"乙'丙", ["x_xishu"] = "1,234.5", ["x_baozhengjin"] = "-20.05", ["x_daoqiri"] = "2026/3/5", ["x_meizhong"] = "steam coal", ["x_qudao"] = "网站、电话", ["x_fuzeren"] = "n2", ["x_changyongzhan"] = "高桥镇", ["x_jieshaoren"] = other.Number,
        };
        using var answer = await api.PostAsJsonAsync("/api/v1/customers", new { name = "全字段公司", custom = sent }, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("custom").Deserialize<Dictionary<string, string?>>()!;
        var n2 = (await app.ActorOf("n2")).UserId;
        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["x_beizhuma"] = "甲\"乙'丙", ["x_xishu"] = "1234.5", ["x_baozhengjin"] = "-20.05", ["x_daoqiri"] = "2026-03-05", ["x_meizhong"] = "动力煤", ["x_qudao"] = "电话,网站", ["x_fuzeren"] = $"{n2}", ["x_changyongzhan"] = "高桥镇", ["x_jieshaoren"] = $"{other.Id}",
            }.OrderBy(p => p.Key, StringComparer.Ordinal), told.OrderBy(p => p.Key, StringComparer.Ordinal));

        using var again = await api.PostAsJsonAsync("/api/v1/customers", new { name = "再来一家", custom = told }, Ct);
        Assert.True(again.StatusCode == HttpStatusCode.Created, await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal(told.OrderBy(p => p.Key, StringComparer.Ordinal), (await again.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("custom").Deserialize<Dictionary<string, string?>>()!.OrderBy(p => p.Key, StringComparer.Ordinal));
        foreach (var (filter, found) in new[] { ("x_xishu>=1000;x_xishu<=1300", 2), ("x_baozhengjin<=0", 2), ("x_daoqiri=2026-03", 2), ("x_meizhong=动力煤", 2), ("x_meizhong!=焦煤", 3), ("x_meizhong=", 1), ($"x_fuzeren={n2}", 2), ($"x_jieshaoren={other.Id}|x_xishu=7", 2), ("x_beizhuma~甲", 2), ("x_baozhengjin>=0", 0) })
        {
            Assert.Equal((filter, found), (filter, (await Names(api, $"filter={Uri.EscapeDataString(filter)}")).Count));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_wrong_is_refused_by_the_name_of_the_field_and_nothing_is_stored(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Number, "系数");
        await Define(app, CustomKind.Choice, "煤种", f => (f.Options, f.Required) = ("动力煤\n焦煤", true));
        await Define(app, CustomKind.Text, "站内编号", f => f.Unique = true);
        await Define(app, CustomKind.Text, "焦化厂", f => (f.Required, f.WhenField, f.WhenValues) = (true, "Custom.x_meizhong", ["焦煤"]));

        Assert.Equal(["Custom.x_xishu fields.number_wrong", "Custom.x_meizhong fields.option_unknown"], Wrong(await Save(app, "n1", "甲", new() { ["x_xishu"] = "许多", ["x_meizhong"] = "木炭" })).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲", [])));
        Assert.Equal(["Custom.x_jiaohuachang fields.missing"], Wrong(await Save(app, "n1", "甲", new() { ["x_meizhong"] = "焦煤" })));
        Assert.Equal(["Custom.x_niemand fields.unknown"], Wrong(await Save(app, "n1", "甲", new() { ["x_meizhong"] = "动力煤", ["x_niemand"] = "1" })));
        Assert.False(await app.In(System, db => db.Set<Customer>().AnyAsync(Ct)));

        var first = await Saved(app, "n1", "甲", new() { ["x_meizhong"] = "动力煤", ["x_zhanneibianhao"] = "A-1" });
        Assert.Equal(["Custom.x_zhanneibianhao fields.taken"], Wrong(await Save(app, "s1", "乙", new() { ["x_meizhong"] = "动力煤", ["x_zhanneibianhao"] = "A-1" })));
        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲", new() { ["x_meizhong"] = "" }, first.Id)));
        var changed = await Saved(app, "n1", "甲二", [], first.Id);
        Assert.Equal("动力煤", CustomValue.Text(changed.Custom, "x_meizhong"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Two_at_once_cannot_both_have_the_value_of_a_unique_field(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "站内编号", f => f.Unique = true);
        var saved = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Save(app, "n1", $"第{n}公司", new() { ["x_zhanneibianhao"] = "唯一" })));
        Assert.Single(saved, s => s.Refusal is null);
    }

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
    public async Task A_field_of_some_roles_is_neither_seen_nor_written_by_others_and_stays_when_they_save(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var outlet = await app.In(System, db => db.Set<Role>().Where(r => r.Name == "outlet").Select(r => r.Id).SingleAsync(Ct));
        await Define(app, CustomKind.Text, "内部评语", f => f.Roles = [outlet]);
        var made = await Saved(app, "n1", "甲公司", new() { ["x_neibupingyu"] = "谨慎" });

        using var n1 = await app.Api("n1");
        using var north = await app.Api("north");
        Assert.Equal("谨慎", (await n1.GetFromJsonAsync<JsonElement>($"/api/v1/customers/{made.Id}", Ct)).GetProperty("custom").GetProperty("x_neibupingyu").GetString());
        Assert.DoesNotContain("谨慎", await north.GetStringAsync($"/api/v1/customers/{made.Id}", Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await north.GetAsync("/api/v1/customers?filter=x_neibupingyu%3D谨慎", Ct)).StatusCode);
        Assert.Equal(["Custom.x_neibupingyu fields.unknown"], Wrong(await Save(app, "north", "甲公司", new() { ["x_neibupingyu"] = "好" }, made.Id)));
        await Saved(app, "north", "甲二公司", [], made.Id);
        Assert.Equal("谨慎", await app.In(System, async db => CustomValue.Text((await db.Set<Customer>().SingleAsync(Ct)).Custom, "x_neibupingyu")));

        var (mine, theirs) = (await app.SignedIn("n1"), await app.SignedIn("north"));
        foreach (var path in new[] { $"/customers/{made.Id}", $"/customers/{made.Id}/edit", $"/customers/{made.Id}/history" })
        {
            Assert.Contains("内部评语", WebUtility.HtmlDecode(await mine.GetStringAsync(path, Ct)), StringComparison.Ordinal);
            Assert.DoesNotContain("内部评语", WebUtility.HtmlDecode(await theirs.GetStringAsync(path, Ct)), StringComparison.Ordinal);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task History_tells_each_field_by_itself_and_gives_an_old_value_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Money, "保证金");
        await Define(app, CustomKind.Text, "备注码");
        var n1 = await app.ActorOf("n1");
        var made = await Saved(app, "n1", "甲公司", new() { ["x_baozhengjin"] = "100", ["x_beizhuma"] = "A" });
        var changed = await Saved(app, "n1", "甲公司", new() { ["x_baozhengjin"] = "200.5" }, made.Id);

        var page = await app.With<CustomerHistory, CustomerHistory.Page>(n1, h => h.Run(made.Id, "record", null, Ct));
        var told = page.Events.First(e => e.Action == "updated");
        Assert.Equal([new("Custom.x_baozhengjin", "10000", "20050")], told.Changes);
        Assert.True((await app.With<RestoreValue, Result<Customer>>(n1, r => r.Run(made.Id, told.Id, "Custom.x_baozhengjin", changed.Version, Ct))).TryGet(out var restored, out _));
        Assert.Equal(10_000, CustomValue.Number(restored.Custom, "x_baozhengjin"));
        Assert.Equal("A", CustomValue.Text(restored.Custom, "x_beizhuma"));
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
            for (var n = 0; n < 100 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Id == job.Id && (j.State == "queued" || j.State == "running"), Ct)); n++)
            {
                await app.Services.GetRequiredService<Runner>().RunOne(Ct);
                await Task.Delay(50, Ct);
            }

            return job;
        }

        Assert.NotNull((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "customers", Act = "edit", Field = "x_meizhong", Value = "木炭", All = true, In = "all" }, Ct))).Refusal);
        var done = await Work(new() { List = "customers", Act = "edit", Field = "x_meizhong", Value = "动力煤", All = true, In = "all" });
        Assert.Equal(Enumerable.Repeat("动力煤", 5), await Now());
        Assert.True((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("customers", done.Id, Ct))).TryGet(out var undo, out _));
        for (var n = 0; n < 100 && await app.In(System, db => db.Set<Job>().AnyAsync(j => j.Id == undo!.Id && (j.State == "queued" || j.State == "running"), Ct)); n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            await Task.Delay(50, Ct);
        }

        Assert.Equal(["焦煤", "", "", "", ""], await Now());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_of_two_keeps_the_value_chosen_and_undoing_the_merge_gives_both_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Define(app, CustomKind.Text, "备注码");
        await Define(app, CustomKind.Number, "系数");
        var (a, b) = (await Saved(app, "n1", "甲公司", new() { ["x_beizhuma"] = "A" }), await Saved(app, "n1", "乙公司", new() { ["x_beizhuma"] = "B", ["x_xishu"] = "2" }));
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<MergeCustomers, Result<MergeCustomers.Answer>>(n1, m => m.Run(new() { SurvivorId = a.Id, LoserIds = [b.Id], Choices = new Dictionary<string, long> { ["Custom.x_beizhuma"] = b.Id } }, Ct))).TryGet(out var merge, out var refusal), refusal?.Code);
        Task<string?> Of(long id) => app.In(System, db => db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(c => c.Id == id).Select(c => c.Custom).SingleAsync(Ct));
        Assert.Equal(("B", 20_000), (CustomValue.Text(await Of(a.Id), "x_beizhuma"), CustomValue.Number(await Of(a.Id), "x_xishu")));
        Assert.True((await app.With<UndoMerge, Result<UndoMerge.Answer>>(n1, u => u.Run(merge!.Id, Ct))).TryGet(out _, out refusal), refusal?.Code);
        Assert.Equal((a.Custom, b.Custom), (await Of(a.Id), await Of(b.Id)));
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
    public async Task The_page_defines_a_field_that_is_in_use_at_once_and_only_an_administrator_may(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        using var admin = await app.SignedIn("admin");
        using var made = await CrmApp.Submit(admin, "/fields/new?list=customers", "field", new() { ["Form.List"] = "customers", ["Form.Name"] = "煤种", ["Form.Kind"] = "Choice", ["Form.Options"] = "动力煤|Steam coal\n焦煤", ["Form.Required"] = "true", ["Form.WhenField"] = "Kind", ["When.Kind"] = "company" });
        Assert.True(made.StatusCode == HttpStatusCode.Found, WebUtility.HtmlDecode(await made.Content.ReadAsStringAsync(Ct)));
        using var n1 = await app.SignedIn("n1");
        Assert.Contains("Form.Custom.x_meizhong", await n1.GetStringAsync("/customers/new", Ct), StringComparison.Ordinal);
        Assert.Contains("x_meizhong", await n1.GetStringAsync("/api/v1/fields?list=customers", Ct), StringComparison.Ordinal);
        Assert.Equal(["Custom.x_meizhong fields.missing"], Wrong(await Save(app, "n1", "甲公司", [])));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "张三", Kind = CustomerKind.SoleTrader }, Ct))).TryGet(out _, out _));
        Assert.Equal(HttpStatusCode.Found, (await n1.GetAsync("/fields", Ct)).StatusCode);
        Assert.IsType<Refusal.Forbidden>((await app.With<SaveCustomField, Result<CustomField>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { List = "customers", Kind = CustomKind.Text, Name = "暗中" }, Ct))).Refusal);
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
