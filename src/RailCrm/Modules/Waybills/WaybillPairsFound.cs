using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>How the pairs of lines that a reader asks for are found: by few customers, or on a walk along the likeliest first, or along each set of reasons at once, that never goes far (<see cref="PairWalk{TPair}"/>).</summary>
internal sealed class WaybillPairsFound(CrmDb db, Order<WaybillPair, WaybillPair> order)
{
    private readonly PairWalk<WaybillPair> _walk = new(order);

    /// <summary>One page.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="unitPath">The path of the unit asked for, whose the customer is; null for any.</param>
    /// <param name="mark">Where the page begins.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<PageOf<WaybillPair>> Page(ListWaybillPairs.Query query, string? unitPath, Mark? mark, CancellationToken ct)
    {
        // To tell how far a walk goes, past the scope; what is shown comes from within it.
        var (seen, all) = (Narrowed(db.Set<WaybillPair>(), query), Narrowed(db.Set<WaybillPair>().IgnoreQueryFilters([CrmDb.ScopeFilter]), query));
        var within = $",{query.Reason},";
        var wanted = query.Reason is null ? seen : seen.Where(p => ("," + p.Reasons + ",").Contains(within));
        var customers = db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]); // In the bin or not: their lines are seen as well.
        if ((unitPath is not null || db.Scope.Width != ScopeWidth.All) && await PairsOfFew.Customers(db, customers, unitPath, ct) is { } few)
        {
            var ids = await wanted.Where(p => EF.Parameter(few).Contains(p.CustomerId)).Select(p => p.Id).Take(PairsOfFew.Most + 1).ToListAsync(ct);
            if (ids.Count <= PairsOfFew.Most)
            {
                return await order.Page(wanted.Where(p => EF.Parameter(ids).Contains(p.Id)), descending: true, mark, query.Limit, q => q, ct);
            }
        }

        var units = unitPath is null ? null : PathRange.Below(unitPath).Of(db).Select(u => u.Id);
        IQueryable<WaybillPair> Asked(IQueryable<WaybillPair> pairs) => units is null ? pairs : pairs.Where(p => db.Set<ScopeCustomer>().Any(c => c.Id == p.CustomerId && units.Contains(c.UnitId)));
        var parts = query.Reason is null || query.Dismissed ? [new Part<WaybillPair>(Asked(wanted), all)] // Of those called two there are few.
            : (await SetsWith(query.Reason, ct)).ConvertAll(set => new Part<WaybillPair>(Asked(seen.Where(p => p.Reasons == set)), all.Where(p => p.Reasons == set)));
        return await _walk.Page(parts, mark, query.Limit, ct);
    }

    private static IQueryable<WaybillPair> Narrowed(IQueryable<WaybillPair> pairs, ListWaybillPairs.Query query)
    {
        var open = query.Dismissed ? pairs.AsNoTracking().Where(p => p.DismissedAt != null) : pairs.AsNoTracking().Where(p => p.DismissedAt == null);
        return query.Least is { } least ? open.Where(p => p.Score >= least) : open;
    }

    /// <summary>The sets of reasons of open pairs that hold one, some dozens: each is a seek behind the one before it.</summary>
    private async Task<List<string>> SetsWith(string reason, CancellationToken ct) => (await db.Database.SqlQuery<string>($"""
        WITH RECURSIVE sets(one) AS (
            SELECT (SELECT reasons FROM waybill_pairs WHERE dismissed_at IS NULL ORDER BY reasons LIMIT 1)
            UNION ALL
            SELECT (SELECT reasons FROM waybill_pairs WHERE dismissed_at IS NULL AND reasons > sets.one ORDER BY reasons LIMIT 1) FROM sets WHERE sets.one IS NOT NULL)
        SELECT one AS "Value" FROM sets WHERE one IS NOT NULL
        """).ToListAsync(ct)).FindAll(s => s.Split(',').Contains(reason));
}
