using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Tests.Modules.Customers;
using RailCrm.Tests.Platform;

namespace RailCrm.Tests.Architecture;

/// <summary>Random enterprises, asked in every way there is, against a rule of a few lines: nobody learns of what is not theirs, and nobody loses sight of what is.</summary>
public sealed class WhoSeesWhatTests
{
    private static readonly Actor System = Actor.System("test");
    private static readonly string[] RoleNames = ["group", "subsidiary", "outlet", "outlet", "auditor"];
    private static int _made;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Numbers choose among what there is, by their remainder.</summary>
    private sealed record Plan(int Subsidiaries, int[] Outlets, (int Unit, int Role, int Closed)[] People, (int Unit, int Binned)[] Customers, (int Customer, int Whom, int Who, int Until)[] Shares, (int Outlet, int To)[] Moves, (int Customer, int To)[] Transfers, int[] Pooled);

    private static readonly Gen<int> Any = Gen.Int[0, 99];

    private static readonly Gen<Plan> Plans = Gen.Select(
        Gen.Int[1, 3], Any.Array[2, 5], Gen.Select(Any, Any, Any).Array[4, 6], Gen.Select(Any, Any).Array[4, 6], Gen.Select(Any, Any, Any, Any).Array[0, 7], Gen.Select(Any, Any).Array[0, 2], Gen.Select(Any, Any).Array[0, 2], Any.Array[0, 2],
        (subsidiaries, outlets, people, customers, shares, moves, transfers, pooled) => new Plan(subsidiaries, outlets, people, customers, shares, moves, transfers, pooled));

    private sealed record Held(long Id, string Name, long Contact, string Mobile, long? Line, long File, bool Binned);

    [Theory, ClassData(typeof(BothEngines))]
    public async Task Every_answer_holds_what_the_rule_gives_and_nothing_else(Engine engine)
    {
        await using var app = await CrmApp.Start(engine);
        var (seen, hidden) = (0, 0);
        await Plans.SampleAsync(async plan =>
        {
            var number = Interlocked.Increment(ref _made);
            var mark = string.Concat($"{number:000}".Select(d => "甲乙丙丁戊己庚辛壬癸"[d - '0'])); // No digits: those are found in the numbers of others.
            var (people, customers) = await Build(app, plan, mark, number);
            foreach (var person in people)
            {
                var actor = await app.In(System, db => Actors.Find(db, person.Id, "web", Ct));
                var own = await app.In(System, async db =>
                {
                    // The rule.
                    var (units, shares, now) = (await db.Set<OrgUnit>().ToDictionaryAsync(u => u.Id, Ct), await db.Set<CustomerGrant>().ToListAsync(Ct), db.UtcNow);
                    var unitOf = await db.Set<Customer>().IgnoreQueryFilters().Where(c => c.Name.StartsWith(mark)).ToDictionaryAsync(c => c.Id, c => units[c.UnitId], Ct);
                    return customers.Where(c => actor is not null && actor.May(Permission.CustomersRead) && !c.Binned
                        && (unitOf[c.Id].Path.StartsWith(units[person.UnitId].Path, StringComparison.Ordinal)
                            || shares.Exists(s => s.CustomerId == c.Id && (s.UserId == person.Id || s.UnitId == person.UnitId) && (s.Until is null || s.Until > now)))).ToList();
                });
                (seen, hidden) = (seen + own.Count, hidden + customers.Count - own.Count);
                await Check(app, person, actor, mark, customers, own);
            }

        }, seed: "0N0XIzNsQ0O2", iter: 4, threads: 1);
        Assert.InRange(seen, (seen + hidden) / 10, (seen + hidden) * 9 / 10); // Neither all nor nothing.
    }

