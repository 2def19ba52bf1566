using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Fields;

namespace RailCrm.Platform.Lists;

/// <summary>What searching found: the ids where they are few, else a condition for each word.</summary>
internal sealed record Searched<TRow>(IReadOnlyList<long>? Ids, IReadOnlyList<Condition<TRow>> Words);

/// <summary>A list of stored rows.</summary>
/// <param name="custom">The group's own fields; none where null.</param>
/// <param name="current">Who looks, since some fields are for some roles alone.</param>
internal abstract partial class ListOf<TRow>(CustomFields? custom = null, CurrentActor? current = null) : ListOf where TRow : class
{
    private const int Batch = 1_000;

    /// <inheritdoc/>
    public sealed override string Entity => typeof(TRow).Name;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<ListField> Fields => All;

    /// <summary>The fields declared, and the group's own ones.</summary>
    private IReadOnlyList<ListField<TRow>> All => _all ??= Ruled(custom is null || current is null ? Declared : [.. Declared, .. custom.Of(Key, current.Actor).Select(f => CustomColumn.Of<TRow>(f, custom))]);

    private IReadOnlyList<ListField<TRow>>? _all;

    /// <summary>The fields as the reader's roles leave them to him.</summary>
    private IReadOnlyList<ListField<TRow>> Ruled(IReadOnlyList<ListField<TRow>> all)
    {
        if (current is null || current.Actor.Fields is not { IsFree: false } rights)
        {
            return all;
        }

        var ruled = new List<ListField<TRow>>();
        foreach (var field in all)
        {
            var (list, name) = (field.Rule?.List ?? Key, field.Rule?.Name ?? field.Input);
            switch (rights.Of(list, name))
            {
                case FieldRight.Edit:
                    ruled.Add(field);
                    break;
                case FieldRight.See:
                    ruled.Add(field.Ruled(null));
                    break;
                case FieldRight.Masked:
                    ruled.Add(field.Ruled(RuledField.Find(list, name)!.Mask));
                    break;
            }
        }

        return ruled;
    }

    /// <inheritdoc/>
    internal sealed override bool Keeps(string key) => current is { Actor.Fields.IsFree: false } && Find(key) is null && Declared.Any(f => f.Key == key);

    /// <summary>What a row's own fields say, as one would type it.</summary>
    protected Dictionary<string, string?>? OwnSaid(string? json) => custom is null || current is null ? null : custom.Said(Key, json, current.Actor);

    /// <summary>Why none of the rows can have this value in a field of the group's own; null where that is not the matter.</summary>
    protected async Task<Refusal?> OwnWrong(CrmDb db, WorkOrder order, CancellationToken ct) => custom is null ? null : await custom.Wrong(db, Key, order, ct);

    /// <summary>The fields with their types.</summary>
    protected abstract IReadOnlyList<ListField<TRow>> Declared { get; }

    /// <summary>The orders it can take: each an index, so that a page is read off it, or for views of few rows alone.</summary>
    internal IEnumerable<Order<TRow, Line>> Orders => All.Select(f => f.Order).OfType<Order<TRow, Line>>();

    /// <summary>Looks for what was typed.</summary>
    protected virtual Task<Searched<TRow>> Search(CrmDb db, string typed, CancellationToken ct) => throw new InvalidOperationException($"{Key} has no search.");

    /// <summary>An index over what the list is most filtered and grouped by; null where it has none.</summary>
    private protected virtual Covering? Cover => null;

    /// <summary>A wide scope in its halves; null where it is not wide, or an index leads to neither.</summary>
    private protected virtual Task<Halves<TRow>?> Halved(CrmDb db, CancellationToken ct) => Task.FromResult<Halves<TRow>?>(null);

    /// <summary>All rows that the actor may see.</summary>
    protected virtual IQueryable<TRow> Rows(CrmDb db) => db.Set<TRow>().AsNoTracking();

    /// <summary>All rows that a walk along one of its orders passes, past the scope; to tell how far it has gone, never shown.</summary>
    private protected virtual IQueryable<TRow> Passed(CrmDb db) => db.Set<TRow>().IgnoreQueryFilters().AsNoTracking();

    /// <summary>The ids of all rows of a narrow scope, where it is quicker to name them than to look at every row of an order; null elsewhere.</summary>
    protected virtual Task<IReadOnlyList<long>?> Within(CrmDb db, CancellationToken ct) => Task.FromResult<IReadOnlyList<long>?>(null);

