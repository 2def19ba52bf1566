using Microsoft.AspNetCore.WebUtilities;
using RailCrm.Platform.Lists;

namespace RailCrm.Platform.Ui.Lists;

/// <summary>A list as one reader looks at it in one request: the view, the saved view it began with, the columns.</summary>
public sealed class ListState
{
    private ListState(ListOf list, View view, SavedViews.Choices choices, SavedViews.Choice? begun, bool readable) => (List, View, Choices, Begun, IsReadable) = (list, view, choices, begun, readable);

    /// <summary>The list.</summary>
    public ListOf List { get; }

    /// <summary>How it is looked at.</summary>
    public View View { get; private set; }

    /// <summary>Why it is not in the order that was asked for, in words; null where it is.</summary>
    public string? Unsorted { get; private set; }

    /// <summary>What the reader may choose from.</summary>
    public SavedViews.Choices Choices { get; }

    /// <summary>The saved view that it began with.</summary>
    public SavedViews.Choice? Begun { get; }

    /// <summary>False where the address holds a filter that cannot be read.</summary>
    public bool IsReadable { get; }

    /// <summary>As what the filter panel is open: <c>filter</c> by itself, and then it stays so; <c>chip</c> for one condition alone; null where it is closed.</summary>
    public string? Panel { get; set; }

    /// <summary>The place of the condition that is being changed, as group and condition; null where none is.</summary>
    public (int Group, int Criterion)? Edited { get; set; }

    /// <summary>The condition that is being changed.</summary>
    public Criterion? Changing => Edited is { } at ? View.Filter.At(at.Group, at.Criterion) : null;

    /// <summary>What stands in the way of showing it, in words.</summary>
    public string? Wrong { get; set; }

    /// <summary>The condition that stands in the way; null where it is none.</summary>
    public (int Group, int Criterion)? Refused { get; set; }

    /// <summary>The field that a new condition is to be about; null where none was named.</summary>
    public ListField? Chosen { get; set; }

    /// <summary>The groups that stand unfolded, by their value as a filter takes it; null where the address does not say.</summary>
    public IReadOnlyList<string>? Open { get; set; }

    /// <summary>So many groups stand unfolded at once.</summary>
    public const int MostUnfolded = ListOf.MostUnfolded;

    /// <summary>The address at which those groups are unfolded. A mark stands before each value, for that of rows without one is empty.</summary>
    public string Unfolded(IEnumerable<string> groups)
    {
        var open = groups.Select(g => new KeyValuePair<string, string?>("open", $"={g}")).ToList();
        return QueryHelpers.AddQueryString(Href(View with { Cursor = null }), open.Count > 0 ? open : [new("open", "-")]);
    }

    /// <summary>The groups that such an address names; null where it names none and asks for none to be folded.</summary>
    public static IReadOnlyList<string>? Unfolds(IEnumerable<string?> said)
    {
        var open = said.OfType<string>().ToList();
        return open.Count == 0 ? null : [.. open.Where(o => o.StartsWith('=')).Select(o => o[1..]).Distinct().Take(MostUnfolded)];
    }

    /// <summary>Those of its values that are none of its field's.</summary>
    public IReadOnlyCollection<string> RefusedValues { get; set; } = [];

    /// <summary>Whether it differs from the view it began with; from the one that asks for nothing everything differs, so nobody is told.</summary>
    public bool IsChanged => Begun is { Address.Length: > 0 } && Kept(Begun) != View.Kept(List);

    /// <summary>The columns shown.</summary>
    public IReadOnlyList<ListColumn> Columns => List.ColumnsOf(View.Columns is null && Look.Columns is { } own ? View with { Columns = own.Split(',') } : View);

    /// <summary>The place of a pinned column among them; null for one that scrolls.</summary>
    public int? PinOf(ListColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return column.Pinned ? Columns.ToList().IndexOf(column) : null;
    }

    /// <summary>Whether rows stand close together: the view says so, or the reader likes it.</summary>
    public bool Dense => View.Dense || Look.Dense == true;

    /// <summary>The view as it would be kept under a new name: as it is seen, where that was chosen for a view of its own.</summary>
    public string KeptAnew => (SavedViews.Choices.KeyOf(Begun).Length == 0 ? View : View with { Columns = View.Columns ?? Look.Columns?.Split(','), Dense = Dense }).Kept(List);

    /// <summary>How the reader likes it where it does not say so itself.</summary>
    private ListLook Look => Choices.LookOf(Begun);

    /// <summary>Leaves the order that was asked for, which the view holds too many rows for: all that leads on from here is in the list's own.</summary>
    public void Unsort(string why) => (View, Unsorted) = (View with { Sort = null, Cursor = null }, why);

