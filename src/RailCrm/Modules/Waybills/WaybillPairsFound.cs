using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Waybills;

/// <summary>How the pairs of lines that a reader asks for are found: each condition by an index, or tested on the walk along the likeliest first, which is given up where it leads nowhere.</summary>
internal sealed class WaybillPairsFound(CrmDb db, Order<WaybillPair, WaybillPair> order)
{
    /// <summary>One page.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="unitPath">The path of the unit asked for, whose the customer is; null for any.</param>
    /// <param name="mark">Where the page begins.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<PageOf<WaybillPair>> Page(ListWaybillPairs.Query query, string? unitPath, Mark? mark, CancellationToken ct)
    {
        var open = db.Set<WaybillPair>().AsNoTracking().Where(p => (p.DismissedAt != null) == query.Dismissed);
        open = query.Least is { } least ? open.Where(p => p.Score >= least) : open;
        var sets = query.Reason is null ? [] : WaybillScore.SetsWith(query.Reason).ToList();
        var wanted = query.Reason is null ? open : open.Where(p => EF.Parameter(sets).Contains(p.Reasons));
        return await order.Page(await Found(wanted, open, unitPath, query.Reason is not null, ct), descending: true, mark, query.Limit, q => q, ct);
    }

    /// <summary>An outlet's are gathered by its few customers; a unit's by its customers, and those of a reason by the index over it, where the walk finds too few.</summary>
    private async Task<Found<WaybillPair>> Found(IQueryable<WaybillPair> wanted, IQueryable<WaybillPair> open, string? unitPath, bool ofReason, CancellationToken ct)
    {
        if (db.Scope.Width == ScopeWidth.Narrow)
        {
            var mine = await Customers(unitPath).ToListAsync(ct);
            return new(wanted.Where(p => EF.Parameter(mine).Contains(p.CustomerId)));
        }

        var theirs = Customers(unitPath);
        var within = unitPath is null ? wanted : wanted.Where(p => theirs.Contains(p.CustomerId));
        var byCustomer = unitPath is not null || db.Scope.Width != ScopeWidth.All;
        return !byCustomer && !ofReason ? new(wanted) : new(within, async most =>
        {
            // Null where there are more than is worth it: then the walk soon fills its page.
            var some = byCustomer ? await OfCustomers(wanted, await theirs.ToListAsync(ct), most, ct) : await wanted.Select(p => p.Id).Take(most < int.MaxValue ? most + 1 : most).ToListAsync(ct);
            return some.Count > most ? null : wanted.Where(p => EF.Parameter(some).Contains(p.Id));
        }, open);
    }

    private static Task<List<long>> OfCustomers(IQueryable<WaybillPair> wanted, List<long> customers, int most, CancellationToken ct) =>
        wanted.Where(p => EF.Parameter(customers).Contains(p.CustomerId)).Select(p => p.Id).Take(most < int.MaxValue ? most + 1 : most).ToListAsync(ct);

    /// <summary>Those in sight, in the bin or not: their lines are seen as well.</summary>
    private IQueryable<long> Customers(string? unitPath)
    {
        var all = db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]);
        if (unitPath is null)
        {
            return all.Select(c => c.Id);
        }

        var units = PathRange.Below(unitPath).Of(db).Select(u => u.Id);
        return all.Where(c => units.Contains(c.UnitId)).Select(c => c.Id);
    }
}
