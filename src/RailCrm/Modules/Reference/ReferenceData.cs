using System.Globalization;
using System.Text;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;
using RailCrm.Platform.Ui.Kit;
using RailCrm.Platform.Ui.Palette;

namespace RailCrm.Modules.Reference;

/// <summary>Published facts and standards that every installation shares; built into the program, so that no database needs filling.</summary>
public static class ReferenceData
{
    private static readonly Lazy<IReadOnlyList<Region>> LazyRegions = new(Region.Load);
    private static readonly Lazy<Dictionary<string, Region>> RegionsByCode = new(() => Regions.ToDictionary(r => r.Code));
    private static readonly Lazy<TermIndex<Region>> RegionIndex = new(() => new(Regions.Where(r => r.IsPlace), r => r.Whole));
    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<Region>>> RegionsByName = new(NameRegions);
    private static readonly Lazy<IReadOnlyList<Industry>> LazyIndustries = new(() => [.. Embedded.Rows("industries").Select(r => new Industry(r[0], r[2], r[3], r[1]))]);
    private static readonly Lazy<Dictionary<string, Industry>> IndustriesByCode = new(() => Industries.ToDictionary(i => i.Code));
    private static readonly Lazy<TermIndex<Industry>> IndustryIndex = new(() => new(Industries, i => (i.Chinese, i.English), WordsOf));
    private static readonly Lazy<ILookup<string, string>> IndustryWords = new(() => Embedded.Rows("industry_words").SelectMany(r => r[1].Split(' ').Select(word => (Code: r[0], word))).ToLookup(w => w.Code, w => w.word));
    private static readonly Lazy<IReadOnlyList<Bureau>> LazyBureaus = new(() => [.. Embedded.Rows("bureaus").Select(r => new Bureau(r[0], r[1], r[3], r[2], r[4]))]);
    private static readonly Lazy<IReadOnlyList<ContainerType>> LazyContainers = new(() =>
        [.. Embedded.Rows("containers").Select(r => new ContainerType(r[0], r[2], r[3], r[1], int.Parse(r[4], CultureInfo.InvariantCulture), r[5].Length == 0 ? null : decimal.Parse(r[5], CultureInfo.InvariantCulture)))]);
    private static readonly Lazy<IReadOnlyList<WagonClass>> LazyWagons = new(() =>
    {
        var loads = Embedded.Rows("wagon_loads").ToLookup(r => r[1], r => (r[0], int.Parse(r[2], CultureInfo.InvariantCulture)));
        return [.. Embedded.Rows("wagons").Select(r => new WagonClass(r[0], r[1], r[2], [.. loads[r[0]]]))];
    });

    /// <summary>The 18 bureau groups.</summary>
    public static IReadOnlyList<Bureau> Bureaus => LazyBureaus.Value;

    /// <summary>The 26 categories of railway freight, 01–25 and 99.</summary>
    public static IReadOnlyList<Term> Commodities { get; } = [.. Enumerable.Range(1, 25).Append(99).Select(n => n.ToString("00", CultureInfo.InvariantCulture)).Select(c => new Term(c, Texts.Both($"commodity.{c}")[0], Texts.Both($"commodity.{c}")[1]))];

    /// <summary>Sections and divisions of GB/T 4754-2017, each section before its divisions.</summary>
    public static IReadOnlyList<Industry> Industries => LazyIndustries.Value;

    /// <summary>Provinces, then cities, then counties of GB/T 2260.</summary>
    public static IReadOnlyList<Region> Regions => LazyRegions.Value;

    /// <summary>Container types.</summary>
    public static IReadOnlyList<ContainerType> Containers => LazyContainers.Value;

    /// <summary>Classes of wagons.</summary>
    public static IReadOnlyList<WagonClass> Wagons => LazyWagons.Value;

    /// <summary>Industries for a select: code and name, sections among them.</summary>
    public static IEnumerable<(string Value, string Text)> IndustryOptions => Industries.Select(i => (i.Code, $"{i.Code} {i.Name}"));

    /// <summary>Provinces for a select.</summary>
    public static IEnumerable<(string Value, string Text)> ProvinceOptions => Regions.Where(r => r.Level == 1).Select(r => (r.Code, r.Name));

    /// <summary>Bureaus for a select.</summary>
    public static IEnumerable<(string Value, string Text)> BureauOptions => Bureaus.Select(b => (b.Code, $"{b.Code} {BureauName(b.Code)}"));

    /// <summary>Commodity categories for a select.</summary>
    public static IEnumerable<(string Value, string Text)> CommodityOptions => Commodities.Select(c => (c.Code, $"{c.Code} {c.Name}"));

    /// <summary>Whether a text is the code of a section or division.</summary>
    public static bool IsIndustry(string? code) => code is not null && IndustriesByCode.Value.ContainsKey(code);

    /// <summary>Whether a text is the code of a region, six digits.</summary>
    public static bool IsRegion(string? code) => code is not null && RegionsByCode.Value.ContainsKey(code);

    /// <summary>An industry's name in the language of the reader; the code itself where there is none such.</summary>
    public static string IndustryName(string code) => IndustriesByCode.Value.TryGetValue(code, out var industry) ? industry.Name : code;

    /// <summary>What people call an industry every day, 钢铁 for one: it is found and proposed by that.</summary>
    public static IReadOnlyList<string> WordsOf(Industry industry)
    {
        ArgumentNullException.ThrowIfNull(industry);
        return [.. IndustryWords.Value[industry.Code]];
    }

    /// <summary>A region's whole name in the language of the reader; the code itself where there is none such.</summary>
    public static string RegionName(string code) => RegionsByCode.Value.TryGetValue(code, out var region) ? region.Label : code is { Length: > 6 } && RegionCode(code) is { } known ? RegionText(known) : code; // A view may keep it as a form showed it.

