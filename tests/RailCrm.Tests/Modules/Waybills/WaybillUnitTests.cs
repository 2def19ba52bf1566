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
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Waybills;

/// <summary>Lines of n1's customer that a unit did which n1 could not name for a new one: closed since, or another's.</summary>
public sealed class WaybillUnitTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>One line done by s1, one by n1's neighbour, which is closed by now.</summary>
    private static async Task<(Customer Customer, WaybillLine Foreign, WaybillLine Closed)> Fill(CrmApp app)
    {
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "甲公司" }, Ct))).TryGet(out var customer, out _));
        var drafts = new[] { ("F-1", "S1"), ("C-1", "N2") }.Select(d => new WaybillDraft { ExternalNo = d.Item1, Unit = d.Item2, Customer = customer.Number, Date = new DateOnly(2026, 3, 1), RevenueFen = 500, Note = "原话" }).ToList();
        Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("TMS", drafts, false, Ct)), a => Assert.Empty(a.Errors));
        await app.In(System, db => db.Write(() => db.Set<OrgUnit>().Where(u => u.Code == "N2").ExecuteUpdateAsync(u => u.SetProperty(x => x.Active, false), Ct), Ct));
        var lines = await app.In(System, db => db.Set<WaybillLine>().AsNoTracking().ToDictionaryAsync(w => w.ExternalNo, Ct));
        return (customer, lines["F-1"], lines["C-1"]);
    }

    private static Task<WaybillLine> Now(CrmApp app, long id) => app.In(System, db => db.Set<WaybillLine>().AsNoTracking().SingleAsync(w => w.Id == id, Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_form_offers_the_unit_that_did_the_work_and_leaves_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, foreign, closed) = await Fill(app);
        using var browser = await app.SignedIn("n1");

        foreach (var (line, code) in new[] { (foreign, "S1"), (closed, "N2") })
        {
            var path = $"/waybills/{line.Id}/edit";
            var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative), Ct);
            Assert.Matches($"<option value=\"{code}\" selected", page);
            using var saved = await CrmApp.Submit(browser, path, "waybill", new()
            {
                ["State"] = Regex.Match(page, "name=\"State\" value=\"([^\"]+)\"").Groups[1].Value, ["Form.Customer"] = customer.Number, ["Form.Date"] = "2026-03-01", ["Form.Unit"] = code, ["Form.Service"] = "transport", ["Form.Revenue"] = "5", ["Form.Note"] = "表单改的",
            });
            Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
            Assert.Equal((line.UnitId, "表单改的"), await Now(app, line.Id) is var now ? (now.UnitId, now.Note) : default);
        }

        var fresh = await browser.GetStringAsync(new Uri("/waybills/new", UriKind.Relative), Ct);
        Assert.DoesNotContain("value=\"S1\"", fresh, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"N2\"", fresh, StringComparison.Ordinal);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task They_are_changed_in_place_for_many_and_from_history_and_no_new_line_gets_that_unit(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (customer, foreign, closed) = await Fill(app);
        var n1 = await app.ActorOf("n1");

        foreach (var line in new[] { foreign, closed })
        {
            Assert.Null((await app.With<WorkOnWaybills, Result<WaybillLine>>(n1, w => w.One(line.Id, new WaybillList().Find("note")!, "改过", "原话", Ct))).Refusal);
            var entry = await app.In(System, db => db.Set<AuditEntry>().SingleAsync(a => a.Entity == nameof(WaybillLine) && a.EntityId == line.Id && a.Action == "updated", Ct));
            Assert.Null((await app.With<RestoreWaybillValue, Result<long>>(n1, async r => await r.Run(line.Id, GetWaybill.StateOf(await Now(app, line.Id)), entry.Id, "Note", Ct))).Refusal);
            Assert.Equal(GetWaybill.StateOf(line), GetWaybill.StateOf(await Now(app, line.Id)));
            var again = new WaybillDraft { ExternalNo = line.ExternalNo, Customer = customer.Number, Date = line.Date, Unit = line == foreign ? "s1 网点" : "N2", RevenueFen = 700 };
            Assert.Equal(LineOutcome.Updated, (await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", [again], false, Ct)))[0].Outcome);
            Assert.Equal((line.UnitId, 700), await Now(app, line.Id) is var now ? (now.UnitId, now.RevenueFen) : default);
        }

        Assert.Equal(2, await Worked(app, n1, await app.With<WorkOnRows, Result<Job>>(n1, w => w.Start(new() { List = "waybills", Act = "edit", Field = "contract", Value = "HT-1", All = true, In = "all" }, Ct))));
        Assert.Equal(2, await Worked(app, n1, await app.With<WorkOnRows, Result<Job>>(n1, async w => await w.Undo("waybills", await app.In(System, db => db.Set<Job>().OrderBy(j => j.Id).Select(j => j.Id).LastAsync(Ct)), Ct))));
        Assert.Equal((foreign.UnitId, closed.UnitId), ((await Now(app, foreign.Id)).UnitId, (await Now(app, closed.Id)).UnitId));
        Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));
        foreach (var (number, unit) in new[] { ("NEW-1", "N2"), ("NEW-1", "S1"), (foreign.ExternalNo, "N2") })
        {
            var draft = new WaybillDraft { ExternalNo = number, Customer = customer.Number, Date = new DateOnly(2026, 3, 1), Unit = unit };
            Assert.Equal("waybill.unit_unknown", Assert.Single((await app.With<RecordWaybills, RecordWaybills.Answer[]>(n1, r => r.Run("TMS", [draft], false, Ct)))[0].Errors).Code);
        }
    }

    private static async Task<long> Worked(CrmApp app, Actor actor, Result<Job> started)
    {
        Assert.True(started.TryGet(out var job, out var refusal), refusal?.Code);
        await app.Ended(job.Id);
        Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(actor, w => w.Get("waybills", job.Id, Ct))).TryGet(out var seen, out _));
        return seen.Counts.GetValueOrDefault("done");
    }
}
