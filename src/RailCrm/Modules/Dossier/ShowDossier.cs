using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Text;

namespace RailCrm.Modules.Dossier;

/// <summary>One customer's business (一户一档): months against last year, years, what, how and where, and how regularly. Reads facts, never lines.</summary>
internal sealed class ShowDossier(CrmDb db, CustomerFigures figures, TimeProvider clock)
{
    /// <summary>Months shown, each against the same month of the year before.</summary>
    public const int Months = 36;

    private const int MostParts = 9;
    private static readonly Month Beginning = new(1900 * 12);

    /// <summary>Sums over some months; money in fen, weight in kg.</summary>
    public sealed record Sums(long RevenueFen, long CostFen, long WeightKg, long Lines)
    {
        public long GrossProfitFen => RevenueFen - CostFen;

        /// <summary>Gross profit over revenue; null without revenue.</summary>
        public decimal? Margin => RevenueFen == 0 ? null : (decimal)GrossProfitFen / RevenueFen;

        public static Sums Of(IEnumerable<CustomerFigures.Row> rows) =>
            rows.Aggregate(new Sums(0, 0, 0, 0), (s, r) => new(s.RevenueFen + r.RevenueFen, s.CostFen + r.CostFen, s.WeightKg + r.WeightKg, s.Lines + r.Lines));

        public static Sums Of(IEnumerable<Sums> parts) =>
            parts.Aggregate(new Sums(0, 0, 0, 0), (s, p) => new(s.RevenueFen + p.RevenueFen, s.CostFen + p.CostFen, s.WeightKg + p.WeightKg, s.Lines + p.Lines));
    }

    /// <summary>Whole months and the same months a year before. The running month is left out: half a month against a whole one would show a fall that is none.</summary>
    public sealed record Compared(Sums Now, Sums LastYear)
    {
        public decimal? Revenue => Growth.Rate(LastYear.RevenueFen, Now.RevenueFen);
        public decimal? Cost => Growth.Rate(LastYear.CostFen, Now.CostFen);
        public decimal? GrossProfit => Growth.Rate(LastYear.GrossProfitFen, Now.GrossProfitFen);
        public decimal? Weight => Growth.Rate(LastYear.WeightKg, Now.WeightKg);
        public decimal? Lines => Growth.Rate(LastYear.Lines, Now.Lines);
    }

    public sealed record MonthRow(Month Month, Sums Now, Sums LastYear);

    /// <param name="Year">The year.</param>
    /// <param name="Sums">All of it so far.</param>
    /// <param name="Compared">Its whole months against the same months of the year before.</param>
    /// <param name="Running">It has not ended.</param>
    public sealed record YearRow(int Year, Sums Sums, Compared Compared, bool Running);

    /// <param name="Name">What it is, as people read it.</param>
    /// <param name="Query">The filter that opens its lines; null for the rest taken together.</param>
    public sealed record Part(string Name, string? Query, Sums Sums);

    public sealed record Mix(string TextKey, IReadOnlyList<Part> Parts);

    /// <param name="ActiveMonths">Months of the last twelve with lines.</param>
    /// <param name="LongestPause">Months without lines in a row, within the last twelve.</param>
    /// <param name="LastMonth">The last month with lines.</param>
    /// <param name="LinesAMonth">Lines in a month that has any.</param>
    /// <param name="Busiest">The month of the last twelve with most lines.</param>
    public sealed record Rhythm(int ActiveMonths, int LongestPause, Month? LastMonth, decimal LinesAMonth, Month? Busiest);

    /// <param name="Months">Oldest first; the last is the running month.</param>
    /// <param name="Trailing">The last twelve months, the running one included: what the tier is measured by.</param>
    /// <param name="Previous">The twelve before those.</param>
    /// <param name="Compared">The whole months of the twelve against the same months a year before.</param>
    public sealed record Answer(
        IReadOnlyList<MonthRow> Months, Sums Trailing, Sums Previous, Compared Compared, IReadOnlyList<YearRow> Years, IReadOnlyList<Mix> Mixes, Rhythm Rhythm, IReadOnlyList<TierChange> Tiers, Month From, Month To);

