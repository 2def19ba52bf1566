using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Modules.Waybills;

namespace RailCrm.Modules.Demo;

/// <summary>The demo's waybill lines: each customer ships as its trade, size, season and trend say.</summary>
internal sealed class DemoLines(WaybillLedger ledger, TimeProvider clock)
{
    /// <summary>How many months back they go.</summary>
    public const int Months = 36;

    /// <summary>How strongly a customer ships in a month, 0 for not at all.</summary>
    private static double Strength(DemoCustomers.Shipper s, int at, Month month)
    {
        var season = s.Trade.Peak == 0 ? 1 : 1 + (0.35 * Math.Cos((month.OfYear - s.Trade.Peak) * Math.PI / 6));
        var spring = month.OfYear == 2 ? 0.6 : 1;
        var trend = s.Trend switch
        {
            DemoCustomers.Trend.Never => 0,
            DemoCustomers.Trend.Growing => 0.5 + ((double)at / Months),
            DemoCustomers.Trend.Falling => 1.5 - (1.15 * at / Months),
            DemoCustomers.Trend.Lost => at < s.Turn ? 1 : 0,
            DemoCustomers.Trend.New => at < s.Turn ? 0 : 1,
            _ => 1,
        };
        return s.Size * season * spring * trend;
    }

    /// <summary>Writes so many lines, the early months first.</summary>
    /// <param name="count">How many.</param>
    /// <param name="source">The system they say they come from; a number is unique within it.</param>
    /// <param name="shippers">Who ships.</param>
    /// <param name="dice">Chance.</param>
    /// <param name="tell">Hears how many are written.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Write(int count, string source, List<DemoCustomers.Shipper> shippers, Random dice, Func<int, Task> tell, CancellationToken ct)
    {
        var today = clock.Today();
        var last = Month.Of(today);
        var months = Month.Range(last.Plus(1 - Months), last).ToList();
        // The running month has only its days so far.
        double Weight(DemoCustomers.Shipper s, int at) => Strength(s, at, months[at]) * (months[at] == last ? (double)today.Day / last.Last.Day : 1);
        var all = months.Select((_, at) => shippers.Sum(s => Weight(s, at))).Sum();
        if (all <= 0)
        {
            return;
        }

        var (so, made) = (0.0, 0);
        var batch = new List<WaybillLine>();
        for (var at = 0; at < months.Count; at++)
        {
            foreach (var shipper in shippers)
            {
                so += Weight(shipper, at);
                for (var upTo = (int)Math.Round(count * Math.Min(1, so / all)); made < upTo;)
                {
                    made++;
                    var days = months[at] == last ? today.Day : months[at].Last.Day;
                    batch.Add(Line(source, made, shipper, months[at].First.AddDays(dice.Next(days)), at, dice));
                    if (batch.Count == 5_000)
                    {
                        await ledger.Write(batch, ct);
                        batch.Clear();
                        await tell(made);
                    }
                }
            }
        }

        await ledger.Write(batch, ct);
    }

    private static WaybillLine Line(string source, int number, DemoCustomers.Shipper s, DateOnly date, int at, Random dice)
    {
        var service = dice.Next(100) switch { < 78 => "transport", < 86 => "handling", < 92 => "shortHaul", < 96 => "warehousing", < 98 => "packaging", _ => "totalLogistics" };
        var wagons = s.Trade.Mode == "carload" ? 1 + dice.Next(1 + (int)(s.Size * 40)) : 0;
        var containers = s.Trade.Mode == "container" ? 1 + dice.Next(1 + (int)(s.Size * 30)) : 0;
        var kg = s.Trade.Mode switch { "carload" => wagons * (58_000L + dice.Next(6_000)), "container" => containers * (20_000L + dice.Next(7_000)), _ => 500L + dice.Next(24_000) };
        var part = service switch { "transport" => 1.0, "totalLogistics" => 1.5, "handling" => 0.12, "shortHaul" => 0.2, "warehousing" => 0.15, _ => 0.1 };
        var inflation = 1 + (at * 0.001);
        var revenue = (long)(kg / 1000.0 * s.Trade.YuanATonne * part * inflation * (90 + dice.Next(20)));
        var anomaly = dice.Next(2_000); // A few corrections and cost overruns, as real books have them.
        return new()
        {
            Source = source, ExternalNo = string.Create(CultureInfo.InvariantCulture, $"YD{number:00000000}"), Date = date, CustomerId = s.Id, UnitId = s.UnitId, Service = service,
            CommodityCategory = s.Trade.Category, Commodity = s.Trade.Goods, Origin = s.From.Name, Destination = s.To[dice.Next(s.To.Length)].Name,
            Mode = service == "shortHaul" ? "road" : s.Trade.Mode, Wagons = wagons, Containers = containers, TeuHundredths = containers * 100, WeightKg = kg,
            RevenueFen = anomaly == 0 ? -revenue : revenue, CostFen = anomaly == 1 ? revenue * 3 : (long)(revenue * (0.72 + (dice.NextDouble() * 0.2))), Note = anomaly == 0 ? "冲红" : null,
        };
    }
}
