using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Classification;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Reference;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Demo;

/// <summary>Makes the demo enterprise: one group, 6 subsidiaries, 30 outlets at real stations, people in all roles, customers, 36 months of waybill lines. The same seed on the same day gives the same enterprise.</summary>
internal sealed class MakeDemo(CrmDb db, SetUpGroup setUp, SaveCustomer saveCustomer, WaybillLedger ledger, ClassifyCustomers classify, TimeProvider clock)
{
    /// <summary>The group's code, by which a demo is known.</summary>
    public const string Code = "DEMO";

    private const string Unfinished = "DEMO-UNFINISHED";
    private const int Months = 36;
    private const int Employees = 120;

    /// <summary>The sign-ins, each with its role; subsidiary, outlet and manager belong to the first of theirs.</summary>
    public static readonly string[] SignIns = ["admin", "security", "auditor", "group", "finance", "subsidiary", "outlet", "manager"];

    /// <summary>What is to be made.</summary>
    public sealed record Options(int Customers, int Waybills, int Seed, string Password);

    /// <summary>What a database holds.</summary>
    public enum Holding { Nothing, Demo, UnfinishedDemo, SomethingElse }

    private enum Trend { Steady, Growing, Falling, Lost, New, Never }

    private sealed record Shipper(long Id, long UnitId, DemoWords.Trade Trade, DemoWords.Place From, DemoWords.Place[] To, double Size, Trend Trend, int Turn);

    public async Task<Holding> Holds(CancellationToken ct)
    {
        var code = await db.Set<OrgUnit>().Where(u => u.ParentId == null).Select(u => u.Code).SingleOrDefaultAsync(ct);
        return code switch
        {
            Code => Holding.Demo,
            Unfinished => Holding.UnfinishedDemo,
            null => await db.Set<User>().AnyAsync(ct) || await db.Set<Station>().AnyAsync(ct) ? Holding.SomethingElse : Holding.Nothing,
            _ => Holding.SomethingElse,
        };
    }

    /// <summary>Makes it in an empty database; <paramref name="tell"/> hears how far it is, 0–100.</summary>
    public async Task Run(Options options, Action<int> tell, CancellationToken ct)
    {
        var dice = new Random(options.Seed);
        var places = DemoWords.Places();
        var outlets = await Organisation(options.Password, places, dice, ct);
        tell(5);
        var shippers = await Customers(options.Customers, outlets, places, dice, done => tell(5 + (done * 45 / Math.Max(1, options.Customers))), ct);
        await Lines(options.Waybills, shippers, dice, done => tell(50 + (int)(done * 45L / Math.Max(1, options.Waybills))), ct);
        await classify.RunAll(null, ct);
        var group = await db.Set<OrgUnit>().SingleAsync(u => u.ParentId == null, ct);
        group.Code = Code;
        await db.SaveChangesAsync(ct);
        tell(100);
    }

    private async Task<List<(OrgUnit Unit, DemoWords.Place Place)>> Organisation(string password, IReadOnlyList<DemoWords.Place> places, Random dice, CancellationToken ct)
    {
        var founded = await setUp.Found("华运铁路物流集团", Unfinished, "admin", password, null, ct);
        if (founded.Refusal is not null)
        {
            throw new InvalidOperationException("The password is refused: take at least 12 characters that are not a common password.");
        }

        var group = await db.Set<OrgUnit>().SingleAsync(u => u.ParentId == null, ct);
        var outlets = new List<(OrgUnit, DemoWords.Place)>();
        var subsidiaries = new List<OrgUnit>();
        foreach (var (name, number) in DemoWords.Subsidiaries.Select((n, i) => (n, i + 1)))
        {
            var subsidiary = new OrgUnit(group, string.Create(CultureInfo.InvariantCulture, $"Z{number:00}"), $"{name}公司");
            await OrgUnit.Add(db, subsidiary, ct);
            subsidiaries.Add(subsidiary);
            foreach (var place in places.Where(p => p.OutletOf == name))
            {
                var outlet = new OrgUnit(subsidiary, place.TelegraphCode, $"{place.Name}网点", place.TelegraphCode);
                await OrgUnit.Add(db, outlet, ct);
                outlets.Add((outlet, place));
            }
        }

        db.AddRange(places.Select(p => new Station
        {
            TelegraphCode = p.TelegraphCode, Name = p.Name, PinyinCode = p.PinyinCode, Pinyin = p.Pinyin, TmisCode = p.TmisCode, City = p.City,
            ProvinceCode = p.ProvinceCode, BureauCode = p.BureauCode, Passenger = p.Passenger,
        }));
        await db.SaveChangesAsync(ct);

        var admin = await db.Set<User>().SingleAsync(ct);
        var accounts = new List<(User User, string Position)> { (admin, "系统管理员") };
        foreach (var role in SignIns.Skip(1))
        {
            var unit = role switch { "subsidiary" => subsidiaries[0], "outlet" or "manager" => outlets[0].Item1, _ => group };
            var position = role switch { "security" => "安全管理员", "auditor" => "审计员", "group" => "集团总经理", "finance" => "财务", "subsidiary" => "子分公司经理", "outlet" => "网点主任", _ => "客户经理" };
            var made = await setUp.CreateUser(new User { UserName = role, DisplayName = DemoWords.Person(dice), UnitId = unit.Id }, password, role, ct);
            accounts.Add((made.TryGet(out var user, out _) ? user : throw new InvalidOperationException($"The account '{role}' could not be made."), position));
        }

        var units = new[] { group }.Concat(subsidiaries).Concat(outlets.Select(o => o.Item1)).ToList();
        for (var n = 1; n <= Employees; n++)
        {
            var (user, position) = n <= accounts.Count ? accounts[n - 1] : (null, n % 4 == 0 ? "网点主任" : n % 4 == 1 ? "财务" : "客户经理");
            db.Add(new Employee
            {
                Number = string.Create(CultureInfo.InvariantCulture, $"HY{n:0000}"), Name = user is null || user.DisplayName == "admin" ? DemoWords.Person(dice) : user.DisplayName, UnitId = user?.UnitId ?? units[n % units.Count].Id,
                Position = position, Phone = string.Create(CultureInfo.InvariantCulture, $"010-5180{n:0000}"), UserId = user?.Id,
            });
        }

        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        return outlets;
    }