    /// <summary>The address of another way to look at the list.</summary>
    public string Href(View view) => Begun is not null && Kept(Begun) == view.Kept(List)
        ? QueryHelpers.AddQueryString(List.Path, new Dictionary<string, string?> { ["view"] = Begun.Key, ["cursor"] = view.Cursor }.Where(p => p.Value is not null))
        : (view with { Base = Begun?.Key }).Address(List);

    /// <summary>The same view, with the panel as it is.</summary>
    public string Again(View view) => Panel == "filter" ? QueryHelpers.AddQueryString(Href(view), "panel", "filter") : Href(view);

    /// <summary>The address without one of the conditions.</summary>
    public string Without(int group, int criterion) => Href(View with { Filter = View.Filter.Without(group, criterion), Cursor = null });

    /// <summary>Whether the panel can hold that condition: it has the field, and of dates one control for one value.</summary>
    public bool Edits(int group, int criterion) => View.Filter.At(group, criterion) is { } asked && List.Find(asked.Field) is { IsHidden: false, Operators.Count: > 0 } field
        && (asked.Values.Count == 1 || field.Kind is not (FieldKind.Date or FieldKind.Instant));

    /// <summary>The address at which one of the conditions is changed. It names the group by what it says, for an address may hold the groups in another order.</summary>
    public string Edit(int group, int criterion) => QueryHelpers.AddQueryString(Href(View with { Cursor = null }), new Dictionary<string, string?> { ["panel"] = Panel == "filter" ? "filter" : "chip", ["edit"] = Named(group, criterion) });

    /// <summary>The condition that such an address names; null where there is none.</summary>
    public (int Group, int Criterion)? Place(string? edit) =>
        Enumerable.Range(0, View.Filter.Groups.Count).SelectMany(g => Enumerable.Range(0, View.Filter.Groups[g].Count).Select(c => ((int, int)?)(g, c))).FirstOrDefault(p => Named(p!.Value.Item1, p.Value.Item2) == edit);

    /// <summary>What such an address calls a condition.</summary>
    public string Named(int group, int criterion) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{criterion}.{string.Join('|', View.Filter.Groups[group])}");

    /// <summary>The address at which the views of units below are told, too.</summary>
    public string LowerViews => QueryHelpers.AddQueryString(Href(View with { Cursor = null }), "views", "lower");

    /// <summary>The address at which it is asked whether a shared view shall go.</summary>
    public string Removal(SavedViews.Choice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return QueryHelpers.AddQueryString(Href(View with { Cursor = null }), "remove", choice.Key);
    }

    /// <summary>The address without what narrows it.</summary>
    public string Unfiltered => Href(View with { Search = null, Filter = Filter.None, Cursor = null });

    /// <summary>The address with another sort; null is the list's own order.</summary>
    public string Sorted(string? sort) => Href(View with { Sort = sort, Cursor = null });

    /// <summary>The address of a saved view.</summary>
    public string HrefOf(SavedViews.Choice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return $"{List.Path}?view={choice.Key}";
    }

    /// <summary>A record's page, which then knows the records before and behind it.</summary>
    public string Record(Line line) => QueryHelpers.AddQueryString(List.Record(line), "in", Within);

    /// <summary>The view as a record's page takes it along.</summary>
    public string Within => View.Kept(List).TrimStart('?') is { Length: > 0 } kept ? kept : "all";

    /// <summary>What an address says beside the view: what the filter panel adds or changes, and what stands open.</summary>
    private static readonly HashSet<string> Asides = ["add", "op", "value", "or", "panel", "edit", "shown", "views", "choose", "remove", "open"];

    /// <summary>Reads an address: a saved view alone stands for what it keeps, and an empty address for the reader's default.</summary>
    public static ListState Of(ListOf list, IEnumerable<KeyValuePair<string, string?>> address, SavedViews.Choices choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        var said = address.Where(p => !Asides.Contains(p.Key)).ToList();
        var readable = View.TryRead(list, said, out var view);
        var bare = !said.Exists(p => p.Key is not ("view" or "cursor"));
        var begun = choices.Find(view.Base) ?? (bare && view.Base is null ? choices.Views.FirstOrDefault(v => v.IsDefault) ?? choices.Views.FirstOrDefault(v => v.Opens) : null);
        if (begun is not null && bare)
        {
            readable = View.TryRead(list, Parts(begun.Address), out var kept);
            view = kept with { Cursor = view.Cursor, Base = begun.Key };
        }

        return new(list, view, choices, begun, readable);
    }

    /// <summary>What a view asks for; nothing where it can no longer be read.</summary>
    internal static View Said(ListOf list, SavedViews.Choice choice) => View.TryRead(list, Parts(choice.Address), out var view) ? view : View.Plain;

    private string Kept(SavedViews.Choice choice) => View.TryRead(List, Parts(choice.Address), out var view) ? view.Kept(List) : "";

    private static IEnumerable<KeyValuePair<string, string?>> Parts(string address) => QueryHelpers.ParseQuery(address).Select(p => new KeyValuePair<string, string?>(p.Key, p.Value));
}
