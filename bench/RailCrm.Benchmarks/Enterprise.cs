using System.Globalization;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Waybills;

namespace RailCrm.Benchmarks;

/// <summary>A large group, row by row: outlets that each serve a few trades and destinations, customers whose size follows a power law, lines in the order of their days. The same seed on the same day gives the same rows.</summary>
internal sealed class Enterprise
{
    public const int Months = 36;

    /// <summary>A few bring most: the largest ship some thousand times what the smallest do.</summary>
    private const int Ranks = 100_000;

    private const int TradesOfOutlet = 6;
    private const int DestinationsOfOutlet = 10;

    /// <summary>Services, and what each brings in of what transport does.</summary>
    private static readonly (string Name, double Part)[] Services = [("transport", 1.0), ("handling", 0.12), ("shortHaul", 0.2), ("warehousing", 0.15), ("packaging", 0.1), ("totalLogistics", 1.5)];

    private readonly Random _dice;
    private readonly IReadOnlyList<DemoWords.Place> _places = DemoWords.Places();
    private readonly DateOnly _today;
    private readonly Shipper[] _shippers;
    private readonly Outlet[] _outlets;
    private readonly Dictionary<int, Lane> _lanes = [];

    private enum Trend : byte { Steady, Growing, Falling, Lost, New, Never }

        private sealed record Outlet(long UnitId, DemoWords.Place Place, DemoWords.Trade[] Trades, string[] Destinations);

    private struct Shipper
    {
        public float Size;
        public Trend Trend;
        public byte Turn, Trade, FirstDestination, Destinations;
    }

    /// <summary>What each customer brought in, for its trailing twelve months and the twelve before.</summary>
    public struct Trailing
    {
        public long Lines, RevenueFen, ProfitFen, WeightKg, PreviousFen;
    }

    public Enterprise(int seed, int customers, IReadOnlyList<(long UnitId, int Place)> outlets, DateOnly today)
    {
        (_dice, _today) = (new Random(seed), today);
        Last = Month.Of(today);
        _outlets = [.. outlets.Select(o => new Outlet(o.UnitId, _places[o.Place], [], []))];
        for (var o = 0; o < _outlets.Length; o++)
        {
            var (trades, places) = (DemoWords.Trades.ToArray(), _places.ToArray());
            _dice.Shuffle(trades);
            _dice.Shuffle(places);
            _outlets[o] = _outlets[o] with { Trades = trades[..TradesOfOutlet], Destinations = [.. places[..DestinationsOfOutlet].Select(p => p.Name)] };
        }

        _shippers = new Shipper[customers];
        for (var n = 0; n < customers; n++)
        {
            _shippers[n] = new()
            {
                Size = (float)Math.Pow(1.0 / (1 + _dice.Next(Ranks)), 0.75),
                Trend = _dice.Next(100) switch { < 46 => Trend.Steady, < 62 => Trend.Growing, < 74 => Trend.Falling, < 82 => Trend.Lost, < 90 => Trend.New, _ => Trend.Never },
                Turn = (byte)(6 + _dice.Next(Months - 9)), Trade = (byte)_dice.Next(TradesOfOutlet),
                FirstDestination = (byte)_dice.Next(DestinationsOfOutlet), Destinations = (byte)(1 + _dice.Next(4)),
            };
        }

        Figures = new Trailing[customers];
    }

    public Month Last { get; }

    /// <summary>Filled by <see cref="Lines"/>; customer n has the key n + 1.</summary>
    public Trailing[] Figures { get; }

    public IEnumerable<Lane> Lanes => _lanes.Values;

    public long UnitOf(int customer) => _outlets[customer % _outlets.Length].UnitId;