    private async Task<List<Shipper>> Customers(int count, List<(OrgUnit Unit, DemoWords.Place Place)> outlets, IReadOnlyList<DemoWords.Place> places, Random dice, Action<int> tell, CancellationToken ct)
    {
        var shippers = new List<Shipper>(count);
        var names = new HashSet<string>();
        for (var start = 0; start < count; start += 250)
        {
            var to = Math.Min(count, start + 250);
            shippers.AddRange(await db.Write(async () =>
            {
                var made = new List<Shipper>();
                for (var n = start; n < to; n++)
                {
                    made.Add(await One(n, outlets, places, names, dice, ct));
                    await db.SaveChangesAsync(ct);
                    db.ChangeTracker.Clear(); // Each save looks through everything tracked.
                }

                return made;
            }, ct));
            tell(to);
        }

        return shippers;
    }

    private async Task<Shipper> One(int n, List<(OrgUnit Unit, DemoWords.Place Place)> outlets, IReadOnlyList<DemoWords.Place> places, HashSet<string> names, Random dice, CancellationToken ct)
    {
        var (unit, place) = outlets[n % outlets.Count];
        var trade = DemoWords.Pick(dice, DemoWords.Trades);
        // A few big ones bring most: the rank in a power law, shuffled over the outlets.
        var size = Math.Pow(1.0 / (1 + dice.Next(400)), 0.75);
        var trend = dice.Next(100) switch { < 46 => Trend.Steady, < 62 => Trend.Growing, < 74 => Trend.Falling, < 82 => Trend.Lost, < 90 => Trend.New, _ => Trend.Never };
        var small = size < 0.02;
        string name, brand;
        do
        {
            brand = DemoWords.Brand(dice);
            name = small && dice.Next(4) == 0 ? $"{place.City}{brand}{trade.Word}经营部" : $"{place.City}{brand}{trade.Word}{(size > 0.2 ? "集团股份有限公司" : "有限公司")}";
        }
        while (!names.Add(name));

        var known = trend != Trend.Never || dice.Next(3) == 0; // Of prospects little is known.
        var input = new SaveCustomer.Input
        {
            Name = name, UnitId = unit.Id, DuplicateReason = "demo", Kind = name.EndsWith("经营部", StringComparison.Ordinal) ? CustomerKind.SoleTrader : CustomerKind.Company,
            IndustryCode = trade.Industry, RegionCode = place.RegionCode, Phone = string.Create(CultureInfo.InvariantCulture, $"0{10 + (n % 89)}-{60_000_000 + n}"),
        };
        if (known)
        {
            input.CreditCode = DemoWords.CreditCode(place.RegionCode, 0x100000 + n);
            input.ShortName = brand + trade.Word;
            input.LegalRepresentative = DemoWords.Person(dice);
            input.TransportModes = trade.Mode;
            input.SizeClass = size > 0.2 ? SizeClass.Large : size > 0.05 ? SizeClass.Medium : small ? SizeClass.Micro : SizeClass.Small;
            input.OwnershipType = dice.Next(10) switch { < 3 => OwnershipType.StateOwned, < 8 => OwnershipType.Private, 8 => OwnershipType.JointVenture, _ => OwnershipType.Foreign };
        }

        if (known && dice.Next(100) < 70)
        {
            input.BusinessDirection = $"{trade.Goods}的生产与销售";
            input.EmployeeCount = (int)(30 + (size * 4_000));
            input.RegisteredAddress = $"{place.City}市开发区兴业路{1 + dice.Next(300)}号";
            input.TransportCycle = size > 0.1 ? "daily" : "weekly";
        }

        if (known && dice.Next(100) < 40)
        {
            input.MarketSharePercent = Math.Round((decimal)(size * 30), 2);
            input.ProductionScale = string.Create(CultureInfo.InvariantCulture, $"年产{trade.Goods}{1 + (int)(size * 300)}万吨");
            input.CompanyProfile = $"{name}位于{place.City}，主营{trade.Goods}，自有装车能力，常年经{place.Name}站发运。";
            input.LocalCulture = "重信用，看重长期合作";
            input.LocalCustoms = "春节前后停产约两周";
            input.Tags = dice.Next(2) == 0 ? "战略合作" : "重点培育";
        }

        var saved = await saveCustomer.Run(null, null, input, ct);
        if (!saved.TryGet(out var customer, out var refusal))
        {
            throw new InvalidOperationException($"{name}: {refusal.Code}");
        }

        var to = Enumerable.Range(0, 1 + dice.Next(4)).Select(_ => DemoWords.Pick(dice, places)).Where(p => p != place).ToArray();
        if (known)
        {
            db.Add(new Contact { CustomerId = customer.Id, Name = DemoWords.Person(dice), Title = "物流部经理", Mobile = string.Create(CultureInfo.InvariantCulture, $"138{10_000_000 + n}"), IsMain = true });
            db.Add(new MainStation { CustomerId = customer.Id, Sending = true, Station = place.Name, YearlyTonnes = (long)(size * 400_000) });
            db.AddRange(to.Select(t => t.Name).Distinct().Select(t => new MainStation { CustomerId = customer.Id, Station = t, YearlyTonnes = (long)(size * 120_000) }));
            db.Add(new CustomerProduct { CustomerId = customer.Id, Name = trade.Goods, AnnualOutput = (long)(size * 600_000), StockOnHand = (long)(size * 20_000), Unit = "吨", AsOf = clock.Today().AddDays(-30) });
            db.Add(new Shareholder { CustomerId = customer.Id, Name = input.LegalRepresentative!, ShareBasisPoints = 3_000 + (dice.Next(50) * 100), Kind = "自然人" });
        }

        return new(customer.Id, unit.Id, trade, place, to.Length == 0 ? [places[0]] : to, size, trend, 6 + dice.Next(Months - 9));
    }

