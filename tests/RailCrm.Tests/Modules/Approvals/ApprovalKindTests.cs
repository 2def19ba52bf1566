using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Records;
using static RailCrm.Tests.Modules.Approvals.ApprovalScene;

namespace RailCrm.Tests.Modules.Approvals;

/// <summary>A kind of another module, with an amount and a mind of its own.</summary>
public sealed class ApprovalKindTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Gives a customer a short name, where its payload's amount says so; refuses at the last moment while it is told to.</summary>
    private sealed class Priced(long customer, long fen) : IApprovalKind
    {
        public bool Refuses { get; set; }

        public string Kind => "test.priced";

        public string TitleKey => "customer.transfer";

        public string AskPermission => Permission.CustomersWrite;

        public async Task<Result<ApprovalSubject>> Check(CrmDb db, string payload, CancellationToken ct)
        {
            var unit = await db.Set<Customer>().Where(c => c.Id == customer).Select(c => (long?)c.UnitId).SingleOrDefaultAsync(ct);
            return unit is null ? new Refusal.NotFound() : new ApprovalSubject(customer, unit.Value, RecordKind.Customer, fen, "价格", fen, [("customer.name", "旧", "新")]);
        }

        public async Task<Result<bool>> Grant(CrmDb db, Approval approval, CancellationToken ct)
        {
            (await db.Set<Customer>().SingleAsync(c => c.Id == approval.CustomerId, ct)).ShortName = approval.Number;
            await db.SaveChangesAsync(ct);
            return Refuses ? new Refusal.Conflict("approval.gone") : true;
        }
    }

    private static async Task<Result<Approval>> With(ApprovalScene scene, string who, Priced kind, Func<SubmitApproval, DecideApproval, Task<Result<Approval>>> act) => await scene.App.With<IServiceProvider, Result<Approval>>(await scene.App.ActorOf(who), s =>
    {
        var (db, kinds) = (s.GetRequiredService<CrmDb>(), new ApprovalKinds([kind]));
        var flow = new ApprovalFlow(db, kinds, s.GetRequiredService<Deciders>(), s.GetRequiredService<Holidays>());
        return act(new(db, kinds, flow), new(db, flow));
    });

    private static async Task<Approval> Submit(ApprovalScene scene, Priced kind) =>
        (await With(scene, "m1", kind, (s, _) => s.Run("test.priced", "{}", "报价", null, Ct))).TryGet(out var made, out var refusal) ? made : throw new InvalidOperationException(refusal.Code);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task The_highest_amount_that_is_reached_chooses_the_route(Engine engine)
    {
        await using var scene = await Start(engine);
        await scene.App.In(ApprovalScene.System, db =>
        {
            db.Add(new ApprovalTemplate { Kind = "test.priced", FromFen = 100_00, Route = Approval.Write([new ApprovalNode(NodeBy.HeadAbove, NodeMode.Any)]) });
            db.Add(new ApprovalTemplate { Kind = "test.priced", FromFen = 1_000_00, Route = Approval.Write([new ApprovalNode(NodeBy.GroupHead, NodeMode.Any)]) });
            db.Add(new ApprovalTemplate { Kind = "customer.transfer", FromFen = 0, Route = Approval.Write([new ApprovalNode(NodeBy.GroupHead, NodeMode.Any)]) });
            return db.SaveChangesAsync(Ct);
        });
        foreach (var (fen, asked) in new[] { (99_99L, new[] { "n1" }), (100_00L, ["north"]), (999_99L, ["north"]), (1_000_00L, ["data", "group"]) })
        {
            Assert.Equal(asked, await scene.Waits((await Submit(scene, new(scene.Customer, fen))).Id));
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_a_kind_refuses_at_the_last_moment_leaves_no_trace(Engine engine)
    {
        await using var scene = await Start(engine);
        var kind = new Priced(scene.Customer, 1) { Refuses = true };
        var id = (await Submit(scene, kind)).Id;
        Task<string?> Short() => scene.App.In(ApprovalScene.System, db => db.Set<Customer>().Where(c => c.Id == scene.Customer).Select(c => c.ShortName).SingleAsync(Ct));
        Task<Result<Approval>> Approve() => With(scene, "n1", kind, (_, d) => d.Run(id, null, null, new() { Decision = Decision.Approve }, Ct));

        Refused("approval.gone", await Approve());
        Assert.Equal((ApprovalState.Pending, 1, null), (await scene.Stored(id)) is var a ? (a.State, a.Version, await Short()) : default);
        Assert.Equal(["n1"], await scene.Waits(id));
        Assert.Equal(["submitted"], await scene.Trail(id));

        kind.Refuses = false;
        Done(await Approve());
        Assert.Equal($"SP-{id:0000000}", await Short());
    }
}
