using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Kernel;

namespace RailCrm.Platform.Lists;

/// <summary>How one looks at a list: what narrows it, in which order, which columns, in which shape. The address is the view, and a saved view is an address.</summary>
/// <param name="Search">What was typed into the search.</param>
/// <param name="Filter">What narrows it.</param>
/// <param name="Sort">A field's key, with a dash before it for descending; null for the list's own order.</param>
/// <param name="Columns">Keys of the columns in their order, each as <see cref="ListColumn"/> writes it; null for the list's own.</param>
/// <param name="Layout">table, cards, board, groups or chart.</param>
/// <param name="Group">The field that a board, groups or a chart go by.</param>
/// <param name="Measure">What a chart shows: count, or the key of a summed field.</param>
/// <param name="Chart">bar, line or pie.</param>
/// <param name="Dense">Rows close together.</param>
/// <param name="Limit">Rows of a page.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Base">The saved view it began with.</param>
/// <param name="Then">The field that each group is divided by; null for its rows.</param>
public sealed record View(
    string? Search, Filter Filter, string? Sort = null, IReadOnlyList<string>? Columns = null, string Layout = "table", string? Group = null, string? Measure = null, string Chart = "bar", bool Dense = false,
    int Limit = 50, string? Cursor = null, string? Base = null, string? Then = null)
{
    /// <summary>The shapes a list can take.</summary>
    public static readonly IReadOnlyList<string> Layouts = ["table", "cards", "board", "groups", "chart"];

    /// <summary>The pictures a chart can be.</summary>
    public static readonly IReadOnlyList<string> Charts = ["bar", "line", "pie"];

    /// <summary>Most rows of a page.</summary>
    public const int MostRows = 200;

    /// <summary>Names in an address that are no field's.</summary>
    private static readonly HashSet<string> Own = ["q", "filter", "sort", "columns", "layout", "group", "then", "measure", "chart", "dense", "limit", "cursor", "view"];

    /// <summary>Nothing chosen.</summary>
    public static readonly View Plain = new(null, Filter.None);

    /// <summary>Whether anything narrows it.</summary>
    public bool IsFiltered => Search is not null || Filter.Groups.Count > 0;

    /// <summary>Reads an address of a list; false where its filter cannot be read. <c>tier=large</c> alone is short for a filter that says so.</summary>
    public static bool TryRead(ListOf list, IEnumerable<KeyValuePair<string, string?>> address, out View view)
    {
        ArgumentNullException.ThrowIfNull(list);
        var said = address.Where(p => !string.IsNullOrWhiteSpace(p.Value) && PlainText.IsStorable(p.Value)).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value!.Trim());
        string? Text(string name) => said.GetValueOrDefault(name);
        var ok = Filter.TryRead(Text("filter"), out var filter);
        ok &= !said.Keys.Any(k => k.StartsWith("x_", StringComparison.Ordinal) && list.Find(k) is null); // A field of the group's own that is gone, or not for this reader: without it there would be more rows.
        var shorts = said.Select(p => Short(list, p.Key, p.Value)).OfType<Criterion>().Select(c => (IReadOnlyList<Criterion>)[c]);
        view = new(
            Text("q"), new([.. shorts, .. filter.Groups]), Text("sort"), Text("columns")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), One(Text("layout"), Layouts, "table"),
            list.Find(Text("group")) is { IsGrouped: true } group ? group.Key : null, list.Find(Text("measure")) is { } measure && (measure.IsSummed || measure.IsSummedNear) ? measure.Key : null, One(Text("chart"), Charts, "bar"), Text("dense") == "true",
            int.TryParse(Text("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Clamp(limit, 1, MostRows) : 50, Text("cursor"), Text("view"),
            list.Find(Text("then")) is { IsGrouped: true } then ? then.Key : null);
        return ok;
    }

    /// <summary>What is chosen, by its name in an address, in one order; nothing that is left to its default.</summary>
    /// <remarks>Beside the view it began with the layout always stands: such a view alone would mean all that it keeps, where its filters may just have been taken off.</remarks>
    public IEnumerable<KeyValuePair<string, string?>> Fields(ListOf list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var shorts = Filter.Groups.Where((g, i) => IsShort(list, g, i)).Select(g => g[0]).ToList();
        var rest = new Filter([.. Filter.Groups.Where((g, i) => !IsShort(list, g, i))]);
        return new KeyValuePair<string, string?>[] { new("q", Search) }
            .Concat(shorts.Select(c => new KeyValuePair<string, string?>(c.Field, c.Values[0])))
            .Concat(
            [
                new("filter", rest.ToString()), new("sort", Sort), new("columns", Columns is null ? null : string.Join(',', Columns)), new("layout", Layout == "table" && Base is null ? null : Layout), new("group", Group), new("then", Then),
                new("measure", Measure), new("chart", Chart == "bar" ? null : Chart), new("dense", Dense ? "true" : null), new("limit", Limit == 50 ? null : Limit.ToString(CultureInfo.InvariantCulture)),
                new("view", Base), new("cursor", Cursor),
            ])
            .Where(p => !string.IsNullOrEmpty(p.Value));
    }

    /// <summary>The view as an address of the list's page.</summary>
    public string Address(ListOf list, string? path = null) => QueryHelpers.AddQueryString(path ?? list.Path, Fields(list));

    /// <summary>What a saved view keeps: everything but the page one is on and the view it began with.</summary>
    public string Kept(ListOf list) => (this with { Cursor = null, Base = null }).Address(list, "");

    /// <summary>The rest of the address without what the filters above the list hold, for a form that has them.</summary>
    internal IEnumerable<(string Name, string Value)> Beside(ListOf list, IEnumerable<string> controls) =>
        (this with { Cursor = null }).Fields(list).Where(f => f.Key != "q" && !controls.Contains(f.Key)).Select(f => (f.Key, f.Value!));

    /// <summary>A condition of one value that may stand by its field's name alone: the first of its field, and not one that reads like another kind.</summary>
    private bool IsShort(ListOf list, IReadOnlyList<Criterion> group, int at) =>
        group is [{ Values: [{ Length: > 0 } value] } only] && value == value.Trim() && list.Find(only.Field) is { Operators.Count: > 0 } field && (field.Kind == FieldKind.Text || !value.Contains(',', StringComparison.Ordinal)) && only.Operator == Shortest(field) && !Own.Contains(only.Field)
        && !Filter.Groups.Take(at).Any(g => g is [var earlier] && earlier.Field == only.Field && earlier.Operator == only.Operator && earlier.Values is [{ Length: > 0 }]);

    /// <summary>The condition that a field's name and a value alone are short for; null where the name is no field's that can be asked.</summary>
    /// <remarks>That of a field kept from the reader is refused where it is read, by its name.</remarks>
    internal static Criterion? Short(ListOf list, string name, string value) => list.Keeps(name) ? new(name, "=", [value]) : !Own.Contains(name) && list.Find(name) is { Operators.Count: > 0 } field
        ? new(name, Shortest(field), field.Kind == FieldKind.Text ? [value] : value.Split(',', StringSplitOptions.TrimEntries))
        : null;

    private static string Shortest(ListField field) => field.Operators.Contains("=") ? "=" : field.Operators[0];

    private static string One(string? asked, IReadOnlyList<string> known, string other) => asked is not null && known.Contains(asked) ? asked : other;
}
