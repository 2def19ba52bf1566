using System.Globalization;
using RailCrm.Kernel;

namespace RailCrm.Modules.Reference;

/// <summary>A province, city or county of GB/T 2260.</summary>
/// <param name="Code">Six digits: two for the province, two for the city, two for the county.</param>
/// <param name="Chinese">Its own name.</param>
/// <param name="English">Its own name; pinyin where no other is usual.</param>
public sealed record Region(string Code, string Chinese, string English) : Term(Code, Chinese, English)
{
    /// <summary>Rows of the standard that only hold others together and are no places.</summary>
    private static readonly string[] Connectors = ["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];

    /// <summary>How the parts of a place are named in English; the longest ending first. A city needs no word.</summary>
    private static readonly (string End, string English)[] Endings =
    [
        ("自治县", " County"), ("自治旗", " Banner"), ("地区", ""), ("林区", " District"), ("特区", " District"), ("区", " District"), ("县", " County"), ("旗", " Banner"), ("市", ""), ("盟", ""),
    ];

    /// <summary>Readings that are usual in names of places, where the dictionary's first is another: 长 is chang in 长沙.</summary>
    private static readonly Dictionary<char, string> PlaceReadings = new()
    {
        ['长'] = "chang", ['重'] = "chong", ['都'] = "du", ['厦'] = "xia", ['佛'] = "fo", ['什'] = "shi", ['朝'] = "chao", ['石'] = "shi",
    };

    /// <summary>1 province, 2 city, 3 county.</summary>
    public int Level => Code.EndsWith("0000", StringComparison.Ordinal) ? 1 : Code.EndsWith("00", StringComparison.Ordinal) ? 2 : 3;

    /// <summary>Whether it is a place, and no row that only holds others together.</summary>
    public bool IsPlace => !Connectors.Contains(Chinese);

    /// <summary>The region it lies in; a county that hangs on a row of <see cref="IsPlace"/> false lies in the province. Null for a province.</summary>
    public string? ParentCode { get; private init; }

    /// <summary>The whole name in both languages: 广东省 / 深圳市 / 福田区.</summary>
    public (string Chinese, string English) Whole { get; private init; }

    /// <summary>The whole name in the language of the reader.</summary>
    public string Label => InEnglish ? Whole.English : Whole.Chinese;

    internal static IReadOnlyList<Region> Load()
    {
        var english = Embedded.Rows("region_names").ToDictionary(r => r[0], r => r[1]);
        var all = Embedded.Rows("regions").Select(r => new Region(r[0], r[1], english.GetValueOrDefault(r[0]) ?? Spelt(r[1]))).ToDictionary(r => r.Code);
        return
        [
            .. all.Values.Select(region =>
            {
                var places = new[] { region.Code[..2] + "0000", region.Code[..4] + "00", region.Code }.Distinct().Select(c => all[c]).Where(r => r.IsPlace).ToList();
                return region with { ParentCode = places.Count > 1 ? places[^2].Code : null, Whole = (string.Join(" / ", places.Select(r => r.Chinese)), string.Join(" / ", places.Select(r => r.English))) };
            }).OrderBy(r => r.Level).ThenBy(r => r.Code, StringComparer.Ordinal),
        ];
    }

    private static string Spelt(string name)
    {
        var found = Endings.FirstOrDefault(e => name.Length > e.End.Length + 1 && name.EndsWith(e.End, StringComparison.Ordinal));
        var (end, english) = (found.End ?? "", found.English ?? "");
        var stem = name[..^end.Length];
        var pinyin = string.Concat(stem.Select(c => PlaceReadings.GetValueOrDefault(c) ?? Pinyin.Full(c.ToString())));
        return (pinyin.Length == 0 ? stem : char.ToUpper(pinyin[0], CultureInfo.InvariantCulture) + pinyin[1..]) + english;
    }
}
