using System.Buffers.Text;
using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;

namespace RailCrm.Platform.Lists;

/// <summary>Where a page begins: behind one row in the list's order or, going back, before it.</summary>
/// <param name="Sort">The order it belongs to; in another it means nothing.</param>
/// <param name="Text">The row's key, where that is text.</param>
/// <param name="Number">The row's key, where that is a number.</param>
/// <param name="Id">The row, which settles ties.</param>
/// <param name="Back">Whether the page ends there rather than begins.</param>
internal sealed record Mark(string Sort, string Text, long Number, long Id, bool Back = false)
{
    /// <summary>Ticks of the last instant: no key is larger by so much.</summary>
    private const long Most = 3_155_378_975_999_999_999;

    /// <summary>As it stands in an address.</summary>
    public string ToCursor() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>Reads what an address holds; false where it is no mark of this order.</summary>
    public static bool TryRead(string? cursor, string sort, out Mark? mark)
    {
        mark = null;
        if (string.IsNullOrEmpty(cursor))
        {
            return true;
        }

        try
        {
            mark = JsonSerializer.Deserialize<Mark>(Base64Url.DecodeFromChars(cursor));
            return mark?.Sort == sort && mark.Text is not null && PlainText.IsStorable(mark.Text) && mark.Number is >= -Most and <= Most;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return false;
        }
    }
}

/// <summary>A page of rows, and the marks where the next and the previous begin; null where there is none.</summary>
internal sealed record PageOf<TItem>(List<TItem> Items, string? Next, string? Previous);

/// <summary>One order that a list can take: by a key and then by the id, so that it is total. Descending is its name with a dash before it.</summary>
/// <typeparam name="TRow">What is stored.</typeparam>
/// <typeparam name="TItem">What the list shows of it.</typeparam>
internal abstract class Order<TRow, TItem>(string name) where TRow : class
{
    /// <summary>As in the address, without a dash.</summary>
    public string Name => name;

    /// <summary>An order by text.</summary>
    public static Order<TRow, TItem> ByText(string name, Expression<Func<TRow, string>> key, Func<TItem, (string Text, long Id)> of) =>
        new Keyed<string>(name, key, m => m.Text, (item, sort, back) => new(sort, of(item).Text, 0, of(item).Id, back));

    /// <summary>An order by anything that a whole number can stand for.</summary>
    public static Order<TRow, TItem> ByNumber<TKey>(string name, Expression<Func<TRow, TKey>> key, Func<long, TKey> read, Func<TItem, (long Number, long Id)> of) =>
        new Keyed<TKey>(name, key, m => read(m.Number), (item, sort, back) => new(sort, "", of(item).Number, of(item).Id, back));

    /// <summary>The rows from the mark on, in order.</summary>
    public abstract IReadOnlyList<IQueryable<TRow>> Walk(IQueryable<TRow> rows, bool descending, Mark? mark);

    /// <summary>The properties of a row that it goes by.</summary>
    protected abstract IReadOnlySet<string> Reads { get; }

    /// <summary>A row's id.</summary>
    protected abstract Expression<Func<TRow, long>> Key { get; }

    /// <summary>The rows that lie no further in the order than a mark.</summary>
    public abstract IQueryable<TRow> Until(IQueryable<TRow> rows, bool down, Mark end);

    /// <summary>The mark at a row.</summary>
    public abstract Mark At(TItem item, bool descending, bool back);

    /// <summary>One page; going back it comes in the list's order all the same.</summary>
    public Task<PageOf<TItem>> Page(IQueryable<TRow> rows, bool descending, Mark? mark, int limit, Func<IQueryable<TRow>, IQueryable<TItem>> select, CancellationToken ct) =>
        Page(new Found<TRow>(rows), descending, mark, limit, select, ct);

