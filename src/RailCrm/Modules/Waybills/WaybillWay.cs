using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>The filters of the waybill list, and how each finds its lines without reading ten million.</summary>
/// <remarks>
/// Lines are indexed by day, by customer and by number. What is common is met within a few steps along the days; what is rare is found
/// by whose it is: the lane index of the facts knows the customers of a rare station, commodity or mode, and a small unit knows its own.
/// </remarks>
internal static class WaybillWay
{
    /// <summary>More customers or facts than this are common enough to be met along the days.</summary>
    private const int Few = 4_000;

    /// <summary>The lines that satisfy the view, in no order yet.</summary>
    public static async Task<IQueryable<WaybillLine>> Rows(CrmDb db, ListWaybills.Query query, DateOnly? from, DateOnly? to, IReadOnlyList<LaneCondition> lanes, CancellationToken ct)
    {
        var lines = lanes.Aggregate(Laned(db.Set<WaybillLine>().AsNoTracking(), query), (l, c) => l.Where(c.OfLine));
        lines = from is { } f ? lines.Where(w => w.Date >= f) : lines;
        lines = to is { } t ? lines.Where(w => w.Date <= t) : lines;
        lines = query.Customer is { } customer ? lines.Where(w => w.CustomerId == customer) : lines;
        if (query.Mine == true)
        {
            var (me, now) = (db.Actor.UserId, db.UtcNow);
            var mine = await db.Set<CustomerGrant>().Where(g => g.UserId == me && g.Reason == "manager" && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct().ToListAsync(ct);
            lines = lines.Where(w => EF.Parameter(mine).Contains(w.CustomerId));
        }

        List<long>? owners = null;
        if (query.Owner is { } owner)
        {
            owners = await Units(db, owner, ct);
            lines = lines.Where(w => db.Set<ScopeCustomer>().Any(c => c.Id == w.CustomerId && EF.Parameter(owners).Contains(c.UnitId)));
        }

        if (!string.IsNullOrEmpty(query.ExternalNo))
        {
            // The index begins with the source, of which there are a handful.
            var (number, sources) = (query.ExternalNo, string.IsNullOrEmpty(query.Source) ? await Sources(db, ct) : [query.Source]);
            return lines.Where(w => EF.Parameter(sources).Contains(w.Source) && w.ExternalNo == number);
        }

        if (!string.IsNullOrEmpty(query.Source))
        {
            var source = query.Source;
            // Past the scope: the ids only narrow a query that carries it.
            var ids = query.Customer is null ? await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(w => w.Source == source).Select(w => w.Id).Take(Few).ToListAsync(ct) : null;
            if (ids?.Count < Few)
            {
                return lines.Where(w => EF.Parameter(ids).Contains(w.Id));
            }

            lines = lines.Where(w => w.Source + "" == source); // So that SQLite does not take the source's index and sort all of it.
        }

        if (query.Customer is not null || query.Mine == true)
        {
            return lines;
        }

        return await Whose(db, query, lanes, owners, from, to, ct) is { } customers ? lines.Where(w => EF.Parameter(customers).Contains(w.CustomerId)) : lines;
    }

    /// <summary>The sources there are, each found by one seek behind the last.</summary>
    public static async Task<List<string>> Sources(CrmDb db, CancellationToken ct)
    {
        var sources = new List<string>();
        var all = db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
        for (var next = await all.OrderBy(w => w.Source).Select(w => w.Source).FirstOrDefaultAsync(ct); next is not null && sources.Count < 200;)
        {
            sources.Add(next);
            var last = next;
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
            next = await all.Where(w => string.Compare(w.Source, last) > 0).OrderBy(w => w.Source).Select(w => w.Source).FirstOrDefaultAsync(ct);
#pragma warning restore CA1309
        }

        return sources;
    }

    /// <summary>A unit and everything under it.</summary>
    public static async Task<List<long>> Units(CrmDb db, long unitId, CancellationToken ct)
    {
        var path = await db.Set<OrgUnit>().Where(u => u.Id == unitId).Select(u => u.Path).SingleOrDefaultAsync(ct);
        return path is null ? [] : await PathRange.Below(path).Of(db).Select(u => u.Id).ToListAsync(ct);
    }

    /// <summary>The customers whose lines alone can be meant, where they are few: those of a small unit, of a narrow scope, of a rare lane.</summary>
    private static async Task<List<long>?> Whose(CrmDb db, ListWaybills.Query query, IReadOnlyList<LaneCondition> conditions, List<long>? owners, DateOnly? from, DateOnly? to, CancellationToken ct)
    {
        var known = owners is not null ? db.Set<ScopeCustomer>().Where(c => EF.Parameter(owners).Contains(c.UnitId)).Select(c => c.Id)
            : db.Scope.Width == ScopeWidth.Narrow ? db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Select(c => c.Id) : null;
        if (known is not null && await known.Take(Few).ToListAsync(ct) is { Count: < Few } few)
        {
            return few;
        }

        if (!HasLane(query) && conditions.Count == 0)
        {
            return null;
        }

        var lanes = conditions.Aggregate(Laned(db.Set<Lane>(), query), (l, c) => l.Where(c.OfLane)).Select(l => l.Id);
        var facts = db.Set<MonthlyFact>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(m => lanes.Contains(m.LaneId));
        if (from is { } f)
        {
            var first = Month.Of(f);
            facts = facts.Where(m => m.Month >= first);
        }

        if (to is { } t)
        {
            var last = Month.Of(t);
            facts = facts.Where(m => m.Month <= last);
        }

        var rare = await facts.Select(m => m.CustomerId).Take(Few).ToListAsync(ct);
        return rare.Count < Few ? [.. rare.Distinct()] : null;
    }

    /// <summary>Whether the view asks how the work was done.</summary>
    public static bool HasLane(ListWaybills.Query query) =>
        query.Unit is not null || !string.IsNullOrEmpty(query.Service) || query.Commodity is not null || query.Mode is not null || query.Origin is not null || query.Destination is not null;

    /// <summary>Keeps the lanes that the view asks for.</summary>
    public static IQueryable<Lane> Laned(IQueryable<Lane> lanes, ListWaybills.Query query)
    {
        var (commodity, mode, origin, destination) = (Code(query.Commodity), Code(query.Mode), Code(query.Origin), Code(query.Destination));
        lanes = query.Unit is { } unit ? lanes.Where(l => l.UnitId == unit) : lanes;
        lanes = string.IsNullOrEmpty(query.Service) ? lanes : lanes.Where(l => l.Service == query.Service);
        lanes = commodity is null ? lanes : lanes.Where(l => l.CommodityCategory == commodity);
        lanes = mode is null ? lanes : lanes.Where(l => l.Mode == mode);
        lanes = origin is null ? lanes : lanes.Where(l => l.Origin == origin);
        return destination is null ? lanes : lanes.Where(l => l.Destination == destination);
    }

    private static IQueryable<WaybillLine> Laned(IQueryable<WaybillLine> lines, ListWaybills.Query query)
    {
        var (commodity, mode, origin, destination) = (Code(query.Commodity), Code(query.Mode), Code(query.Origin), Code(query.Destination));
        lines = query.Unit is { } unit ? lines.Where(w => w.UnitId == unit) : lines;
        lines = string.IsNullOrEmpty(query.Service) ? lines : lines.Where(w => w.Service == query.Service);
        lines = commodity is null ? lines : lines.Where(w => w.CommodityCategory == commodity);
        lines = mode is null ? lines : lines.Where(w => w.Mode == mode);
        lines = origin is null ? lines : lines.Where(w => w.Origin == origin);
        return destination is null ? lines : lines.Where(w => w.Destination == destination);
    }

    private static string? Code(string? asked) => asked == ListWaybills.Unknown ? "" : asked;
}
