using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;

namespace RailCrm.Tests.Modules.Managers;

public sealed class AppointManagerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Code<T>(Result<T> result) => result.Refusal is Refusal.InvalidMany { Errors: [var error, ..] } ? $"{error.Field} {error.Code}" : result.Refusal is Refusal.Invalid one ? $"{one.Field} {one.Code}" : result.Refusal?.Code ?? "done";

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_new_main_manager_begins_on_the_day_the_one_before_ends(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var id = await scene.Customer("n1");

        Assert.Equal("done", Code(await scene.Appoint("n1", id, "a1", from: new(2026, 3, 1))));
        Assert.Equal("From manager.from_before", Code(await scene.Appoint("n1", id, "a2", from: new(2026, 2, 1))));
        Assert.Equal("Reason manager.reason_missing", Code(await scene.Appoint("n1", id, "a2", reason: null)));
        Assert.Equal("From manager.from_ahead", Code(await scene.Appoint("n1", id, "a2", from: new(2026, 4, 2))));
        Assert.Equal("Person manager.already", Code(await scene.Appoint("n1", id, "a1")));
        Assert.Equal("done", Code(await scene.Appoint("n1", id, "a2", Duty.Deputy)));
        Assert.Equal("done", Code(await scene.Appoint("n1", id, "经理a2 (a2)", from: new(2026, 3, 20))));

        Assert.Equal(["Outlet Main a1 03-01 03-20", "Outlet Deputy a2 04-01 04-01", "Outlet Main a2 03-20"], await scene.Book(id));
        Assert.Empty(await scene.Wrong());
        var lines = await app.In(ManagerScene.System, db => (from l in db.Set<InboxLine>() join u in db.Set<User>() on l.UserId equals u.Id where l.CustomerId == id orderby l.Id select u.UserName + " " + l.Kind).ToListAsync(Ct));
        Assert.Equal(["a1 entrusted", "a2 entrusted", "a2 entrusted", "a1 relieved"], lines);
        Assert.Equal(5, await app.In(ManagerScene.System, db => db.Set<AuditEntry>().CountAsync(a => a.CustomerId == id && a.Entity == nameof(Responsibility), Ct)));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Each_level_is_appointed_by_whoever_is_above_it_and_from_its_own_people(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var id = await scene.Customer("n1");

        Assert.Equal("Person manager.person_unfit", Code(await scene.Appoint("n1", id, "m")));
        Assert.Equal("Person manager.person_unfit", Code(await scene.Appoint("north", id, "b1")));
        Assert.Equal("Person manager.person_unfit", Code(await scene.Appoint("north", id, "g")));
        Assert.Equal("Person manager.person_unfit", Code(await scene.Appoint("group", id, "auditor")));
        Assert.Equal("common.not_found", Code(await scene.Appoint("s1", id, "a1")));
        Assert.Equal("common.not_found", Code(await scene.Appoint("n2", id, "b1")));
        Assert.Equal("done", Code(await scene.Appoint("north", id, "m")));
        Assert.Equal("done", Code(await scene.Appoint("group", id, "g")));
        Assert.Equal("done", Code(await scene.Appoint("group", id, "a1")));
        var above = await app.In(ManagerScene.System, db => db.Set<Responsibility>().Where(r => r.Level == UnitLevel.Subsidiary).Select(r => r.Id).SingleAsync(Ct));
        Assert.Equal("manager.level_above", Code(await scene.End("n1", id, above)));

        Assert.Equal(["Subsidiary Main m 04-01", "Group Main g 04-01", "Outlet Main a1 04-01"], await scene.Book(id));
        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_deputy_for_a_leave_loses_the_customer_on_the_day_it_ends(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var id = await scene.Customer("n1");
        Assert.Equal("Until manager.until_main", Code(await scene.Appoint("n1", id, "a1", until: new(2026, 4, 10))));
        Assert.Equal("Until manager.until_past", Code(await scene.Appoint("n1", id, "a1", Duty.Deputy, until: new(2026, 4, 1))));
        Assert.Equal("done", Code(await scene.Appoint("n1", id, "a1", Duty.Deputy, until: new(2026, 4, 10))));

        Task<int> Mine() => app.In(ManagerScene.System, async db => (await db.Set<CustomerGrant>().Where(g => g.CustomerId == id && (g.Until == null || g.Until > db.UtcNow)).ToListAsync(Ct)).Count);
        Assert.Equal(1, await Mine());
        app.Later(TimeSpan.FromDays(8.9));
        Assert.Equal(1, await Mine());
        app.Later(TimeSpan.FromDays(0.2));
        Assert.Equal(0, await Mine());
        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_manager_that_no_longer_fits_ends_when_the_customer_the_person_or_the_outlet_moves(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var (moves, stays) = (await scene.Customer("n1", "搬走公司"), await scene.Customer("n1", "留下公司"));
        var helped = await scene.Customer("n1", "协办公司");
        await scene.Appoint("group", helped, "m", Duty.Deputy);
        foreach (var id in new[] { moves, stays })
        {
            await scene.Appoint("group", id, "a1");
            await scene.Appoint("group", id, "m");
            await scene.Appoint("group", id, "g");
        }

        await scene.Move("north", moves, "N2");
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Subsidiary Main m 04-01", "Group Main g 04-01"], await scene.Book(moves));
        Assert.Empty(await scene.Wrong());

        await app.In(ManagerScene.System, async db =>
        {
            var (person, to) = (await db.Set<User>().SingleAsync(u => u.UserName == "a1", Ct), await db.Set<OrgUnit>().SingleAsync(u => u.Code == "N2", Ct));
            person.UnitId = to.Id;
            return await db.SaveChangesAsync(Ct);
        });
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Subsidiary Main m 04-01", "Group Main g 04-01"], await scene.Book(stays));

        var (outlet, south) = await app.In(ManagerScene.System, async db => (await db.Set<OrgUnit>().Where(u => u.Code == "N1").Select(u => u.Id).SingleAsync(Ct), await db.Set<OrgUnit>().Where(u => u.Code == "S").Select(u => u.Id).SingleAsync(Ct)));
        Assert.Null((await app.With<MoveUnit, Result<OrgUnit>>(ManagerScene.System, u => u.Run(outlet, null, south, Ct))).Refusal);
        Assert.Equal(["Outlet Main a1 04-01 04-01", "Subsidiary Main m 04-01 04-01", "Group Main g 04-01"], await scene.Book(stays));
        Assert.Equal(["Subsidiary Deputy m 04-01 04-01"], await scene.Book(helped));
        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task A_customer_that_an_account_manager_makes_is_that_managers(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);

        Assert.Equal(["Outlet Main a1 04-01"], await scene.Book(await scene.Customer("a1", "新公司")));
        Assert.Empty(await scene.Book(await scene.Customer("n1", "别的公司")));
        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Of_two_who_appoint_at_once_one_is_told(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        for (var n = 0; n < 8; n++)
        {
            var id = await scene.Customer("n1", $"公司{n}");
            var seen = new Dictionary<UnitLevel, long> { [UnitLevel.Outlet] = 0 };
            var (n1, north) = (await app.ActorOf("n1"), await app.ActorOf("north"));
            var both = await Task.WhenAll(
                app.With<AppointManager, Result<Responsibility>>(n1, a => a.Run(id, new() { Person = "a1", Seen = seen, Reason = "甲" }, Ct)),
                app.With<AppointManager, Result<Responsibility>>(north, a => a.Run(id, new() { Person = "a2", Seen = seen, Reason = "乙" }, Ct)));

            Assert.Equal(["done", "manager.changed_meanwhile"], both.Select(Code).Order(StringComparer.Ordinal));
        }

        Assert.Empty(await scene.Wrong());
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Nobody_is_appointed_where_the_customer_or_the_person_is_just_moving_away(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var id = await scene.Customer("n1");
        var units = await app.In(ManagerScene.System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        var north = await app.ActorOf("north");
        async Task<Result<Responsibility>> Meanwhile(string person, Func<CrmDb, Task> move) => await Beside.Run(app, ManagerScene.System, async services =>
        {
            var db = services.GetRequiredService<CrmDb>();
            await move(db);
            await db.SaveChangesAsync(Ct);
        }, () => app.With<AppointManager, Result<Responsibility>>(north, a => a.Run(id, new() { Person = person, Reason = "安排" }, Ct)));

        Assert.Equal("Person manager.person_unfit", Code(await Meanwhile("a1", async db => (await db.Set<Customer>().SingleAsync(c => c.Id == id, Ct)).UnitId = units["N2"])));
        Assert.Equal("Person manager.person_unfit", Code(await Meanwhile("b1", async db => (await db.Set<User>().SingleAsync(u => u.UserName == "b1", Ct)).UnitId = units["N1"])));
        Assert.Empty(await scene.Book(id));
    }

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Whatever_happens_the_book_has_neither_gap_nor_overlap_and_all_that_follows_agrees_with_it(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var scene = await ManagerScene.Make(app);
        var customers = new[] { await scene.Customer("n1", "甲公司"), await scene.Customer("a1", "乙公司"), await scene.Customer("n2", "丙公司") };
        string[] people = ["a1", "a2", "b1", "m", "g"];
        var dice = new Random(20260401);
        var steps = Enumerable.Range(0, 60).Select(_ => (dice.Next(10), dice.Next(3), dice.Next(5), dice.Next(41))).ToList();
        var done = 0;
        foreach (var (what, which, who, days) in steps)
        {
            var (id, today) = (customers[which], BusinessCalendar.Day(app.Clock.GetUtcNow().UtcDateTime));
            if (what < 5)
            {
                done += (await scene.Appoint("group", id, people[who], what == 4 ? Duty.Deputy : Duty.Main, today.AddDays(-days % 7), what == 4 && days % 2 == 0 ? today.AddDays(days + 1) : null)).Refusal is null ? 1 : 0;
            }
            else if (what < 7)
            {
                var open = await app.In(ManagerScene.System, db => db.Set<Responsibility>().Where(r => r.CustomerId == id && r.Until == null).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync(Ct));
                done += open.Count > 0 && (await scene.End("group", id, open[who % open.Count], today.AddDays(-days % 3))).Refusal is null ? 1 : 0;
            }
            else if (what == 7)
            {
                await scene.Move("group", id, new[] { "N1", "N2", "N", "GROUP" }[who % 4]);
            }
            else
            {
                app.Later(TimeSpan.FromDays(days % 9));
            }

            Assert.Empty(await scene.Wrong());
        }

        Assert.True(done > 10, $"Only {done} of {steps.Count} steps did something.");
    }
}
