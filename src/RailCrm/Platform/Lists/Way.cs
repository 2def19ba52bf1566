using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>One condition of a list's view.</summary>
/// <param name="Test">What a row must satisfy.</param>
/// <param name="Ids">The ids of the rows that satisfy it, read off its own index, past every filter: only ever used to narrow a query that has them. Null where no index tells them.</param>
/// <param name="Indexed">Whether a column's own index answers it, which SQLite then likes to take.</param>
/// <param name="Serves">The orders that this index brings already.</param>
internal sealed record Condition<TRow>(Expression<Func<TRow, bool>> Test, IQueryable<long>? Ids, bool Indexed = false, params string[] Serves)
{
    /// <summary>Parts that are walked one after the other; more are not worth it.</summary>
    internal const int MostApart = 6;

    private static readonly PropertyInfo Nothing = typeof(Never).GetProperty(nameof(Never.Holds))!;

    /// <summary>The test in a form that SQLite finds no index for: without statistics it takes the first equality it sees and sorts all that match.</summary>
    /// <remarks>A bit-wise "or" with a parameter that is false: no expression of it is a column any more.</remarks>
    public Expression<Func<TRow, bool>> Blind => Indexed ? Expression.Lambda<Func<TRow, bool>>(Expression.Or(Test.Body, Expression.Property(Expression.Constant(new Never()), Nothing)), Test.Parameters) : Test;

    /// <summary>Some of the ids, where they are known to be many and were read already: a search reads its index once.</summary>
    public IReadOnlyList<long>? Some { get; init; }

    /// <summary>The conditions one of which must hold, where it is made of several.</summary>
    public IReadOnlyList<Condition<TRow>> Alternatives { get; private init; } = [];

    /// <summary>The same test for rows of some units alone, where an index of another table leads from those units to its rows; null where it is the same for all.</summary>
    public Func<IReadOnlyList<long>, Expression<Func<TRow, bool>>>? Within { get; init; }

    /// <summary>What a row of these units must satisfy.</summary>
    public Expression<Func<TRow, bool>> Among(IReadOnlyList<long> units) => Within is not null ? Within(units) : Differs ? Either([.. Alternatives.Select(a => a.Among(units))]) : Test;

    private bool Differs => Within is not null || Alternatives.Any(a => a.Differs);

    /// <summary>The same, value by value, where an index brings an order for each value but none for all of them; empty elsewhere.</summary>
    public IReadOnlyList<Condition<TRow>> Apart { get; init; } = [];

    /// <summary>No condition: every row satisfies it.</summary>
    public static readonly Condition<TRow> Holds = new(row => true, null);

    /// <summary>Any of these: what satisfies one of them.</summary>
    public static Condition<TRow> Any(IReadOnlyList<Condition<TRow>> alternatives)
    {
        if (alternatives is [var only])
        {
            return only;
        }

        var ids = alternatives.All(a => a.Ids is not null) ? alternatives.Select(a => a.Ids!).Aggregate((a, b) => a.Concat(b)) : null;
        return new(Either([.. alternatives.Select(a => a.Test)]), ids, alternatives.Any(a => a.Indexed)) { Alternatives = alternatives, Apart = alternatives.Count <= MostApart && alternatives.All(a => a.Serves.Length > 0) ? alternatives : [] };
    }

    private static Expression<Func<TRow, bool>> Either(IReadOnlyList<Expression<Func<TRow, bool>>> tests)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        return Expression.Lambda<Func<TRow, bool>>(tests.Select(t => new Swap(t.Parameters[0], row).Visit(t.Body)!).Aggregate(Expression.OrElse), row);
    }

    /// <summary>The rows for which this does not hold, and no index to find them by.</summary>
    public Condition<TRow> Not() => new(Expression.Lambda<Func<TRow, bool>>(Expression.Not(Test.Body), Test.Parameters), null);

    private sealed class Never
    {
        public bool Holds { get; }
    }
}