    /// <summary>All lines, month by month, and with the last line of a customer's month its facts.</summary>
    public IEnumerable<(WaybillLine Line, Dictionary<long, MonthlyFact>? Facts)> Lines(int count)
    {
        var all = 0.0;
        for (var at = 0; at < Months; at++)
        {
            for (var n = 0; n < _shippers.Length; n++)
            {
                all += Strength(n, at);
            }
        }

        var (so, made, step) = (0.0, 0, count / Math.Max(all, double.Epsilon));
        for (var at = 0; at < Months; at++)
        {
            var month = Last.Plus(at + 1 - Months);
            for (var n = 0; n < _shippers.Length; n++)
            {
                so += Strength(n, at);
                var upTo = (int)Math.Min(count, Math.Round(so * step));
                var facts = made < upTo ? new Dictionary<long, MonthlyFact>() : null;
                while (made < upTo)
                {
                    made++;
                    var line = Line(made, n, month, at, out var lane);
                    Add(facts!, line, month, lane, n);
                    yield return (line, made == upTo ? facts : null);
                }
            }
        }
    }

    /// <summary>How strongly a customer ships in a month.</summary>
    private double Strength(int n, int at)
    {
        ref var s = ref _shippers[n];
        var month = Last.Plus(at + 1 - Months);
        var trend = s.Trend switch
        {
            Trend.Never => 0,
            Trend.Growing => 0.5 + ((double)at / Months),
            Trend.Falling => 1.5 - (1.15 * at / Months),
            Trend.Lost => at < s.Turn ? 1 : 0,
            Trend.New => at < s.Turn ? 0 : 1,
            Trend.Steady => 1.0,
        };
        return s.Size * trend * (month.OfYear == 2 ? 0.6 : 1) * (month == Last ? (double)_today.Day / Last.Last.Day : 1);
    }

    private WaybillLine Line(int number, int n, Month month, int at, out long lane)
    {
        ref var s = ref _shippers[n];
        var outlet = _outlets[n % _outlets.Length];
        var trade = outlet.Trades[s.Trade];
        var which = _dice.Next(100) switch { < 78 => 0, < 86 => 1, < 92 => 2, < 96 => 3, < 98 => 4, _ => 5 };
        var (service, part) = Services[which];
        var to = (s.FirstDestination + _dice.Next(s.Destinations)) % DestinationsOfOutlet;
        var destination = outlet.Destinations[to];
        var wagons = trade.Mode == "carload" ? 1 + _dice.Next(1 + (int)(s.Size * 40)) : 0;
        var containers = trade.Mode == "container" ? 1 + _dice.Next(1 + (int)(s.Size * 30)) : 0;
        var kg = trade.Mode switch { "carload" => wagons * (58_000L + _dice.Next(6_000)), "container" => containers * (20_000L + _dice.Next(7_000)), _ => 500L + _dice.Next(24_000) };
        var revenue = (long)(kg / 1000.0 * trade.YuanATonne * part * (1 + (at * 0.001)) * (90 + _dice.Next(20)));
        var days = month == Last ? _today.Day : month.Last.Day;
        var key = (((((n % _outlets.Length) * TradesOfOutlet) + s.Trade) * Services.Length) + which) * DestinationsOfOutlet + to;
        if (!_lanes.TryGetValue(key, out var known))
        {
            known = _lanes[key] = new()
            {
                Id = _lanes.Count + 1, UnitId = outlet.UnitId, Service = service, CommodityCategory = trade.Category, Mode = trade.Mode, Origin = outlet.Place.Name, Destination = destination,
            };
        }

        lane = known.Id;
        return new()
        {
            Id = number, Source = "TMIS", ExternalNo = string.Create(CultureInfo.InvariantCulture, $"YD{number:00000000}"), Date = month.First.AddDays(_dice.Next(days)), CustomerId = n + 1, UnitId = outlet.UnitId,
            Service = service, CommodityCategory = trade.Category, Commodity = trade.Goods, Origin = outlet.Place.Name, Destination = destination, Mode = trade.Mode,
            Wagons = wagons, Containers = containers, TeuHundredths = containers * 100, WeightKg = kg, RevenueFen = revenue, CostFen = revenue * (70 + _dice.Next(25)) / 100,
        };
    }

