using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Managers;

/// <summary>Compares what is kept beside the book of responsibilities (sight and the levels that a customer carries) with the book, and makes it what the book says; for the doctor, who sees everything.</summary>
internal static class CheckManagers
{
    private const int AtOnce = 500;

    private static IQueryable<Responsibility> Open(CrmDb db)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        return db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(r => r.From <= today && (r.Until == null || r.Until > today));
    }

    private static IQueryable<CustomerGrant> Held(CrmDb db)
    {
        var now = db.UtcNow;
        return db.Set<CustomerGrant>().Where(g => (g.Reason == CustomerGrant.Manager || g.Reason == CustomerGrant.Deputy) && (g.Until == null || g.Until > now));
    }

    /// <summary>Sight that nothing in the book gives.</summary>
    private static IQueryable<CustomerGrant> Loose(CrmDb db)
    {
        var open = Open(db);
        return Held(db).Where(g => !open.Any(r => r.CustomerId == g.CustomerId && r.UserId == g.UserId));
    }

    /// <summary>Customers where the book gives what somebody lacks, or gives it as something else, or who carry other levels than it says.</summary>
    private static IQueryable<long> Off(CrmDb db)
    {
        var (open, held) = (Open(db), Held(db));
        var (group, subsidiary, outlet) = (ManagerRule.Bit(UnitLevel.Group), ManagerRule.Bit(UnitLevel.Subsidiary), ManagerRule.Bit(UnitLevel.Outlet));
        var levels = open.Where(r => r.Duty == Duty.Main).GroupBy(r => r.CustomerId).Select(g => new { CustomerId = g.Key, Levels = g.Sum(r => r.Level == UnitLevel.Group ? group : r.Level == UnitLevel.Subsidiary ? subsidiary : outlet) });
        var customers = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter, CrmDb.BinFilter]);
        return open.Where(r => !held.Any(g => g.CustomerId == r.CustomerId && g.UserId == r.UserId)).Select(r => r.CustomerId)
            .Union(held.Where(g => open.Any(r => r.CustomerId == g.CustomerId && r.UserId == g.UserId) && open.Any(r => r.CustomerId == g.CustomerId && r.UserId == g.UserId && r.Duty == Duty.Main) != (g.Reason == CustomerGrant.Manager)).Select(g => g.CustomerId))
            .Union(from c in customers join l in levels on c.Id equals l.CustomerId where c.ManagerLevels != l.Levels select c.Id)
            .Union(customers.Where(c => c.ManagerLevels != 0 && !open.Any(r => r.CustomerId == c.Id && r.Duty == Duty.Main)).Select(c => c.Id));
    }

    /// <summary>How many grants nothing gives, and at how many customers something is not as the book says. Reads the whole book.</summary>
    public static async Task<(long Loose, long Off)> Differences(CrmDb db, CancellationToken ct) => (await Loose(db).LongCountAsync(ct), await Off(db).LongCountAsync(ct));

    /// <summary>Makes them agree. Sight that nothing gives stays, as one it is shared with: nobody loses a customer that he works on because the book does not know of him.</summary>
    public static async Task Mend(CrmDb db, CancellationToken ct)
    {
        while (await Off(db).OrderBy(c => c).Take(AtOnce).ToListAsync(ct) is { Count: > 0 } some)
        {
            await db.Write(async () =>
            {
                await Shared(db, ct); // What is made anew would take them away.
                var book = new ManagerBook(db);
                await book.Hold(some, ct);
                await book.Project(some, ct);
                return some.Count;
            }, ct);
            db.ChangeTracker.Clear();
        }

        await db.Write(() => Shared(db, ct), ct);
    }

    private static Task<int> Shared(CrmDb db, CancellationToken ct) => Loose(db).ExecuteUpdateAsync(s => s.SetProperty(g => g.Reason, CustomerGrant.Shared).SetProperty(g => g.Writes, true), ct);
}
