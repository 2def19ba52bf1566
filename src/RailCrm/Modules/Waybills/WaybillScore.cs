using System.Security.Cryptography;
using System.Text;

namespace RailCrm.Modules.Waybills;

/// <summary>How likely two waybill lines of one customer are one service booked twice (docs/decisions/0013). No database here.</summary>
/// <remarks>
/// Compared are lines of the same service and stations, at most a day apart, that agree in weight or revenue. What else agrees or differs adds points or takes some away.
/// The stations alike, which they have to be, add to the likeness that is told, but make no pair: else lines without stations would be measured by another rule.
/// Within one other system two lines of different numbers are two, unless they differ in spacing, zeros or letters alone: it knows what it has.
/// </remarks>
internal static class WaybillScore
{
    /// <summary>Below this, the stations left aside, a pair is not kept.</summary>
    public const int Least = 60;

    /// <summary>Below this nobody is warned while a line is written: fewer of its fields are filled in then.</summary>
    public const int Told = 40;

    /// <summary>No likelier than this without numbers alike.</summary>
    private const int MostWithoutNumber = 95;

    /// <summary>Goes up with the points below: what is stored is then told anew by the next search (<see cref="SearchWaybillDuplicates"/>).</summary>
    public const int Rules = 2;

    /// <summary>Of lines typed by hand that are alike in all, more than these are the wagons of a train.</summary>
    public const int MostByHand = 3;

    /// <summary>Likeliest others of a line that are kept.</summary>
    public const int MostOfALine = 3;

    /// <summary>Others of a line that are scored.</summary>
    private const int MostScored = 2_000;

    /// <summary>What speaks for it and, below zero, against it; the text of each is <c>waybillpairs.reason_{code}</c>.</summary>
    public static readonly IReadOnlyDictionary<string, int> Weights = new Dictionary<string, int>
    {
        ["number"] = 40, ["revenue"] = 30, ["weight"] = 25, ["sources"] = 20, ["day"] = 15, ["lane"] = 15, ["goods"] = 5, ["other_goods"] = -20, ["other_weight"] = -25, ["other_revenue"] = -26,
    };

    /// <summary>What is compared of a line.</summary>
    public sealed record Subject(long Id, long CustomerId, string Source, string Number, DateOnly Date, string Service, string Origin, string Destination, long WeightKg, long RevenueFen, string Category, string? Commodity)
    {
        /// <summary>Whose, what and from where to where.</summary>
        public (long CustomerId, string Service, string Origin, string Destination) Lane => (CustomerId, Service, Origin, Destination);

        private (string Of, WaybillNumber Bare)? _bare;

        /// <summary>The number without what is written one way or another. Kept, for it is asked for often.</summary>
        public WaybillNumber Bare => (_bare is var (of, bare) && ReferenceEquals(of, Number) ? _bare : _bare = (Number, WaybillNumber.Of(Number))).Value.Bare;

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

        var number = sources ? a.Bare.IsLike(b.Bare) : a.Bare.Is(b.Bare);
        if (!sources && !number && a.Source != SaveWaybill.ByHand)
        {
            return null;
        }

        var (goods, known) = (Same(a.Commodity, b.Commodity), a.Category.Length > 0 && b.Category.Length > 0);
        (string Code, bool Holds)[] all =
        [
            ("number", number), ("revenue", revenue), ("weight", weight), ("sources", sources), ("day", a.Date == b.Date), ("lane", a.Origin.Length > 0 && a.Destination.Length > 0), ("goods", goods || (known && a.Category == b.Category)),
            ("other_goods", known && !goods && a.Category != b.Category), ("other_weight", !weight && a.WeightKg != 0 && b.WeightKg != 0), ("other_revenue", !revenue && a.RevenueFen != 0 && b.RevenueFen != 0),
        ];
        var reasons = all.Where(r => r.Holds).Select(r => r.Code).ToList();
        return Kept(reasons) >= least ? (Math.Min(number ? 100 : MostWithoutNumber, reasons.Sum(r => Weights[r])), string.Join(',', reasons)) : null;
    }

    /// <summary>The points that tell whether a pair is kept.</summary>
    private static int Kept(IEnumerable<string> reasons) => reasons.Sum(r => r == "lane" ? 0 : Weights[r]);

    /// <summary>Of some lines each with its likeliest others among those of the same customers and days.</summary>
    public static IEnumerable<(Subject First, Subject Second)> Among(IReadOnlyCollection<Subject> some, IReadOnlyCollection<Subject> near)
    {
        var weights = near.Where(s => s.WeightKg != 0).GroupBy(s => (s.Lane, s.WeightKg)).ToDictionary(g => g.Key, g => g.ToLookup(s => s.Source));
        var amounts = near.Where(s => s.RevenueFen != 0).GroupBy(s => (s.Lane, s.RevenueFen)).ToDictionary(g => g.Key, g => g.ToLookup(s => s.Source));
        var numbers = near.ToLookup(s => (s.Lane, s.Source, s.Bare.Digits));
        var trains = near.Where(s => s.Source == SaveWaybill.ByHand).GroupBy(All).Where(g => g.Skip(MostByHand).Any()).Select(g => g.Key).ToHashSet();

        // Of its own system only those of its number: a train's sixty lines need not be scored with each other.
        IEnumerable<Subject> Others(Subject s) => new[] { weights.GetValueOrDefault((s.Lane, s.WeightKg)), amounts.GetValueOrDefault((s.Lane, s.RevenueFen)) }.OfType<ILookup<string, Subject>>()
            .SelectMany(sources => sources.Where(o => o.Key != s.Source || s.Source == SaveWaybill.ByHand).SelectMany(o => o.Take(MostScored)))
            .Concat(numbers[(s.Lane, s.Source, s.Bare.Digits)].Take(MostScored)).Where(o => o.Id != s.Id).DistinctBy(o => o.Id);

        return some.SelectMany(s => Others(s).Select(o => (Other: o, Score: Of(s, o)?.Score))
            .Where(o => o.Score is not null && !(o.Other.Source == s.Source && All(o.Other) == All(s) && trains.Contains(All(s)) && !s.Bare.Is(o.Other.Bare)))
            .OrderByDescending(o => o.Score).ThenByDescending(o => o.Other.Id).Take(MostOfALine)
            .Select(o => s.Id < o.Other.Id ? (First: s, Second: o.Other) : (First: o.Other, Second: s))).DistinctBy(p => (p.First.Id, p.Second.Id));
    }

    /// <summary>What was compared, of both.</summary>
    public static string Fingerprint(Subject a, Subject b)
    {
        var text = string.Join('\n', new[] { a, b }.OrderBy(s => s.Id).Select(s => FormattableString.Invariant($"{s.Source}\t{s.Number}\t{s.Date.DayNumber}\t{s.Service}\t{s.Origin}\t{s.Destination}\t{s.WeightKg}\t{s.RevenueFen}\t{s.Category}\t{s.Commodity}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private static bool Same(string? a, string? b) => !string.IsNullOrWhiteSpace(a) && string.Equals(a.Trim(), b?.Trim(), StringComparison.OrdinalIgnoreCase);

    private static ((long, string, string, string), DateOnly, long, long) All(Subject s) => (s.Lane, s.Date, s.WeightKg, s.RevenueFen);
}
