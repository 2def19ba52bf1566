using System.Globalization;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Reference;

/// <summary>A built-in table as the page shows it.</summary>
/// <param name="TextKey">What it is.</param>
/// <param name="SourceKey">Where its facts come from.</param>
/// <param name="Columns">Headings; the first is the row's own.</param>
/// <param name="Rows">Cells as they stand under the headings, and where the first leads.</param>
/// <param name="Within">What the rows lie in, with the way back; null at the top.</param>
internal sealed record ReferenceTable(string TextKey, string SourceKey, IReadOnlyList<string> Columns, IReadOnlyList<(string?[] Cells, string? Href)> Rows, (string Name, string Back)? Within = null)
{
    private const int Most = 200;

    /// <summary>The table of that name, narrowed to what is typed; null where there is none.</summary>
    public static ReferenceTable? Of(string name, string? typed, string? within) => name switch
    {
        "bureaus" => Bureaus(typed),
        "commodities" => new("reference.commodities", "reference.source_commodities", Heads("reference.name", "reference.code"), [.. Found(ReferenceData.Commodities, typed).Select(c => (new string?[] { c.Name, c.Code }, (string?)null))]),
        "industries" => Industries(typed),
        "regions" => Regions(typed, within),
        "containers" => Containers(typed),
        "wagons" => Wagons(typed),
        _ => null,
    };

    private static ReferenceTable Bureaus(string? typed) => new("reference.bureaus", "reference.source_bureaus", Heads("reference.name", "reference.daily_name", "reference.letter", "reference.seat"),
        [.. Found(ReferenceData.Bureaus, typed).Select(b => (new[] { b.Name, b.DailyName, b.Code, b.Seat }, (string?)$"/reference?bureau={b.Code}"))]);

    private static ReferenceTable Industries(string? typed) => new("reference.industries", "reference.source_industries", Heads("reference.name", "reference.code", "reference.section"),
        [.. ReferenceData.FindIndustries(typed, Most).Select(i => (new string?[] { i.Name, i.Code, i.Section == i.Code ? null : ReferenceData.IndustryName(i.Section) }, (string?)null))]);

    private static ReferenceTable Containers(string? typed) => new("reference.containers", "reference.source_containers", Heads("reference.name", "reference.trade", "reference.code", "reference.length_ft", "reference.height_ft"),
        [.. Found(ReferenceData.Containers, typed).Select(c => (new[] { c.Name, c.Trade, c.Code, c.LengthFeet.ToString(CultureInfo.CurrentCulture), c.HeightFeet?.ToString(CultureInfo.CurrentCulture) }, (string?)null))]);

    private static ReferenceTable Wagons(string? typed) => new("reference.wagons", "reference.source_wagons", Heads("reference.name", "reference.code", "reference.loads"),
        [.. Found(ReferenceData.Wagons, typed).Select(w => (new string?[] { w.Name, w.Code, w.Loads.Count == 0 ? null : string.Join(" · ", w.Loads.Select(l => $"{l.Type} {l.Tonnes} t")) }, (string?)null))]);

    /// <summary>Typed: the best hits anywhere. Else the parts of a region, the provinces at the top.</summary>
    private static ReferenceTable Regions(string? typed, string? within)
    {
        var parent = ReferenceData.IsRegion(within) ? ReferenceData.Regions.First(r => r.Code == within) : null;
        IEnumerable<Region> shown = !string.IsNullOrWhiteSpace(typed) ? ReferenceData.FindRegions(typed, Most) : ReferenceData.Regions.Where(r => r.ParentCode == parent?.Code && r.IsPlace);
        return new("reference.regions", "reference.source_regions", Heads("reference.name", "reference.code", "reference.whole_name"),
            [.. shown.Select(r => (new string?[] { r.Name, r.Code, r.Label }, r.Level < 3 ? $"/reference/regions?in={r.Code}" : null))],
            parent is null || !string.IsNullOrWhiteSpace(typed) ? null : (parent.Label, parent.ParentCode is { } up ? $"/reference/regions?in={up}" : "/reference/regions"));
    }

    private static IReadOnlyList<T> Found<T>(IReadOnlyList<T> terms, string? typed) where T : Term =>
        string.IsNullOrWhiteSpace(typed) ? terms : new TermIndex<T>(terms, t => (t.Chinese + Also(t), t.English + Also(t))).Find(typed, Most);

    /// <summary>Another name that people know a term by.</summary>
    private static string Also(Term term) => term switch { Bureau bureau => bureau.DailyName, ContainerType container => container.Trade, _ => "" };

    private static IReadOnlyList<string> Heads(params string[] keys) => [.. keys.Select(k => Texts.Get(k))];
}
