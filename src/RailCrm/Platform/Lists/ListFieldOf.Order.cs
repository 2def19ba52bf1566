using System.Linq.Expressions;

namespace RailCrm.Platform.Lists;

/// <summary>What rows are put in order by.</summary>
internal abstract partial class ListField<TRow>
{
    /// <summary>The order by it, where there is one.</summary>
    public Order<TRow, Line>? Order => _order ??= SortKey is null ? null : OrderOf<Line>(l => l.Key, l => l.Id);

    private Order<TRow, Line>? _order;

    /// <summary>What rows are put in order by; null where there is no order.</summary>
    public LambdaExpression? SortKey { get; protected set; }

    /// <summary>Rows that are few can be put in its order.</summary>
    public ListField<TRow> SortedNear() => SortedBy(Read!);

    /// <summary>Rows that are few can be put in its order, by something else than what is shown.</summary>
    public ListField<TRow> SortedNear<TKey>(Expression<Func<TRow, TKey>> by) => SortedBy(by);

    /// <remarks>By an expression and no column, so that no engine walks an index of it past all other rows.</remarks>
    private ListField<TRow> SortedBy(LambdaExpression by)
    {
        IsSortedNear = true;
        SortKey = Expression.Lambda(by.ReturnType == typeof(string) ? Expression.Add(by.Body, Expression.Constant(""), typeof(string).GetMethod(nameof(string.Concat), [typeof(string), typeof(string)]))
            : by.ReturnType == typeof(long) ? Expression.Add(by.Body, Expression.Constant(0L)) : by.Body, by.Parameters);
        return this;
    }

    /// <summary>The order by it of whatever tells a row's key and id.</summary>
    public Order<TRow, TItem> OrderOf<TItem>(Func<TItem, object?> key, Func<TItem, long> id) => SortKey!.ReturnType switch
    {
        var t when t == typeof(string) => Order<TRow, TItem>.ByText(Key, (Expression<Func<TRow, string>>)SortKey, i => ((string?)key(i) ?? "", id(i))),
        var t when t == typeof(long) => Order<TRow, TItem>.ByNumber(Key, (Expression<Func<TRow, long>>)SortKey, n => n, i => ((long)key(i)!, id(i))),
        var t when t == typeof(int) => Order<TRow, TItem>.ByNumber(Key, (Expression<Func<TRow, int>>)SortKey, n => (int)Math.Clamp(n, int.MinValue, int.MaxValue), i => ((int)key(i)!, id(i))),
        var t when t == typeof(DateOnly) => Order<TRow, TItem>.ByNumber(Key, (Expression<Func<TRow, DateOnly>>)SortKey, n => DateOnly.FromDayNumber((int)Math.Clamp(n, 0, DateOnly.MaxValue.DayNumber)), i => (((DateOnly)key(i)!).DayNumber, id(i))),
        var t when t == typeof(DateTime) => Order<TRow, TItem>.ByNumber(Key, (Expression<Func<TRow, DateTime>>)SortKey, n => new DateTime(Math.Max(0, n), DateTimeKind.Utc), i => (((DateTime)key(i)!).Ticks, id(i))),
        var t => throw new InvalidOperationException($"No order by {t.Name}."),
    };
}
