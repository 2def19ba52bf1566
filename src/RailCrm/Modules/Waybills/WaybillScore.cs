using System.Security.Cryptography;
using System.Text;

namespace RailCrm.Modules.Waybills;

/// <summary>How likely two waybill lines of one customer are one service booked twice (docs/decisions/0013). No database here.</summary>
/// <remarks>
/// Compared are lines of the same service and stations, at most a day apart, that agree in weight or revenue. What else agrees or differs adds points or takes some away.
/// Within one other system two lines of different numbers are two, unless the numbers are alike: it knows what it has.
/// </remarks>
internal static class WaybillScore
{
    /// <summary>Below this a pair is not kept.</summary>
    public const int Least = 60;

    /// <summary>Below this nobody is warned while a line is written: fewer of its fields are filled in then.</summary>
    public const int Told = 40;

    /// <summary>Of lines typed by hand that are alike in all, more than these are the wagons of a train.</summary>
    public const int MostByHand = 3;

    /// <summary>Likeliest others of a line that are kept.</summary>
    public const int MostOfALine = 3;

    /// <summary>Others of a line that are scored.</summary>
    private const int MostScored = 2_000;

    /// <summary>A shorter number behind another prefix is the number of many.</summary>
    private const int ShortestNumber = 5;

    /// <summary>What speaks for it and, below zero, against it; the text of each is <c>waybillpairs.reason_{code}</c>.</summary>
    public static readonly IReadOnlyDictionary<string, int> Weights = new Dictionary<string, int>
    {
        ["number"] = 40, ["revenue"] = 30, ["weight"] = 25, ["sources"] = 20, ["day"] = 15, ["goods"] = 5, ["other_goods"] = -20, ["other_weight"] = -25, ["other_revenue"] = -26,
    };

    /// <summary>What is compared of a line.</summary>
    public sealed record Subject(long Id, long CustomerId, string Source, string Number, DateOnly Date, string Service, string Origin, string Destination, long WeightKg, long RevenueFen, string Category, string? Commodity)
    {
        /// <summary>Whose, what and from where to where.</summary>
        public (long CustomerId, string Service, string Origin, string Destination) Lane => (CustomerId, Service, Origin, Destination);

        private string? _of;
        private string _plain = "";

        /// <summary>The number's letters and digits, in capitals and of half width. Kept, for it is asked for often.</summary>
        public string Plain
        {
            get
            {
                if (!ReferenceEquals(_of, Number))
                {
                    (_of, _plain) = (Number, new([.. Number.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(char.IsLetterOrDigit)]));
                }

                return _plain;
            }
        }

        public static Subject Of(WaybillLine w) => new(w.Id, w.CustomerId, w.Source, w.ExternalNo, w.Date, w.Service, w.Origin, w.Destination, w.WeightKg, w.RevenueFen, w.CommodityCategory, w.Commodity);
    }

    /// <summary>The score and its reasons, the strongest first; null where it is less than <paramref name="least"/>.</summary>
    public static (int Score, string Reasons)? Of(Subject a, Subject b, int least = Least)
    {
        var (weight, revenue, sources) = (a.WeightKg == b.WeightKg && a.WeightKg != 0, a.RevenueFen == b.RevenueFen && a.RevenueFen != 0, a.Source != b.Source);
        if ((!weight && !revenue) || a.Lane != b.Lane || Math.Abs(a.Date.DayNumber - b.Date.DayNumber) > 1)
        {
            return null;
        }

        var number = Alike(a.Plain, b.Plain);
        if (!sources && !number && a.Source != SaveWaybill.ByHand)
        {
            return null;
        }

        var (goods, known) = (Same(a.Commodity, b.Commodity), a.Category.Length > 0 && b.Category.Length > 0);
        (string Code, bool Holds)[] all =
        [
            ("number", number), ("revenue", revenue), ("weight", weight), ("sources", sources), ("day", a.Date == b.Date), ("goods", goods || (known && a.Category == b.Category)),
            ("other_goods", known && !goods && a.Category != b.Category), ("other_weight", !weight && a.WeightKg != 0 && b.WeightKg != 0), ("other_revenue", !revenue && a.RevenueFen != 0 && b.RevenueFen != 0),
        ];
        var reasons = all.Where(r => r.Holds).Select(r => r.Code).ToList();
        var score = Math.Min(100, reasons.Sum(r => Weights[r]));
        return score >= least ? (score, string.Join(',', reasons)) : null;
    }