    /// <inheritdoc cref="Page(IQueryable{TRow}, bool, Mark?, int, Func{IQueryable{TRow}, IQueryable{TItem}}, CancellationToken)"/>
    public async Task<PageOf<TItem>> Page(Found<TRow> found, bool descending, Mark? mark, int limit, Func<IQueryable<TRow>, IQueryable<TItem>> select, CancellationToken ct)
    {
        var down = descending ^ (mark?.Back ?? false);
        (int Rows, int Passed)? met = null;
        var led = found.Told is { } told ? await Led(told) : null;
        List<TItem> items;
        if (led is null && met is { } few && found.Gather is not null)
        {
            items = await Merged() ?? await Further(few.Rows, few.Passed);
        }
        else if (led is null && found is { Gather: not null, All: { } all } && (await Read(all, found.Far, 0)) is [var far])
        {
            items = await Read(Until(found.Rows, down, At(far, descending, back: false)), 0, limit);
            items = items.Count > limit ? items : await Merged() ?? await Further(items.Count, found.Far);
        }
        else
        {
            items = led ?? await Read(found.Rows, 0, limit);
        }

        // Along the order's index while that soon fills the page, else off the index that tells most, which is sorted for it; null where neither leads to it.
        async Task<List<TItem>?> Led(Told<TRow> told)
        {
            var shared = told.Shared is null ? [] : await told.Shared.Take(told.MostShared + 1).ToListAsync(ct);
            if (shared.Count > told.MostShared)
            {
                return null;
            }

            var sorts = told.Orders(Reads);
            var far = sorts ? found.Far : told.MostPassed;
            var end = found.All is null ? default : (await Read(found.All, far, 0)).FirstOrDefault();
            var read = await Read(end is null ? told.Along : Until(told.Along, down, At(end, descending, back: false)), 0, limit);
            if (end is null || read.Count > limit)
            {
                return await WithShared(read);
            }

            met = (read.Count, far);
            for (var most = told.TellsAll ? limit + 1 : 16 * (limit + 1); sorts && most <= Math.Max(limit + 1, told.MostTested); most *= 7)
            {
                var ids = await Ids(told.Rows, most);
                read = await Read(told.Among(ids), 0, limit);
                if (told.TellsAll || read.Count > limit || ids.Count < most)
                {
                    return await WithShared(read);
                }
            }

            return null;

            async Task<List<TItem>> WithShared(List<TItem> own) => shared.Count == 0 ? own : await Read(told.Among([.. own.Select(i => At(i, descending, back: false).Id), .. shared]), 0, limit);
        }

        async Task<List<long>> Ids(IQueryable<TRow> rows, int most)
        {
            List<long> read = [];
            foreach (var part in Walk(rows, descending, mark))
            {
                if (read.Count < most)
                {
                    read.AddRange(await part.Take(most - read.Count).Select(Key).ToListAsync(ct));
                }
            }

            return read;
        }

        // The first of each part are more than the first of all; null where a part hardly has any so near.
        async Task<List<TItem>?> Merged()
        {
            if (found.Parts is not { } parts)
            {
                return null;
            }

            var merged = new List<TItem>();
            foreach (var part in parts)
            {
                var end = (await Read(part.All, found.Far, 0)).FirstOrDefault();
                var some = await Read(end is null ? part.Rows : Until(part.Rows, down, At(end, descending, back: false)), 0, limit);
                if (some.Count <= limit && end is not null)
                {
                    return null;
                }

                merged.AddRange(some);
            }

            var ids = merged.ConvertAll(i => At(i, descending, back: false).Id);
            return ids.Count == 0 ? [] : await Read(Way.Among(found.Rows, ids), 0, limit);
        }

        // What the walk has met tells how far it would have to go on: to gather more rows than that is no gain, unless they lie unevenly.
        async Task<List<TItem>> Further(int rows, int passed)
        {
            var reach = rows == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, 2L * passed * (limit + 1) / rows);
            if (await found.Gather!(reach) is { } gathered)
            {
                return await Read(gathered, 0, limit);
            }

            var walked = reach < int.MaxValue && (await Read(found.All!, reach, 0)) is [var farther] ? await Read(Until(found.Rows, down, At(farther, descending, back: false)), 0, limit) : [];
            return walked.Count > limit ? walked : await Read((reach < int.MaxValue ? await found.Gather!(int.MaxValue) : null) ?? found.Rows, 0, limit);
        }

        // As many as asked and one more, behind the mark and those left out.
        async Task<List<TItem>> Read(IQueryable<TRow> rows, int without, int most)
        {
            List<TItem> read = [];
            foreach (var part in Walk(rows, descending, mark))
            {
                if (read.Count <= most)
                {
                    read.AddRange(await select(without == 0 ? part.Take(most + 1 - read.Count) : part.Skip(without).Take(most + 1 - read.Count)).ToListAsync(ct));
                }
            }

            return read;
        }

