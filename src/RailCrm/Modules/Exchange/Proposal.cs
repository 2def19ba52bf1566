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

    /// <summary>Values of a column that are compared with thousands.</summary>
    private const int MostNames = 20;

    /// <summary>Values of a page that customers are searched for: each is a few questions to the index.</summary>
    private const int MostCustomers = 10;

    /// <summary>Customers of the same names that are read.</summary>
    private const int MostSame = 500;

    /// <summary>Hits of a search among which the nearest is taken.</summary>
    private const int MostHits = 8;

    private static readonly Lazy<Alike> Industries = new(() => new(ReferenceData.Industries.Select(i => (i.Code, $"{i.Chinese}{Dot}{i.English}"))));

    private static readonly Lazy<Alike> Regions = new(() => new(ReferenceData.Regions.Where(r => r.IsPlace).Select(r => (r.Code, $"{r.Chinese}{Dot}{r.Whole.Chinese.Replace(" / ", "", StringComparison.Ordinal)}{Dot}{r.English}"))));

    /// <summary>For a column of one field: the value → what is likely to be meant.</summary>
    /// <param name="db">The database.</param>
    /// <param name="values">The values nobody knows, the most frequent first.</param>
    /// <param name="options">What may stand there, where that is a short list.</param>
    /// <param name="lookup">Where it is looked up else.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Dictionary<string, Proposal>> Of(CrmDb db, IReadOnlyList<string> values, IReadOnlyList<(string Value, string Text)> options, string? lookup, CancellationToken ct) => lookup switch
    {
        _ when options.Count > 0 => Among(values, new(options), to => options.First(o => o.Value == to).Text),
        CellChoices.Industries => Among(values.Take(MostNames), Industries.Value, ReferenceData.IndustryName),
        CellChoices.Regions => Among(values.Take(MostNames), Regions.Value, ReferenceData.RegionName),
        CellChoices.Stations => Among(values.Take(MostNames), new((await db.Set<Station>().AsNoTracking().Select(s => s.Name).Distinct().ToListAsync(ct)).Select(n => (n, n))), to => to),
        CellChoices.Units => await Units(db, values, ct),
        CellChoices.Customers => await Customers(db, values, ct),
        _ => [],
    };

    private static Dictionary<string, Proposal> Among(IEnumerable<string> values, Alike known, Func<string, string> called)
    {
        var meant = new Dictionary<string, Proposal>();
        foreach (var value in values)
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
        return Among(values.Take(MostNames), new(units.Select(u => (u.Code, $"{u.Name}{Dot}{u.Code}"))), to => units.Find(u => u.Code == to)!.Name + Dot + to);
    }

    /// <summary>Among the customers the actor sees: the one of the same name but for its legal form, else as the search of all records finds one that was mistyped.</summary>
    private static async Task<Dictionary<string, Proposal>> Customers(CrmDb db, IReadOnlyList<string> values, CancellationToken ct)
    {
        var (meant, source) = (new Dictionary<string, Proposal>(), new CustomersSource());
        var cores = values.Where(v => v.Length <= 100 && PlainText.IsStorable(v)).ToDictionary(v => v, CompanyName.Normalised);
        var asked = cores.Values.Where(c => c.Length > 0).Distinct().ToList();
        var same = (await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(asked).Contains(c.NormalizedName)).Select(c => new { c.Number, c.Name, c.NormalizedName }).Take(MostSame).ToListAsync(ct)).ToLookup(c => c.NormalizedName);
        foreach (var (value, core) in cores)
        {
            if (same[core].Take(2).ToList() is [var one])
            {
                meant[value] = new(one.Number, Lookups.Text(one.Number, one.Name));
            }
        }

        foreach (var (value, text) in cores.Where(c => c.Value.Length > 1 && !same.Contains(c.Value)).Take(MostCustomers))
        {
            var hits = (await source.Find(new(db, db.Actor, text, MostHits, []), ct)).Where(h => h.Hint is not null).Select(h => (Number: h.Hint!.Split(Dot)[0], Name: h.Title)).ToList();
            if (new Alike(hits).Nearest(text) is { } number)
            {
                meant[value] = new(number, Lookups.Text(number, hits.Find(h => h.Number == number).Name));
            }
        }

        return meant;
    }

    /// <summary>A customer as a look-up names it, number and name, as a file would: by the number.</summary>
    public static string Plain(string typed) => NumberAndName().Replace(typed, "$1");

    [GeneratedRegex(@"^\s*(KH-\d+) .+$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex NumberAndName();
}
