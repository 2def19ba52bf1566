using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Platform.Data;

namespace RailCrm.Platform.Lists;

/// <summary>How a field of a row finds its rows.</summary>
internal delegate Task<Result<Condition<TRow>>> Asks<TRow>(CrmDb db, Criterion asked, CancellationToken ct);

/// <summary>A field of a list of <typeparamref name="TRow"/>, declared in one line.</summary>
internal abstract partial class ListField<TRow>(string key, string textKey, FieldKind kind) : ListField(key, textKey, kind) where TRow : class
{
    private Asks<TRow>? _asks;
    private Func<IEnumerable<(string, string)>>? _options;
    private Func<IEnumerable<(string, string)>>? _offered;

    /// <summary>What is read of a row; null for a field that only filters.</summary>
    public abstract LambdaExpression? Read { get; }

    /// <summary>Refused with this text where a value is none of it.</summary>
    protected string WrongKey { get; private set; } = kind is FieldKind.Number or FieldKind.Money or FieldKind.Weight or FieldKind.Percent ? "list.figure_wrong" : "list.value_wrong";

    /// <inheritdoc/>
    public override bool IsChosen => _options is not null || base.IsChosen;

    /// <inheritdoc />
    public override IEnumerable<(string Value, string Text)> Options => _options?.Invoke() ?? base.Options;

    /// <inheritdoc/>
    public override IEnumerable<(string Value, string Text)> Offered => _offered?.Invoke() ?? [];

    /// <summary>A field that can be shown.</summary>
    public static ListField<TRow, TValue> Of<TValue>(string key, string textKey, FieldKind kind, Expression<Func<TRow, TValue>> read) => new(key, textKey, kind, read);

    /// <summary>A field that only filters.</summary>
    public static ListField<TRow> Only(string key, string textKey, FieldKind kind, IReadOnlyList<string> operators, Asks<TRow> asks) => new ListField<TRow, string?>(key, textKey, kind, null).NoColumn().Asked(operators, asks);

    /// <summary>The field as somebody has it who may do less with it: it is not changed in the list; masked, it tells its mask alone and is asked for by the whole of it.</summary>
    /// <param name="mask">Masks it; null where it is seen as it is.</param>
    internal ListField<TRow> Ruled(Func<string?, string?>? mask)
    {
        var field = (ListField<TRow>)MemberwiseClone();
        (field.Input, field.IsBulk) = (null, false);
        if (mask is not null)
        {
            (field.IsSorted, field.IsSortedNear, field.IsGrouped, field.IsCopied, field.IsMasked, field.SortKey, field._order) = (false, false, false, false, true, null, null);
            field.Operators = Operators.Contains("=") || IsWhole ? ["="] : [];
            field.Masked(mask);
        }

        return field;
    }

    /// <summary>Has what is read of a row masked. It is done when the value has been read, so that no engine has to know masks.</summary>
    private protected abstract void Masked(Func<string?, string?> mask);

    private ListField<TRow> NoColumn()
    {
        IsColumn = false;
        return this;
    }

    /// <summary>Filtered in a way of its own.</summary>
    public ListField<TRow> Asked(IReadOnlyList<string> operators, Asks<TRow> asks)
    {
        (Operators, _asks) = (operators, asks);
        return this;
    }

    /// <summary>It is no column and stands in no panel: the rows selected are told by it.</summary>
    public ListField<TRow> Hidden()
    {
        IsColumn = false;
        IsHidden = true;
        return this;
    }

    /// <summary>The list can be grouped by it.</summary>
    public ListField<TRow> Grouped()
    {
        IsGrouped = true;
        return this;
    }

    /// <summary>Its groups follow each other in time.</summary>
    public ListField<TRow> InTime()
    {
        IsInTime = true;
        return this;
    }

    /// <summary>One of its options asks for rows without a value.</summary>
    public ListField<TRow> AsksUnknown(string option)
    {
        UnknownAs = option;
        return this;
    }

    /// <summary>A row moves to another of its values by a page of its own, which is told the value.</summary>
    public ListField<TRow> Moved(Func<long, string> page)
    {
        MovedAt = page;
        return this;
    }

    /// <summary>Its sum stands below the list and in groups.</summary>
    public ListField<TRow> Summed()
    {
        IsSummed = true;
        return this;
    }

    /// <summary>Its sum stands there where rows are few.</summary>
    public ListField<TRow> SummedNear()
    {
        IsSummedNear = true;
        return this;
    }

    /// <summary>It tells a change.</summary>
    public ListField<TRow> Changing()
    {
        IsChange = true;
        return this;
    }

