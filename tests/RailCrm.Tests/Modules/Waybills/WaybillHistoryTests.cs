using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Waybills;

public sealed class WaybillHistoryTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Two customers of n1 with three lines of the first, one after the other in time.</summary>
    private static async Task<(Customer First, Customer Second, List<WaybillLine> Lines)> Fill(CrmApp app)
    {
        var n1 = await app.ActorOf("n1");
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var first, out _));
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(n1, s => s.Run(null, null, new() { Name = "乙公司" }, Ct))).TryGet(out var second, out _));
        var drafts = Enumerable.Range(0, 3).Select(n => new WaybillDraft { ExternalNo = $"YD-{n}", Customer = first.Number, Date = new DateOnly(2026, 3, 1 + n), Commodity = "动力煤", Mode = "carload", Origin = "高桥镇", RevenueFen = 123_456, CostFen = 500, WeightKg = 60_000, Teu = 1.5m, Wagons = 2, Note = "原话" }).ToList();
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", drafts, false, Ct)), a => Assert.Empty(a.Errors));
        return (first, second, await app.In(System, db => db.Set<WaybillLine>().AsNoTracking().OrderBy(w => w.Date).ToListAsync(Ct)));
    }

    private static Task<WaybillLine> Now(CrmApp app, long id) => app.In(System, db => db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.Id == id, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_field_of_a_line_comes_back_by_itself_and_the_months_follow(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, second, lines) = await Fill(app);
        var (n1, line) = (await app.ActorOf("n1"), lines[0]);
        var other = new WaybillDraft { ExternalNo = line.ExternalNo, Date = new DateOnly(2026, 2, 2), Customer = second.Number, Unit = "N1", Service = "handling", Commodity = "焦炭", Origin = "苏州", Destination = "上海", Mode = "container", Wagons = 5, Containers = 7, Teu = 2, WeightKg = 1, RevenueFen = 2, CostFen = 3, Contract = "HT-1", Note = "新话" };
        Assert.True((await app.With<SaveWaybill, Result<long>>(n1, s => s.Run(line.Id, null, other, Ct))).TryGet(out _, out var why), $"{why}");
        var entry = await app.In(System, db => db.Set<AuditEntry>().SingleAsync(a => a.Entity == nameof(WaybillLine) && a.EntityId == line.Id && a.Action == "updated", Ct));
        var fields = global::System.Text.Json.JsonDocument.Parse(entry.Changes).RootElement.EnumerateObject().Select(p => p.Name).ToList();
        Assert.True(fields.Count >= 15, string.Join(' ', fields));

        foreach (var field in fields)
        {
            var state = GetWaybill.StateOf(await Now(app, line.Id));
            Assert.Equal("common.stale", (await app.With<RestoreWaybillValue, Result<long>>(n1, r => r.Run(line.Id, "0123456789abcdef", entry.Id, field, Ct))).Refusal?.Code);
            var back = await app.With<RestoreWaybillValue, Result<long>>(n1, r => r.Run(line.Id, state, entry.Id, field, Ct));
            Assert.True(back.Refusal is null, $"{field}: {back.Refusal}");
            var property = typeof(WaybillLine).GetProperty(field)!;
            Assert.Equal(property.GetValue(line), property.GetValue(await Now(app, line.Id)));
        }

        Assert.Equal(GetWaybill.StateOf(line), GetWaybill.StateOf(await Now(app, line.Id)));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
        Assert.Equal("common.not_found", (await app.With<RestoreWaybillValue, Result<long>>(await app.ActorOf("s1"), r => r.Run(line.Id, GetWaybill.StateOf(line), entry.Id, "Note", Ct))).Refusal?.Code);
        Assert.Equal("common.not_found", (await app.With<RestoreWaybillValue, Result<long>>(n1, r => r.Run(lines[1].Id, GetWaybill.StateOf(lines[1]), entry.Id, "Note", Ct))).Refusal?.Code);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_page_of_a_lines_past_shows_old_and_new_and_gives_the_old_back_once(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, _, lines) = await Fill(app);
        using var browser = await app.SignedIn("n1");
        Assert.True((await app.With<WaybillList, Result<Edited>>(await app.ActorOf("n1"), async l =>
        {
            await using var services = app.Services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
            services.ServiceProvider.GetRequiredService<CurrentActor>().Actor = await app.ActorOf("n1");
            return await l.Edit(services.ServiceProvider, lines[1].Id, l.Find("note")!, "改过的话", "原话", Ct);
        })).TryGet(out _, out _));

        var page = await browser.GetStringAsync(new Uri($"/waybills/{lines[1].Id}/history?in=sort%3Ddate", UriKind.Relative), Ct);
        Assert.Contains("原话", page, StringComparison.Ordinal);
        Assert.Contains("改过的话", page, StringComparison.Ordinal);
        var fields = new Dictionary<string, string> { ["_handler"] = "restore", ["What"] = Regex.Match(page, "name=\"What\" value=\"([0-9]+:Note)\"").Groups[1].Value, ["State"] = Regex.Match(page, "name=\"State\" value=\"([^\"]+)\"").Groups[1].Value, ["__RequestVerificationToken"] = Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value };
        using var first = new FormUrlEncodedContent(fields);
        using var done = await browser.PostAsync(new Uri($"/waybills/{lines[1].Id}/history", UriKind.Relative), first, Ct);
        using var second = new FormUrlEncodedContent(fields);
        using var twice = await browser.PostAsync(new Uri($"/waybills/{lines[1].Id}/history", UriKind.Relative), second, Ct);

        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.OK), (done.StatusCode, twice.StatusCode));
        Assert.Equal("原话", (await Now(app, lines[1].Id)).Note);
        Assert.Equal(2, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(WaybillLine) && a.EntityId == lines[1].Id && a.Action == "updated", Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Day_and_figures_of_a_line_are_changed_where_they_stand_in_the_units_that_are_read_and_the_months_follow(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (_, _, lines) = await Fill(app);
        var id = lines[0].Id;
        using var browser = await app.SignedIn("n1");
        foreach (var (unit, field, was, value) in new[]
        {
            ("yuan", "date", "2026-03-01", "2026-02-11"), ("yuan", "wagons", "2", "1,003"), ("yuan", "containers", "0", "4"), ("yuan", "weight", "60", "12.345"), ("yuan", "revenue", "1234.56", "-5.01"), ("yuan", "cost", "5", ""), ("wan", "revenue", "-0.000501", "0.000012"),
        })
        {
            using var answer = await Change(browser, id, field, was, value, unit);
            Assert.True(answer.IsSuccessStatusCode, $"{field}: {await answer.Content.ReadAsStringAsync(Ct)}");
        }

        var now = await Now(app, id);
        Assert.Equal((new DateOnly(2026, 2, 11), 1_003, 4, 12_345, 12, 0), (now.Date, now.Wagons, now.Containers, now.WeightKg, now.RevenueFen, now.CostFen));
        Assert.Equal((lines[0].Note, lines[0].Origin, lines[0].TeuHundredths), (now.Note, now.Origin, now.TeuHundredths));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
        Assert.Equal(7, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(WaybillLine) && a.EntityId == id && a.Action == "updated", Ct)));

        foreach (var (field, was, value) in new[] { ("date", "2026-02-11", ""), ("date", "2026-02-11", "哪天"), ("weight", "12.345", "1.0001"), ("weight", "12.345", "-1"), ("wagons", "1003", "1.5"), ("revenue", "0.12", "0.001"), ("revenue", "9", "10") })
        {
            using var refused = await Change(browser, id, field, was, value, "yuan");
            Assert.False(refused.IsSuccessStatusCode, $"{field} {value}");
        }

        Assert.Equal(GetWaybill.StateOf(now), GetWaybill.StateOf(await Now(app, id)));
    }

    private static async Task<HttpResponseMessage> Change(HttpClient browser, long id, string field, string was, string value, string money)
    {
        var page = await browser.GetStringAsync(new Uri($"/waybills/{id}", UriKind.Relative), Ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/lists/waybills/rows/{id}", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["field"] = field, ["was"] = was, ["value"] = value, ["__RequestVerificationToken"] = Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value }),
        };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Add("Cookie", $"money={money}");
        return await browser.SendAsync(request, Ct);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_lines_pages_know_the_ones_before_and_behind_in_the_view_that_led_there(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (first, _, lines) = await Fill(app);
        using var browser = await app.SignedIn("n1");
        var within = Uri.EscapeDataString($"customer={first.Id}&filter=note~原&sort=date");

        foreach (var tab in new[] { "", "/notes", "/history" })
        {
            var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/waybills/{lines[1].Id}{tab}?in={within}", UriKind.Relative), Ct));

            Assert.Contains($"href=\"/waybills/{lines[0].Id}{tab}?in=", page, StringComparison.Ordinal);
            Assert.Contains($"href=\"/waybills/{lines[2].Id}{tab}?in=", page, StringComparison.Ordinal);
            Assert.Contains($"href=\"/waybills?customer={first.Id}&filter=note~", page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("rel=\"next\"", await browser.GetStringAsync(new Uri($"/waybills/{lines[1].Id}", UriKind.Relative), Ct), StringComparison.Ordinal);
        var record = await browser.GetStringAsync(new Uri($"/waybills/{lines[1].Id}", UriKind.Relative), Ct);
        Assert.Equal(["mode", "containers", "contract", "cost", "date", "destination", "goods", "note", "origin", "revenue", "service", "teu", "toCustomer", "toUnit", "wagons", "weight"], Regex.Matches(record, "data-field=\"([a-zA-Z]+)\"[^>]* data-label").Select(m => m.Groups[1].Value).OrderBy(f => f is "mode" ? "" : f, StringComparer.Ordinal));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_bin_is_filtered_by_a_customer_as_the_lookup_names_it_and_the_shown_columns_are_exported(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (first, second, lines) = await Fill(app);
        var n1 = await app.ActorOf("n1");
        Assert.Null((await app.With<SaveWaybill, Result<long>>(n1, s => s.Delete(lines[0].Id, null, Ct))).Refusal);
        async Task<int> Binned(string who) => await app.With<WaybillBinList, int>(n1, l => app.In(n1, async db =>
            (await l.Read(db, View.Plain with { Filter = new([[new("customer", "=", [who])]]) }, [], Ct)).TryGet(out var page, out var refusal) ? page.Lines.Count : throw new InvalidOperationException($"{refusal}")));

        Assert.Equal((1, 0, 1, 0), (await Binned($"{first.Number} {first.Name}"), await Binned($"{second.Number} {second.Name}"), await Binned($"{first.Id}"), await Binned("没有这家公司")));
        using var keeper = await app.SignedIn("n1");
        var bin = await keeper.GetStringAsync(new Uri("/waybills/bin", UriKind.Relative), Ct);
        Assert.Contains($"action=\"/lists/waybillBin/rows/{lines[0].Id}/restore\"", bin, StringComparison.Ordinal);
        using var button = new FormUrlEncodedContent(new Dictionary<string, string> { ["returnUrl"] = "/waybills/bin", ["__RequestVerificationToken"] = Regex.Match(bin, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value });
        using var restored = await keeper.PostAsync(new Uri($"/lists/waybillBin/rows/{lines[0].Id}/restore", UriKind.Relative), button, Ct);
        Assert.Equal(HttpStatusCode.Found, restored.StatusCode);
        Assert.Equal(lines[0].ExternalNo, (await Now(app, lines[0].Id)).ExternalNo);

        using var browser = await app.SignedIn("group");
        var list = await browser.GetStringAsync(new Uri("/waybills?columns=externalNo,customer,revenue,weight,mode", UriKind.Relative), Ct);
        var action = WebUtility.HtmlDecode(Regex.Match(list, "action=\"(/lists/waybills/export[^\"]*)\"").Groups[1].Value);
        using var asked = new FormUrlEncodedContent(new Dictionary<string, string> { ["format"] = "csv", ["__RequestVerificationToken"] = Regex.Match(list, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value });
        using var file = await browser.PostAsync(new Uri(action, UriKind.Relative), asked, Ct);
        var rows = (await file.Content.ReadAsStringAsync(Ct)).TrimStart('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(4, rows.Length);
        Assert.Equal("YD-2,甲公司,1234.56,60,整车", rows[1]);
    }
}
