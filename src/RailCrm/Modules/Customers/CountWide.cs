using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Counts a subsidiary's customers, all of them or those of a tier, and finds its next ones by name.</summary>
/// <remarks>They lie scattered over every order, and to look for the first thousand is to read twenty thousand. So they are counted unit by unit, past the filter, whose two halves are told here one after the other.</remarks>
internal static class CountWide
{
    /// <summary>More are dearer to read unit by unit than to walk past the others.</summary>
    private const int MostAhead = 20_000;

    /// <summary>Whether a view asks for no more than a tier, and for which.</summary>
    public static (bool Is, CustomerTier? Tier) Tier(View view) => (view.Search, view.Filter.Groups) switch
    {
        (null, []) => (true, null),
        (null, [[{ Field: "tier", Operator: "=", Values: [var asked] }]]) when Enum.TryParse<CustomerTier>(asked, ignoreCase: true, out var tier) && Enum.IsDefined(tier) => (true, tier),
        _ => (false, null),
    };

    /// <summary>Ids of customers that are shared with the reader or the reader's unit.</summary>
    public static IQueryable<long> Granted(CrmDb db)
    {
        var (user, unit, now) = (db.Scope.UserId, db.Scope.UnitId, db.UtcNow);
        return db.Set<CustomerGrant>().Where(g => (g.UserId == user || g.UnitId == unit) && (g.Until == null || g.Until > now)).Select(g => g.CustomerId);
    }

    /// <summary>Ids among which the next customers of a subsidiary by name are, read off each unit's own index; null where those would be too many.</summary>
    /// <remarks>Names begin with a city and subsidiaries lie in regions, so a walk by name passes everybody else first.</remarks>
    public static async Task<IReadOnlyList<long>?> Ahead(CrmDb db, Order<Customer, Line> order, bool descending, Mark? mark, int wanted, CancellationToken ct)
    {
        var units = await PathRange.Of(db.Scope).Of(db).Select(u => u.Id).ToListAsync(ct);
        if ((long)units.Count * wanted > MostAhead)
        {
            return null;
        }

        var ids = await Granted(db).ToListAsync(ct);
        foreach (var unit in units)
        {
            foreach (var part in order.Walk(db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking().Where(c => c.UnitId == unit), descending, mark))
            {
                ids.AddRange(await part.Select(c => c.Id).Take(wanted + 1).ToListAsync(ct));
            }
        }

        return ids;
    }

    public static async Task<int> Run(CrmDb db, CustomerTier? tier, int most, CancellationToken ct)
    {
        var units = PathRange.Of(db.Scope).Of(db).Select(u => u.Id);
        var customers = db.Set<Customer>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
        customers = tier is { } only ? customers.Where(c => c.Tier == only) : customers;
        var count = await customers.Where(c => units.Contains(c.UnitId)).Take(most + 1).CountAsync(ct);
        if (count <= most)
        {
            var granted = Granted(db);
            count += await customers.Where(c => granted.Contains(c.Id) && !units.Contains(c.UnitId)).Take(most + 1 - count).CountAsync(ct);
        }

        return count;
    }
}
