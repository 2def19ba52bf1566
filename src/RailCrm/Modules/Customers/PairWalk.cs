using Microsoft.EntityFrameworkCore;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

namespace RailCrm.Modules.Customers;

/// <summary>Reads pages of likely pairs, the likeliest first, of which no index tells all that is asked: along the index of the score, or along that of each set of reasons at once, no further than <see cref="Most"/>. A page that is not full by then is a short one, even an empty one, and the next goes on where it ended; nothing is gathered that may be large.</summary>
internal sealed class PairWalk<TPair>(Order<TPair, TPair> order) where TPair : class
{
    /// <summary>Pairs that are passed for one page.</summary>
    internal const int Most = 60_000;

    /// <summary>Passed at first: most pages are full by then.</summary>
    private const int AtFirst = 4_000;

    /// <summary>One page.</summary>
    /// <param name="parts">The pairs, as one index each brings them in order.</param>
    /// <param name="mark">Where the page begins.</param>
    /// <param name="limit">Pairs of a page.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="most">Pairs that are passed.</param>
    public async Task<PageOf<TPair>> Page(IReadOnlyList<Part<TPair>> parts, Mark? mark, int limit, CancellationToken ct, int most = Most)
    {
        var back = mark is { Back: true };
        var (found, end) = await Read(parts, mark, limit, Math.Min(AtFirst, most), ct);
        if (found.Count <= limit && end is not null && most > AtFirst)
        {
            (found, end) = await Read(parts, mark, limit, most, ct);
        }

        var items = found.Count > limit ? found[..limit] : found;
        var on = found.Count > limit ? At(items[^1], back) : end is null ? null : At(end, back);
        if (back)
        {
            items.Reverse();
            return new(items, (items.Count > 0 ? At(items[^1], back: false) : Turned(mark!)).ToCursor(), on?.ToCursor());
        }

        return new(items, on?.ToCursor(), mark is null ? null : (items.Count > 0 ? At(items[0], back: true) : Turned(mark)).ToCursor());
    }

    /// <summary>What is found, one more than asked at most, and the pair at which the first of the walks that had to end did so: beyond it nobody has looked at all of them.</summary>
    private async Task<(List<TPair> Found, TPair? End)> Read(IReadOnlyList<Part<TPair>> parts, Mark? mark, int limit, int most, CancellationToken ct)
    {
        var (back, far, found, ends) = (mark is { Back: true }, Math.Max(limit + 1, most / Math.Max(1, parts.Count)), new List<TPair>(), new List<TPair>());
        foreach (var part in parts)
        {
            var end = await First(order.Walk(part.All, descending: true, mark).Select(w => w.Skip(far)), 1, ct);
            var some = await First(order.Walk(end is [var stop] ? order.Until(part.Rows, !back, At(stop, back)) : part.Rows, descending: true, mark), limit + 1, ct);
            found.AddRange(some);
            ends.AddRange(some.Count > limit ? [] : end);
        }

        found = [.. Sorted(found, back)];
        if (Sorted(ends, back).FirstOrDefault() is not { } nearest)
        {
            return (found, null);
        }

        var place = Key(nearest);
        return ([.. found.TakeWhile(p => back ? Key(p).CompareTo(place) <= 0 : Key(p).CompareTo(place) >= 0)], nearest);
    }

    private static async Task<List<TPair>> First(IEnumerable<IQueryable<TPair>> walks, int most, CancellationToken ct)
    {
        var read = new List<TPair>();
        foreach (var walk in walks)
        {
            if (read.Count < most)
            {
                read.AddRange(await walk.Take(most - read.Count).ToListAsync(ct));
            }
        }

        return read;
    }

    private Mark At(TPair pair, bool back) => order.At(pair, descending: true, back);

    private (long Score, long Id) Key(TPair pair) => At(pair, back: false) is var mark ? (mark.Number, mark.Id) : default;

    private IEnumerable<TPair> Sorted(IEnumerable<TPair> pairs, bool back) => back ? pairs.OrderBy(Key) : pairs.OrderByDescending(Key);

    /// <summary>The way back from an empty page, with the pair at the mark itself.</summary>
    private static Mark Turned(Mark mark) => mark with { Back = !mark.Back, Id = mark.Back ? mark.Id + 1 : mark.Id - 1 };
}

/// <summary>Whose pairs are rather gathered than walked to.</summary>
internal static class PairsOfFew
{
    /// <summary>More customers than this have so many pairs that a walk soon fills its page.</summary>
    private const int Few = 4_000;

    /// <summary>More records or pairs are not gathered.</summary>
    public const int Most = 20_000;

    /// <summary>The customers of a unit, or all that the reader sees; null where they are many. By the index over units and the reader's grants: the scope's own condition walks the table of a subsidiary.</summary>
    public static async Task<List<long>?> Customers(CrmDb db, IQueryable<Customer> seen, string? unitPath, CancellationToken ct)
    {
        var units = (unitPath is null ? PathRange.Of(db.Scope) : PathRange.Below(unitPath)).Of(db).Select(u => u.Id);
        var theirs = await seen.Where(c => units.Contains(c.UnitId)).Select(c => c.Id).Take(Few + 1).ToListAsync(ct);
        if (unitPath is null && theirs.Count <= Few)
        {
            var (user, unit, now) = (db.Scope.UserId, db.Scope.UnitId, db.UtcNow);
            var granted = await db.Set<ScopeGrant>().Where(g => (g.UserId == user || g.UnitId == unit) && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Take(Few + 1).ToListAsync(ct);
            theirs = [.. theirs.Union(granted.Count > Few ? granted : await seen.Where(c => EF.Parameter(granted).Contains(c.Id)).Select(c => c.Id).ToListAsync(ct))];
        }

        return theirs.Count > Few ? null : theirs;
    }
}
