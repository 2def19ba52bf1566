using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Ui.Lists;

/// <summary>What the panel of a list's filters sends.</summary>
internal static class FilterPanel
{
    private static readonly char[] Separators = ['、', ',', '，'];

    /// <summary>The address with the condition that it adds or changes; null where it sends none.</summary>
    public static string? Asked(ListState seen, IQueryCollection query)
    {
        if (seen.List.Find(query["add"]) is not { Operators.Count: > 0 } field)
        {
            return null;
        }

        var op = query["op"].ToString() is var said && field.Operators.Contains(said) ? said : field.Usual;
        var values = query["value"].Where(v => v is not null).Select(v => v!.Trim()).Distinct().ToList();
        if (query["op"].ToString().Length == 0 && values.TrueForAll(v => v.Length == 0) && seen.Edited is null)
        {
            return QueryHelpers.AddQueryString(seen.Href(seen.View with { Cursor = null }), new Dictionary<string, string?> { ["panel"] = "filter", ["choose"] = field.Key }); // Only the field was named, as without a script: what it takes comes next.
        }

        int? or = int.TryParse(query["or"], CultureInfo.InvariantCulture, out var at) ? at : null;
        if (values.Count > 1 && field.Kind is FieldKind.Date or FieldKind.Instant)
        {
            values.RemoveAll(v => v.Length == 0); // A day, or the word beside it: of both, the one that was not there before.
            values = [.. values.OrderBy(v => seen.Changing?.Values.Contains(v) == true).Take(1)];
        }

        if (values.Count == 0)
        {
            // Of the choices none is ticked: nothing is asked for.
            return seen is { Edited: var (group, one) } ? seen.Again(seen.View with { Filter = seen.View.Filter.Without(group, one), Cursor = null }) : QueryHelpers.AddQueryString(seen.Href(seen.View with { Cursor = null }), "panel", "filter");
        }

        values = field.IsFigure ? values.ConvertAll(v => ValueRange.TryNumber(field.Kind, v, out var number) ? number.ToString("0.############", CultureInfo.InvariantCulture) : v) : values; // An address says it the same in every language.
        var nothing = op switch { ">=" or "<=" or "~" => "=", "!~" => "!=", _ => op }; // Nothing typed means: not known.
        op = values.TrueForAll(v => v.Length == 0) && field.Operators.Contains(nothing) ? nothing : op;

        if (seen is { Edited: { } edited, Changing: { } was })
        {
            // What was shown of it may be names: untouched, it stays what it was; changed, several stay several.
            var shown = query["shown"].ToString();
            IReadOnlyList<string> now = was.Field != field.Key || shown.Length == 0 || values is not [var typed] ? values : typed == shown ? was.Values : was.Values.Count > 1 ? typed.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : values;
            return seen.Again(seen.View with { Filter = seen.View.Filter.Instead(edited.Group, edited.Criterion, new(field.Key, op, now)), Cursor = null });
        }

        var added = seen.Href(seen.View with { Filter = seen.View.Filter.With(new(field.Key, op, values), or), Cursor = null });
        return QueryHelpers.AddQueryString(added, "panel", "filter"); // The next condition is often not far.
    }
}