/// <summary>A wide scope in two halves, since an index leads to each but to none that is one or the other.</summary>
/// <param name="Own">What the scope's units own.</param>
/// <param name="Granted">The ids of what is shared with the reader, past every filter.</param>
/// <param name="Units">Those units.</param>
internal sealed record Halves<TRow>(Condition<TRow> Own, IQueryable<long> Granted, IReadOnlyList<long> Units);

/// <summary>Rows of which an index tells so much that they are put in order by it, before any of them is looked at.</summary>
/// <param name="Rows">Those that satisfy the conditions which the index tells; of a wide scope those that its units own.</param>
/// <param name="TellsAll">Whether those are all conditions.</param>
/// <param name="Orders">Whether the index tells what an order goes by, too.</param>
/// <param name="Along">Those that satisfy all conditions, to be walked along the order's own index.</param>
/// <param name="Among">Those of some ids that satisfy all conditions.</param>
internal sealed record Told<TRow>(IQueryable<TRow> Rows, bool TellsAll, Func<IReadOnlySet<string>, bool> Orders, IQueryable<TRow> Along, Func<IReadOnlyList<long>, IQueryable<TRow>> Among)
{
    /// <summary>The ids of what is shared with the reader besides; null where they are all that the reader sees.</summary>
    public IQueryable<long>? Shared { get; init; }

    /// <summary>What is shared and satisfies all conditions, but is not among those rows.</summary>
    public IQueryable<TRow>? Others { get; init; }

    /// <summary>Rows that are looked at one by one, at most, where the index does not tell all conditions.</summary>
    public int MostTested { get; init; } = 6_000;

    /// <summary>Rows that are shared with the reader, at most: all of them are looked at for each page.</summary>
    public int MostShared { get; init; } = 2_000;

    /// <summary>Entries of another order's index that are passed, at most.</summary>
    public int MostPassed { get; init; } = 60_000;
}

/// <summary>How a list's rows are found.</summary>
/// <param name="Rows">The rows that satisfy every condition.</param>
/// <param name="Gather">Finds the same rows by the ids of one condition, where <paramref name="Rows"/> walks an order and may have to walk far; gives null where they are more than it is told, or too many in any case. Null elsewhere.</param>
/// <param name="All">All rows of the table, to tell where a walk has gone far enough; never shown.</param>
internal sealed record Found<TRow>(IQueryable<TRow> Rows, Func<int, Task<IQueryable<TRow>?>>? Gather = null, IQueryable<TRow>? All = null)
{
    /// <summary>A walk that has passed so many rows without filling its page is given up.</summary>
    public int Far { get; init; } = Way.Looked;

    /// <summary>Finds some of the rows quickly, for a count that only has to pass a mark; null where <see cref="Rows"/> is quick itself.</summary>
    public Func<Task<IQueryable<TRow>>>? Some { get; init; }

    /// <summary>What an index tells of the rows; null where none tells enough.</summary>
    public Told<TRow>? Told { get; init; }

    /// <summary>The rows in parts, each of which an index brings in the order wanted; null where there are none.</summary>
    public IReadOnlyList<Part<TRow>>? Parts { get; init; }

    /// <summary>How many there are, counted no further than one beyond <paramref name="most"/>: among those found quickly, among those that an index leads to, else along the order.</summary>
    public async Task<int> Count(int most, CancellationToken ct)
    {
        if (Told is { TellsAll: true })
        {
            var told = await Told.Rows.Take(most + 1).CountAsync(ct);
            return told > most || Told.Others is null ? told : told + await Told.Others.Take(most + 1 - told).CountAsync(ct);
        }

        return Some is not null && await (await Some()).Take(most + 1).CountAsync(ct) is var some && some > most ? some
            : await ((Gather is null ? null : await Gather(int.MaxValue)) ?? Rows).Take(most + 1).CountAsync(ct);
    }
}

/// <summary>A part of a list's rows.</summary>
/// <param name="Rows">Those that satisfy every condition.</param>
/// <param name="All">All rows of the part, to tell where a walk has gone far enough; never shown.</param>
internal sealed record Part<TRow>(IQueryable<TRow> Rows, IQueryable<TRow> All);

