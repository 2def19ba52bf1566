using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;

namespace RailCrm.Tests.Modules.Managers;

/// <summary>A leaver's customers change hands with nothing lost.</summary>
public sealed class HandoverTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Code<T>(Result<T> result) => result.Refusal is Refusal.InvalidMany { Errors: [var error, ..] } ? $"{error.Field} {error.Code}" : result.Refusal is Refusal.Invalid one ? $"{one.Field} {one.Code}" : result.Refusal?.Code ?? "done";

    private static async Task<Result<Handover>> Propose(CrmApp app, string who, ProposeHandover.Input input) => await app.With<ProposeHandover, Result<Handover>>(await app.ActorOf(who), p => p.Run(input, Ct));

    private static async Task<CarryHandover.Seen> Did(CrmApp app, string who, Func<CarryHandover, Task<Result<CarryHandover.Seen>>> act)
    {
        var done = await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf(who), act);
        Assert.True(done.TryGet(out var seen, out var refusal), refusal?.Code);
        foreach (var job in seen.Parts.Where(p => p.Waiting > 0).Select(p => p.JobId).OfType<long>())
        {
            await app.Ended(job);
        }

        Assert.True((await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf(who), c => c.Get(seen.Id, Ct))).TryGet(out seen!, out _));
        return seen;
    }

    /// <summary>Open duties by account, customers in the bin or not, and main managers.</summary>
    private static Task<(Dictionary<string, int> Open, int Customers, int Mains)> Counts(CrmApp app) => app.In(ManagerScene.System, async db => (
        await (from r in db.Set<Responsibility>() join u in db.Set<User>() on r.UserId equals u.Id where r.Until == null group r by u.UserName! into g select new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, Ct),
        await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).CountAsync(Ct), await db.Set<Responsibility>().CountAsync(r => r.Until == null && r.Duty == Duty.Main, Ct)));

    private static Task<int> Close(CrmApp app, string who, bool closed) => app.In(ManagerScene.System, db => db.Set<User>().Where(u => u.UserName == who).ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, closed), Ct));

    private static async Task<List<long>> Portfolio(ManagerScene scene, string who, int count)
    {
        var ids = new List<long>();
        for (var n = 0; n < count; n++)
        {
            ids.Add(await scene.Customer(who, $"{who}第{n}公司"));
        }

        return ids;
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task All_that_hangs_on_a_leaver_goes_to_those_who_confirm_and_nothing_is_lost(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var ids = await Portfolio(scene, "a1", 9);
        await Portfolio(scene, "a2", 2);
        var helped = await scene.Customer("n1", "协办公司");
        await scene.Appoint("n1", helped, "a2");
        await scene.Appoint("n1", helped, "a1", Duty.Deputy);
        var (a1, a2) = (await app.ActorOf("a1"), await app.ActorOf("a2"));
        await app.In(ManagerScene.System, async db =>
        {
            db.AddRange(new SavedView { List = "customers", Name = "重点", Address = "?tier=large", OwnerId = a1.UserId, UpdatedAt = db.UtcNow }, new SavedView { List = "customers", Name = "重点", Address = "?tier=medium", OwnerId = a2.UserId, UpdatedAt = db.UtcNow });
            await db.SaveChangesAsync(Ct);
            return await db.Set<Customer>().Where(c => c.Id == ids[0]).ExecuteUpdateAsync(u => u.SetProperty(c => c.DeletedAt, db.UtcNow), Ct); // In the bin: it must have a manager when it is restored.
        });
        var before = await Counts(app);
        Assert.Equal("Disabled accounts.hangs_on", Code(await app.With<ChangeAccount, Result<User>>(ManagerScene.System, c => c.Disable(a1.UserId, Ct))));

        Assert.Equal("To handover.to_unfit", Code(await Propose(app, "n1", new() { From = "a1", To = "b1" })));
        Assert.Equal("To handover.to_self", Code(await Propose(app, "n1", new() { From = "a1", To = "a1" })));
        Assert.Equal("From handover.from_unknown", Code(await Propose(app, "n2", new() { From = "a1", To = "a2" })));
        Assert.True((await Propose(app, "n1", new() { From = "a1", To = "a2, n1", Rule = HandoverRule.Load, Leaves = true, Note = "请一周内走访" })).TryGet(out var handover, out var why), why?.Code);
        Assert.Equal("handover.open_already", Code(await Propose(app, "n1", new() { From = "a1", To = "a2" })));
        Assert.Equal(before, await Counts(app), (x, y) => x.Open.OrderBy(o => o.Key).SequenceEqual(y.Open.OrderBy(o => o.Key)) && (x.Customers, x.Mains) == (y.Customers, y.Mains)); // Nothing moves before they say yes.

        Assert.Equal("Disabled accounts.hangs_on", Code(await app.With<ChangeAccount, Result<User>>(ManagerScene.System, async c => await c.Disable((await app.ActorOf("n1")).UserId, Ct)))); // Asked to take over.
        Assert.Equal("UnitId accounts.hangs_moves", Code(await app.With<ChangeAccount, Result<User>>(ManagerScene.System, async c => await c.Edit(a1.UserId, "经理a1", (await app.ActorOf("b1")).UnitId, Ct))));
        var seen = await Did(app, "n1", c => c.Get(handover.Id, Ct));
        Assert.Equal([("a2", 4), ("n1", 6)], seen.Parts.OrderBy(p => p.Name).Select(p => (p.UserId == a2.UserId ? "a2" : "n1", p.Counts.GetValueOrDefault("customers"))).Order()); // 10 to give; a2 answers for 3 already.
        var part = seen.Parts.Single(p => p.UserId == a2.UserId);
        Assert.Equal("common.not_found", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf("b1"), c => c.Accept(handover.Id, part.Id, null, Ct))));
        Assert.Equal("handover.not_yours", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(a1, c => c.Accept(handover.Id, part.Id, null, Ct))));
        await Close(app, "a2", true);
        Assert.Equal("To handover.to_unfit", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf("n1"), c => c.Accept(handover.Id, part.Id, null, Ct))));
        await Close(app, "a2", false);
        await Did(app, "a2", c => c.Accept(handover.Id, part.Id, part.Version, Ct));
        Assert.Equal("handover.decided", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(a2, c => c.Accept(handover.Id, part.Id, null, Ct))));
        seen = await Did(app, "n1", c => c.Accept(handover.Id, seen.Parts.Single(p => p != part).Id, null, Ct));

        Assert.All(seen.Parts, p => Assert.Equal((HandoverState.Accepted, 0, 0), (p.State, p.Waiting, p.Left)));
        var after = await Counts(app);
        Assert.False(after.Open.ContainsKey("a1"));
        Assert.Equal(before.Customers, after.Customers);
        Assert.Equal(before.Mains, after.Mains); // Each that had a main manager has one.
        Assert.Empty(await scene.Wrong());
        Assert.Equal(["重点", $"重点 ({handover.Number})"], await app.In(ManagerScene.System, db => db.Set<SavedView>().Where(v => v.OwnerId != a1.UserId).OrderBy(v => v.Name.Length).Select(v => v.Name).ToListAsync(Ct)));
        Assert.Equal("done", Code(await app.With<ChangeAccount, Result<User>>(ManagerScene.System, c => c.Disable(a1.UserId, Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_handover_is_taken_back_within_thirty_days_but_for_what_changed_since(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var ids = await Portfolio(scene, "a1", 4);
        await scene.Appoint("n1", ids[3], "a2", Duty.Deputy);
        var (helped, both) = (await scene.Customer("n1", "协办公司"), await scene.Customer("n1", "同办公司"));
        await scene.Appoint("n1", helped, "a1", Duty.Deputy, until: new(2026, 4, 20));
        await scene.Appoint("n1", both, "a1", Duty.Deputy, until: new(2026, 4, 21));
        await scene.Appoint("n1", both, "a2", Duty.Deputy);
        Assert.True((await Propose(app, "n1", new() { From = "a1", To = "a2" })).TryGet(out var handover, out _));
        var seen = await Did(app, "n1", c => c.Accept(handover.Id, handover.Parts[0].Id, null, Ct));
        Assert.True(seen.CanUndo);
        await scene.Appoint("n1", ids[0], "n1"); // Somebody else since.
        await scene.Move("north", ids[1], "N2"); // Away since.

        await Close(app, "a1", true);
        Assert.Equal("handover.undo_closed", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf("n1"), c => c.Undo(handover.Id, Ct))));
        await Close(app, "a1", false);

        seen = await Did(app, "n1", c => c.Undo(handover.Id, Ct));
        Assert.Equal(["Outlet Deputy a1 04-01 04-01", "Outlet Deputy a2 04-01 04-01", "Outlet Deputy a1 04-01 04-20"], await scene.Book(helped)); // With the end that was planned.
        Assert.Equal(["Outlet Deputy a1 04-01 04-01", "Outlet Deputy a2 04-01", "Outlet Deputy a1 04-01 04-21"], await scene.Book(both));
        Assert.Equal((HandoverState.Undone, 0, 2), (seen.Parts[0].State, seen.Parts[0].Waiting, seen.Parts[0].Left));
        var mains = await app.In(ManagerScene.System, async db => await (from r in db.Set<Responsibility>() join u in db.Set<User>() on r.UserId equals u.Id where r.Until == null && r.Duty == Duty.Main select new { r.CustomerId, u.UserName }).ToDictionaryAsync(r => r.CustomerId, r => r.UserName, Ct));
        Assert.Equal(["n1", null, "a1", "a1"], ids.Select(mains.GetValueOrDefault));
        Assert.Contains("Outlet Deputy a2 04-01", await scene.Book(ids[3])); // He helped before.
        Assert.Empty(await scene.Wrong());
        Assert.Equal("handover.undo_late", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf("n1"), c => c.Undo(handover.Id, Ct))));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Customers_of_a_leaver_go_into_a_pool_and_come_back_with_those_who_helped(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var ids = await Portfolio(scene, "a1", 3);
        await scene.Appoint("n1", ids[0], "a2", Duty.Deputy);
        var helped = await scene.Customer("n1", "协办公司");
        await scene.Appoint("n1", helped, "a1", Duty.Deputy);
        var units = await app.In(ManagerScene.System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        async Task<Result<long>> Pool(string unit, string name) => (await app.With<SavePool, Result<Pool>>(await app.ActorOf("group"), s => s.Run(null, null, new() { Name = name, UnitId = units[unit] }, Ct))).TryGet(out var made, out var why) ? made.Id : why;
        Assert.Equal("done", Code(await Pool("N1", "北一公海")));
        Assert.Equal("done", Code(await Pool("S1", "南一公海")));
        Task<int> Lying() => app.In(ManagerScene.System, db => PoolBook.Open(db).CountAsync(Ct));

        Assert.Equal("Pool handover.pool_unknown", Code(await Propose(app, "n1", new() { From = "a1", To = "a2", Pool = "南一公海" })));
        Assert.Equal("To handover.to_beside", Code(await Propose(app, "n1", new() { From = "a1", Pool = "北一公海" }))); // Somebody must go on helping.
        var input = new ProposeHandover.Input { From = "a1", To = "a2", Pool = "北一公海", Leaves = true };
        Assert.True((await app.With<ProposeHandover, Result<ProposeHandover.Preview>>(await app.ActorOf("n1"), p => p.Show(input, Ct))).TryGet(out var preview, out _));
        Assert.Equal((3, 1), (preview.Pool!.Customers, preview.Shares.Single().Counts["customers"]));
        Assert.True((await Propose(app, "n1", input)).TryGet(out var handover, out _));
        var (pool, person) = (handover.Parts.Single(p => p.PoolId is not null), handover.Parts.Single(p => p.PoolId is null));
        Assert.Equal("handover.not_yours", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf("a2"), c => c.Accept(handover.Id, pool.Id, null, Ct))));
        Assert.Equal(0, await Lying());

        await Did(app, "n1", c => c.Accept(handover.Id, pool.Id, null, Ct));
        var seen = await Did(app, "a2", c => c.Accept(handover.Id, person.Id, null, Ct));
        Assert.Equal(["公海：北一公海"], seen.Parts.Where(p => p.PoolId is not null).Select(p => p.Name));
        Assert.All(seen.Parts, p => Assert.Equal((HandoverState.Accepted, 0, 0), (p.State, p.Waiting, p.Left)));
        Assert.Equal(3, await Lying());
        Assert.False((await Counts(app)).Open.ContainsKey("a1"));
        Assert.Empty(await scene.Wrong());
        await scene.Appoint("n1", ids[2], "n1"); // Claimed or given to somebody since.
        await app.In(ManagerScene.System, db => db.Set<PoolStay>().IgnoreQueryFilters().Where(s => s.CustomerId == ids[1]).ExecuteUpdateAsync(s => s.SetProperty(x => x.Reason, "另一原因"), Ct)); // Lies there by another way.

        seen = await Did(app, "n1", c => c.Undo(handover.Id, Ct));
        Assert.Equal((1, 2), (await Lying(), seen.Parts.Sum(p => p.Left)));
        Assert.Equal(["Outlet Deputy a2 04-01 04-01", "Outlet Main a1 04-01 04-01", "Outlet Deputy a2 04-01", "Outlet Main a1 04-01"], (await scene.Book(ids[0])).Order(StringComparer.Ordinal).OrderBy(r => r.Count(c => c == '-') == 1).ThenBy(r => r));
        Assert.Contains("Outlet Main n1 04-01", await scene.Book(ids[2]));
        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task What_is_declined_goes_to_somebody_else_and_what_nobody_confirmed_is_called_off(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        await Portfolio(scene, "a1", 4);
        Assert.True((await Propose(app, "n1", new() { From = "a1", To = "a2" })).TryGet(out var handover, out _));
        var part = handover.Parts[0].Id;
        var a2 = await app.ActorOf("a2");

        Assert.Equal("Comment handover.comment_missing", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(a2, c => c.Decline(handover.Id, part, null, " ", Ct))));
        Assert.Equal(HandoverState.Declined, (await Did(app, "a2", c => c.Decline(handover.Id, part, null, "手上已有八十户", Ct))).Parts[0].State);
        Assert.Equal("handover.not_yours", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(a2, c => c.Assign(handover.Id, part, [], "n1", Ct))));
        var items = await app.With<CarryHandover, Result<(IReadOnlyList<CarryHandover.Item> Items, long? Next)>>(await app.ActorOf("n1"), c => c.Items(handover.Id, part, false, 0, 10, Ct));
        Assert.True(items.TryGet(out var page, out _));
        Assert.Equal("To handover.to_unfit", Code(await app.With<CarryHandover, Result<CarryHandover.Seen>>(await app.ActorOf("n1"), c => c.Assign(handover.Id, part, [], "b1", Ct))));
        var seen = await Did(app, "n1", c => c.Assign(handover.Id, part, [page.Items[0].Id], "n1", Ct));
        Assert.Equal([3, 1], seen.Parts.Select(p => p.Counts["customers"]));
        var stopped = seen.Parts[1].Id;
        await app.In(ManagerScene.System, db => db.Set<HandoverPart>().Where(p => p.Id == stopped).ExecuteUpdateAsync(s => s.SetProperty(p => p.State, HandoverState.Accepted), Ct)); // Its job came to nothing.
        Assert.Equal((1, true), (await Did(app, "n1", c => c.Get(handover.Id, Ct))).Parts[1] is var p ? (p.Waiting, p.Stopped) : default);
        seen = await Did(app, "n1", c => c.Accept(handover.Id, stopped, null, Ct));
        Assert.Equal((0, false), (seen.Parts[1].Waiting, seen.Parts[1].Stopped));
        seen = await Did(app, "n1", c => c.Cancel(handover.Id, Ct));

        Assert.Equal([HandoverState.Cancelled, HandoverState.Accepted], seen.Parts.Select(p => p.State));
        Assert.Equal((3, 1), ((await Counts(app)).Open["a1"], (await Counts(app)).Open["n1"]));
        Assert.Empty(await scene.Wrong());
    }

    [Fact]
    public void Load_goes_to_whoever_has_least_and_what_belongs_together_stays_together()
    {
        var customers = Enumerable.Range(1, 12).Select(n => ((long)n, $"{n % 3}", "")).ToList();
        var together = ProposeHandover.Spread(customers, [1, 2, 3], new Dictionary<long, int>());
        Assert.Equal(3, customers.GroupBy(c => c.Item2).Select(g => Assert.Single(g.Select(c => together[c.Item1]).Distinct())).Distinct().Count());

        var even = ProposeHandover.Spread([.. customers.Select(c => (c.Item1, $"#{c.Item1}", c.Item1 % 2 == 0 ? "a" : "b"))], [1, 2], new Dictionary<long, int>());
        Assert.All(customers.GroupBy(c => c.Item1 % 2), g => Assert.Equal([3, 3], g.GroupBy(c => even[c.Item1]).Select(r => r.Count())));

        var loaded = ProposeHandover.Spread([.. customers.Select(c => (c.Item1, $"#{c.Item1}", ""))], [1, 2], new Dictionary<long, int> { [1] = 10 });
        Assert.Equal((1, 11), (loaded.Values.Count(r => r == 1), loaded.Values.Count(r => r == 2)));
    }
}
