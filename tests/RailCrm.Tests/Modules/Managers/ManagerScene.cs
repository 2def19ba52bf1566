using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Tests.Modules.Managers;

/// <summary>The house of the tests with account managers in it: a1 and a2 in outlet N1, b1 in N2, m in the north, g in the group.</summary>
internal sealed class ManagerScene(CrmApp app)
{
    public static readonly Actor System = Actor.System("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public CrmApp App => app;

    public static async Task<ManagerScene> Make(CrmApp app)
    {
        var units = await app.In(System, db => db.Set<OrgUnit>().ToDictionaryAsync(u => u.Code, u => u.Id, Ct));
        foreach (var (name, unit) in new[] { ("a1", "N1"), ("a2", "N1"), ("b1", "N2"), ("m", "N"), ("g", "GROUP") })
        {
            Assert.Null((await app.With<SetUpGroup, Result<User>>(System, s => s.CreateUser(new User { UserName = name, DisplayName = $"经理{name}", UnitId = units[unit] }, CrmApp.Password, "manager", Ct))).Refusal);
        }

        return new(app);
    }

    public async Task<long> Customer(string who, string name = "北方煤业") => (await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(null, null, new() { Name = name }, Ct)))
        .TryGet(out var customer, out var refusal) ? customer.Id : throw new InvalidOperationException(refusal.Code);

    public async Task<Result<Responsibility>> Appoint(string who, long customer, string person, Duty duty = Duty.Main, DateOnly? from = null, DateOnly? until = null, string? reason = "安排") =>
        await app.With<AppointManager, Result<Responsibility>>(await app.ActorOf(who), a => a.Run(customer, new() { Person = person, Duty = duty, From = from, Until = until, Reason = reason }, Ct));

    public async Task<Result<Responsibility>> End(string who, long customer, long id, DateOnly? until = null) =>
        await app.With<AppointManager, Result<Responsibility>>(await app.ActorOf(who), a => a.End(customer, id, new() { Until = until, Reason = "调整" }, Ct));

    /// <summary>Moves a customer as its form does.</summary>
    public async Task Move(string who, long customer, string unit) => await app.In(System, async db =>
    {
        var (stored, to) = (await db.Set<Customer>().SingleAsync(c => c.Id == customer, Ct), await db.Set<OrgUnit>().Where(u => u.Code == unit).Select(u => u.Id).SingleAsync(Ct));
        var input = CustomerRules.Of(stored);
        input.UnitId = to;
        var moved = await app.With<SaveCustomer, Result<Customer>>(await app.ActorOf(who), s => s.Run(customer, null, input, Ct));
        Assert.Null(moved.Refusal);
        return 0;
    });

    /// <summary>Every row of the book, oldest first, as "level duty who from until".</summary>
    public Task<List<string>> Book(long customer) => app.In(System, async db => (await (
        from r in db.Set<Responsibility>() join u in db.Set<User>() on r.UserId equals u.Id where r.CustomerId == customer orderby r.Id select new { r.Level, r.Duty, u.UserName, r.From, r.Until }).ToListAsync(Ct))
        .ConvertAll(r => $"{r.Level} {r.Duty} {r.UserName} {r.From:MM-dd} {r.Until:MM-dd}".TrimEnd()));

    /// <summary>What is wrong with the book as it stands: overlaps and gaps between takings of a place, and what follows from it that says something else. Empty where all is well.</summary>
    public Task<List<string>> Wrong() => app.In(System, async db =>
    {
        var (wrong, today) = (new List<string>(), BusinessCalendar.Day(db.UtcNow));
        var rows = await db.Set<Responsibility>().AsNoTracking().ToListAsync(Ct);
        foreach (var place in rows.Where(r => r.Duty == Duty.Main).GroupBy(r => (r.CustomerId, r.Level)))
        {
            var line = place.OrderBy(r => r.From).ThenBy(r => r.Id).ToList();
            wrong.AddRange(line.Zip(line.Skip(1)).Where(p => p.First.Until is not { } until || until > p.Second.From).Select(p => $"{place.Key} overlap {p.First.Id} {p.Second.Id}"));
            wrong.AddRange(line.Zip(line.Skip(1)).Where(p => p.First.EndReason == "replaced" && p.First.Until != p.Second.From).Select(p => $"{place.Key} gap {p.First.Id} {p.Second.Id}"));
        }

        wrong.AddRange(rows.Where(r => r.Until is { } until && until < r.From).Select(r => $"{r.Id} ends before it begins"));
        var (units, users, customers) = (await db.Set<OrgUnit>().ToDictionaryAsync(u => u.Id, Ct), await db.Set<User>().ToDictionaryAsync(u => u.Id, u => u.UnitId, Ct), await db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().ToDictionaryAsync(c => c.Id, Ct));
        var open = rows.Where(r => r.Holds(today)).ToList();
        wrong.AddRange(open.Where(r => units[users[r.UserId]].Level != r.Level || !units[customers[r.CustomerId].UnitId].Path.StartsWith(units[users[r.UserId]].Path, StringComparison.Ordinal)).Select(r => $"{r.Id} is out of place"));
        var grants = (await db.Set<CustomerGrant>().Where(g => g.Reason != CustomerGrant.Shared && (g.Until == null || g.Until > db.UtcNow)).ToListAsync(Ct)).Select(g => (g.CustomerId, g.UserId!.Value, g.Reason)).Order().ToList();
        var told = open.GroupBy(r => (r.CustomerId, r.UserId)).Select(g => (g.Key.CustomerId, g.Key.UserId, g.Any(r => r.Duty == Duty.Main) ? CustomerGrant.Manager : CustomerGrant.Deputy)).Order().ToList();
        wrong.AddRange(grants.SequenceEqual(told) ? [] : [$"grants {string.Join(' ', grants)} instead of {string.Join(' ', told)}"]);
        wrong.AddRange(customers.Values.Where(c => c.ManagerLevels != open.Where(r => r.CustomerId == c.Id && r.Duty == Duty.Main).Sum(r => ManagerRule.Bit(r.Level))).Select(c => $"{c.Id} carries {c.ManagerLevels}"));
        return wrong;
    });
}