/// <summary>Chooses how a list's rows are found: gathered by the ids of its rarest condition, or walked along the index of its order until the page is full.</summary>
/// <remarks>
/// No one plan is good: 30 matches out of a million take a second to walk to, 600,000 a second to sort. Counting each condition on its own index,
/// up to <see cref="Few"/>, costs well under a millisecond and tells which it is. Where a condition goes with the order (names begin with a city, and so do
/// regions) counting misleads, so a walk is given up after some thousand rows and the rows are gathered after all.
/// </remarks>
internal static class Way
{
    /// <summary>Counting stops here: more ids than this are dearer to gather than an order is to walk.</summary>
    private const int Few = 8_000;

    /// <summary>More ids than this are not gathered even where a walk leads nowhere: they would be carried to and fro for longer.</summary>
    private const int Most = 100_000;

    /// <summary>So many rows are looked at in some 20 ms.</summary>
    internal const int Looked = 4_000;

    /// <summary>And so many entries of an index that tells all that is asked, by an engine that chooses itself whether to read it.</summary>
    private const int Entries = 10_000;

    /// <summary>Where more rows of a wide scope than this satisfy its conditions, a walk soon fills its page.</summary>
    private const int Dense = 5_000;

    /// <summary>The share of rows taken for a condition that many satisfy.</summary>
    private const double Many = 0.05;

