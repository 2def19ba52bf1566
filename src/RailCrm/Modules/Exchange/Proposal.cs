using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Exchange;

/// <summary>The known value that one which nobody knows is likely to mean. Proposed only: somebody must take it.</summary>
/// <param name="To">What would be read instead.</param>
/// <param name="Text">What people call it.</param>
internal sealed partial record Proposal(string To, string Text)
{
    /// <summary>Between what a value is called and its code.</summary>
    private const string Dot = " · ";

    /// <summary>A longer value is no mistyped name.</summary>
    private const int Longest = 40;

    /// <summary>Values times the names they are compared with, of one column: the page is asked for often, and its time is not the file's to set.</summary>
    private const int MostCompared = 400_000;

    /// <summary>Values of a page that customers are searched for: each is a few questions to the index.</summary>
    private const int MostCustomers = 10;

    /// <summary>Customers of the same names that are read.</summary>
    private const int MostSame = 500;

    /// <summary>Hits of a search among which the nearest is taken.</summary>
    private const int MostHits = 8;

    private static readonly Lazy<Alike> Industries = new(() => new(ReferenceData.Industries.Select(i => (i.Code, string.Join(Dot, [i.Chinese, i.English, .. ReferenceData.WordsOf(i)])))));

    private static readonly Lazy<Alike> Regions = new(() => new(ReferenceData.Regions.Where(r => r.IsPlace).Select(r => (r.Code, $"{r.Chinese}{Dot}{r.Whole.Chinese.Replace(" / ", "", StringComparison.Ordinal)}{Dot}{r.English}"))));

    /// <summary>A column with values nobody knows.</summary>
    /// <param name="Name">Its header.</param>
    /// <param name="Values">These, the most frequent first.</param>
    /// <param name="Options">What may stand there, where that is a short list.</param>
    /// <param name="Lookup">Where it is looked up else.</param>
    public sealed record Column(string Name, IReadOnlyList<string> Values, IReadOnlyList<(string Value, string Text)> Options, string? Lookup);

    /// <summary>Column → value → what is likely to be meant by it.</summary>
    public static async Task<Dictionary<string, Dictionary<string, Proposal>>> Of(CrmDb db, IEnumerable<Column> columns, CancellationToken ct)
    {
        var (proposals, searches) = (new Dictionary<string, Dictionary<string, Proposal>>(), MostCustomers);
        Alike? stations = null; // Once for all columns, and only where one names stations nobody knows.
        foreach (var (name, all, options, lookup) in columns)
        {
            var values = all.Where(v => v.Length <= Longest && PlainText.IsStorable(v)).ToList();
            proposals[name] = lookup switch
            {
                _ when values.Count == 0 => [],
                _ when options.Count > 0 => Among(values, new(options), to => options.First(o => o.Value == to).Text),
                CellChoices.Industries => Among(values, Industries.Value, ReferenceData.IndustryName),
                CellChoices.Regions => Among(values, Regions.Value, ReferenceData.RegionName),
                CellChoices.Stations => Among(values, stations ??= new((await db.Set<Station>().AsNoTracking().Select(s => s.Name).Distinct().ToListAsync(ct)).Select(n => (n, n))), to => to),
                CellChoices.Units => await Units(db, values, ct),
                CellChoices.Customers => await Customers(db, values, searches, ct),
                _ => [],
            };
            searches -= lookup == CellChoices.Customers ? Math.Min(searches, values.Count) : 0;
        }

        return proposals;
    }

    private static Dictionary<string, Proposal> Among(IReadOnlyList<string> values, Alike known, Func<string, string> called)
    {
        var meant = new Dictionary<string, Proposal>();
        foreach (var value in values.Take(MostCompared / Math.Max(1, known.Count)))
        {
            if (known.Nearest(value) is { } to)
            {
                meant[value] = new(to, called(to));
            }
        }

        return meant;
    }

    private static async Task<Dictionary<string, Proposal>> Units(CrmDb db, IReadOnlyList<string> values, CancellationToken ct)
    {
        var units = await PathRange.Of(db.Scope).Of(db).AsNoTracking().Where(u => u.Active).OrderBy(u => u.Path).Select(u => new { u.Code, u.Name }).ToListAsync(ct);
        return Among(values, new(units.Select(u => (u.Code, $"{u.Name}{Dot}{u.Code}"))), to => units.Find(u => u.Code == to)!.Name + Dot + to);
    }

    /// <summary>Among the customers the actor sees: the one of the same name but for its legal form, else as the search of all records finds one that was mistyped.</summary>
    private static async Task<Dictionary<string, Proposal>> Customers(CrmDb db, IReadOnlyList<string> values, int searches, CancellationToken ct)
    {
        var (meant, source) = (new Dictionary<string, Proposal>(), new CustomersSource());
        var cores = values.ToDictionary(v => v, CompanyName.Normalised);
        var asked = cores.Values.Where(c => c.Length > 0).Distinct().ToList();
        var same = (await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(asked).Contains(c.NormalizedName)).Select(c => new { c.Number, c.Name, c.NormalizedName }).Take(MostSame).ToListAsync(ct)).ToLookup(c => c.NormalizedName);
        foreach (var (value, core) in cores)
        {
            if (same[core].Take(2).ToList() is [var one])
            {
                meant[value] = new(one.Number, Lookups.Text(one.Number, one.Name));
            }
        }

        foreach (var (value, text) in cores.Where(c => c.Value.Length > 1 && !same.Contains(c.Value)).Take(searches))
        {
            var hits = (await source.Find(new(db, db.Actor, text, MostHits, []), ct)).Where(h => h.Hint is not null).Select(h => (Number: h.Hint!.Split(Dot)[0], Name: h.Title)).ToList();
            if (new Alike(hits).Nearest(text) is { } number)
            {
                meant[value] = new(number, Lookups.Text(number, hits.Find(h => h.Number == number).Name));
            }
        }

        return meant;
    }

    /// <summary>Customers as a look-up names them, number and name, as a file would: by the number. Only where the actor sees one that has both; another database's number is somebody else's here, and then the text stays.</summary>
    public static async Task<Func<string, string>> Plain(CrmDb db, IEnumerable<string> typed, CancellationToken ct)
    {
        var named = typed.Select(t => (Typed: t, Match: NumberAndName().Match(t))).Where(t => t.Match.Success && PlainText.IsStorable(t.Typed)).DistinctBy(t => t.Typed).ToList();
        var numbers = named.Select(t => t.Match.Groups[1].Value).Distinct().ToList();
        var known = numbers.Count == 0 ? [] : await db.Set<Customer>().Where(c => EF.Parameter(numbers).Contains(c.Number)).Select(c => new { c.Number, c.NormalizedName }).ToDictionaryAsync(c => c.Number, c => c.NormalizedName, ct);
        var plain = named.Where(t => known.GetValueOrDefault(t.Match.Groups[1].Value) == CompanyName.Normalised(t.Match.Groups[2].Value)).ToDictionary(t => t.Typed, t => t.Match.Groups[1].Value);
        return text => plain.GetValueOrDefault(text, text);
    }

    [GeneratedRegex(@"^\s*(KH-\d+) (.+)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex NumberAndName();
}