    /// <summary>How strongly a customer ships in a month, 0 for not at all.</summary>
    private static double Strength(Shipper s, int at, Month month)
    {
        var season = s.Trade.Peak == 0 ? 1 : 1 + (0.35 * Math.Cos((month.OfYear - s.Trade.Peak) * Math.PI / 6));
        var spring = month.OfYear == 2 ? 0.6 : 1;
        var trend = s.Trend switch
        {
            Trend.Never => 0,
            Trend.Growing => 0.5 + ((double)at / Months),
            Trend.Falling => 1.5 - (1.15 * at / Months),
            Trend.Lost => at < s.Turn ? 1 : 0,
            Trend.New => at < s.Turn ? 0 : 1,
            _ => 1,
        };
        return s.Size * season * spring * trend;
    }

    private async Task Lines(int count, List<Shipper> shippers, Random dice, Action<int> tell, CancellationToken ct)
    {
        var today = clock.Today();
        var last = Month.Of(today);
        var months = Month.Range(last.Plus(1 - Months), last).ToList();
        // The running month has only its days so far.
        double Weight(Shipper s, int at) => Strength(s, at, months[at]) * (months[at] == last ? (double)today.Day / last.Last.Day : 1);
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
                    batch.Add(Line(made, shipper, months[at].First.AddDays(dice.Next(days)), at, dice));
                    if (batch.Count == 5_000)
                    {
                        await ledger.Write(batch, ct);
                        batch.Clear();
                        tell(made);
                    }
                }
            }
        }

        await ledger.Write(batch, ct);
    }

    private static WaybillLine Line(int number, Shipper s, DateOnly date, int at, Random dice)
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
            Source = "demo", ExternalNo = string.Create(CultureInfo.InvariantCulture, $"YD{number:00000000}"), Date = date, CustomerId = s.Id, UnitId = s.UnitId, Service = service,
            CommodityCategory = s.Trade.Category, Commodity = s.Trade.Goods, Origin = s.From.Name, Destination = s.To[dice.Next(s.To.Length)].Name,
            Mode = service == "shortHaul" ? "road" : s.Trade.Mode, Wagons = wagons, Containers = containers, TeuHundredths = containers * 100, WeightKg = kg,
            RevenueFen = anomaly == 0 ? -revenue : revenue, CostFen = anomaly == 1 ? revenue * 3 : (long)(revenue * (0.72 + (dice.NextDouble() * 0.2))), Note = anomaly == 0 ? "冲红" : null,
        };
    }
}