    /// <summary>The rows that satisfy all conditions, in the shape that is fast.</summary>
    /// <param name="db">The database.</param>
    /// <param name="rows">All rows of the list.</param>
    /// <param name="all">All rows of the table.</param>
    /// <param name="conditions">What they must satisfy.</param>
    /// <param name="sort">The order wanted; null where none is.</param>
    /// <param name="wanted">Rows of a page.</param>
    /// <param name="total">Rows there are, about.</param>
    /// <param name="cover">An index over many columns; null where there is none.</param>
    /// <param name="halves">A wide scope in its halves; null where it is not wide, or not told so.</param>
    /// <param name="found">Ids that are known already, from a search; then these are the rarest.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Found<TRow>> To<TRow>(
        CrmDb db, IQueryable<TRow> rows, IQueryable<TRow> all, IReadOnlyList<Condition<TRow>> conditions, string? sort, int wanted, Func<Task<long>> total, Covering? cover, Halves<TRow>? halves, IReadOnlyList<long>? found, CancellationToken ct) where TRow : class
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        var id = Expression.Lambda<Func<TRow, long>>(Expression.Property(row, "Id"), row);
        if (found is not null)
        {
            return new(Gathered(found));
        }

        if (db.Scope.Width == ScopeWidth.Narrow || (conditions is [var only] && Brings(only) && (halves is null || Covering.Read(only.Test).SetEquals(Covering.Read(halves.Own.Test)))))
        {
            return new(Walked(out _));
        }

        var (rarest, rare, few) = await Rarest(conditions, wanted, total, db.Scope.Width, ct);
        if (few)
        {
            return new(Gathered(await Narrowed(rarest!).ToListAsync(ct)));
        }

        var told = halves is not null ? cover is not null && (!rare || cover.Tells(rarest!)) ? ByUnit(cover) : null
            : sort is not null && !rare && cover?.Orders.Contains(sort.TrimStart('-')) == true ? ByOrder(cover) : null;
        Func<Task<IQueryable<TRow>>>? dense = null;
        var walked = Walked(out var leads);
        var far = cover is not null && conditions.All(cover.Carries) ? Entries : Looked;
        if (told is { TellsAll: true } && wanted < int.MaxValue)
        {
            return new(walked, All: all) { Told = told, Far = far };
        }

        // A subsidiary's own entries are a twentieth of the index, and read before anything is tested row by row, where all rows are wanted or counted.
        if (halves is not null && told is not null && (sort is null || wanted == int.MaxValue) && conditions.Any(cover!.Tells))
        {
            var own = await told.Rows.Select(id).Take(Dense + 1).ToListAsync(ct);
            if (own.Count <= Dense)
            {
                return new(Gathered([.. own, .. await halves!.Granted.ToListAsync(ct)]));
            }

            dense = () => Task.FromResult(Gathered(own));
        }

        if (!db.IsPostgres && cover?.Walks(sort, conditions) == true)
        {
            return new(walked);
        }

        if (!db.IsPostgres && sort is null && cover is not null && conditions.All(cover.Holds))
        {
            var lead = cover.Lead(conditions);
            return new(lead is null ? cover.Read(db, rows, conditions) : conditions.Aggregate(rows, (r, c) => r.Where(c == lead ? c.Test : c.Blind))) { Some = dense };
        }

        var other = Other(leads);
        var apart = sort is null ? null : conditions.FirstOrDefault(c => c.Apart.Count > 1 && c.Apart.All(a => a.Serves.Contains(sort)));
        return other is null
            ? new(walked, All: all) { Told = told, Far = far }
            : new(walked, async most => await Some(Gatherable(other), Math.Min(most, Most)) is { } ids ? Gathered(ids) : null, all)
            {
                Told = apart is null || halves is not null ? told : null,
                Far = far,
                Parts = apart?.Apart.Select(a => new Part<TRow>(conditions.Aggregate(rows, (r, c) => r.Where(c == apart ? a.Test : db.IsPostgres ? c.Test : c.Blind)), all.Where(a.Test))).ToList(),
                Some = dense ?? (sort is null && rarest is not null ? async () => Gathered(rarest!.Some ?? await rarest.Ids!.Take(Few).ToListAsync(ct)) : null),
            };

        async Task<IReadOnlyList<long>?> Some(IQueryable<long> ids, int most) => await ids.Take(most + 1).ToListAsync(ct) is var some && some.Count <= most ? some : null;

        IQueryable<TRow> Past() => db.Set<TRow>().IgnoreQueryFilters([CrmDb.ScopeFilter]).AsNoTracking();

        Told<TRow> ByUnit(Covering units)
        {
            var telling = conditions.Where(units.Tells).ToList();
            var (own, granted) = (Past().Where(halves!.Own.Test), halves.Granted);
            var lead = Leading();
            Expression<Func<long, bool>> shared = i => granted.Contains(i);
            var others = Past().Where(Expression.Lambda<Func<TRow, bool>>(new Swap(shared.Parameters[0], id.Body).Visit(shared.Body)!, row)).Where(Expression.Lambda<Func<TRow, bool>>(Expression.Not(halves.Own.Test.Body), halves.Own.Test.Parameters));
            return new(
                telling.Aggregate(db.IsPostgres ? own : IndexHint.By(own, units.Index), (r, c) => r.Where(c.Among(halves.Units))), telling.Count == conditions.Count, read => read.All(units.Tells),
                conditions.Append(halves.Own).Aggregate(Past(), (r, c) => r.Where(db.IsPostgres || c == lead ? c.Test : c.Blind)), Gathered)
            {
                Shared = granted, Others = conditions.Aggregate(others, (r, c) => r.Where(db.IsPostgres ? c.Test : c.Blind)),
            };
        }

        // Of what an order's index carries, the next few are read off it, and only those looked at for the other conditions.
        Told<TRow>? ByOrder(Covering orders) =>
            conditions.Where(orders.Carries).ToList() is { Count: > 0 } carried && carried.Count < conditions.Count
                ? new(carried.Aggregate(rows, (r, c) => r.Where(db.IsPostgres || c == Leading() ? c.Test : c.Blind)), false, _ => true, Walked(out _), Gathered) : null;

        // Where all are many, the one whose index tells most of the others leaves the fewest.
        Condition<TRow>? Other(Condition<TRow>? walking) =>
            rare && rarest != walking ? rarest : conditions.Where(c => c != walking && c.Ids is not null).MaxBy(c => (Also(c, c).Count, c == rarest));

        // What the index that answers a condition tells of each row besides.
        List<Condition<TRow>> Also(Condition<TRow> lead, Condition<TRow> group) =>
            cover is null || !cover.Leads(lead) ? [] : [.. conditions.Where(c => c != group && cover.Carries(c)), .. halves is null || !cover.Carries(halves.Own) ? [] : new[] { halves.Own }];

        // The ids of a condition, without those of whom its index tells that another does not hold. What is shared with the reader is no unit's of his.
        IQueryable<long> Narrowed(Condition<TRow> of)
        {
            var ids = of.Alternatives.Count == 0 ? Alone(of, of) : of.Alternatives.Select(a => Alone(a, of)).Aggregate((a, b) => a.Concat(b));
            return halves is not null && of.Alternatives.DefaultIfEmpty(of).Any(a => Also(a, of).Count > 0) ? ids.Concat(halves.Granted) : ids;
        }

        IQueryable<long> Alone(Condition<TRow> lead, Condition<TRow> group) =>
            Also(lead, group) is { Count: > 0 } also ? also.Aggregate(all.Where(lead.Test), (r, c) => r.Where(db.IsPostgres ? c.Test : c.Blind)).Select(id) : lead.Ids!;

        // Two conditions on columns of one index are told by it together; else the rarest by its own.
        IQueryable<long> Gatherable(Condition<TRow> other)
        {
            var together = db.IsPostgres || cover is null ? [] : conditions.Where(cover.Holds).ToList();
            return together.Count < 2 || Also(other, other).Count > 0 ? Narrowed(other) : cover!.Read(db, Past(), together).Select(id);
        }

        // A narrow scope's few rows are read by their keys, whatever index a condition has.
        Condition<TRow>? Leading() => db.IsPostgres || db.Scope.Width == ScopeWidth.Narrow ? null : conditions.FirstOrDefault(Brings);

        // Whether a condition's own index brings the order; any will do where none is wanted.
        bool Brings(Condition<TRow> condition) => sort is null ? condition.Indexed : condition.Serves.Contains(sort);

        IQueryable<TRow> Gathered(IReadOnlyList<long> ids) => conditions.Aggregate(Among(rows, ids), (r, c) => r.Where(db.IsPostgres ? c.Test : c.Blind));

        IQueryable<TRow> Walked(out Condition<TRow>? leading)
        {
            var leads = leading = Leading();
            return conditions.Aggregate(rows, (r, c) => r.Where(db.IsPostgres || c == leads ? c.Test : c.Blind));
        }
    }

    /// <summary>Those of some rows that have these ids.</summary>
    public static IQueryable<TRow> Among<TRow>(IQueryable<TRow> rows, IReadOnlyList<long> ids) where TRow : class
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        Expression<Func<long, bool>> among = id => EF.Parameter(ids).Contains(id);
        return rows.Where(Expression.Lambda<Func<TRow, bool>>(new Swap(among.Parameters[0], Expression.Property(row, "Id")).Visit(among.Body)!, row));
    }

    /// <summary>The rarest condition, whether it is known to be rarer than the others, and whether gathering what satisfies it is less work than walking the order.</summary>
    private static async Task<(Condition<TRow>? Rarest, bool Rare, bool Gather)> Rarest<TRow>(IReadOnlyList<Condition<TRow>> conditions, int wanted, Func<Task<long>> total, ScopeWidth width, CancellationToken ct)
    {
        conditions = [.. conditions.Where(c => c.Ids is not null)];
        if (conditions.Count == 0)
        {
            return (null, false, false);
        }

        var all = Math.Max(1, await total());
        var (rarest, fewest, share) = (conditions[0], Few, width == ScopeWidth.Wide ? Many : 1.0);
        foreach (var condition in conditions)
        {
            var count = condition.Some is null ? await condition.Ids!.Take(Few).CountAsync(ct) : Few;
            share *= count == Few ? Math.Max(Many, (double)Few / all) : Math.Max(1, count) / (double)all;
            (rarest, fewest) = count < fewest ? (condition, count) : (rarest, fewest);
        }

        return (rarest, fewest < Few, fewest < Few && fewest < wanted / share);
    }

}

/// <summary>Puts one expression where another stood.</summary>
internal sealed class Swap(Expression from, Expression to) : ExpressionVisitor
{
    public override Expression? Visit(Expression? node) => node == from ? to : base.Visit(node);
}
