using RailCrm.Platform.Lists;
using static RailCrm.Platform.Text.Texts;

namespace RailCrm.Platform.Ui.Lists;

/// <summary>A filter's conditions as people read them.</summary>
/// <param name="list">The list.</param>
/// <param name="options">Options of fields that only the module knows.</param>
/// <param name="names">What the rows are called that filters refer to.</param>
public sealed class FilterWords(ListOf list, IReadOnlyDictionary<string, IEnumerable<(string Value, string Text)>> options, IReadOnlyDictionary<(string Field, string Value), string> names)
{
    /// <summary>The whole condition.</summary>
    public string Said(Criterion asked) => $"{About(asked)} {Values(asked)}";

    /// <summary>Its field, and how that is compared, unless yes or no follows or the field's name says it.</summary>
    public string About(Criterion asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var field = list.Find(asked.Field);
        return field is { Kind: FieldKind.Flag } or { SaysHow: true } ? field.FilterLabel : $"{field?.FilterLabel ?? asked.Field} {Sign(field, asked.Operator)}";
    }

    /// <summary>What it is compared with.</summary>
    public string Values(Criterion asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return string.Join(T("customer.list_comma"), asked.Values.Select(v =>
            names.GetValueOrDefault((asked.Field, v)) ?? options.GetValueOrDefault(asked.Field)?.FirstOrDefault(o => o.Value == v).Text?.Trim('\u3000') ?? list.Find(asked.Field)?.SayAsked(v) ?? v));
    }

    /// <summary>The figure that it is compared with, as one would type it and read it.</summary>
    public string Figure(Criterion asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return asked.Values[0].Length == 0 ? "" : (list.Find(asked.Field)?.SayAsked(asked.Values[0]) ?? asked.Values[0]).TrimEnd(' ', '%');
    }

    /// <summary>How a field is compared, for whoever chooses; of any field where it is null.</summary>
    public static string Compared(ListField? field, string op) => (op, field) switch
    {
        (">=", { IsFigure: false }) => T("list.op_since"),
        ("<=", { IsFigure: false }) => T("list.op_until"),
        (">=", _) => $"≥ {T("list.op_least")}",
        ("<=", _) => $"≤ {T("list.op_most")}",
        ("=", { IsFigure: true }) => $"= {T("list.op_is")}",
        ("~", null) => $"{T("list.op_has")} / {T("list.op_begins")}",
        ("!~", null) => $"{T("list.op_has_not")} / {T("list.op_begins_not")}",
        _ => Sign(field, op),
    };

    /// <summary>The same between a field and its value.</summary>
    private static string Sign(ListField? field, string op) => (op, field) switch
    {
        ("=", { IsFigure: true }) => "=",
        (">=", not { Kind: FieldKind.Date or FieldKind.Instant }) => "≥",
        ("<=", not { Kind: FieldKind.Date or FieldKind.Instant }) => "≤",
        (">=", _) => T("list.chip_since"),
        ("<=", _) => T("list.chip_until"),
        ("=", { Kind: FieldKind.Date or FieldKind.Instant }) => T("list.chip_on"),
        ("=", not null) when IsChosen(field) => T("list.op_one"),
        ("!=", not null) when IsChosen(field) => T("list.op_other"),
        ("=", _) => T("list.op_is"),
        ("==", _) => T("list.op_exactly"),
        ("!=", _) => T("list.op_not"),
        ("~", not { Contains: false }) => T("list.op_has"),
        ("~", _) => T("list.op_begins"),
        (_, not { Contains: false }) => T("list.op_has_not"),
        _ => T("list.op_begins_not"),
    };

    private static bool IsChosen(ListField field) => field.Kind is FieldKind.Choice or FieldKind.Reference || field.Options.Any() || field.Offered.Any();
}