    private static async Task<(List<User> People, List<Held> Customers)> Build(CrmApp app, Plan plan, string mark, int number)
    {
        var units = await app.In(System, async db =>
        {
            var group = await db.Set<OrgUnit>().SingleAsync(u => u.ParentId == null, Ct);
            var made = new List<OrgUnit> { group };
            for (var n = 0; n < plan.Subsidiaries; n++)
            {
                await OrgUnit.Add(db, new(group, $"{mark}S{n}", $"{mark}公司{n}"), Ct);
                made.Add(await db.Set<OrgUnit>().SingleAsync(u => u.Code == $"{mark}S{n}", Ct));
            }

            for (var n = 0; n < plan.Outlets.Length; n++)
            {
                await OrgUnit.Add(db, new(made[1 + (plan.Outlets[n] % plan.Subsidiaries)], $"{mark}O{n}", $"{mark}网点{n}"), Ct);
                made.Add(await db.Set<OrgUnit>().SingleAsync(u => u.Code == $"{mark}O{n}", Ct));
            }

            return made.ConvertAll(u => (u.Id, u.Level));
        });
        long Unit(int n) => units[n % units.Count].Id;
        var people = new List<User>();
        foreach (var (unit, role, _) in plan.People)
        {
            var name = $"p{number}x{people.Count}";
            var made = await app.With<SetUpGroup, Result<User>>(System, s => s.CreateUser(new() { UserName = name, DisplayName = name, UnitId = Unit(unit) }, CrmApp.Password, RoleNames[role % RoleNames.Length], Ct));
            people.Add(made.TryGet(out var user, out var refusal) ? user : throw new InvalidOperationException(refusal.Code));
        }

        var customers = new List<Held>();
        for (var n = 0; n < plan.Customers.Length; n++)
        {
            var (name, mobile, binned) = ($"{mark}客户{n}", $"139{number:0000}{n:0000}", plan.Customers[n].Binned % 5 == 0);
            var made = await app.With<SaveCustomer, Result<Customer>>(System, s => s.Run(null, null, new() { Name = name, UnitId = Unit(plan.Customers[n].Unit) }, Ct));
            var customer = made.TryGet(out var saved, out var refusal) ? saved : throw new InvalidOperationException($"{refusal.Code}");
            var person = await app.With<SaveContact, Result<Contact>>(System, s => s.Run(customer.Id, null, null, new() { Name = $"{mark}人{n}", Mobile = mobile }, Ct));
            var file = await app.With<KeepAttachment, Result<Attachment>>(System, k => k.Run(customer.Id, new("customer", customer.Id), $"{name}.txt", new MemoryStream(Encoding.UTF8.GetBytes(name)), Ct));
            long? line = null;
            if (!binned)
            {
                // Each line's revenue is a bit of its own, so that a sum says whose lines are in it.
                var lines = await app.With<RecordWaybills, RecordWaybills.Answer[]>(System, r => r.Run("TMS", [new() { ExternalNo = $"{mark}-{n}", Customer = customer.Number, Date = new(2026, 3, 1), Mode = "carload", RevenueFen = 1L << n }], false, Ct));
                line = lines[0].Line!.Id;
            }

            customers.Add(new(customer.Id, name, person.TryGet(out var contact, out _) ? contact.Id : 0, mobile, line, file.TryGet(out var kept, out _) ? kept.Id : 0, binned));
        }

        await app.In(System, async db =>
        {
            foreach (var (customer, whom, who, until) in plan.Shares)
            {
                DateTime? ends = (until % 4) switch { 0 => db.UtcNow.AddDays(-1), 1 => db.UtcNow, 2 => db.UtcNow.AddDays(1), _ => null };
                var to = customers[customer % customers.Count].Id;
                db.Add(whom % 2 == 0 ? new CustomerGrant { CustomerId = to, UserId = people[who % people.Count].Id, Until = ends } : new() { CustomerId = to, UnitId = Unit(who), Until = ends });
            }

            var pool = new Pool { UnitId = units[0].Id, Name = $"{mark}公海" };
            db.Add(pool);
            await db.SaveChangesAsync(Ct);
            db.AddRange(plan.Pooled.Select(p => customers[p % customers.Count].Id).Distinct().Select(id => new PoolStay { CustomerId = id, PoolId = pool.Id, InAt = db.UtcNow }));
            return await db.SaveChangesAsync(Ct);
        });
        foreach (var (outlet, to) in plan.Moves)
        {
            var (child, parent) = (units[1 + plan.Subsidiaries + (outlet % plan.Outlets.Length)].Id, units[1 + (to % plan.Subsidiaries)].Id);
            Assert.Null((await app.With<MoveUnit, Result<OrgUnit>>(System, m => m.Run(child, null, parent, Ct))).Refusal);
        }

        foreach (var (customer, to) in plan.Transfers)
        {
            var held = customers[customer % customers.Count];
            Assert.Null((await app.With<SaveCustomer, Result<Customer>>(System, s => s.Run(held.Id, null, new() { Name = held.Name, UnitId = Unit(to) }, Ct))).Refusal);
        }

        foreach (var held in customers.Where(c => c.Binned))
        {
            Assert.Null((await app.With<GetCustomer, Result<Customer>>(System, g => g.Bin(held.Id, into: true, null, Ct))).Refusal);
        }

        await app.In(System, async db =>
        {
            var closed = people.Where((_, n) => plan.People[n].Closed % 7 == 0).Select(p => p.Id).ToList();
            return await db.Set<User>().Where(u => closed.Contains(u.Id)).ExecuteUpdateAsync(u => u.SetProperty(x => x.Disabled, true), Ct);
        });
        return (people, customers);
    }

