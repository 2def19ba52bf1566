using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Approvals;

/// <summary>Asking, deciding, and what follows, tried with the transfer of a customer.</summary>
public sealed class ApprovalTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_head_agrees_and_the_customer_goes_to_the_other_unit_at_once(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");

        Assert.Equal($"SP-{approval.Id:0000000}", approval.Number);
        Assert.Equal(["n1"], await scene.Waits(approval.Id));
        Assert.Equal((1, 0, 0), (await scene.Waiting("n1"), await scene.Waiting("north"), await scene.Waiting("m1")));
        Assert.Equal(["approval_ask"], await scene.Inbox("n1"));
        Assert.Equal(scene.Units["N1"], await scene.Unit());

        Done(await scene.Decide("n1", approval.Id, comment: "同意"));

        Assert.Equal(scene.Units["S1"], await scene.Unit());
        Assert.Equal((ApprovalState.Granted, 0), ((await scene.Stored(approval.Id)).State, await scene.Waiting("n1")));
        Assert.Equal(["submitted", "granted", "effect"], await scene.Trail(approval.Id));
        Assert.Equal(["approval_granted"], await scene.Inbox("m1")); // Who asked no longer sees the customer, and is told all the same.
        Assert.Empty(await scene.App.In(await scene.App.ActorOf("m1"), db => db.Set<Customer>().ToListAsync(Ct)));
        var audit = await scene.App.In(ApprovalScene.System, db => db.Set<AuditEntry>().Where(a => a.CustomerId == scene.Customer).OrderBy(a => a.Id).Select(a => new { a.Action, a.ActorName, a.Changes }).ToListAsync(Ct));
        Assert.Contains(audit, a => a is { Action: "updated", ActorName: "n1" } && a.Changes.Contains("UnitId", StringComparison.Ordinal));
        Assert.Contains(audit, a => a is { Action: "approval_effect", ActorName: "n1" });
        Assert.All(await scene.App.In(ApprovalScene.System, db => db.Set<InboxLine>().ToListAsync(Ct)), l => Assert.Null(l.Detail));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nobody_decides_on_his_own_request(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("n1", "S1");

        Assert.Equal(["north"], await scene.Waits(approval.Id));
        Refused("approval.own", await scene.Decide("n1", approval.Id));
        Refused("approval.not_asked", await scene.Decide("group", approval.Id));
        Assert.Equal((approval.Version, scene.Units["N1"]), ((await scene.Stored(approval.Id)).Version, await scene.Unit()));

        // Handed to the applicant it would be his own again.
        Refused("approval.colleague_unknown", await scene.Pass("north", approval.Id, PassOnStep.How.Instead, await scene.IdOf("n1")));
        Done(await scene.Decide("north", approval.Id));
        Assert.Equal(scene.Units["S1"], await scene.Unit());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_stranger_learns_nothing_and_an_approver_outside_sees_the_approval_alone(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.Template(new ApprovalNode(NodeBy.Person, NodeMode.Any, UserId: await scene.IdOf("s1")));
        var approval = await scene.Asked("m1", "N2");

        Refused("common.not_found", await scene.Decide("south", approval.Id));
        Assert.False(await scene.App.With<GetApproval, bool>(await scene.App.ActorOf("south"), g => g.Sees(approval.Id, Ct)));
        var s1 = await scene.App.ActorOf("s1");
        var told = await scene.App.With<GetApproval, GetApproval.Answer>(s1, async g => (await g.Run(approval.Id, Ct)).TryGet(out var seen, out _) ? await g.Told(seen, Ct) : throw new InvalidOperationException());
        Assert.Equal((null, true, "n1 网点", "n2 网点"), (told.CustomerId, told.CanDecide, told.Lines[0].Before, told.Lines[0].After));
        Assert.Empty(await scene.App.In(s1, db => db.Set<Customer>().ToListAsync(Ct)));
        Assert.Empty(await scene.App.In(s1, db => db.Set<Approval>().ToListAsync(Ct)));
        Assert.Equal(["approval_ask"], await scene.Inbox("s1"));

        Done(await scene.Decide("s1", approval.Id));

        Assert.Equal(scene.Units["N2"], await scene.Unit());
        Assert.Equal(0, await scene.App.With<ReadInbox, int>(await scene.App.ActorOf("south"), r => r.Unread(Ct)));
        Assert.Equal(1, (await scene.App.With<ReadInbox, Result<int>>(s1, r => r.Read(null, Ct))).TryGet(out var read, out _) ? read : -1);
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Only_who_may_change_the_customer_asks_and_once_at_a_time(Engine engine)
    {
        await using var scene = await Start(engine);

        Refused("common.not_found", await scene.Ask("s1", "N2"));
        Refused("common.forbidden", await scene.Ask("auditor", "N2"));
        Refused("approval.same_unit", await scene.Ask("m1", "N1"));
        Refused("approval.reason_needed", await scene.Ask("m1", "N2", reason: " "));
        await scene.App.In(ApprovalScene.System, async db =>
        {
            db.Add(new CustomerGrant { CustomerId = scene.Customer, UserId = await scene.IdOf("s1"), Reason = "shared" });
            return await db.SaveChangesAsync(Ct);
        });
        Refused("customer.shared_reads", await scene.Ask("s1", "S1"));

        var first = (await scene.Ask("m1", "N2", key: "k1")).TryGet(out var made, out _) ? made : null;
        Assert.Equal(first!.Id, (await scene.Ask("m1", "N2", key: "k1")).TryGet(out var again, out _) ? again.Id : 0);
        Refused("approval.open_already", await scene.Ask("n1", "S1"));
        Assert.Equal(1, await scene.App.In(ApprovalScene.System, db => db.Set<Approval>().CountAsync(Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task To_refuse_takes_a_comment_and_ends_it(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");

        Refused("approval.comment_needed", await scene.Decide("n1", approval.Id, Decision.Refuse));
        Done(await scene.Decide("n1", approval.Id, Decision.Refuse, "客户不同意"));

        Assert.Equal((ApprovalState.Refused, scene.Units["N1"]), ((await scene.Stored(approval.Id)).State, await scene.Unit()));
        Assert.Equal(["approval_refused"], await scene.Inbox("m1"));
        Refused("approval.closed", await scene.Decide("n1", approval.Id));
        Refused("approval.closed", await scene.Act<WithdrawApproval>("m1", approval.Id, w => w.Run(approval.Id, null, new(), Ct)));
        await scene.Asked("m1", "S1"); // What was refused may be asked for again.
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_returned_is_mended_and_submitted_again_or_withdrawn(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");
        Done(await scene.Decide("n1", approval.Id, Decision.Return, "说明原因"));
        Assert.Equal((ApprovalState.Returned, 0), ((await scene.Stored(approval.Id)).State, await scene.Waiting("n1")));
        Refused("approval.is_returned", await scene.Decide("n1", approval.Id));

        Refused("approval.not_returned", await scene.Again("n1", approval.Id, "别人的"));
        Refused("common.stale", await scene.Again("m1", approval.Id, "旧页面", approval.Version));
        Done(await scene.Again("m1", approval.Id, "新厂在南方", approval.Version + 1));
        Assert.Equal(("新厂在南方", ApprovalState.Pending, 1), (await scene.Stored(approval.Id)) is var a ? (a.Reason, a.State, a.Round) : default);
        Assert.Equal(["n1"], await scene.Waits(approval.Id));

        Refused("approval.not_applicant", await scene.Act<WithdrawApproval>("n1", approval.Id, w => w.Run(approval.Id, null, new(), Ct)));
        Done(await scene.Act<WithdrawApproval>("m1", approval.Id, w => w.Run(approval.Id, null, new(), Ct)));
        Assert.Equal((ApprovalState.Withdrawn, 0), ((await scene.Stored(approval.Id)).State, await scene.Waiting("n1")));
        Refused("approval.closed", await scene.Decide("n1", approval.Id));
        Assert.Equal(["submitted", "returned", "resubmitted", "withdrawn"], await scene.Trail(approval.Id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_cannot_take_effect_stays_undecided_and_says_why(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");
        await scene.App.In(ApprovalScene.System, async db =>
        {
            (await db.Set<OrgUnit>().SingleAsync(u => u.Code == "S1", Ct)).Active = false;
            return await db.SaveChangesAsync(Ct);
        });

        Refused("approval.unit_unknown", await scene.Decide("n1", approval.Id));

        Assert.Equal((ApprovalState.Pending, approval.Version), ((await scene.Stored(approval.Id)) is var a ? (a.State, a.Version) : default));
        Assert.Equal(["n1"], await scene.Waits(approval.Id));
        Assert.Equal(["submitted"], await scene.Trail(approval.Id));
        Assert.Equal(scene.Units["N1"], await scene.Unit());

        // Moved meanwhile, it is another unit's to give: neither done, nor submitted anew by whoever no longer sees it.
        await scene.App.In(ApprovalScene.System, async db =>
        {
            (await db.Set<OrgUnit>().SingleAsync(u => u.Code == "S1", Ct)).Active = true;
            (await db.Set<Customer>().SingleAsync(c => c.Id == scene.Customer, Ct)).UnitId = scene.Units["N2"];
            return await db.SaveChangesAsync(Ct);
        });
        Refused("approval.changed_since", await scene.Decide("n1", approval.Id));
        Assert.Equal((ApprovalState.Pending, scene.Units["N2"]), ((await scene.Stored(approval.Id)).State, await scene.Unit()));
        Done(await scene.Decide("n1", approval.Id, Decision.Return, "客户已移动"));
        Refused("approval.out_of_sight", await scene.Again("m1", approval.Id, "再试"));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Where_a_unit_has_no_head_the_unit_above_decides_and_up_to_the_group(Engine engine)
    {
        await using var scene = await Start(engine);
        Task Disable(string name) => scene.App.In(ApprovalScene.System, db => db.Set<User>().Where(u => u.UserName == name).ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, true), Ct));
        await Disable("n1");
        Assert.Equal(["north"], await scene.Waits((await scene.Asked("m1", "S1")).Id));
        await Disable("north");
        var other = await scene.MakeCustomer("m1", new string('长', Customer.NameLength)); // Longer than a title with its number.
        Assert.Equal(["data", "group"], await scene.Waits((await scene.Asked("m1", "S1", other)).Id));
        await Disable("data");
        await Disable("group");
        Refused("approval.nobody_decides", await scene.Ask("m1", "S1", await scene.MakeCustomer("m1", "丙公司")));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Who_is_head_no_more_decides_no_more(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");
        Task<int> Place(string unit) => scene.App.In(ApprovalScene.System, db => db.Set<User>().Where(u => u.UserName == "n1").ExecuteUpdateAsync(s => s.SetProperty(u => u.UnitId, scene.Units[unit]), Ct));
        await Place("N2"); // A head still, but of another unit.
        Refused("approval.head_no_more", await scene.Decide("n1", approval.Id));
        await Place("N1");
        await scene.App.In(ApprovalScene.System, async db =>
        {
            var manager = await db.Set<Role>().Where(r => r.Name == "manager").Select(r => r.Id).SingleAsync(Ct);
            var n1 = await scene.IdOf("n1");
            await db.Set<IdentityUserRole<long>>().Where(r => r.UserId == n1).ExecuteDeleteAsync(Ct);
            db.Add(new IdentityUserRole<long> { UserId = n1, RoleId = manager });
            return await db.SaveChangesAsync(Ct);
        });

        Refused("approval.head_no_more", await scene.Decide("n1", approval.Id));
        Assert.Equal((ApprovalState.Pending, approval.Version, scene.Units["N1"]), ((await scene.Stored(approval.Id)) is var a ? (a.State, a.Version, await scene.Unit()) : default));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_step_held_for_a_head_is_decided_by_a_head_alone(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");
        Done(await scene.Pass("n1", approval.Id, PassOnStep.How.Instead, await scene.IdOf("north")));
        Task<int> Is(string who, string role) => scene.App.In(ApprovalScene.System, async db =>
        {
            var (user, now) = (await scene.IdOf(who), await db.Set<Role>().Where(r => r.Name == role).Select(r => r.Id).SingleAsync(Ct));
            await db.Set<IdentityUserRole<long>>().Where(r => r.UserId == user).ExecuteDeleteAsync(Ct);
            db.Add(new IdentityUserRole<long> { UserId = user, RoleId = now });
            return await db.SaveChangesAsync(Ct);
        });
        Task<int> Place(string who, string unit) => scene.App.In(ApprovalScene.System, db => db.Set<User>().Where(u => u.UserName == who).ExecuteUpdateAsync(s => s.SetProperty(u => u.UnitId, scene.Units[unit]), Ct));

        await Is("north", "manager"); // n1 is a head still, and who holds it for him is none.
        Refused("approval.head_no_more", await scene.Decide("north", approval.Id));
        await Is("north", "subsidiary");
        await Place("north", "S");
        await Place("n1", "N2"); // Neither is of this line.
        Refused("approval.head_no_more", await scene.Decide("north", approval.Id));
        Assert.Equal(scene.Units["N1"], await scene.Unit());
        await Place("n1", "N1");
        Done(await scene.Decide("north", approval.Id)); // A head elsewhere, for one who is.
        Assert.Equal(scene.Units["S1"], await scene.Unit());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_merged_customer_keeps_its_approvals_which_move_the_one_that_stays(Engine engine)
    {
        await using var scene = await Start(engine);
        var approval = await scene.Asked("m1", "S1");
        var stays = await scene.MakeCustomer("n1", "甲公司总部");
        Assert.True((await scene.App.With<MergeCustomers, Result<MergeCustomers.Answer>>(await scene.App.ActorOf("n1"), m => m.Run(new() { SurvivorId = stays, LoserIds = [scene.Customer] }, Ct))).TryGet(out _, out var refusal), refusal?.Code);

        Assert.Equal(stays, (await scene.Stored(approval.Id)).CustomerId);
        Done(await scene.Decide("n1", approval.Id));
        Assert.Equal((scene.Units["S1"], scene.Units["N1"]), (await scene.Unit(stays), await scene.Unit()));
    }
}
