using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;
using RailCrm.Platform.Lists;
using RailCrm.Tests.Modules.Customers;

namespace RailCrm.Tests.Modules.Managers;

/// <summary>Managers of many: gaps as a work list, one person appointed for all of a view, and what becomes of them in a merge.</summary>
public sealed class ManagerWorkTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_gap_is_a_level_that_the_tier_needs_and_nobody_holds(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var dice = new Random(3);
        var units = await app.In(ManagerScene.System, db => db.Set<OrgUnit>().AsNoTracking().ToListAsync(Ct));
        await app.In(ManagerScene.System, async db =>
        {
            for (var n = 1; n <= 120; n++)
            {
                var unit = units[dice.Next(units.Count)];
                db.Add(new Customer { Name = $"公司{n}", NormalizedName = $"公司{n}", Number = $"KH-{n}", UnitId = unit.Id, Tier = (CustomerTier)dice.Next(5), ManagerLevels = dice.Next(8) * 2, CreatedAt = db.UtcNow, UpdatedAt = db.UtcNow, Active = true });
            }

            return await db.SaveChangesAsync(Ct);
        });
        var rule = new SetManagerRule.Input { Large = [UnitLevel.Group, UnitLevel.Outlet], Medium = [UnitLevel.Subsidiary], Small = [], AtRisk = [UnitLevel.Group, UnitLevel.Subsidiary, UnitLevel.Outlet], Prospective = [UnitLevel.Outlet] };
        Assert.Equal("manager.rule_group_only", (await app.With<SetManagerRule, Result<ManagerRule>>(await app.ActorOf("north"), s => s.Run(null, rule, Ct))).Refusal?.Code);
        Assert.Null((await app.With<SetManagerRule, Result<ManagerRule>>(ManagerScene.System, s => s.Run(0, rule, Ct))).Refusal);
        Assert.IsType<Refusal.Stale>((await app.With<SetManagerRule, Result<ManagerRule>>(ManagerScene.System, s => s.Run(0, rule, Ct))).Refusal);

        var level = units.ToDictionary(u => u.Id, u => u.Level);
        foreach (var (who, path) in new[] { ("group", ""), ("north", units.Single(u => u.Code == "N").Path), ("n1", units.Single(u => u.Code == "N1").Path) })
        {
            using var api = await app.Api(who);
            foreach (var asked in new[] { "any", "outlet", "subsidiary", "group" })
            {
                var levels = asked == "any" ? Enum.GetValues<UnitLevel>() : [Enum.Parse<UnitLevel>(asked, ignoreCase: true)];
                var wanted = await app.In(ManagerScene.System, async db => (await db.Set<Customer>().AsNoTracking().ToListAsync(Ct))
                    .Where(c => units.Single(u => u.Id == c.UnitId).Path.StartsWith(path, StringComparison.Ordinal) && levels.Any(l => l <= level[c.UnitId] && rule.Of(c.Tier)!.Contains(l) && (c.ManagerLevels & ManagerRule.Bit(l)) == 0)).Select(c => c.Name).Order(StringComparer.Ordinal).ToList());
                var found = (await api.GetFromJsonAsync<JsonElement>($"/api/v1/customers?limit=200&filter=managerGap={asked}", Ct)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()!).Order(StringComparer.Ordinal);

                Assert.Equal(wanted, found);
                Assert.True(wanted.Count > 0 || who != "group");
            }

            using var refused = await api.GetAsync(new Uri("/api/v1/customers?filter=managerGap=province", UriKind.Relative), Ct);
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task One_person_is_appointed_for_all_of_a_view_and_the_one_before_comes_back_with_the_undo(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var (first, second, other) = (await scene.Customer("n1", "甲公司"), await scene.Customer("n1", "乙公司"), await scene.Customer("n2", "丙公司"));
        await scene.Appoint("n1", first, "a1");
        var north = await app.ActorOf("north");

        Assert.Equal("manager.person_unfit", Assert.IsType<Refusal.InvalidMany>((await app.With<WorkOnRows, Result<Job>>(north, w => w.Start(new() { List = "customers", Act = "entrust", Value = "s1", All = true, In = "all" }, Ct))).Refusal).Errors[0].Code);
        Assert.Equal("manager.reason_missing", Assert.IsType<Refusal.InvalidMany>((await app.With<WorkOnRows, Result<Job>>(north, w => w.Start(new() { List = "customers", Act = "entrust", Value = "a2", Reason = " ", All = true, In = "all" }, Ct))).Refusal).Errors[0].Code);
        var seen = await WorkOnRowsTests.Work(app, "north", new() { List = "customers", Act = "entrust", Value = "a2", Reason = "片区调整", All = true, In = "all" });
        Assert.Equal((2, 1), (seen.Counts["done"], seen.Counts["refused"]));
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Outlet Main a2 04-01"], await scene.Book(first));
        Assert.Equal(["Outlet Main a2 04-01"], await scene.Book(second));
        Assert.Equal("片区调整", await app.In(ManagerScene.System, db => db.Set<Responsibility>().Where(r => r.CustomerId == second).Select(r => r.Reason).SingleAsync(Ct)));
        Assert.Empty(await scene.Book(other));
        Assert.Equal("2", await app.In(ManagerScene.System, db => (from l in db.Set<RailCrm.Platform.Inbox.InboxLine>() join u in db.Set<User>() on l.UserId equals u.Id where u.UserName == "a2" select l.Detail).SingleAsync(Ct)));
        Assert.Equal(2, (await WorkOnRowsTests.Work(app, "north", new() { List = "customers", Act = "entrust", Value = "a2", Reason = "片区调整", Ids = [first, second] })).Counts["same"]);

        await scene.Appoint("n1", second, "a1");
        Assert.True((await app.With<WorkOnRows, Result<Job>>(north, w => w.Undo("customers", seen.Job.Id, Ct))).TryGet(out var undo, out _));
        await app.Ended(undo.Id);
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Outlet Main a2 04-01 04-01", "Outlet Main a1 04-01"], await scene.Book(first));
        Assert.Equal(["Outlet Main a2 04-01 04-01", "Outlet Main a1 04-01"], await scene.Book(second)); // Somebody else was appointed since.
        Assert.Empty(await scene.Wrong());

        var deputies = await WorkOnRowsTests.Work(app, "north", new() { List = "customers", Act = "deputise", Value = "m", Ids = [first, other] });
        Assert.Equal(2, deputies.Counts["done"]);
        Assert.True((await app.With<WorkOnRows, Result<Job>>(north, w => w.Undo("customers", deputies.Job.Id, Ct))).TryGet(out undo, out _));
        await app.Ended(undo.Id);
        Assert.Equal(["Subsidiary Deputy m 04-01 04-01"], await scene.Book(other));
        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Managers_of_the_customer_that_goes_help_at_the_one_that_stays_until_the_merge_is_undone(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var managers = await ManagerScene.Make(app);
        var scene = await MergeScene.Make(app);
        await managers.Appoint("group", scene.Stays, "a1");
        await managers.Appoint("group", scene.Stays, "m");
        await managers.Appoint("group", scene.Goes, "b1");
        await managers.Appoint("group", scene.Goes, "m");
        await managers.Appoint("group", scene.Goes, "g");
        var s1 = (await app.ActorOf("s1")).UserId;
        await app.In(ManagerScene.System, db =>
        {
            db.Add(new CustomerGrant { CustomerId = scene.Stays, UserId = s1, Until = db.UtcNow.AddDays(1) });
            return db.SaveChangesAsync(Ct);
        });
        var before = await scene.Dump();

        var merge = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes } });
        Assert.Equal(["Outlet Main a1 04-01", "Subsidiary Main m 04-01", "Group Main g 04-01"], await managers.Book(scene.Stays)); // b1 works in another outlet; of the group nobody answered for it.
        Assert.Equal(2, await app.In(ManagerScene.System, db => db.Set<CustomerGrant>().CountAsync(g => g.CustomerId == scene.Stays && g.UserId == s1, Ct))); // The one that comes along lasts longer.
        await scene.Undo(merge);
        Assert.Equal(before.Where(t => t.Key is "responsibilities" or "customer_grants" or "customers"), (await scene.Dump()).Where(t => t.Key is "responsibilities" or "customer_grants" or "customers"));

        var moving = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new Dictionary<string, long> { ["UnitId"] = scene.Goes } });
        Assert.Contains("Outlet Main a1 04-01 04-01", await managers.Book(scene.Stays));
        await scene.Undo(moving);
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Subsidiary Main m 04-01", "Outlet Main a1 04-01"], await managers.Book(scene.Stays));
        Assert.Empty(await managers.Wrong());

        // Who left meanwhile does not come back, and the history says so.
        moving = await scene.Merge(new { survivorId = scene.Stays, loserIds = new[] { scene.Goes }, choices = new Dictionary<string, long> { ["UnitId"] = scene.Goes } });
        await app.In(ManagerScene.System, db => db.Set<User>().Where(u => u.UserName == "a1").ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, true), Ct));
        await scene.Undo(moving);
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Subsidiary Main m 04-01", "Outlet Main a1 04-01 04-01"], await managers.Book(scene.Stays));
        Assert.Equal(1, await app.In(ManagerScene.System, db => db.Set<RailCrm.Platform.Data.AuditEntry>().CountAsync(a => a.CustomerId == scene.Stays && a.Action == "managers_lost", Ct)));
        Assert.Empty(await managers.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Managers_from_before_the_book_are_taken_over_into_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var id = await scene.Customer("n1");
        var names = await app.In(ManagerScene.System, db => db.Set<User>().ToDictionaryAsync(u => u.UserName!, u => u.Id, Ct));
        await app.In(ManagerScene.System, async db =>
        {
            foreach (var who in new[] { "a1", "a2", "m", "b1", "g" })
            {
                db.Add(new CustomerGrant { CustomerId = id, UserId = names[who], Reason = CustomerGrant.Manager });
                await db.SaveChangesAsync(Ct);
            }

            await db.Set<User>().Where(u => u.UserName == "g").ExecuteUpdateAsync(s => s.SetProperty(u => u.Disabled, true), Ct); // Left, and manages nothing.
            var sql = engine == Engine.Postgres ? RailCrm.Platform.Data.Migrations.ManagersFromGrants.Sql("'2026-04-01'::date", "now()", "TRUE") : RailCrm.Platform.Data.Migrations.ManagersFromGrants.Sql("'2026-04-01'", "'2026-04-01 00:00:00'", "1");
            foreach (var statement in sql.Where(s => !s.Contains("role_permissions", StringComparison.Ordinal))) // Those are there already.
            {
                await db.Write(() => db.Database.ExecuteSqlRawAsync(statement, [], Ct), Ct);
            }

            return 0;
        });

        Assert.Equal(["Outlet Main a1 04-01", "Outlet Deputy a2 04-01", "Subsidiary Main m 04-01"], (await scene.Book(id)).Order(StringComparer.Ordinal).OrderBy(b => b.StartsWith("Sub", StringComparison.Ordinal)).ThenByDescending(b => b, StringComparer.Ordinal));
        Assert.Empty(await scene.Wrong());
        Assert.True(await app.In(ManagerScene.System, db => db.Set<CustomerGrant>().Where(g => g.UserId == names["b1"]).Select(g => g.Reason == CustomerGrant.Shared && g.Writes).SingleAsync(Ct)));
    }
}
