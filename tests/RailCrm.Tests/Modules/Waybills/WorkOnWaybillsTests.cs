using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Modules.Waybills;

public sealed class WorkOnWaybillsTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task Fill(CrmApp app)
    {
        foreach (var user in new[] { "n1", "s1" })
        {
            Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(user), s => s.Run(null, null, new() { Name = $"{user}公司" }, Ct))).TryGet(out var customer, out _));
            foreach (var source in new[] { "TMS", "ERP" })
            {
                var drafts = Enumerable.Range(0, 6).Select(n => new WaybillDraft { ExternalNo = $"{user}{n}", Customer = customer.Number, Date = new DateOnly(2026, 1 + (n % 3), 5), Commodity = n % 2 == 0 ? "动力煤" : null, Mode = "carload", RevenueFen = 1_000 * (n + 1), CostFen = 500, WeightKg = 60_000, Contract = "HT-1", Note = n == 0 ? "第一\n二" : null }).ToList();
                Assert.All(await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run(source, drafts, false, Ct)), a => Assert.Empty(a.Errors));
            }
        }
    }

    private static async Task<WorkOnRows.Seen> Done(CrmApp app, Result<Job> started)
    {
        Assert.True(started.TryGet(out var job, out var refusal), refusal?.Code);
        for (var n = 0; n < 300; n++)
        {
            await app.Services.GetRequiredService<Runner>().RunOne(Ct);
            Assert.True((await app.With<WorkOnRows, Result<WorkOnRows.Seen>>(await app.ActorOf("n1"), w => w.Get("waybills", job.Id, Ct))).TryGet(out var seen, out _));
            if (seen.Job.State is not ("queued" or "running"))
            {
                Assert.True(seen.Job.State == "completed", seen.Job.Result);
                return seen;
            }

            await Task.Delay(100, Ct);
        }

        throw new TimeoutException();
    }

    private static async Task<WorkOnRows.Seen> Work(CrmApp app, WorkOrder order) => await Done(app, await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(order, Ct)));

    private static async Task<WorkOnRows.Seen> Undo(CrmApp app, long job) => await Done(app, await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Undo("waybills", job, Ct)));

    /// <summary>Every line as it is, without its key.</summary>
    private static Task<List<string>> Lines(CrmApp app) => app.In(System, async db => (await db.Set<WaybillLine>().AsNoTracking().ToListAsync(Ct)).Select(w =>
    {
        w.Id = 0;
        return JsonSerializer.Serialize(w);
    }).Order(StringComparer.Ordinal).ToList());

    private static async Task Sound(CrmApp app) => Assert.Equal((0, 0, 0), await app.With<CheckFacts, (long, long, long)>(System, c => c.Differences(Ct)));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_field_of_all_lines_of_a_view_is_changed_the_months_follow_and_undo_gives_it_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        var before = await Lines(app);

        var done = await Work(app, new() { List = "waybills", Act = "edit", Field = "mode", Value = "container", All = true, In = "filter=date>=2026-02" });

        Assert.Equal([" 8"], await app.In(System, async db => (await db.Set<WorkRow>().Where(r => r.JobId == done.Job.Id).Select(r => r.Reason).ToListAsync(Ct)).GroupBy(r => r).Select(g => $"{g.Key} {g.Count()}").ToList()));
        Assert.Equal((8, 4), await app.In(await app.ActorOf("n1"), async db => (await db.Set<WaybillLine>().CountAsync(w => w.Mode == "container", Ct), await db.Set<WaybillLine>().CountAsync(w => w.Mode == "carload", Ct))));
        Assert.Equal(8, await app.In(System, db => db.Set<AuditEntry>().CountAsync(a => a.Entity == nameof(WaybillLine) && a.Action == "updated", Ct)));
        await Sound(app);

        var changed = await app.In(await app.ActorOf("n1"), db => db.Set<WaybillLine>().AsNoTracking().FirstAsync(w => w.Mode == "container", Ct));
        Assert.True((await app.With<WorkOnWaybills, Result<WaybillLine>>(await app.ActorOf("n1"), w => w.One(changed.Id, new WaybillList().Find("contract")!, "HT-9", "HT-1", Ct))).TryGet(out _, out _));
        var undone = await Undo(app, done.Job.Id);

        Assert.Equal(["list.changed_since 1", " 7"], await app.In(System, async db => (await db.Set<WorkRow>().Where(r => r.JobId == undone.Job.Id).Select(r => r.Reason).ToListAsync(Ct)).GroupBy(r => r).OrderBy(g => g.Count()).Select(g => $"{g.Key} {g.Count()}").ToList()));
        await Sound(app);
        Assert.Single((await Lines(app)).Except(before));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Day_and_figures_of_many_lines_are_read_in_the_unit_of_whoever_orders_it_and_checked_line_by_line(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        var before = await Lines(app);
        var n1 = await app.ActorOf("n1");
        WorkOrder Order(string field, string? value, bool empties = false) => new() { List = "waybills", Act = "edit", Field = field, Value = value, Empties = empties, All = true, In = "filter=date<=2026-01" };
        var undo = new Stack<long>();
        foreach (var (field, value) in new[] { ("date", "2026-02-11"), ("date", "2026-01-06"), ("weight", "12.345"), ("wagons", "2"), ("teu", "1.5"), ("cost", "1.2") })
        {
            RailCrm.Platform.Ui.Kit.MoneyUnit.Use(field == "cost" ? "wan" : "yuan");
            var order = Order(field, value);
            order.In = field == "date" && value == "2026-01-06" ? "filter=date=2026-02-11" : order.In;
            var done = await Work(app, order);
            RailCrm.Platform.Ui.Kit.MoneyUnit.Use("yuan");
            Assert.Equal(4, done.Counts["done"]);
            undo.Push(done.Job.Id);
        }

        await Sound(app);
        Assert.Equal(4, await app.In(n1, db => db.Set<WaybillLine>().CountAsync(w => w.Date == new DateOnly(2026, 1, 6) && w.WeightKg == 12_345 && w.Wagons == 2 && w.TeuHundredths == 150 && w.CostFen == 1_200_000, Ct)));
        Assert.Equal(["5 元"], await app.In(System, db => db.Set<WorkRow>().Where(r => r.JobId == undo.Peek()).Select(r => r.Before!).Distinct().ToListAsync(Ct)));
        Assert.Equal(4, (await Work(app, Order("weight", "-1"))).Counts["refused"]); // The form's rule.
        foreach (var (order, code) in new[] { (Order("weight", "1.0001"), "list.value_wrong"), (Order("revenue", "许多"), "list.value_wrong"), (Order("date", "哪天"), "list.value_wrong"), (Order("date", null, empties: true), "list.never_empty") })
        {
            Assert.Equal(code, (await app.With<WorkOnRows, Result<Job>>(n1, w => w.Start(order, Ct))).Refusal is Refusal.InvalidMany { Errors: [var error, ..] } ? error.Code : null);
        }

        while (undo.TryPop(out var job))
        {
            Assert.Equal(4, (await Undo(app, job)).Counts["done"]);
        }

        Assert.Equal(before, await Lines(app));
        await Sound(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Lines_taken_away_come_back_as_they_were_with_the_months_and_their_own_fields(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        await CustomFieldTests.Define(app, CustomKind.Text, "票据", list: "waybills");
        var own = await Work(app, new() { List = "waybills", Act = "edit", Field = "x_piaoju", Value = "电子", All = true, In = "filter=date<=2026-01" });
        Assert.Equal(4, own.Counts["done"]);
        var before = await Lines(app);

        var gone = await Work(app, new() { List = "waybills", Act = "delete", All = true, In = "all" });

        Assert.Equal(12, gone.Counts["done"]);
        Assert.Equal(12, (await Lines(app)).Count); // Those of the other outlet.
        await Sound(app);
        var back = await Undo(app, gone.Job.Id);
        Assert.Equal(12, back.Counts["done"]);
        Assert.Equal(before, await Lines(app));
        await Sound(app);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Unit_station_and_customer_of_many_lines_are_changed_and_given_back(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        var before = await Lines(app);
        Assert.True((await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf("n1"), s => s.Run(null, null, new() { Name = "另一家公司" }, Ct))).TryGet(out var other, out _));
        foreach (var (field, value, changed) in new (string, string, Func<WaybillLine, bool>)[]
        {
            ("destination", "上海", w => w.Destination == "上海"), ("origin", "苏州", w => w.Origin == "苏州"), ("toCustomer", $"{other.Number} {other.Name}", w => w.CustomerId == other.Id),
        })
        {
            var done = await Work(app, new() { List = "waybills", Act = "edit", Field = field, Value = value, All = true, In = "filter=date>=2026-02" });
            Assert.Equal((field, 8), (field, done.Counts.GetValueOrDefault("done")));
            Assert.Equal(8, await app.In(System, async db => (await db.Set<WaybillLine>().AsNoTracking().ToListAsync(Ct)).Count(changed)));
            await Sound(app);
            Assert.Equal(8, (await Undo(app, done.Job.Id)).Counts["done"]);
            Assert.Equal(before, await Lines(app));
            await Sound(app);
        }

        foreach (var (field, value) in new[] { ("toCustomer", "没有这家公司"), ("toUnit", "S1"), ("toUnit", "没有这个单位") })
        {
            Assert.NotNull((await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "waybills", Act = "edit", Field = field, Value = value, All = true, In = "all" }, Ct))).Refusal);
        }

        var group = await app.With<WorkOnRows, Result<Job>>(await app.ActorOf("n1"), w => w.Start(new() { List = "waybills", Act = "edit", Field = "toUnit", Value = "N1", All = true, In = "all" }, Ct));
        Assert.Equal(12, (await Done(app, group)).Counts["same"]);
        Assert.Equal(before, await Lines(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_no_line_can_have_is_refused_before_any_is_touched_and_another_outlets_lines_are_not_there(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        var before = await Lines(app);
        var theirs = await app.In(await app.ActorOf("s1"), db => db.Set<WaybillLine>().Select(w => w.Id).FirstAsync(Ct));
        var seen = await Work(app, new() { List = "waybills", Act = "edit", Field = "service", Value = "没有这种", Ids = [theirs] });
        Assert.Equal(1, seen.Counts["refused"]);
        seen = await Work(app, new() { List = "waybills", Act = "edit", Field = "service", Value = "没有这种", All = true, In = "all" });
        Assert.Equal(12, seen.Counts["refused"]);
        Assert.Equal(before, await Lines(app));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_worker_that_lost_its_work_to_another_throws_none_of_the_others_rows_away(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        await Fill(app);
        var done = await Work(app, new() { List = "waybills", Act = "edit", Field = "mode", Value = "container", All = true, In = "filter=date>=2026-02" });

        await using (var late = app.Services.CreateAsyncScope())
        {
            late.ServiceProvider.GetRequiredService<CurrentActor>().Actor = await app.ActorOf("n1");
            var lease = new JobLease(late.ServiceProvider.GetRequiredService<CrmDb>(), new() { Id = done.Job.Id, Kind = done.Job.Kind, Input = done.Job.Input, Token = done.Job.Token - 1 });
            await Assert.ThrowsAsync<LeaseLostException>(() => WorkOnRows.Run(late.ServiceProvider, lease, Ct));
        }

        Assert.Equal(8, await app.In(System, db => db.Set<WorkRow>().CountAsync(r => r.JobId == done.Job.Id && r.Outcome == "done", Ct)));
    }
}