    /// <summary>It has a name of its own rather than a text of ours.</summary>
    public ListField<TRow> Called(Func<string> name)
    {
        Naming = name;
        return this;
    }

    /// <summary>It is stored in a way of its own; null where there is nothing to say.</summary>
    public ListField<TRow> Said(Func<object, IReadOnlyDictionary<long, string>?, string?> saying, Func<object?, string> typing)
    {
        (Saying, Typing) = (saying, typing);
        return this;
    }

    /// <summary>Its cells are typed in a way of their own, such as in another unit than they are stored in.</summary>
    public ListField<TRow> TypedAs(Func<object?, string> typing)
    {
        Typing = typing;
        return this;
    }

    /// <summary>It is the link to the record.</summary>
    public ListField<TRow> Named()
    {
        IsName = IsCopied = true;
        return this;
    }

    /// <summary>A button copies it.</summary>
    public ListField<TRow> Copied()
    {
        IsCopied = true;
        return this;
    }

    /// <summary>It can be changed where it stands, through the use case that takes it by this name.</summary>
    public ListField<TRow> Edited(string input, bool bulk = true)
    {
        (Input, IsBulk) = (input, bulk);
        return this;
    }

    /// <summary>It holds paragraphs, and is typed in a box of several lines.</summary>
    public ListField<TRow> Long()
    {
        IsLong = true;
        return this;
    }

    /// <summary>A choice: its codes, the beginning of their text keys, and what is said of a wrong one.</summary>
    public ListField<TRow> Chosen(string texts, IReadOnlyList<string> codes, string? wrongKey = null)
    {
        (Texts, Codes, WrongKey) = (texts, codes, wrongKey ?? WrongKey);
        return this;
    }

    /// <summary>A code from a table: how it is said, and what may be chosen.</summary>
    public ListField<TRow> Coded(Func<string, string?> words, Func<IEnumerable<(string, string)>>? options = null)
    {
        (Words, _options) = (words, options);
        return this;
    }

    /// <summary>Values of some kinds stand in a badge.</summary>
    public ListField<TRow> Badged(Func<object, string?> kind)
    {
        Badge = kind;
        return this;
    }

    /// <summary>A filter offers these, some of which a cell may hold.</summary>
    public ListField<TRow> Offers(Func<IEnumerable<(string, string)>> offered)
    {
        _offered = offered;
        return this;
    }

    /// <summary>Looked up as one types.</summary>
    public ListField<TRow> LookedUp(string address)
    {
        Lookup = address;
        return this;
    }

    /// <summary>The key of another row, with its name and page.</summary>
    public ListField<TRow> Refers(NamesOf names, Func<long, string>? href = null)
    {
        (Names, Href) = (names, href);
        return this;
    }

    /// <summary>The condition that a view asks for, or what is wrong with it.</summary>
    public Task<Result<Condition<TRow>>> Where(CrmDb db, Criterion asked, CancellationToken ct) =>
        !Operators.Contains(asked.Operator) ? Task.FromResult<Result<Condition<TRow>>>(new Refusal.InvalidMany([new(Key, "list.operator_wrong", Name)]))
        : _asks is not null ? _asks(db, asked, ct) : Task.FromResult(Compared(db, asked));

    /// <summary>The comparison with its column.</summary>
    protected abstract Result<Condition<TRow>> Compared(CrmDb db, Criterion asked);

    /// <summary>A refusal that names the field.</summary>
    protected Refusal Wrong(string value) => new Refusal.InvalidMany([new(Key, WrongKey, Name, value)]);
}

/// <inheritdoc/>
internal sealed class ListField<TRow, TValue>(string key, string textKey, FieldKind kind, Expression<Func<TRow, TValue>>? read) : ListField<TRow>(key, textKey, kind) where TRow : class
{
    private string[] _serves = [];
    private LambdaExpression? _masked;

    /// <inheritdoc/>
    public override LambdaExpression? Read => _masked ?? read;

    /// <inheritdoc/>
    private protected override void Masked(Func<string?, string?> mask) => _masked = Expression.Lambda<Func<TRow, string?>>(Expression.Call(mask.Method, read!.Body), read.Parameters);

    /// <inheritdoc/>
    public override bool CanBeEmpty => default(TValue) is null || Typing is not null;

    /// <summary>An index brings its order.</summary>
    public ListField<TRow, TValue> Sorted()
    {
        (IsSorted, SortKey) = (true, read);
        return this;
    }