    /// <summary>The rows of a view in the shape that is fast for an order (null: for none); by <paramref name="cover"/> where it holds all that is read of them.</summary>
    private protected virtual async Task<Result<Found<TRow>>> Find(CrmDb db, View view, string? sort, int wanted, Covering? cover, CancellationToken ct)
    {
        if (!(await Conditions(db, view, ct)).TryGet(out var conditions, out var refusal))
        {
            return refusal;
        }

        IReadOnlyList<long>? found = null;
        if (view.Search is { } typed)
        {
            (found, var words) = await Search(db, typed, ct);
            conditions.AddRange(words);
        }

        found ??= await Within(db, ct);
        var id = Expression.Parameter(typeof(TRow), "row");
        var ids = db.Set<TRow>().IgnoreQueryFilters().Select(Expression.Lambda<Func<TRow, long>>(Expression.Property(id, "Id"), id));
        return await Way.To(db, Rows(db), Passed(db), conditions, sort, wanted, () => ids.OrderByDescending(i => i).FirstOrDefaultAsync(ct), cover, await Halved(db, ct), found, ct);
    }

    /// <summary>What a view's filter asks for, a condition for each of its groups.</summary>
    protected async Task<Result<List<Condition<TRow>>>> Conditions(CrmDb db, View view, CancellationToken ct)
    {
        var conditions = new List<Condition<TRow>>();
        foreach (var group in view.Filter.Groups)
        {
            var alternatives = new List<Condition<TRow>>();
            foreach (var asked in group)
            {
                if (!(await Meant(db, asked, ct)).TryGet(out var condition, out var refusal))
                {
                    return refusal;
                }

                alternatives.Add(condition);
            }

            if (!alternatives.Contains(Condition<TRow>.Holds))
            {
                conditions.Add(Condition<TRow>.Any(alternatives));
            }
        }

        return conditions;
    }

    /// <inheritdoc/>
    public override async Task<Refusal?> Unfit(CrmDb db, Criterion asked, CancellationToken ct) => (await Meant(db, asked, ct)).Refusal;

    private async Task<Result<Condition<TRow>>> Meant(CrmDb db, Criterion asked, CancellationToken ct)
    {
        if (All.FirstOrDefault(f => f.Key == asked.Field) is not { Operators.Count: > 0 } field)
        {
            return Declared.FirstOrDefault(f => f.Key == asked.Field && f.Operators.Count > 0) is { } kept
                ? new Refusal.InvalidMany([new(asked.Field, "list.field_kept", kept.Name)]) : new Refusal.InvalidMany([new("filter", "list.field_unknown", asked.Field)]);
        }

        return field.IsMasked && !field.Operators.Contains(asked.Operator) ? new Refusal.InvalidMany([new(field.Key, "list.field_masked", field.Name)]) : await field.Where(db, asked, ct);
    }

    /// <summary>What a field reads of a row.</summary>
    internal LambdaExpression Figure(ListField field) => All.First(f => f.Key == field.Key).Read!;

    /// <summary>A stored row's cell, as it is shown after it was changed.</summary>
    protected Edited Told(TRow row, ListField field)
    {
        var value = All.First(f => f.Key == field.Key).Read!.Compile().DynamicInvoke(row);
        return new(field.Say(value) ?? "", field.Typed(value));
    }

    /// <inheritdoc/>
    public override async Task<Result<LinePage>> Read(CrmDb db, View view, IReadOnlyList<ListField> columns, CancellationToken ct)
    {
        if (!(await Look(db, view, view.Limit, ct)).TryGet(out var looked, out var refusal))
        {
            return refusal;
        }

        var page = await looked.Order.Page(looked.Rows, looked.Descending, looked.Mark, view.Limit, Selected(looked.Order.Name, columns), ct);
        return new LinePage(page.Items, await NamesIn(db, page.Items, columns, ct), page.Next, page.Previous);
    }

    /// <inheritdoc/>
    public override async Task<int> Count(CrmDb db, View view, int most, CancellationToken ct) =>
        (await Find(db, view, null, most, Cover, ct)).TryGet(out var found, out _) ? await found.Count(most, ct) : 0;

    /// <inheritdoc/>
    public override async Task<(long? Previous, long? Next)> Beside(CrmDb db, View view, long id, CancellationToken ct)
    {
        var here = view with { Cursor = null };
        if (!(await LookAnyhow(db, here, 1, ct)).TryGet(out var looked, out _) || await Selected(looked.Order.Name, [])(db.Set<TRow>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(Having(id))).SingleOrDefaultAsync(ct) is not { } line)
        {
            return (null, null);
        }

        var next = await looked.Order.Page(looked.Rows, looked.Descending, looked.Order.At(line, looked.Descending, back: false), 1, Selected(looked.Order.Name, []), ct);
        var previous = await looked.Order.Page(looked.Rows, looked.Descending, looked.Order.At(line, looked.Descending, back: true), 1, Selected(looked.Order.Name, []), ct);
        return (previous.Items.FirstOrDefault()?.Id, next.Items.FirstOrDefault()?.Id);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<IReadOnlyList<long>> Ids(CrmDb db, View view, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!(await LookAnyhow(db, view with { Cursor = null }, int.MaxValue, ct)).TryGet(out var looked, out _))
        {
            yield break;
        }

        await foreach (var lines in Walk(looked, [], ct))
        {
            yield return [.. lines.Select(l => l.Id)];
        }
    }