    private void Add(Dictionary<long, MonthlyFact> facts, WaybillLine line, Month month, long lane, int n)
    {
        if (!facts.TryGetValue(lane, out var fact))
        {
            facts[lane] = fact = new() { CustomerId = line.CustomerId, Month = month, LaneId = lane };
        }

        fact.Lines++;
        fact.RevenueFen += line.RevenueFen;
        fact.CostFen += line.CostFen;
        fact.WeightKg += line.WeightKg;
        ref var figures = ref Figures[n];
        if (month.Number > Last.Number - 12)
        {
            figures.Lines++;
            figures.RevenueFen += line.RevenueFen;
            figures.ProfitFen += line.RevenueFen - line.CostFen;
            figures.WeightKg += line.WeightKg;
        }
        else if (month.Number > Last.Number - 24)
        {
            figures.PreviousFen += line.RevenueFen;
        }
    }

    /// <summary>One customer as a form would say it, and what hangs on it.</summary>
    public (SaveCustomer.Input Input, List<MainStation> Stations, Contact? Contact, CustomerProduct? Product) Customer(int n)
    {
        ref var s = ref _shippers[n];
        var outlet = _outlets[n % _outlets.Length];
        var (place, trade) = (outlet.Place, outlet.Trades[s.Trade]);
        var brand = DemoWords.Brand(_dice) + DemoWords.Brand(_dice);
        var sole = _dice.Next(5) == 0;
        var input = new SaveCustomer.Input
        {
            Name = $"{place.City}{brand}{trade.Word}{(sole ? "经营部" : "有限公司")}", UnitId = outlet.UnitId, Kind = sole ? CustomerKind.SoleTrader : CustomerKind.Company,
            IndustryCode = trade.Industry, RegionCode = place.RegionCode, Phone = string.Create(CultureInfo.InvariantCulture, $"0{10 + (n % 89)}-{60_000_000 + n}"),
        };
        if (s.Trend == Trend.Never && _dice.Next(3) > 0)
        {
            return (input, [], null, null); // Of prospects little is known.
        }

        input.CreditCode = DemoWords.CreditCode(place.RegionCode, 0x100000 + n);
        input.ShortName = brand + trade.Word;
        input.LegalRepresentative = DemoWords.Person(_dice);
        input.TransportModes = trade.Mode;
        input.SizeClass = s.Size > 0.1 ? SizeClass.Large : s.Size > 0.01 ? SizeClass.Medium : s.Size > 0.001 ? SizeClass.Small : SizeClass.Micro;
        input.OwnershipType = _dice.Next(10) switch { < 3 => OwnershipType.StateOwned, < 8 => OwnershipType.Private, 8 => OwnershipType.JointVenture, _ => OwnershipType.Foreign };
        if (_dice.Next(100) < 60)
        {
            input.BusinessDirection = $"{trade.Goods}的生产与销售";
            input.EmployeeCount = (int)(10 + (s.Size * 4_000));
            input.RegisteredAddress = string.Create(CultureInfo.InvariantCulture, $"{place.City}市开发区兴业路{1 + _dice.Next(300)}号");
            input.TransportCycle = s.Size > 0.01 ? "weekly" : "monthly";
        }

        if (_dice.Next(100) < 20)
        {
            input.Tags = DemoWords.Pick(_dice, ["战略合作", "重点培育", "白货", "专用线", "中欧班列"]);
        }

        List<MainStation> stations = [new() { CustomerId = n + 1, Sending = true, Station = place.Name, YearlyTonnes = (long)(s.Size * 400_000) }, new() { CustomerId = n + 1, Station = outlet.Destinations[s.FirstDestination], YearlyTonnes = (long)(s.Size * 120_000) }];
        return (input, stations,
            new() { CustomerId = n + 1, Name = DemoWords.Person(_dice), Title = "物流部经理", Mobile = string.Create(CultureInfo.InvariantCulture, $"138{10_000_000 + n}"), MobileDigits = string.Create(CultureInfo.InvariantCulture, $"138{10_000_000 + n}"), IsMain = true },
            _dice.Next(2) == 0 ? new() { CustomerId = n + 1, Name = trade.Goods, AnnualOutput = (long)(s.Size * 600_000), Unit = "吨", AsOf = _today.AddDays(-30) } : null);
    }
}
