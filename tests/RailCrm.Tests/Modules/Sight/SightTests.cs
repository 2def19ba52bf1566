using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Sight;
using RailCrm.Platform.Access;
using RailCrm.Tests.Modules.Managers;

namespace RailCrm.Tests.Modules.Sight;

public sealed class SightTests
{
    private static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Why_says_of_everybody_and_every_customer_what_the_scope_does(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var random = new Random(11);
        var units = await app.In(System, db => db.Set<OrgUnit>().OrderBy(u => u.Id).ToListAsync(Ct));
        var users = await app.In(System, db => db.Set<User>().OrderBy(u => u.Id).ToListAsync(Ct));
        var ids = new List<long>();
        foreach (var (who, name) in new[] { ("n1", "甲公司"), ("n2", "乙公司"), ("s1", "丙公司"), ("north", "丁公司"), ("group", "戊公司"), ("a1", "己公司") })
        {
            ids.Add(await scene.Customer(who, name));
        }

        for (var round = 0; round < 3; round++)
        {
            await app.In(System, async db =>
            {
                string[] reasons = [CustomerGrant.Manager, CustomerGrant.Deputy, CustomerGrant.Shared];
                db.AddRange(Enumerable.Range(0, 14).Select(_ => random.Next(3) == 0
                    ? new CustomerGrant { CustomerId = ids[random.Next(ids.Count)], UnitId = units[random.Next(units.Count)].Id, Until = Until() }
                    : new CustomerGrant { CustomerId = ids[random.Next(ids.Count)], UserId = users[random.Next(users.Count)].Id, Reason = reasons[random.Next(3)], Until = Until() }));
                (await db.Set<User>().SingleAsync(u => u.UserName == "b1", Ct)).Disabled = round == 2;
                if (round == 1)
                {
                    (await db.Set<Customer>().SingleAsync(c => c.Id == ids[1], Ct)).DeletedAt = db.UtcNow;
                }

                return await db.SaveChangesAsync(Ct);
                DateTime? Until() => random.Next(4) switch { 0 => db.UtcNow.AddDays(-1), 1 => db.UtcNow, 2 => db.UtcNow.AddDays(1), _ => null };
            });
            var (said, seen) = (0, 0);
            foreach (var user in users)
            {
                var actor = await app.In(System, db => Actors.Find(db, user.Id, "web", Ct)) ?? Actor.Nobody; // A closed account is nobody.
                var visible = actor.May(Permission.CustomersRead) ? await app.In(actor, db => db.Set<Customer>().Where(c => ids.Contains(c.Id)).Select(c => c.Id).ToListAsync(Ct)) : [];
                foreach (var id in ids)
                {
                    var answer = await app.With<ExplainSight, Result<ExplainSight.Answer>>(System, e => e.Run(id, null, user.UserName, Ct));
                    Assert.True(answer.TryGet(out var why, out _));
                    Assert.True(visible.Contains(id) == why.Sees, $"{user.UserName} {id}: {why.Sees}, {string.Join(' ', why.Reasons)} {string.Join(' ', why.Obstacles)}");
                    Assert.Equal(why.Sees, why.Obstacles.Count == 0 && why.Reasons.Count > 0);
                    (said, seen) = (said + 1, seen + (why.Sees ? 1 : 0));
                }
            }

            Assert.InRange(seen, said / 5, said * 4 / 5); // Neither all nor nothing.
        }

        // Who may ask: heads of what they see, security by number, nobody else.
        var head = await app.ActorOf("n1");
        Assert.IsType<Refusal.NotFound>((await app.With<ExplainSight, Result<ExplainSight.Answer>>(head with { Scope = head.Scope with { UserId = 0, UnitId = 0 } }, e => e.Run(ids[2], null, "a1", Ct))).Refusal);
        Assert.IsType<Refusal.Forbidden>((await app.With<ExplainSight, Result<ExplainSight.Answer>>(await app.ActorOf("a1"), e => e.Run(ids[0], null, "a1", Ct))).Refusal);
        await app.In(System, db => db.Set<CustomerGrant>().ExecuteDeleteAsync(Ct));
        Assert.Equal("sight.person_unknown", (await app.With<ExplainSight, Result<ExplainSight.Answer>>(head, e => e.Run(ids[0], null, "s1", Ct))).Refusal!.Code); // Neither of his units nor of this customer.
        Assert.True((await app.With<ExplainSight, Result<ExplainSight.Answer>>(head, e => e.Run(ids[0], null, "经理a1", Ct))).TryGet(out var named, out _));
        Assert.Equal(("a1", "甲公司"), (named.UserName, named.CustomerName));
        Assert.True((await app.With<ExplainSight, Result<ExplainSight.Answer>>(System with { Permissions = new HashSet<string> { Permission.Security } }, e => e.Run(ids[0], null, "s1", Ct))).TryGet(out var blind, out _));
        Assert.StartsWith("KH-", blind.CustomerName, StringComparison.Ordinal);
        (await app.With<ExplainSight, Result<IReadOnlyList<ExplainSight.Seer>>>(head, e => e.All(ids[0], Ct))).TryGet(out var all, out _);
        Assert.Equal([ExplainSight.Why.Group, ExplainSight.Why.UnitBelow, ExplainSight.Why.OwnUnit], all!.Take(3).Select(s => s.Reason.Why));
    }
}