    public async Task<Result<Answer>> Run(long customerId, CancellationToken ct)
    {
        var last = Month.Of(clock.Today());
        if (await figures.Rows(customerId, Beginning, last, ct) is not { } rows)
        {
            return new Refusal.NotFound();
        }

        var byMonth = rows.ToLookup(r => r.Month);
        var months = Month.Range(last.Plus(1 - Months), last).Select(m => new MonthRow(m, Sums.Of(byMonth[m]), Sums.Of(byMonth[m.Plus(-12)]))).ToList();
        var from = last.Plus(-11);
        var trailing = rows.Where(r => r.Month >= from).ToList();
        var previous = rows.Where(r => r.Month < from && r.Month >= from.Plus(-12));
        return new Answer(
            months, Sums.Of(trailing), Sums.Of(previous), new(Sums.Of(months[^12..^1].Select(m => m.Now)), Sums.Of(months[^12..^1].Select(m => m.LastYear))), Years(rows, last),
            [
                new("dossier.mix_commodity", Parts(trailing, r => (Texts.Find($"commodity.{r.CommodityCategory}") ?? r.CommodityCategory, $"commodity={(r.CommodityCategory.Length == 0 ? "none" : r.CommodityCategory)}"))),
                new("dossier.mix_service", Parts(trailing, r => (Texts.Get($"service.{r.Service}"), $"service={r.Service}"))),
                new("dossier.mix_mode", Parts(trailing, r => (Texts.Get($"mode.{r.Mode}"), $"mode={(r.Mode.Length == 0 ? "none" : r.Mode)}"))),
                new("dossier.mix_route", Parts(trailing, r => ($"{Name(r.Origin)} → {Name(r.Destination)}", $"origin={Uri.EscapeDataString(r.Origin)}&destination={Uri.EscapeDataString(r.Destination)}"))),
            ],
            RhythmOf(byMonth, rows, from, last),
            await db.Set<TierChange>().AsNoTracking().Where(c => c.CustomerId == customerId).OrderByDescending(c => c.Id).Take(20).ToListAsync(ct), from, last);
    }

    private static string Name(string station) => station.Length == 0 ? Texts.Get("mode.") : station;

    private static List<YearRow> Years(IReadOnlyList<CustomerFigures.Row> rows, Month running)
    {
        var years = rows.ToLookup(r => r.Month.Year);
        if (rows.Count == 0)
        {
            return [];
        }

        // Of the running year only its whole months are compared, with the same months of the year before.
        return [.. Enumerable.Range(rows.Min(r => r.Month.Year), rows.Max(r => r.Month.Year) - rows.Min(r => r.Month.Year) + 1).Reverse().Select(y =>
        {
            var until = y == running.Year ? running.OfYear - 1 : 12;
            return new YearRow(y, Sums.Of(years[y]), new(Sums.Of(years[y].Where(r => r.Month.OfYear <= until)), Sums.Of(years[y - 1].Where(r => r.Month.OfYear <= until))), y == running.Year);
        })];
    }

    private static List<Part> Parts(List<CustomerFigures.Row> rows, Func<CustomerFigures.Row, (string Name, string Query)> by)
    {
        var parts = rows.GroupBy(by).Select(g => new Part(g.Key.Name, g.Key.Query, Sums.Of(g))).OrderByDescending(p => p.Sums.RevenueFen).ThenBy(p => p.Name, StringComparer.Ordinal).ToList();
        if (parts.Count <= MostParts + 1)
        {
            return parts;
        }

        return [.. parts.Take(MostParts), new(Texts.Get("dossier.rest", parts.Count - MostParts), null, Sums.Of(parts.Skip(MostParts).Select(p => p.Sums)))];
    }

    private static Rhythm RhythmOf(ILookup<Month, CustomerFigures.Row> byMonth, IReadOnlyList<CustomerFigures.Row> rows, Month from, Month last)
    {
        var (active, pause, longest, lines) = (0, 0, 0, 0L);
        foreach (var month in Month.Range(from, last))
        {
            var here = byMonth[month].Sum(r => r.Lines);
            (active, pause, lines) = here > 0 ? (active + 1, 0, lines + here) : (active, pause + 1, lines);
            longest = Math.Max(longest, pause);
        }

        return new(active, longest, rows.Count == 0 ? null : rows.Max(r => r.Month), active == 0 ? 0 : Math.Round((decimal)lines / active, 1), active == 0 ? null : Month.Range(from, last).MaxBy(m => byMonth[m].Sum(r => r.Lines)));
    }
}
