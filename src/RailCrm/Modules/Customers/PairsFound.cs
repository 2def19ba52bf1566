using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>How the pairs that a reader asks for are found: each condition by an index, or tested on the walk along the likeliest first.</summary>
/// <param name="db">The reader's.</param>
/// <param name="order">The order they come in.</param>
internal sealed class PairsFound(CrmDb db, Order<DuplicatePair, DuplicatePair> order)
{
    /// <summary>One page.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="unitPath">The path of the unit asked for, in which one of the two lies; null for any.</param>
    /// <param name="mark">Where the page begins.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<PageOf<DuplicatePair>> Page(ListPairs.Query query, string? unitPath, Mark? mark, CancellationToken ct)
    {
        var open = db.Set<DuplicatePair>().AsNoTracking().Where(p => (p.DismissedAt != null) == query.Dismissed);
        open = query.Least is { } least ? open.Where(p => p.Score >= least) : open;
        var sets = query.Reason is null ? [] : DuplicateScore.SetsWith(query.Reason).ToList();
        if (sets.Count > 0 && unitPath is null && !query.Dismissed && db.Scope.Width == ScopeWidth.All)
        {
            return await Merged(sets, open, mark, query.Limit, ct);
        }

        var wanted = sets.Count == 0 ? open : open.Where(p => EF.Parameter(sets).Contains(p.Reasons));
        var rows = unitPath is null ? wanted : InUnit(wanted, unitPath);
        return await order.Page(await Seen(rows, wanted, unitPath, open, ct), descending: true, mark, query.Limit, q => q, ct);
    }

    /// <summary>The pairs of which both are seen. An outlet's are gathered by its few customers; a wider reader, and whoever asks for a unit, walks the order and tests each, and where that leads nowhere gathers too.</summary>
    private async Task<Found<DuplicatePair>> Seen(IQueryable<DuplicatePair> rows, IQueryable<DuplicatePair> wanted, string? unitPath, IQueryable<DuplicatePair> open, CancellationToken ct) => db.Scope.Width switch
    {
        ScopeWidth.Narrow => new(await Gathered(rows, ct)),
        ScopeWidth.All when unitPath is null => new(rows),
        ScopeWidth.All => new(rows, most => OfUnit(rows, wanted, unitPath, most, ct), open),
        ScopeWidth.Wide or ScopeWidth.None => new(Both(rows), async most => unitPath is null ? await Gathered(rows, ct) : await OfUnit(Both(rows), wanted, unitPath, most, ct), open),
    };

    /// <summary>By the reader's customers.</summary>
    private async Task<IQueryable<DuplicatePair>> Gathered(IQueryable<DuplicatePair> rows, CancellationToken ct)
    {
        var mine = await db.Set<Customer>().Select(c => c.Id).ToListAsync(ct);
        var pairs = await rows.Where(p => EF.Parameter(mine).Contains(p.FirstId)).Select(p => new { p.Id, p.SecondId }).ToListAsync(ct);
        var seen = mine.ToHashSet();
        var ids = pairs.Where(p => seen.Contains(p.SecondId)).Select(p => p.Id).ToList();
        return rows.Where(p => EF.Parameter(ids).Contains(p.Id));
    }

    /// <summary>By the customers of a unit; null where there are more pairs than told.</summary>
    private async Task<IQueryable<DuplicatePair>?> OfUnit(IQueryable<DuplicatePair> rows, IQueryable<DuplicatePair> wanted, string unitPath, int most, CancellationToken ct)
    {
        var units = PathRange.Below(unitPath).Of(db).Select(u => u.Id);
        var theirs = await db.Set<Customer>().Where(c => units.Contains(c.UnitId)).Select(c => c.Id).ToListAsync(ct);
        var ids = (await wanted.Where(p => EF.Parameter(theirs).Contains(p.FirstId)).Select(p => p.Id).ToListAsync(ct))
            .Union(await wanted.Where(p => EF.Parameter(theirs).Contains(p.SecondId)).Select(p => p.Id).ToListAsync(ct)).ToList();
        return ids.Count > most ? null : rows.Where(p => EF.Parameter(ids).Contains(p.Id));
    }

    private IQueryable<DuplicatePair> InUnit(IQueryable<DuplicatePair> pairs, string unitPath)
    {
        var units = PathRange.Below(unitPath).Of(db).Select(u => u.Id);
        return pairs.Where(p => db.Set<Customer>().Any(c => c.Id == p.FirstId && units.Contains(c.UnitId)) || db.Set<Customer>().Any(c => c.Id == p.SecondId && units.Contains(c.UnitId)));
    }

    /// <summary>Those of which the reader sees both.</summary>
    public IQueryable<DuplicatePair> Both(IQueryable<DuplicatePair> pairs) => pairs.Where(p => db.Set<Customer>().Any(c => c.Id == p.FirstId) && db.Set<Customer>().Any(c => c.Id == p.SecondId));

    /// <summary>Reads on in each set of reasons, which is a seek in its index, and puts the pages together: along the score alone a rare reason lies behind half a million pairs.</summary>
    private async Task<PageOf<DuplicatePair>> Merged(IReadOnlyList<string> sets, IQueryable<DuplicatePair> open, Mark? mark, int limit, CancellationToken ct)
    {
        var (found, more, back) = (new List<DuplicatePair>(), false, mark is { Back: true });
        foreach (var set in sets)
        {
            var page = await order.Page(open.Where(p => p.Reasons == set), descending: true, mark, limit, q => q, ct);
            found.AddRange(page.Items);
            more |= (back ? page.Previous : page.Next) is not null;
        }

        found = [.. found.OrderByDescending(p => p.Score).ThenByDescending(p => p.Id)];
        more |= found.Count > limit;
        found = found.Count <= limit ? found : back ? found[^limit..] : found[..limit];
        return new(
            found,
            found.Count > 0 && (back || more) ? order.At(found[^1], descending: true, back: false).ToCursor() : null,
            found.Count > 0 && mark is not null && (!back || more) ? order.At(found[0], descending: true, back: true).ToCursor() : null);
    }
}
