using System.Globalization;
using Microsoft.AspNetCore.Identity;
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
internal sealed class MakeDemo(CrmDb db, SetUpGroup setUp, DemoCustomers customers, WaybillLedger ledger, ClassifyCustomers classify, TimeProvider clock)
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
        var shippers = await customers.Make(options.Customers, Months, outlets, places, dice, done => tell(5 + (done * 45 / Math.Max(1, options.Customers))), ct);
        await Lines(options.Waybills, shippers, dice, done => tell(50 + (int)(done * 45L / Math.Max(1, options.Waybills))), ct);
        await classify.RunAll(null, ct);
        await customers.Entrust(ct);
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
        foreach (var signIn in SignIns.Skip(1))
        {
            var unit = signIn switch { "subsidiary" => subsidiaries[0], "outlet" or "manager" => outlets[0].Item1, _ => group };
            var position = signIn switch { "security" => "安全管理员", "auditor" => "审计员", "group" => "集团总经理", "finance" => "财务", "subsidiary" => "子分公司经理", "outlet" => "网点主任", _ => "客户经理" };
            var made = await setUp.CreateUser(new User { UserName = signIn, DisplayName = DemoWords.Person(dice), UnitId = unit.Id }, password, signIn, ct);
            accounts.Add((made.TryGet(out var user, out _) ? user : throw new InvalidOperationException($"The account '{signIn}' could not be made."), position));
        }

        var units = new[] { group }.Concat(subsidiaries).Concat(outlets.Select(o => o.Item1)).ToList();
        var managers = new List<User>();
        var employees = new List<(Employee Employee, User? User)>();
        for (var n = 1; n <= Employees; n++)
        {
            var (user, position) = n <= accounts.Count ? accounts[n - 1] : (null, n % 4 == 0 ? "网点主任" : n % 4 == 1 ? "财务" : "客户经理");
            if (user is null && position == "客户经理")
            {
                // An account without a password: its customers are its own, and an administrator gives it one when it is needed.
                var name = string.Create(CultureInfo.InvariantCulture, $"HY{n:0000}");
                user = new() { UserName = name, NormalizedUserName = name, DisplayName = DemoWords.Person(dice), UnitId = units[n % units.Count].Id, SecurityStamp = name };
                managers.Add(user);
            }

            employees.Add((new()
            {
                Number = string.Create(CultureInfo.InvariantCulture, $"HY{n:0000}"), Name = user is null || user.DisplayName == "admin" ? DemoWords.Person(dice) : user.DisplayName, UnitId = user?.UnitId ?? units[n % units.Count].Id,
                Position = position, Phone = string.Create(CultureInfo.InvariantCulture, $"010-5180{n:0000}"),
            }, user));
        }

        db.AddRange(managers);
        await db.SaveChangesAsync(ct);
        foreach (var (employee, user) in employees)
        {
            employee.UserId = user?.Id;
            db.Add(employee);
        }

        var role = await db.Set<Role>().SingleAsync(r => r.Name == "manager", ct);
        db.AddRange(managers.Select(m => new IdentityUserRole<long> { UserId = m.Id, RoleId = role.Id }));
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        return outlets;
    }

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

    private async Task Lines(int count, List<DemoCustomers.Shipper> shippers, Random dice, Action<int> tell, CancellationToken ct)
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

    private static WaybillLine Line(int number, DemoCustomers.Shipper s, DateOnly date, int at, Random dice)
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
