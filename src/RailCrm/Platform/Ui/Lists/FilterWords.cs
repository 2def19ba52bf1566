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

    /// <summary>Its field, and how that is compared: "is" goes without saying, but for texts that can also contain something.</summary>
    public string About(Criterion asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var field = list.Find(asked.Field);
        return $"{field?.FilterLabel ?? asked.Field}{(asked.Operator == "=" && field?.Operators.Contains("~") != true ? "" : $" {Compared(asked.Operator)}")}";
    }

    /// <summary>What it is compared with.</summary>
    public string Values(Criterion asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return string.Join(T("customer.list_comma"), asked.Values.Select(v =>
            names.GetValueOrDefault((asked.Field, v)) ?? options.GetValueOrDefault(asked.Field)?.FirstOrDefault(o => o.Value == v).Text?.Trim('\u3000') ?? list.Find(asked.Field)?.SayAsked(v) ?? v));
    }

    /// <summary>A comparison.</summary>
    public static string Compared(string op) => T(op switch { "=" => "list.op_is", "==" => "list.op_exactly", "!=" => "list.op_not", ">=" => "list.op_least", "<=" => "list.op_most", "!~" => "list.op_has_not", _ => "list.op_has" });
}