    /// <inheritdoc/>
    public sealed override async Task<Result<AllLines>> ReadAll(CrmDb db, View view, IReadOnlyList<ListField> columns, CancellationToken ct) =>
        (await Look(db, view with { Cursor = null }, int.MaxValue, ct)).TryGet(out var looked, out var refusal) ? new AllLines(Pages(db, looked, columns, ct)) : refusal;

    private async IAsyncEnumerable<LinePage> Pages(CrmDb db, Looked looked, IReadOnlyList<ListField> columns, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var lines in Walk(looked, columns, ct))
        {
            yield return new(lines, await NamesIn(db, lines, columns, ct), null, null);
        }
    }

    /// <summary>All rows in their order, batch by batch: each is a query of its own, so that nothing is held in between and a reader who leaves ends it.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<Line>> Walk(Looked looked, IReadOnlyList<ListField> columns, [EnumeratorCancellation] CancellationToken ct)
    {
        for (Mark? mark = null; ;)
        {
            var page = await looked.Order.Page(looked.Rows.Rows, looked.Descending, mark, Batch, Selected(looked.Order.Name, columns), ct); // Walked to its end, however far.
            yield return page.Items;
            if (page.Next is null)
            {
                yield break;
            }

            mark = looked.Order.At(page.Items[^1], looked.Descending, back: false);
        }
    }

    /// <summary>What the rows refer to, by the columns' keys.</summary>
    internal static async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<long, string>>> NamesIn(CrmDb db, IReadOnlyList<Line> lines, IReadOnlyList<ListField> columns, CancellationToken ct)
    {
        var names = new Dictionary<string, IReadOnlyDictionary<long, string>>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Names is { } read)
            {
                names[columns[i].Key] = await read(db, [.. lines.Select(l => l.Cells[i]).OfType<long>().Distinct()], ct);
            }
        }

        return names;
    }

    /// <inheritdoc/>
    public override async Task<Dictionary<long, string>> NamesOfRows(CrmDb db, IReadOnlyList<long> ids, CancellationToken ct)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        var among = Expression.Lambda<Func<TRow, bool>>(Compare.Among(Expression.Property(row, "Id"), [.. ids]), row);
        var (name, key) = (All.First(f => f.IsName), Orders.First().Name);
        return await Selected(key, [name])(db.Set<TRow>().IgnoreQueryFilters([CrmDb.BinFilter]).AsNoTracking().Where(among)).ToDictionaryAsync(l => l.Id, l => name.Say(l.Cells[0]) ?? "—", ct);
    }

    /// <inheritdoc/>
    internal sealed override async Task<IReadOnlyList<long>> CustomersOf(CrmDb db, IReadOnlyList<Line> lines, CancellationToken ct)
    {
        List<long> ids = [.. lines.Select(l => l.Id)];
        if (typeof(TRow).IsAssignableTo(typeof(ICustomerRoot)))
        {
            return ids;
        }

        if (typeof(TRow).GetProperty(nameof(ICustomerBound.CustomerId)) is null)
        {
            return []; // The group's own people and the like.
        }

        var row = Expression.Parameter(typeof(TRow), "row");
        var among = Expression.Lambda<Func<TRow, bool>>(Compare.Among(Expression.Property(row, "Id"), ids), row);
        var customer = Expression.Lambda<Func<TRow, long>>(Expression.Property(row, nameof(ICustomerBound.CustomerId)), row);
        return await db.Set<TRow>().IgnoreQueryFilters([CrmDb.BinFilter]).Where(among).Select(customer).Distinct().ToListAsync(ct);
    }

    private static Expression<Func<TRow, bool>> Having(long id)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        return Expression.Lambda<Func<TRow, bool>>(Compare.Same(Expression.Property(row, "Id"), id), row);
    }

    /// <summary>Reads the id, the key of the order and the columns, and nothing else of a row.</summary>
    internal Func<IQueryable<TRow>, IQueryable<Line>> Selected(string sort, IReadOnlyList<ListField> columns)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        Expression Value(LambdaExpression read) => Expression.Convert(new Swap(read.Parameters[0], row).Visit(read.Body)!, typeof(object));
        var cells = columns.Select(c => All.First(f => f.Key == c.Key).Read is { } read ? Value(read) : Expression.Constant(null)).ToList();
        var line = Expression.New(typeof(Line).GetConstructors()[0], Expression.Property(row, "Id"), Value(All.First(f => f.Key == sort).SortKey!), Expression.NewArrayInit(typeof(object), cells));
        var select = Expression.Lambda<Func<TRow, Line>>(line, row);
        return rows => rows.Select(select);
    }
}