    private static async Task Check(CrmApp app, User person, Actor? actor, string mark, List<Held> customers, List<Held> own)
    {
        using var api = await app.Api(person.UserName!);
        var (name, mine) = (person.UserName, own.ToHashSet());
        if (actor is null || !actor.May(Permission.CustomersRead))
        {
            foreach (var path in new[] { $"/customers?q={mark}", $"/contacts?q={mark}", $"/customers/{customers[0].Id}", $"/customers/groups?by=tier&q={mark}" })
            {
                Assert.True((await ApiScene.Ask(api, "GET", path)).Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{name} {path}");
            }

            return;
        }

        async Task Same(string what, IEnumerable<string> expected, Func<Task<IEnumerable<string?>>> answer) =>
            Assert.True(expected.Order(StringComparer.Ordinal).SequenceEqual((await answer()).OfType<string>().Order(StringComparer.Ordinal)), $"{name}, {what}: expected {string.Join(' ', expected)}, got {string.Join(' ', await answer())}");
        async Task<JsonElement> Got(string path) => (await ApiScene.Ask(api, "GET", path)) is { Status: HttpStatusCode.OK } got ? got.Body : throw new InvalidOperationException($"{name} {path}");
        IEnumerable<string?> Of(JsonElement list, string field) => list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty(field).GetString()).Where(v => v!.StartsWith(mark, StringComparison.Ordinal));

        await Same("list", own.Select(c => c.Name), async () => Of(await Got($"/customers?limit=200&q={mark}"), "name"));
        await Same("contacts", own.Select(c => c.Name.Replace("客户", "人", StringComparison.Ordinal)), async () => Of(await Got($"/contacts?limit=200&q={mark}"), "name"));
        await Same("lines", own.Select(c => c.Name.Replace("客户", "-", StringComparison.Ordinal)), async () => Of(await Got($"/waybills?limit=200&q={mark}"), "externalNo"));
        await Same("palette", own.Select(c => c.Name), async () => (await PaletteUse.Found(api, mark)).Where(t => t.StartsWith(mark, StringComparison.Ordinal)));
        var groups = await Got($"/customers/groups?by=tier&q={mark}");
        Assert.True(own.Count == groups.GetProperty("total").GetProperty("count").GetInt32(), $"{name}, groups of {string.Join(' ', own.Select(c => c.Name))}: {groups}");
        var sum = own.Sum(c => 1L << customers.IndexOf(c));
        Assert.Equal(sum, (await Got($"/waybills/groups?by=mode&sums=revenue&q={mark}")).GetProperty("total").GetProperty("sums").GetProperty("revenue").GetInt64());
        if (actor.UnitPath.Count(c => c == '/') > 2)
        {
            // The group's own dashboard counts the enterprises made before, too.
            var dashboard = await Got("/dashboard");
            Assert.Equal((name, sum, own.Count), (name, dashboard.GetProperty("trailing12").GetProperty("revenueFen").GetInt64(), dashboard.GetProperty("customers").GetInt32()));
        }

        foreach (var c in customers)
        {
            var paths = new List<string> { $"/customers/{c.Id}", $"/customers/{c.Id}/contacts", $"/customers/{c.Id}/contacts/{c.Contact}", $"/customers/{c.Id}/figures", $"/customers/{c.Id}/history", $"/customers/{c.Id}/notes", $"/customers/{c.Id}/attachments/{c.File}/content" };
            if (c.Line is { } line)
            {
                paths.Add($"/waybills/{line}");
            }

            foreach (var path in paths)
            {
                using var answer = await api.GetAsync(new Uri($"/api/v1{path}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Ct);
                Assert.True(answer.StatusCode == (mine.Contains(c) ? HttpStatusCode.OK : HttpStatusCode.NotFound), $"{name} {path} {c.Name}{(c.Binned ? " in the bin" : "")}: {answer.StatusCode}");
            }

            Assert.Equal(mine.Contains(c), (await PaletteUse.Found(api, c.Mobile, "contact")).Length > 0);
        }

        using var browser = await app.SignedIn(name!);
        using var file = await CustomerExportTests.Export(browser, $"?q={mark}", "csv");
        var text = await file.Content.ReadAsStringAsync(Ct);
        Assert.All(customers, c => Assert.Equal(mine.Contains(c), text.Contains(c.Name, StringComparison.Ordinal)));
    }
}
