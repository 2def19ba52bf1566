using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Authority;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Jobs;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Approvals;

/// <summary>Several nodes and several approvers, those added and those instead, deadlines, and two at once.</summary>
public sealed class ApprovalStepTests
{
    private static readonly ApprovalNode Head = new(NodeBy.Head, NodeMode.Any), Above = new(NodeBy.HeadAbove, NodeMode.Any), Top = new(NodeBy.GroupHead, NodeMode.All);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<int> Moves(ApprovalScene scene) => scene.App.In(ApprovalScene.System, db => db.Set<RailCrm.Platform.Data.AuditEntry>().CountAsync(a => a.Entity == nameof(Customer) && a.EntityId == scene.Customer && a.Action == "updated", Ct));

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nodes_follow_one_another_and_one_may_send_back_to_an_earlier_one(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Template(Head, Above, Top);
        var id = (await scene.Asked("m1", "S1")).Id;
        Done(await scene.Decide("n1", id));
        Assert.Equal(["north"], await scene.Waits(id));
        Refused("approval.not_asked", await scene.Decide("n1", id));
        Refused("approval.node_wrong", await scene.Decide("north", id, Decision.Return, "跳过", to: 2));
        Done(await scene.Decide("north", id));
        Assert.Equal(["data", "group"], await scene.Waits(id));
        Done(await scene.Decide("group", id));
        Assert.Equal(["data"], await scene.Waits(id));
        Assert.Equal(scene.Units["N1"], await scene.Unit());
        Done(await scene.Decide("data", id, Decision.Return, "请子公司再看", to: 2));
        Assert.Equal(["north"], await scene.Waits(id));
        foreach (var who in new[] { "north", "data", "group" })
        {
            Assert.Equal(scene.Units["N1"], await scene.Unit());
            Done(await scene.Decide(who, id));
        }

        Assert.Equal(scene.Units["S1"], await scene.Unit());
        Assert.Equal(["submitted", "granted", "granted", "granted", "sent_back", "granted", "granted", "granted", "effect"], await scene.Trail(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_has_just_agreed_is_not_asked_again_unless_the_template_says_so(Engine engine)
    {
        await using var scene = await Start(engine);
        var north = new ApprovalNode(NodeBy.Person, NodeMode.All, UserId: await scene.IdOf("north"));
        await scene.Template(Above, north);
        await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalTemplate>().ExecuteUpdateAsync(t => t.SetProperty(x => x.AskOnce, true), Ct));
        var once = (await scene.Asked("m1", "S1")).Id;
        Done(await scene.Decide("north", once));
        Assert.Equal(["submitted", "granted", "same", "effect"], await scene.Trail(once));

        await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalTemplate>().ExecuteUpdateAsync(t => t.SetProperty(x => x.AskOnce, false), Ct));
        var twice = (await scene.Asked("m1", "S1", await scene.MakeCustomer("m1", "乙公司"))).Id;
        Done(await scene.Decide("north", twice));
        Assert.Equal(["north"], await scene.Waits(twice));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Roles_account_managers_and_turns_are_asked_as_the_template_says(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Account("f1", "GROUP", "finance");
        await scene.Account("f2", "N", "finance");
        await scene.Account("f3", "S", "finance");
        var (finance, manager) = (await scene.App.In(ApprovalScene.System, db => db.Set<Role>().Where(r => r.Name == "finance").Select(r => r.Id).SingleAsync(Ct)), await scene.Account("m2", "N2", "manager"));
        await scene.App.In(ApprovalScene.System, db =>
        {
            db.Add(new CustomerGrant { CustomerId = scene.Customer, UserId = manager, Reason = "manager" });
            return db.SaveChangesAsync(Ct);
        });
        await scene.Template(new(NodeBy.Role, NodeMode.InTurn, RoleId: finance), new ApprovalNode(NodeBy.AccountManager, NodeMode.Any, Level: UnitLevel.Outlet));
        var id = (await scene.Asked("m1", "S1")).Id;
        Assert.Equal(["f1"], await scene.Waits(id)); // Of the line alone, and one after the other.
        Done(await scene.Decide("f1", id));
        Assert.Equal(["f2"], await scene.Waits(id));
        Done(await scene.Decide("f2", id));
        Assert.Equal(["m2"], await scene.Waits(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Somebody_is_added_before_or_after_or_decides_instead(Engine engine)
    {
        await using var scene = await Start(engine);
        var (north, m9, h1) = (await scene.IdOf("north"), await scene.Account("m9", "N1", "manager"), await scene.Account("h1", "N1", "outlet"));
        await scene.Template(Head);
        var id = (await scene.Asked("m1", "S1")).Id;
        Assert.Equal(["h1", "n1"], await scene.Waits(id));

        Done(await scene.Pass("n1", id, PassOnStep.How.Before, north));
        Assert.Equal(["h1", "north"], await scene.Waits(id));
        Refused("approval.not_asked", await scene.Decide("n1", id));
        Refused("approval.asked_already", await scene.Pass("h1", id, PassOnStep.How.After, north));
        Done(await scene.Decide("north", id, comment: "先看过"));
        Assert.Equal(["h1", "n1"], await scene.Waits(id)); // Added before does not agree for the node.
        Assert.Equal(scene.Units["N1"], await scene.Unit());

        Refused("approval.colleague_unknown", await scene.Pass("n1", id, PassOnStep.How.Instead, m9)); // Supervises nobody, and has another role.
        Refused("approval.colleague_unknown", await scene.Pass("n1", id, PassOnStep.How.Before, await scene.IdOf("s1"))); // Of another line.
        Refused("approval.asked_already", await scene.Pass("n1", id, PassOnStep.How.Instead, h1));
        Done(await scene.Pass("n1", id, PassOnStep.How.Instead, north));
        Assert.Equal(["h1", "north"], await scene.Waits(id));
        Done(await scene.Pass("north", id, PassOnStep.How.After, await scene.IdOf("group")));
        Assert.Equal(["group", "h1"], await scene.Waits(id)); // North agreed, and the group is to agree too.
        Assert.Equal(scene.Units["N1"], await scene.Unit());
        Done(await scene.Decide("group", id));
        Assert.Equal(scene.Units["S1"], await scene.Unit());
        Assert.Empty(await scene.Waits(id));
        Assert.Equal(["submitted", "added_before", "granted", "passed_on", "added_after", "granted", "effect"], await scene.Trail(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_copy_is_read_and_decides_nothing(Engine engine)
    {
        await using var scene = await Start(engine);
        var id = (await scene.Asked("m1", "S1")).Id;
        var f3 = await scene.Account("f3", "N", "finance");
        Refused("approval.not_asked", await scene.Act<PassOnStep>("group", id, p => p.Copy(id, f3, Ct)));
        Done(await scene.Act<PassOnStep>("m1", id, p => p.Copy(id, f3, Ct)));
        Done(await scene.Act<PassOnStep>("m1", id, p => p.Copy(id, f3, Ct)));

        Assert.Equal(["approval_copy"], await scene.Inbox("f3"));
        Refused("approval.not_asked", await scene.Decide("f3", id));
        var (copies, _) = await scene.App.With<ListApprovals, (IReadOnlyList<ListApprovals.Item>, long?)>(await scene.App.ActorOf("f3"), l => l.Run("copies", null, Ct));
        Assert.Equal([id], copies.Select(c => c.Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_deputy_decides_during_a_leave_also_what_waits_already(Engine engine)
    {
        await using var scene = await Start(engine);
        var h1 = await scene.Account("h1", "N1", "outlet");
        await scene.Template(new ApprovalNode(NodeBy.Person, NodeMode.Any, UserId: await scene.IdOf("n1")));
        var waiting = (await scene.Asked("m1", "S1")).Id;
        async Task<Result<ApprovalDeputy>> Leave(string who, long deputy, int from, int until) => await scene.App.With<SetDeputy, Result<ApprovalDeputy>>(await scene.App.ActorOf(who), s => s.Run(new() { DeputyId = deputy, From = new(2026, 4, from), Until = new(2026, 4, until) }, Ct));

        Assert.NotNull((await Leave("n1", await scene.IdOf("s1"), 1, 3)).Refusal);
        Assert.Null((await Leave("n1", h1, 1, 3)).Refusal);
        Assert.Equal("approval.leave_overlaps", (await Leave("n1", h1, 3, 5)).Refusal!.Code);
        Assert.Equal("approval.deputy_away", (await Leave("h1", await scene.IdOf("n1"), 3, 5)).Refusal!.Code);
        Assert.Equal(["h1"], await scene.Waits(waiting));

        var later = (await scene.Asked("m1", "S1", await scene.MakeCustomer("m1", "乙公司"))).Id;
        Assert.Equal(["h1"], await scene.Waits(later));
        Done(await scene.Decide("h1", later));
        Assert.Equal((await scene.IdOf("n1"), h1), await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalEvent>().Where(e => e.ApprovalId == later && e.Action == "granted").Select(e => new { e.ForId, e.ActorId }).SingleAsync(Ct)) is var e ? (e.ForId!.Value, e.ActorId) : default);

        scene.App.Later(TimeSpan.FromDays(4));
        Assert.Equal(["n1"], await scene.Waits((await scene.Asked("m1", "S1", await scene.MakeCustomer("m1", "丙公司"))).Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_leave_that_begins_later_takes_along_what_waits_then(Engine engine)
    {
        await using var scene = await Start(engine);
        var h1 = await scene.Account("h1", "N1", "outlet");
        await scene.Template(new ApprovalNode(NodeBy.Person, NodeMode.Any, UserId: await scene.IdOf("n1")));
        var id = (await scene.Asked("m1", "S1")).Id;
        Assert.Null((await scene.App.With<SetDeputy, Result<ApprovalDeputy>>(await scene.App.ActorOf("n1"), s => s.Run(new() { DeputyId = h1, From = new(2026, 4, 3), Until = new(2026, 4, 3) }, Ct))).Refusal);
        await scene.Chase();
        Assert.Equal(["n1"], await scene.Waits(id));

        scene.App.Later(TimeSpan.FromDays(2));

        await scene.Chase();
        await scene.Chase();
        Assert.Equal(["h1"], await scene.Waits(id));
        Assert.Equal(["submitted", "deputy"], await scene.Trail(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_late_is_reminded_of_and_then_goes_to_the_unit_above(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Template(new ApprovalNode(NodeBy.Head, NodeMode.All, Due: 8, Unit: DueUnit.Hours));
        var id = (await scene.Asked("m1", "S1")).Id;
        scene.App.Later(TimeSpan.FromHours(5));
        await scene.Chase();
        Assert.Equal(["submitted"], await scene.Trail(id));
        scene.App.Later(TimeSpan.FromHours(2)); // From here on the application's own job may be first.
        await scene.Chase();
        await scene.Chase();
        Assert.Equal(["submitted", "reminded"], await scene.Trail(id));
        Assert.Equal(["approval_remind", "approval_ask"], await scene.Inbox("n1"));

        scene.App.Later(TimeSpan.FromHours(1));

        await Task.WhenAll(scene.Chase(), scene.Chase());
        Assert.Equal(["north"], await scene.Waits(id));
        Refused("approval.not_asked", await scene.Decide("n1", id));
        Done(await scene.Decide("north", id));
        Assert.Equal(scene.Units["S1"], await scene.Unit());
        Assert.Equal(["submitted", "reminded", "escalated", "granted", "effect"], await scene.Trail(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_the_heads_above_one_takes_over_whom_somebody_added_and_all_of_them_a_head(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Account("north2", "N", "subsidiary");
        var m9 = await scene.Account("m9", "N1", "manager");
        await scene.Template(new ApprovalNode(NodeBy.Head, NodeMode.Any, Due: 8, Unit: DueUnit.Hours));
        var (added, plain) = ((await scene.Asked("m1", "S1")).Id, (await scene.Asked("m1", "S1", await scene.MakeCustomer("m1", "乙公司"))).Id);
        Done(await scene.Pass("n1", added, PassOnStep.How.After, m9)); // n1 agreed, and m9 is to agree too: no head, and asked as himself.
        scene.App.Later(TimeSpan.FromHours(8));
        await scene.Chase();
        Assert.Equal(["north", "north2"], await scene.Waits(plain));
        Assert.Equal(["north"], await scene.Waits(added));
        Assert.Equal(scene.Units["N1"], await scene.Unit());
        Done(await scene.Decide("north", added));
        Assert.Equal((ApprovalState.Granted, scene.Units["S1"]), ((await scene.Stored(added)).State, await scene.Unit()));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_waits_for_a_disabled_account_goes_up_too(Engine engine)
    {
        await using var scene = await Start(engine);
        var id = (await scene.Asked("m1", "S1")).Id;
        Task<int> Close(bool closed, params List<string> names) => scene.App.In(ApprovalScene.System, db => db.Set<User>().Where(u => EF.Parameter(names).Contains(u.UserName!)).ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, closed), Ct));
        await Close(true, "n1", "north", "group", "data");
        await scene.Chase();
        Assert.Equal(["n1"], await scene.Waits(id)); // Nobody is above, for now.
        await Close(false, "north");
        scene.App.Later(TimeSpan.FromHours(25));
        await scene.Chase();
        Assert.Equal(["north"], await scene.Waits(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_waits_for_a_leaver_goes_to_whoever_may_decide_and_comes_back_with_the_undo(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Account("h1", "N1", "outlet");
        await scene.Account("m9", "N1", "manager");
        await scene.Template(new ApprovalNode(NodeBy.Person, NodeMode.Any, Due: 8, Unit: DueUnit.Hours, UserId: await scene.IdOf("n1")));
        var id = (await scene.Asked("m1", "S1")).Id;
        var north = await scene.App.ActorOf("north");
        async Task<CarryHandover.Seen> Did(Func<CarryHandover, Task<Result<CarryHandover.Seen>>> act)
        {
            Assert.True((await scene.App.With<CarryHandover, Result<CarryHandover.Seen>>(north, act)).TryGet(out var seen, out var why), why?.Code);
            await scene.App.Ended(seen.Parts[0].JobId!.Value);
            return (await scene.App.With<CarryHandover, Result<CarryHandover.Seen>>(north, c => c.Get(seen.Id, Ct))).TryGet(out seen!, out _) ? seen : throw new InvalidOperationException();
        }

        async Task<CarryHandover.Seen> Give(string to)
        {
            Assert.True((await scene.App.With<ProposeHandover, Result<Handover>>(north, p => p.Run(new() { From = "n1", To = to }, Ct))).TryGet(out var made, out var why), why?.Code);
            return await Did(c => c.Accept(made.Id, made.Parts[0].Id, null, Ct));
        }

        Assert.Equal(("approvals", 1, 1), (await Give("m9")).Parts[0] is var kept ? (kept.Counts.Keys.Single(), kept.Counts["approvals"], kept.Left) : default); // Is no head.
        Assert.Equal(["n1"], await scene.Waits(id));
        var due = await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalStep>().Select(s => s.DueAt).SingleAsync(Ct));
        var given = await Give("h1");
        Assert.Equal(0, given.Parts[0].Left);
        Assert.Equal(["h1"], await scene.Waits(id));
        Assert.Equal(due, await scene.App.In(ApprovalScene.System, db => db.Set<ApprovalStep>().Select(s => s.DueAt).SingleAsync(Ct)));
        Refused("approval.not_asked", await scene.Decide("n1", id));
        Assert.Equal(["approval_ask"], await scene.Inbox("h1"));

        Assert.Equal(0, (await Did(c => c.Undo(given.Id, Ct))).Parts[0].Left);
        Assert.Equal(["n1"], await scene.Waits(id));
        Done(await scene.Decide("n1", id));
        Assert.Equal(["submitted", "passed_on", "passed_on", "granted", "effect"], await scene.Trail(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Two_decisions_at_once_have_one_effect(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Account("h1", "N1", "outlet");
        var id = (await scene.Asked("m1", "S1")).Id;

        var done = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => scene.Decide(i % 2 == 0 ? "n1" : "h1", id), Ct)));

        Assert.Single(done, d => d.Refusal is null);
        Assert.All(done.Where(d => d.Refusal is not null), d => Refused("approval.closed", d));
        Assert.Equal(1, await Moves(scene));
        Assert.Single(await scene.Trail(id), t => t == "effect");

        // Of two who both must agree neither is lost.
        await scene.Template(new ApprovalNode(NodeBy.Head, NodeMode.All));
        var other = await scene.MakeCustomer("m1", "乙公司");
        var both = (await scene.Asked("m1", "S1", other)).Id;
        Assert.All(await Task.WhenAll(new[] { "n1", "h1" }.Select(who => Task.Run(() => scene.Decide(who, both), Ct))), d => Done(d));
        Assert.Equal(scene.Units["S1"], await scene.Unit(other));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_job_runs_by_the_hour_and_once_in_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var schedule = new Schedule("sweep", HourOfDay: 0, Hourly: true);
        Task<bool> Enqueue() => app.In(ApprovalScene.System, db => Schedule.Enqueue(db, schedule, app.Clock, Ct));

        Assert.Equal((true, false), (await Enqueue(), await Enqueue()));
        app.Later(TimeSpan.FromHours(1));
        Assert.Equal((true, false), (await Enqueue(), await Enqueue()));
    }
}
