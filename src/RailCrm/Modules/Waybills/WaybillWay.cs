using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Platform.Data;
using RailCrm.Platform.Lists;

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

    /// <summary>Lines, and what an index leads to them by.</summary>
    /// <param name="Rows">Those that satisfy what is asked, tests apart, in no order yet.</param>
    /// <param name="Customers">The customers whose lines alone can be meant; null where they are not few.</param>
    /// <param name="Few">Whether they are known to be few.</param>
    public sealed record Led(IQueryable<WaybillLine> Rows, IReadOnlyList<long>? Customers, bool Few = false);

    /// <summary>The lines that satisfy what is asked.</summary>
    public static async Task<Result<Led>> Lead(CrmDb db, WaybillAsked asked, CancellationToken ct)
    {
        var (query, (from, to)) = (asked.Query, asked.Days);
        var lines = asked.Lanes.Aggregate(Laned(db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking(), query), (l, c) => l.Where(c.OfLine));
        lines = from is { } f ? lines.Where(w => w.Date >= f) : lines;
        lines = to is { } t ? lines.Where(w => w.Date <= t) : lines;
        var (led, whose) = await Whose(db, asked, ct);
        foreach (var some in whose)
        {
            lines = lines.Where(some);
        }

        var few = false;
        if (asked.Search is { } typed)
        {
            var (numbers, named) = (await Numbered(db, typed, ct), await Named(db, typed, ct));
            if (numbers is null || named is null)
            {
                return new Refusal.InvalidMany([new("q", "waybill.search_wide", typed)]);
            }

            lines = (numbers.Count, named.Count) switch
            {
                (0, _) => lines.Where(w => EF.Parameter(named).Contains(w.CustomerId)),
                (_, 0) => lines.Where(w => EF.Parameter(numbers).Contains(w.Id)),
                _ => lines.Where(w => EF.Parameter(numbers).Contains(w.Id) || EF.Parameter(named).Contains(w.CustomerId)),
            };
            (led, few) = (numbers.Count > 0 ? led : led is null ? named : [.. led.Intersect(named)], named.Count == 0);
        }

        if (!string.IsNullOrEmpty(query.ExternalNo))
        {
            // The index begins with the source, of which there are a handful.
            var (number, sources) = (query.ExternalNo, asked.Sources ?? await Sources(db, ct));
            return new Led(lines.Where(w => EF.Parameter(sources).Contains(w.Source) && w.ExternalNo == number), null, Few: true);
        }

        if (asked.Sources is { } said)
        {
            // Past the scope: the ids only narrow a query that carries it.
            var ids = asked.Customers is null ? await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(w => EF.Parameter(said).Contains(w.Source)).Select(w => w.Id).Take(Few).ToListAsync(ct) : null;
            if (ids?.Count < Few)
            {
                return new Led(lines.Where(w => EF.Parameter(ids).Contains(w.Id)), null, Few: true);
            }

            lines = lines.Where(w => EF.Parameter(said).Contains(w.Source + "")); // So that SQLite does not take the source's index and sort all of it.
        }

        led ??= few ? null : await Rare(db, asked, ct);
        return new Led(led is null || asked.Customers is not null || asked.Mine == true ? lines : lines.Where(w => EF.Parameter(led).Contains(w.CustomerId)), led, few);
    }

    /// <summary>Whether an index leads to no more than <paramref name="most"/> lines, which can then be looked at one by one. Counted on the index alone, past the scope: it only ever tells how much there is to read.</summary>
    public static async Task<bool> IsNear(CrmDb db, WaybillAsked asked, Led led, int most, CancellationToken ct)
    {
        if (led.Few)
        {
            return true;
        }

        var lines = db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
        lines = led.Customers is { } customers ? lines.Where(w => EF.Parameter(customers).Contains(w.CustomerId)) : lines;
        lines = asked.Days.From is { } from ? lines.Where(w => w.Date >= from) : lines;
        lines = asked.Days.To is { } to ? lines.Where(w => w.Date <= to) : lines;
        return await lines.Take(most + 1).CountAsync(ct) <= most;
    }

    /// <summary>The customers whose manager the reader is.</summary>
    public static Task<List<long>> Mine(CrmDb db, CancellationToken ct)
    {
        var (me, now) = (db.Actor.UserId, db.UtcNow);
        return db.Set<CustomerGrant>().Where(g => g.UserId == me && g.Reason == "manager" && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct().ToListAsync(ct);
    }

    /// <summary>What is asked of a line's customer, and the customers where they are few: those named, the reader's own, those of a small unit or a narrow scope.</summary>
    private static async Task<(IReadOnlyList<long>? Few, List<Expression<Func<WaybillLine, bool>>> Asked)> Whose(CrmDb db, WaybillAsked asked, CancellationToken ct)
    {
        var (few, tests) = (asked.Customers, new List<Expression<Func<WaybillLine, bool>>>());
        if (asked.Customers is { } customers)
        {
            tests.Add(w => EF.Parameter(customers).Contains(w.CustomerId));
        }

        var mine = asked.Mine is null ? [] : await Mine(db, ct);
        if (asked.Mine == true)
        {
            tests.Add(w => EF.Parameter(mine).Contains(w.CustomerId));
            few = few is null ? mine : [.. few.Intersect(mine)];
        }
        else if (asked.Mine == false)
        {
            tests.Add(w => !EF.Parameter(mine).Contains(w.CustomerId));
        }

        var owned = db.Set<ScopeCustomer>().AsQueryable();
        foreach (var owners in await Owners(db, asked, ct))
        {
            tests.Add(w => db.Set<ScopeCustomer>().Any(c => c.Id == w.CustomerId && EF.Parameter(owners).Contains(c.UnitId)));
            owned = owned.Where(c => EF.Parameter(owners).Contains(c.UnitId));
        }

        if (few is null && (asked.Owners.Count > 0 || db.Scope.Width == ScopeWidth.Narrow))
        {
            var known = asked.Owners.Count > 0 ? owned.Select(c => c.Id) : db.Set<Customer>().IgnoreQueryFilters([CrmDb.BinFilter]).Select(c => c.Id);
            few = await known.Take(Few).ToListAsync(ct) is { Count: < Few } all ? [.. all.Except(asked.Mine == false ? mine : [])] : null;
        }

        return (few, tests);
    }

    /// <summary>For each condition on owners the units that it means.</summary>
    public static async Task<List<List<long>>> Owners(CrmDb db, WaybillAsked asked, CancellationToken ct)
    {
        var all = new List<List<long>>();
        foreach (var owners in asked.Owners)
        {
            var units = new List<long>();
            foreach (var owner in owners)
            {
                units.AddRange(owner.Exactly ? [owner.Unit] : await Units(db, owner.Unit, ct));
            }

            all.Add([.. units.Distinct()]);
        }

        return all;
    }

    /// <summary>The lines whose number begins with what was typed; null where they are too many to be named. Past the scope: they only narrow a query that carries it.</summary>
    public static async Task<List<long>?> Numbered(CrmDb db, string typed, CancellationToken ct)
    {
        var text = typed.Normalize(System.Text.NormalizationForm.FormKC).Trim();
        if (text.Any(char.IsWhiteSpace))
        {
            return [];
        }

        var ids = new HashSet<long>();
        foreach (var source in await Sources(db, ct))
        {
            foreach (var from in new[] { text, text.ToUpperInvariant() }.Distinct())
            {
                var to = from + Compare.Greatest;
#pragma warning disable CA1309 // Translated to SQL, where the column's collation decides.
                ids.UnionWith(await db.Set<WaybillLine>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(w => w.Source == source && string.Compare(w.ExternalNo, from) >= 0 && string.Compare(w.ExternalNo, to) < 0).Select(w => w.Id).Take(Few).ToListAsync(ct));
#pragma warning restore CA1309
                if (ids.Count >= Few)
                {
                    return null;
                }
            }
        }

        return [.. ids];
    }

    /// <summary>The customers that what was typed names; null where they are too many.</summary>
    private static async Task<IReadOnlyList<long>?> Named(CrmDb db, string typed, CancellationToken ct) => (await CustomerSearch.Matching(db, typed, ct)).Ids;

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

    /// <summary>The customers of lanes that few have gone; null where many have.</summary>
    private static async Task<IReadOnlyList<long>?> Rare(CrmDb db, WaybillAsked asked, CancellationToken ct)
    {
        if (!asked.HasLane)
        {
            return null;
        }

        var lanes = LanesOf(db, asked);
        var rare = await Months(db.Set<MonthlyFact>().IgnoreQueryFilters([CrmDb.ScopeFilter]), asked).Where(m => lanes.Contains(m.LaneId)).Select(m => m.CustomerId).Take(Few).ToListAsync(ct);
        return rare.Count < Few ? [.. rare.Distinct()] : null;
    }

    /// <summary>The lanes that are asked for.</summary>
    public static IQueryable<long> LanesOf(CrmDb db, WaybillAsked asked) => asked.Lanes.Aggregate(Laned(db.Set<Lane>(), asked.Query), (l, c) => l.Where(c.OfLane)).Select(l => l.Id);

    /// <summary>The facts of the months that hold the days asked for.</summary>
    public static IQueryable<MonthlyFact> Months(IQueryable<MonthlyFact> facts, WaybillAsked asked)
    {
        var (first, last) = Span(asked);
        facts = asked.Days.From is null ? facts : facts.Where(m => m.Month >= first);
        return asked.Days.To is null ? facts : facts.Where(m => m.Month <= last);
    }

    /// <summary>The first and the last month.</summary>
    public static (Month First, Month Last) Span(WaybillAsked asked) =>
        (asked.Days.From is { } from ? Month.Of(from) : new Month(0), asked.Days.To is { } to ? Month.Of(to) : new Month(12 * 9999));

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
