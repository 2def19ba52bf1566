using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;

namespace RailCrm.Tests.Modules.Approvals;

/// <summary>A customer of the outlet n1, whose head is n1, and m1 who works there and supervises nobody.</summary>
internal sealed record ApprovalScene(CrmApp App, long Customer, IReadOnlyDictionary<string, long> Units) : IAsyncDisposable
{
    public static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<ApprovalScene> Start(Engine engine)
    {
        var app = await CrmApp.Start(engine);
        var units = await app.In(System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        var scene = new ApprovalScene(app, 0, units);
        await scene.Account("m1", "N1", "manager");
        return scene with { Customer = await scene.MakeCustomer("m1", "甲公司") };
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    public async Task<long> Account(string name, string unit, string role)
    {
        Assert.True((await App.With<SetUpGroup, Result<User>>(System, s => s.CreateUser(new() { UserName = name, DisplayName = name, UnitId = Units[unit] }, CrmApp.Password, role, Ct))).TryGet(out var user, out var refusal), refusal?.Code);
        return user.Id;
    }

    public async Task<long> MakeCustomer(string who, string name)
    {
        Assert.True((await App.With<SaveCustomer, Result<Customer>>(await App.ActorOf(who), s => s.Run(null, null, new() { Name = name }, Ct))).TryGet(out var customer, out var refusal), refusal?.Code);
        return customer.Id;
    }

    public async Task<Result<Approval>> Ask(string who, string unit, long? customer = null, string? reason = "客户迁址", string? key = null) =>
        await App.With<SubmitApproval, Result<Approval>>(await App.ActorOf(who), s => s.Run("customer.transfer", CustomerTransfer.Payload(customer ?? Customer, Units[unit]), reason, key, Ct));

    public async Task<Approval> Asked(string who, string unit, long? customer = null) => (await Ask(who, unit, customer)).TryGet(out var approval, out var refusal) ? approval : throw new InvalidOperationException(refusal.Code);

    public async Task<Result<Approval>> Act<TUse>(string who, long id, Func<TUse, Task<Result<Approval>>> act) where TUse : notnull =>
        await App.With<ApprovalDesk, Result<Approval>>(await App.ActorOf(who), d => d.Act(id, act, Ct));

    public Task<Result<Approval>> Decide(string who, long id, Decision decision = Decision.Approve, string? comment = null, int? to = null, long? step = null) =>
        Act<DecideApproval>(who, id, d => d.Run(id, null, step, new() { Decision = decision, Comment = comment, ToNode = to }, Ct));

    public async Task<Result<Approval>> Again(string who, long id, string reason, int? version = null) => await App.With<SubmitApproval, Result<Approval>>(await App.ActorOf(who), s => s.Again(id, version, reason, Ct));

    public Task<Result<Approval>> Pass(string who, long id, PassOnStep.How how, long user) => Act<PassOnStep>(who, id, p => p.Run(id, null, null, new() { How = how, UserId = user }, Ct));

    public Task<long> IdOf(string who) => App.In(System, db => db.Set<User>().Where(u => u.UserName == who).Select(u => u.Id).SingleAsync(Ct));

    public Task<Approval> Stored(long id) => App.In(System, db => db.Set<Approval>().AsNoTracking().SingleAsync(a => a.Id == id, Ct));

    public Task<long> Unit(long? customer = null) => App.In(System, db => db.Set<Customer>().IgnoreQueryFilters().Where(c => c.Id == (customer ?? Customer)).Select(c => c.UnitId).SingleAsync(Ct));

    /// <summary>Whom it waits for.</summary>
    public Task<string[]> Waits(long id) => App.In(System, db => (from s in db.Set<ApprovalStep>() join u in db.Set<User>() on s.UserId equals u.Id where s.ApprovalId == id && s.State == StepState.Pending orderby u.UserName select u.UserName!).ToArrayAsync(Ct));

    public Task<string[]> Trail(long id) => App.In(System, db => db.Set<ApprovalEvent>().Where(e => e.ApprovalId == id).OrderBy(e => e.Id).Select(e => e.Action).ToArrayAsync(Ct));

    public async Task<string[]> Inbox(string who)
    {
        var (shown, _) = await App.With<ReadInbox, (IReadOnlyList<ReadInbox.Shown>, long?)>(await App.ActorOf(who), r => r.Run(false, null, Ct));
        return [.. shown.Select(s => s.Line.Kind)];
    }

    public async Task<int> Waiting(string who) => await App.With<ListApprovals, int>(await App.ActorOf(who), l => l.Waiting(Ct));

    public Task<ChaseApprovals.Chased> Chase() => App.With<ChaseApprovals, ChaseApprovals.Chased>(Actor.System("job"), c => c.Run(Ct));

    public async Task Template(params ApprovalNode[] nodes) => Assert.Equal(1, await App.In(System, db =>
    {
        db.Add(new ApprovalTemplate { Kind = "customer.transfer", Route = Approval.Write(nodes), Version = 1 });
        return db.SaveChangesAsync(Ct);
    }));

    public static void Refused(string code, Result<Approval> done) => Assert.Equal(code, done.Refusal is Refusal.InvalidMany many ? many.Errors[0].Code : done.Refusal?.Code);

    public static void Done(Result<Approval> done) => Assert.Null(done.Refusal?.Code);
}