    /// <summary>An industry as a form shows it and understands it again: code and name.</summary>
    public static string IndustryText(string code) => $"{code} {IndustryName(code)}";

    /// <summary>A region as a form shows it and understands it again: code and whole name.</summary>
    public static string RegionText(string code) => $"{code} {RegionName(code)}";

    /// <summary>A bureau's name in daily use, or in English; the letter itself where there is none such.</summary>
    public static string BureauName(string code) => Bureaus.FirstOrDefault(b => b.Code == code) is { } bureau ? (Term.InEnglish ? bureau.English : bureau.DailyName) : code;

    /// <summary>Industries by whatever is typed.</summary>
    public static IReadOnlyList<Industry> FindIndustries(string? typed, int limit) => IndustryIndex.Value.Find(typed, limit);

    /// <summary>Regions by whatever is typed.</summary>
    public static IReadOnlyList<Region> FindRegions(string? typed, int limit) => RegionIndex.Value.Find(typed, limit);

    /// <summary>The code of an industry as people write it: 31, C31, 3110, "31 …" or its name in either language. Null where it says none.</summary>
    /// <remarks>The product keeps divisions, so a class of four digits is taken for the division it stands in.</remarks>
    public static string? IndustryCode(string? typed)
    {
        var text = (typed ?? "").Normalize(NormalizationForm.FormKC).Trim().ToUpperInvariant();
        var word = text.Split([' ', '/', '·'], 2)[0];
        var digits = word.TrimStart([.. "ABCDEFGHIJKLMNOPQRST"]);
        return IsIndustry(word) ? word
            : digits.Length is >= 2 and <= 4 && word.Length - digits.Length <= 1 && digits.All(char.IsAsciiDigit) && IndustriesByCode.Value.TryGetValue(digits[..2], out var division)
                ? (word.Length == digits.Length || division.Section[0] == word[0] ? division.Code : null)
            : Industries.LastOrDefault(i => Same(i.Chinese, text) || Same(i.English, text))?.Code; // Where section and division share a name, the division says more.
    }

    /// <summary>The code of a region as people write it: two, four or six digits, the code with its name behind it, or a name that means one place only (深圳, 广东省深圳市福田区). Null where it says none.</summary>
    public static string? RegionCode(string? typed)
    {
        if ((typed ?? "").Normalize(NormalizationForm.FormKC).Trim().Split(' ', 2)[0] is { Length: 6 } first && IsRegion(first))
        {
            return first;
        }

        var text = TermIndex<Region>.Plain(typed ?? "");
        var code = text.Length is 2 or 4 ? text.PadRight(6, '0') : text;
        if (IsRegion(code) || text.Length < 2)
        {
            return IsRegion(code) ? code : null;
        }

        // The widest place of that name; 朝阳区 alone could be in two cities and means neither.
        var named = RegionsByName.Value.GetValueOrDefault(text) ?? [.. Regions.Where(r => r.Level < 3 && r.IsPlace && r.Chinese.StartsWith(text, StringComparison.Ordinal))];
        var widest = named.Where(r => r.Level == named[0].Level).ToList();
        return widest is [var one] ? one.Code : null;
    }

    private static bool Same(string name, string text) => string.Equals(name, text, StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, IReadOnlyList<Region>> NameRegions()
    {
        var names = new Dictionary<string, List<Region>>();
        foreach (var region in Regions.Where(r => r.IsPlace))
        {
            var parts = region.Whole.Chinese.Split(" / ");
            // 深圳市福田区 as well as the whole; 南山区 as well.
            foreach (var name in Enumerable.Range(0, parts.Length).Select(i => string.Concat(parts[i..])).Append(region.Whole.English).Append(region.English).Select(TermIndex<Region>.Plain).Distinct())
            {
                (names.TryGetValue(name, out var same) ? same : names[name] = []).Add(region);
            }
        }

        return names.ToDictionary(n => n.Key, n => (IReadOnlyList<Region>)n.Value);
    }

    internal static async Task<IResult> LookupRegions(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        static LookupItem Item(Region r) => new(Key(r.Code), RegionText(r.Code), r.Label, r.Code);
        if (!string.IsNullOrWhiteSpace(q))
        {
            return LookupAnswer.Of(FindRegions(q, 12).Select(Item));
        }

        var ids = await opened.Chosen(db, "regions", ct);
        return LookupAnswer.Recent(ids, ids.Select(Code).Where(IsRegion).Select(c => Item(RegionsByCode.Value[c])));
    }

    internal static async Task<IResult> LookupIndustries(string? q, CrmDb db, OpenedRecords opened, CancellationToken ct)
    {
        static LookupItem Item(Industry i) => new(Key(i.Code), IndustryText(i.Code), i.Name, i.Section == i.Code ? i.Code : $"{i.Section}{i.Code}");
        if (!string.IsNullOrWhiteSpace(q))
        {
            return LookupAnswer.Of(FindIndustries(q, 12).Select(Item));
        }

        var ids = await opened.Chosen(db, "industries", ct);
        return LookupAnswer.Recent(ids, ids.Select(Code).Where(IsIndustry).Select(c => Item(IndustriesByCode.Value[c])));
    }

    /// <summary>A code as the number by which it is remembered that someone chose it: its characters, seven bits each.</summary>
    private static long Key(string code) => code.Aggregate(0L, (key, c) => (key << 7) + c);

    private static string Code(long key)
    {
        var code = "";
        for (; key > 0; key >>= 7)
        {
            code = (char)(key & 127) + code;
        }

        return code;
    }
}
