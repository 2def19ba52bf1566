using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Modules.Exchange;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>What many bring at once: its trail, what it may leave out, and what is given back of it.</summary>
public sealed class WaybillTrailTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Customer> Company(CrmApp app, string name = "甲公司", string who = "n1")
    {
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out _));
        return customer;
    }

    private static Task<WaybillLine> Line(CrmApp app, string number) => app.In(System, db => db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.ExternalNo == number, Ct));

    private static Task<List<AuditEntry>> Trail(CrmApp app, long? id = null) => app.In(System, db => db.Set<AuditEntry>().AsNoTracking().Where(a => a.Entity == nameof(WaybillLine) && (id == null || a.EntityId == id)).OrderBy(a => a.Id).ToListAsync(Ct));

    private static string Changed(AuditEntry entry, string field) => JsonDocument.Parse(entry.Changes).RootElement.GetProperty(field).GetRawText();

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_tells_which_import_and_which_batch_changed_it_and_gives_the_old_value_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (n1, customer) = (await app.ActorOf("n1"), await Company(app));
        await CustomFieldTests.Define(app, CustomKind.Text, "封号", list: "waybills");
        const string Head = "运单号,日期,客户,收入(元),备注,封号\n";
        await ReviewUse.Whole(app, n1, "waybills", Head + "A1,2026-03-01,甲公司,1,原话,F-1\nA2,2026-03-01,甲公司,2,,\n");
        Assert.Empty(await Trail(app)); // Made lines cost nothing.

        var import = await ReviewUse.Whole(app, n1, "waybills", Head + "A1,2026-03-01,甲公司,9,新话,F-2\nA2,2026-03-01,甲公司,2,,\nA3,2026-03-01,甲公司,3,,\n");

        Assert.Equal((1, 1, 1), (import.Created, import.Updated, import.Unchanged));
        var (line, entry) = (await Line(app, "A1"), Assert.Single(await Trail(app)));
        Assert.Equal((line.Id, "n1", "import", null), (entry.EntityId, entry.ActorName, entry.Via, entry.CustomerId));
        Assert.Equal(("[100,900]", "[\"原话\",\"新话\"]", "[\"F-1\",\"F-2\"]", $"[null,{import.Id}]"), (Changed(entry, "RevenueFen"), Changed(entry, "Note"), Changed(entry, "Custom.x_fenghao"), Changed(entry, "Import")));

        // Its page says so, and gives one value back as with any other change.
        using var browser = await app.SignedIn("n1");
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/waybills/{line.Id}/history", UriKind.Relative), Ct));
        Assert.All(["n1", $"来自导入 {import.Id}", $"/imports/{import.Id}", "原话", "新话", "F-1", "F-2"], t => Assert.Contains(t, page, StringComparison.Ordinal));
        Assert.DoesNotContain($"{entry.Id}:Import", page, StringComparison.Ordinal);
        using var back = await CrmApp.Submit(browser, $"/waybills/{line.Id}/history", "restore", new() { ["What"] = $"{entry.Id}:RevenueFen", ["State"] = Regex.Match(page, "name=\"State\" value=\"([^\"]+)\"").Groups[1].Value });
        Assert.Equal(HttpStatusCode.Found, back.StatusCode);
        Assert.Equal((100, "新话"), await Line(app, "A1") is var now ? (now.RevenueFen, now.Note) : default);

        // The message takes that back in its turn, and again.
        foreach (var revenue in new[] { 900, 100 })
        {
            var undo = Regex.Match(WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/waybills/{line.Id}/history", UriKind.Relative), Ct)), "<input type=\"hidden\" name=\"What\" value=\"([0-9]+:RevenueFen)\"[^>]*>\\s*<input type=\"hidden\" name=\"State\" value=\"([^\"]+)\"");
            using var undone = await CrmApp.Submit(browser, $"/waybills/{line.Id}/history", "restore", new() { ["What"] = undo.Groups[1].Value, ["State"] = undo.Groups[2].Value });
            Assert.Equal((HttpStatusCode.Found, revenue), (undone.StatusCode, (await Line(app, "A1")).RevenueFen));
        }

        now = await Line(app, "A1");
        Assert.Null((await app.With<RestoreWaybillValue, Result<long>>(n1, r => r.Run(line.Id, GetWaybill.StateOf(now), entry.Id, "Custom.x_fenghao", Ct))).Refusal);
        Assert.IsType<Refusal.NotFound>((await app.With<RestoreWaybillValue, Result<long>>(n1, async r => await r.Run(line.Id, GetWaybill.StateOf(await Line(app, "A1")), entry.Id, "Import", Ct))).Refusal);

        // Another system's batch, and the revert of an import.
        using var api = await app.Api("n1");
        using var batch = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = line.Source, items = new object[] { new { externalNo = "A2", date = "2026-03-01", customer = customer.Number, revenueFen = 777 }, new { externalNo = "NEW", date = "2026-03-01", customer = customer.Number } } }, Ct);
        Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        var told = Assert.Single(await Trail(app, (await Line(app, "A2")).Id));
        Assert.Equal(("n1", "api", "[200,777]"), (told.ActorName, told.Via, Changed(told, "RevenueFen")));
        Assert.Contains("由其他系统经接口修改", WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri($"/waybills/{told.EntityId}/history", UriKind.Relative), Ct)), StringComparison.Ordinal);
        var second = await ReviewUse.Whole(app, n1, "waybills", Head + "A3,2026-03-01,甲公司,30,,\n");
        Assert.Equal(0, (await ReviewUse.Reverted(app, n1, second.Id)).RowsRejected);
        Assert.Equal(["[300,3000]", "[3000,300]"], (await Trail(app, (await Line(app, "A3")).Id)).Select(a => Changed(a, "RevenueFen")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_required_own_field_is_asked_for_in_the_api_as_in_the_form_and_what_stands_without_it_may_be_corrected(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var customer = await Company(app);
        using var api = await app.Api("n1");
        async Task<JsonElement[]> Send(params object[] items)
        {
            using var answer = await api.PostAsJsonAsync("/api/v1/waybills:batch", new { source = "TMS", items }, Ct);
            return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items").EnumerateArray()];
        }

        object Item(string number, long revenue, object? custom = null) => new { externalNo = number, date = "2026-03-01", customer = customer.Number, revenueFen = revenue, custom };
        await Send(Item("OLD", 1));
        await CustomFieldTests.Define(app, CustomKind.Text, "班列", f => f.Required = true, "waybills");

        var answers = await Send(Item("A1", 1), Item("A2", 1, new { x_banlie = "" }), Item("A3", 1, new { x_banlie = "中欧" }), Item("OLD", 2));

        Assert.Equal(["rejected", "rejected", "created", "updated"], answers.Select(a => a.GetProperty("outcome").GetString()));
        Assert.All(answers[..2], a => Assert.Contains("班列", a.GetProperty("errors").GetProperty("custom.x_banlie")[0].GetString(), StringComparison.Ordinal));
        answers = await Send(Item("A3", 5), Item("A3", 6, new { x_banlie = "" }));
        Assert.Equal(["updated", "rejected"], answers.Select(a => a.GetProperty("outcome").GetString()));

        // The form says every field, and so does PUT: what is left out stays, and must be there.
        async Task<(HttpStatusCode, string)> Put(string number, object? custom)
        {
            using var answer = await api.PutAsJsonAsync($"/api/v1/waybills/{(await Line(app, number)).Id}", Item(number, 9, custom), Ct);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
        }

        var (refused, why) = await Put("OLD", null);
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Contains("custom.x_banlie", why, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Put("A3", null)).Item1);
        Assert.Equal(HttpStatusCode.OK, (await Put("OLD", new { x_banlie = "中亚" })).Item1);
        Assert.Equal(((long)9, """{"x_banlie":"中欧"}"""), await Line(app, "A3") is var kept ? (kept.RevenueFen, kept.Custom) : default);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_line_comes_back_from_the_bin_and_gets_its_former_unit_back_though_that_is_closed(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (north, customer) = (await app.ActorOf("north"), await Company(app));
        var draft = new WaybillDraft { ExternalNo = "A1", Unit = "N2", Customer = customer.Number, Date = new DateOnly(2026, 3, 1), RevenueFen = 500 };
        Assert.Empty((await app.With<RecordWaybills, RecordWaybills.Answer[]>(north, r => r.Run("TMS", [draft], false, Ct)))[0].Errors);
        var line = await Line(app, "A1");
        var moved = await Worked(app, await app.With<WorkOnRows, Result<Job>>(north, w => w.Start(new() { List = "waybills", Act = "edit", Field = "toUnit", Value = "N1", Ids = [line.Id] }, Ct)));
        await app.In(System, db => db.Write(() => db.Set<OrgUnit>().Where(u => u.Code == "N2").ExecuteUpdateAsync(u => u.SetProperty(x => x.Active, false), Ct), Ct));

        // The change undone, and done again and given back from the history.
        await Worked(app, await app.With<WorkOnRows, Result<Job>>(north, w => w.Undo("waybills", moved, Ct)));
        Assert.Equal(line.UnitId, (await Line(app, "A1")).UnitId);
        await Worked(app, await app.With<WorkOnRows, Result<Job>>(north, w => w.Start(new() { List = "waybills", Act = "edit", Field = "toUnit", Value = "N1", Ids = [line.Id] }, Ct)));
        var (entry, now) = ((await Trail(app, line.Id))[^1], await Line(app, "A1"));
        Assert.NotEqual(line.UnitId, now.UnitId);
        Assert.Null((await app.With<RestoreWaybillValue, Result<long>>(north, r => r.Run(line.Id, GetWaybill.StateOf(now), entry.Id, nameof(WaybillLine.UnitId), Ct))).Refusal);

        Assert.Null((await app.With<SaveWaybill, Result<long>>(north, s => s.Delete(line.Id, null, Ct))).Refusal);
        Assert.Null((await app.With<WaybillBin, Result<long>>(north, b => b.Restore(line.Id, Ct))).Refusal);
        Assert.Equal(line.UnitId, (await Line(app, "A1")).UnitId);
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
    }

    private static async Task<long> Worked(CrmApp app, Result<Job> started)
    {
        Assert.True(started.TryGet(out var job, out var refusal), refusal?.Code);
        await app.Ended(job.Id);
        Assert.Equal(["done"], await app.In(System, db => db.Set<WorkRow>().Where(r => r.JobId == job.Id).Select(r => r.Reason ?? r.Outcome!).ToListAsync(Ct)));
        return job.Id;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Cells_of_what_is_only_shared_for_reading_have_no_pencil(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (own, shared, managed) = (await Company(app, "自有公司"), await Company(app, "共享公司", "s1"), await Company(app, "经管公司", "s1"));
        var n1 = await app.ActorOf("n1");
        await app.In(System, db => db.Write(() =>
        {
            db.Add(new CustomerGrant { CustomerId = shared.Id, UserId = n1.UserId, Reason = "shared" });
            db.Add(new CustomerGrant { CustomerId = managed.Id, UserId = n1.UserId, Reason = "manager" });
            db.AddRange(new[] { own, shared, managed }.Select(c => new Contact { CustomerId = c.Id, Name = $"{c.Name}联系人", CreatedAt = db.UtcNow }));
            return db.SaveChangesAsync(Ct);
        }, Ct));
        var drafts = new[] { own, shared, managed }.Select(c => new WaybillDraft { ExternalNo = $"YD-{c.Id}", Customer = c.Number, Date = new DateOnly(2026, 3, 1), RevenueFen = 5 }).ToList();
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("TMS", drafts, false, Ct)), a => Assert.Empty(a.Errors));
        using var browser = await app.SignedIn("n1");

        foreach (var (path, names) in new[] { ("/waybills", new[] { own, shared, managed }.Select(c => $"YD-{c.Id}")), ("/customers", new[] { own, shared, managed }.Select(c => c.Name)), ("/contacts", new[] { own, shared, managed }.Select(c => $"{c.Name}联系人")) })
        {
            var rows = Regex.Split(WebUtility.HtmlDecode(await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct)), "<tr data-id=").Skip(1).ToList();
            Assert.Equal([true, false, true], names.Select(n => rows.Single(r => r.Contains($">{n}</a>", StringComparison.Ordinal)).Contains("data-edit=", StringComparison.Ordinal)));
        }
    }
}