    /// <summary>An index begins with it, so that it can be filtered by.</summary>
    /// <param name="serves">The orders that this index brings for one value.</param>
    public ListField<TRow, TValue> Indexed(params string[] serves)
    {
        _serves = [.. serves.SelectMany(s => new[] { s, "-" + s })];
        Operators = Kind switch
        {
            FieldKind.Text => ["=", "!=", "~", "!~"],
            FieldKind.Choice or FieldKind.Reference => ["=", "!="],
            FieldKind.Flag => ["="],
            _ => [">=", "<=", "="],
        };
        AsksEmpty = default(TValue) is null;
        return this;
    }

    /// <inheritdoc/>
    protected override Result<Condition<TRow>> Compared(CrmDb db, Criterion asked)
    {
        var ranges = new List<(TValue From, TValue To)>();
        foreach (var value in asked.Values)
        {
            if (value.Length == 0 && default(TValue) is null && asked.Operator is "=" or "!=")
            {
                ranges.Add((default!, default!));
            }
            else if (value.Length > 0 && ValueRange.TryRead<TValue>(Kind, value, db.UtcNow, out var from, out var to))
            {
                ranges.Add((from, to));
            }
            else
            {
                return Wrong(value);
            }
        }

        if (ranges.Count == 0 || (asked.Operator is not ("=" or "!=") && ranges.Count > 1))
        {
            return Wrong(string.Join(',', asked.Values));
        }

        // Past the scope on purpose: these ids only narrow a query that carries it.
        var past = db.Set<TRow>().IgnoreQueryFilters();
        var id = Expression.Lambda<Func<TRow, long>>(Expression.Property(read!.Parameters[0], "Id"), read.Parameters);
        Condition<TRow> Of(Expression test, params string[] serves)
        {
            var holds = Expression.Lambda<Func<TRow, bool>>(test, read.Parameters);
            return new(holds, past.Where(holds).Select(id), Indexed: true, serves);
        }

        var (body, first) = (read.Body, ranges[0]);
        var single = ranges.Count == 1 && Equals(first.From, first.To);
        switch (asked.Operator)
        {
            case ">=":
                return Of(Compare.AtLeast(body, first.From), Own());
            case "<=":
                return Of(Compare.AtMost(body, first.To), Own());
            case "~":
                return Of(Expression.AndAlso(Compare.AtLeast(body, first.From), Compare.AtMost(body, (TValue)(object)(first.To + Compare.Greatest))), Own());
            case "!~": // Before, behind, or not known: each led to by the same index, so that few that are left are not searched for among all.
                return Condition<TRow>.Any([Of(Compare.Before(body, first.From), Own()), Of(Compare.After(body, (TValue)(object)(first.To + Compare.Greatest)), Own()), Of(Compare.Same<TValue>(body, default!))]);
            case "=":
                return single ? Of(first.From is bool yes ? yes ? body : Expression.Not(body) : Compare.Same(body, first.From), [.. _serves]) // A flag without a parameter: an index of those that lack it answers.
                    : ranges.TrueForAll(r => Equals(r.From, r.To) && r.From is not null) ? Of(Compare.Among(body, ranges.ConvertAll(r => r.From))) with { Apart = Apart(ranges.Select(r => r.From)) }
                    : Condition<TRow>.Any([.. ranges.Select(r => Equals(r.From, r.To) ? Of(Compare.Same(body, r.From)) : Of(Expression.AndAlso(Compare.AtLeast(body, r.From), Compare.AtMost(body, r.To)), Own()))]);
            default: // !=: what is not known is none of them either.
                var known = ranges.Where(r => r.From is not null).Select(r => r.From).ToList();
                var none = known.Count == 0 ? null : Expression.Not(Compare.Among(body, known));
                var test = ranges.Exists(r => r.From is null) ? (none is null ? Compare.Known(body) : Expression.AndAlso(none, Compare.Known(body)))
                    : default(TValue) is null ? Expression.OrElse(none!, Compare.Same<TValue>(body, default!)) : none!;
                return new Condition<TRow>(Expression.Lambda<Func<TRow, bool>>(test, read.Parameters), null) { Apart = typeof(TValue).IsEnum ? Apart(Enum.GetValuesAsUnderlyingType(typeof(TValue)).Cast<object>().Select(v => (TValue)Enum.ToObject(typeof(TValue), v)).Except(known)) : [] };
        }

        IReadOnlyList<Condition<TRow>> Apart(IEnumerable<TValue> values) => _serves.Length > 0 && values.ToList() is { Count: > 1 and <= Condition<TRow>.MostApart } some ? some.ConvertAll(v => Of(Compare.Same(body, v), [.. _serves])) : [];

        string[] Own() => IsSorted ? [Key, "-" + Key] : [];
    }
}