        var more = items.Count > limit;
        items = more ? items[..limit] : items;
        if (mark is { Back: true })
        {
            items.Reverse();
        }

        // Behind a mark there was a row to come from, whichever way one goes.
        var (next, previous) = mark switch { null => (more, false), { Back: false } => (more, true), { Back: true } => (true, more) };
        return new(items, next && items.Count > 0 ? At(items[^1], descending, false).ToCursor() : null, previous && items.Count > 0 ? At(items[0], descending, true).ToCursor() : null);
    }

    private sealed class Keyed<TKey>(string name, Expression<Func<TRow, TKey>> key, Func<Mark, TKey> value, Func<TItem, string, bool, Mark> at) : Order<TRow, TItem>(name)
    {
        private readonly string _name = name;

        private sealed record Place(TKey Key, long Id);

        public override Mark At(TItem item, bool descending, bool back) => at(item, descending ? "-" + _name : _name, back);

        /// <remarks>Two parts: the mark's equals with a later id, then what lies beyond. Each is one seek in the sort's index; as one OR an engine walks the index from its start.</remarks>
        public override IReadOnlyList<IQueryable<TRow>> Walk(IQueryable<TRow> rows, bool descending, Mark? mark)
        {
            var down = descending ^ (mark?.Back ?? false);
            return mark is null ? [Sorted(rows, down)] : [Sorted(rows.Where(Equals(mark, down)), down), Sorted(rows.Where(Beyond(mark, down)), down)];
        }

        public override IQueryable<TRow> Until(IQueryable<TRow> rows, bool down, Mark end)
        {
            // The range first and the ties beside it, so that an engine sees the range.
            var place = Expression.Constant(new Place(value(end), end.Id));
            var beyond = Beyond(end, down);
            var tie = Expression.Equal(key.Body, Expression.Property(place, nameof(Place.Key)));
            var later = down ? Expression.LessThan(Id, Expression.Property(place, nameof(Place.Id))) : Expression.GreaterThan(Id, Expression.Property(place, nameof(Place.Id)));
            return rows.Where(Expression.Lambda<Func<TRow, bool>>(Expression.Not(beyond.Body), Row)).Where(Expression.Lambda<Func<TRow, bool>>(Expression.Not(Expression.AndAlso(tie, later)), Row));
        }

        private IQueryable<TRow> Sorted(IQueryable<TRow> rows, bool down)
        {
            var id = Expression.Lambda<Func<TRow, long>>(Id, Row);
            return down ? rows.OrderByDescending(key).ThenByDescending(id) : rows.OrderBy(key).ThenBy(id);
        }

        protected override IReadOnlySet<string> Reads => Covering.Read(key);

        protected override Expression<Func<TRow, long>> Key => Expression.Lambda<Func<TRow, long>>(Id, Row);

        private ParameterExpression Row => key.Parameters[0];

        private MemberExpression Id => Expression.Property(Row, nameof(Place.Id));

        private Expression<Func<TRow, bool>> Equals(Mark mark, bool down)
        {
            var place = Expression.Constant(new Place(value(mark), mark.Id)); // A member of it becomes a parameter of the query.
            var later = down ? Expression.LessThan(Id, Expression.Property(place, nameof(Place.Id))) : Expression.GreaterThan(Id, Expression.Property(place, nameof(Place.Id)));
            return Expression.Lambda<Func<TRow, bool>>(Expression.AndAlso(Expression.Equal(key.Body, Expression.Property(place, nameof(Place.Key))), later), Row);
        }

        private Expression<Func<TRow, bool>> Beyond(Mark mark, bool down)
        {
            Expression left = key.Body;
            Expression right = Expression.Property(Expression.Constant(new Place(value(mark), mark.Id)), nameof(Place.Key));
            if (typeof(TKey) == typeof(string))
            {
                // Translated to SQL, where the column's collation decides.
                left = Expression.Call(typeof(string), nameof(string.Compare), null, left, right);
                right = Expression.Constant(0);
            }

            return Expression.Lambda<Func<TRow, bool>>(down ? Expression.LessThan(left, right) : Expression.GreaterThan(left, right), Row);
        }
    }
}