    /// <summary>Of some lines each with its likeliest others among those of the same customers and days.</summary>
    public static IEnumerable<(Subject First, Subject Second)> Among(IReadOnlyCollection<Subject> some, IReadOnlyCollection<Subject> near)
    {
        var weights = near.Where(s => s.WeightKg != 0).ToLookup(s => (s.Lane, s.WeightKg));
        var amounts = near.Where(s => s.RevenueFen != 0).ToLookup(s => (s.Lane, s.RevenueFen));
        var trains = near.Where(s => s.Source == SaveWaybill.ByHand).GroupBy(All).Where(g => g.Skip(MostByHand).Any()).Select(g => g.Key).ToHashSet();
        return some.SelectMany(s => (s.WeightKg == 0 ? [] : weights[(s.Lane, s.WeightKg)]).Take(MostScored).Concat((s.RevenueFen == 0 ? [] : amounts[(s.Lane, s.RevenueFen)]).Take(MostScored))
            .Where(o => o.Id != s.Id).DistinctBy(o => o.Id).Select(o => (Other: o, Score: Of(s, o)?.Score))
            .Where(o => o.Score is not null && !(o.Other.Source == s.Source && All(o.Other) == All(s) && trains.Contains(All(s)) && !Alike(s.Plain, o.Other.Plain)))
            .OrderByDescending(o => o.Score).ThenByDescending(o => o.Other.Id).Take(MostOfALine)
            .Select(o => s.Id < o.Other.Id ? (s, o.Other) : (o.Other, s))).Distinct();
    }

    /// <summary>Every set of reasons a stored pair may have that holds one, as it is stored: some two hundred at most, so that an index over them leads to all pairs of a reason.</summary>
    public static IEnumerable<string> SetsWith(string reason) =>
        from number in new[] { null, "number" }
        from revenue in new[] { null, "revenue", "other_revenue" }
        from weight in new[] { null, "weight", "other_weight" }
        from sources in new[] { null, "sources" }
        from day in new[] { null, "day" }
        from goods in new[] { null, "goods", "other_goods" }
        let set = new[] { number, revenue, weight, sources, day, goods }.OfType<string>().OrderByDescending(r => Weights[r]).ToList()
        where set.Contains(reason) && (revenue == "revenue" || weight == "weight") && set.Sum(r => Weights[r]) >= Least
        select string.Join(',', set);

    /// <summary>What was compared, of both.</summary>
    public static string Fingerprint(Subject a, Subject b)
    {
        var text = string.Join('\n', new[] { a, b }.OrderBy(s => s.Id).Select(s => FormattableString.Invariant($"{s.Source}\t{s.Number}\t{s.Date.DayNumber}\t{s.Service}\t{s.Origin}\t{s.Destination}\t{s.WeightKg}\t{s.RevenueFen}\t{s.Category}\t{s.Commodity}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    /// <summary>One number but for spacing, signs, case, zeros in front or letters before it; or one is the end of the other, which has a prefix.</summary>
    internal static bool Alike(string a, string b)
    {
        if (a.Length == 0 || b.Length == 0)
        {
            return false;
        }

        var (one, other) = (Bare(a), Bare(b));
        return a == b || (one.Digits.Length > 0 && one.Digits == other.Digits && (one.Letters == other.Letters || one.Digits.Length >= ShortestNumber))
            || Ends(a, other.Digits) || Ends(b, one.Digits);
    }

    private static bool Ends(string number, string digits) => digits.Length >= ShortestNumber && number.EndsWith(digits, StringComparison.Ordinal);

    /// <summary>The letters before a number, and what follows without zeros in front.</summary>
    private static (string Letters, string Digits) Bare(string number)
    {
        var letters = number.TakeWhile(c => !char.IsAsciiDigit(c)).Count();
        return (number[..letters], number[letters..].TrimStart('0'));
    }

    private static bool Same(string? a, string? b) => !string.IsNullOrWhiteSpace(a) && string.Equals(a.Trim(), b?.Trim(), StringComparison.OrdinalIgnoreCase);

    private static ((long, string, string, string), DateOnly, long, long) All(Subject s) => (s.Lane, s.Date, s.WeightKg, s.RevenueFen);
}
