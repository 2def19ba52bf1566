using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Care;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Pools;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Demo;

/// <summary>The demo's customers: who they are, how they ship, who looks after them.</summary>
internal sealed class DemoCustomers(CrmDb db, SaveCustomer saveCustomer, TimeProvider clock)
{
    public enum Trend { Steady, Growing, Falling, Lost, New, Never }

    /// <summary>How a customer ships.</summary>
    public sealed record Shipper(long Id, long UnitId, DemoWords.Trade Trade, DemoWords.Place From, DemoWords.Place[] To, double Size, Trend Trend, int Turn);

    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _sidings = [];
    private readonly List<long> _heads = [];

    /// <summary>Makes so many, batch by batch.</summary>
    /// <param name="count">How many.</param>
    /// <param name="outlets">Who looks after them, in turn.</param>
    /// <param name="places">Where they ship to.</param>
    /// <param name="dice">Chance.</param>
    /// <param name="tell">Hears how many are made.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="batch">How many a transaction.</param>
    /// <param name="within">Done at the end of each transaction.</param>
    public async Task<List<Shipper>> Make(int count, List<(OrgUnit Unit, DemoWords.Place Place)> outlets, IReadOnlyList<DemoWords.Place> places, Random dice, Func<int, Task> tell, CancellationToken ct, int batch = 250, Func<Task>? within = null)
    {
        var shippers = new List<Shipper>(count);
        for (var start = 0; start < count; start += batch)
        {
            var to = Math.Min(count, start + batch);
            shippers.AddRange(await db.Write(async () =>
            {
                var made = new List<Shipper>();
                for (var n = start; n < to; n++)
                {
                    made.Add(await One(n, outlets[n % outlets.Count], places, dice, ct));
                    db.ChangeTracker.Clear(); // Each save looks through everything tracked.
                }

                if (within is not null)
                {
                    await within();
                }

                return made;
            }, ct));
            await tell(to);
        }

        return shippers;
    }

    /// <summary>Gives customers the main managers that their tier asks for, at each level; a few are left without one, as they are anywhere.</summary>
    public async Task Entrust(Random dice, CancellationToken ct)
    {
        var people = await (
            from u in db.Set<User>() join r in db.Set<IdentityUserRole<long>>() on u.Id equals r.UserId join role in db.Set<Role>() on r.RoleId equals role.Id join unit in db.Set<OrgUnit>() on u.UnitId equals unit.Id
            where role.Name == "manager" || (role.Name == "group" && unit.Level == UnitLevel.Group) || (role.Name == "subsidiary" && unit.Level == UnitLevel.Subsidiary) || (role.Name == "outlet" && unit.Level == UnitLevel.Outlet)
            orderby role.Name != "manager", u.Id
            select new { u.Id, Unit = unit.Id, unit.Level, IsManager = role.Name == "manager" }).ToListAsync(ct);
        var able = people.GroupBy(p => p.Unit).ToDictionary(g => g.Key, g => g.Where(p => p.IsManager == g.First().IsManager).ToList()); // Heads answer only where a unit has no managers.
        var parents = await db.Set<OrgUnit>().ToDictionaryAsync(u => u.Id, u => u.ParentId, ct);
        var customers = await db.Set<Customer>().OrderBy(c => c.Id).Select(c => new { c.Id, c.UnitId, c.Tier }).ToListAsync(ct);
        var turn = 0;
        foreach (var part in customers.Chunk(500))
        {
            var book = new ManagerBook(db);
            foreach (var c in part)
            {
                var needed = c.Tier switch { CustomerTier.Large => 3, CustomerTier.Medium or CustomerTier.AtRisk => 2, CustomerTier.Small or CustomerTier.Prospective => 1 };
                long? unit = c.UnitId;
                for (var level = 0; level < needed && unit is not null; level++, unit = parents[unit.Value])
                {
                    if (able.TryGetValue(unit.Value, out var here) && dice.Next(100) >= 3)
                    {
                        var who = here[turn++ % here.Count];
                        book.Appoint(c.Id, (who.Id, who.Level), Duty.Main, book.Today.AddDays(-dice.Next(30, 900)), null, null);
                    }
                }
            }

            await db.Write(async () =>
            {
                await book.Save(tell: false, ct);
                return 0;
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>Makes pools of the first subsidiary and its first outlet, with some customers in each.</summary>
    public async Task Pool(IReadOnlyList<(OrgUnit Unit, DemoWords.Place Place)> outlets, CancellationToken ct)
    {
        var first = outlets[0].Unit;
        var above = await db.Set<OrgUnit>().SingleAsync(u => u.Id == first.ParentId, ct);
        const string rules = """[{"Tier":"Prospective","FollowUpDays":30,"WaybillMonths":6},{"Tier":"Small","FollowUpDays":60,"WaybillMonths":6},{"Tier":"Medium","FollowUpDays":90,"WaybillMonths":6}]""";
        var wide = new Pool { UnitId = above.Id, Name = $"{above.Name}公海", Rules = rules, ClaimsPerMonth = 20, ViewsPerDay = 50, Version = 1 };
        var coal = new Pool { UnitId = above.Id, Name = $"{above.Name}煤炭公海", Industries = "06", NeedsConsent = true, Version = 1 };
        var near = new Pool { UnitId = first.Id, Name = $"{first.Name}公海", ClaimsPerMonth = 10, Version = 1 };
        db.AddRange(wide, coal, near);
        await db.SaveChangesAsync(ct);
        var units = outlets.Where(o => o.Unit.ParentId == above.Id).Select(o => o.Unit.Id).ToList();
        var some = await db.Set<Customer>().Where(c => EF.Parameter(units).Contains(c.UnitId) && c.Tier != CustomerTier.Large).OrderBy(c => c.Id).Select(c => new { c.Id, c.UnitId, c.IndustryCode }).ToListAsync(ct);
        List<(long, Pool, PoolWhy)> put =
        [
            .. some.Where(c => c.IndustryCode == "06").Take(4).Select(c => (c.Id, coal, PoolWhy.FollowUp)),
            .. some.Where(c => c.IndustryCode != "06" && c.UnitId == first.Id).Take(4).Select(c => (c.Id, near, PoolWhy.Hand)),
            .. some.Where(c => c.IndustryCode != "06" && c.UnitId != first.Id).Take(12).Select(c => (c.Id, wide, PoolWhy.Waybill)),
        ];
        await db.Write(async () =>
        {
            await new PoolBook(db).Put(put, null, ct);
            return 0;
        }, ct);
        db.ChangeTracker.Clear();
    }

    /// <summary>Says more of the people of one customer in fifteen: ways to reach, roles, who reports to whom, birthdays, days that are kept and what was done for them.</summary>
    public async Task Know(CancellationToken ct)
    {
        var (dice, today) = (new Random(15), clock.Today());
        var last = await db.Set<Customer>().MaxAsync(c => (long?)c.Id, ct) ?? 0;
        var some = Enumerable.Range(0, (int)(last / 15) + 1).Select(i => 1 + (i * 15L)).ToList();
        foreach (var part in some.Chunk(200))
        {
            var people = (await db.Set<Contact>().Where(k => EF.Parameter(part).Contains(k.CustomerId)).OrderBy(k => k.Id).ToListAsync(ct)).ToLookup(k => k.CustomerId);
            foreach (var of in people)
            {
                var head = of.First(k => k.IsMain);
                (head.DecisionRole, head.Influence, head.Attitude, head.Closeness) = (DecisionRole.Decider, Influence.High, DemoWords.Pick(dice, [Attitude.Supporter, Attitude.Friendly, Attitude.Neutral]), Closeness.Close);
                foreach (var k in of)
                {
                    var day = today.AddDays(dice.Next(120));
                    var lunar = dice.Next(3) == 0 ? Birthday.LunarOf(day) : null;
                    var birthday = new Birthday(dice.Next(4) > 0 ? 1962 + dice.Next(35) : null, lunar?.Month ?? day.Month, lunar?.Day ?? Math.Min(day.Day, 28), lunar is not null);
                    (k.Birthday, k.BirthdayLunar, k.BirthdayKey) = (birthday.ToString(), birthday.IsLunar, birthday.Key);
                    (k.WeChat, k.PreferredWay, k.PreferredTime) = ($"wx{k.Mobile}", DemoWords.Pick(dice, [ContactWay.WeChat, ContactWay.Mobile, ContactWay.Phone]), DemoWords.Pick(dice, ["工作日上午", "下午三点后", "避开月末"]));
                    k.Customs = dice.Next(4) == 0 ? DemoWords.Pick(dice, ["清真饮食", "不饮酒", "忌数字四"]) : null;
                    if (k != head)
                    {
                        (k.ReportsToId, k.DecisionRole, k.Influence) = (head.Id, DemoWords.Pick(dice, [DecisionRole.Buyer, DecisionRole.User, DecisionRole.Influencer, DecisionRole.Gatekeeper]), DemoWords.Pick(dice, [Influence.Medium, Influence.Low]));
                        (k.Attitude, k.Closeness) = (DemoWords.Pick(dice, [Attitude.Friendly, Attitude.Neutral, Attitude.Reserved, Attitude.Opponent]), DemoWords.Pick(dice, [Closeness.Known, Closeness.Met]));
                    }

                    if (dice.Next(3) == 0)
                    {
                        var wedding = new Birthday(2000 + dice.Next(20), day.Month, Math.Min(day.Day, 28), false);
                        db.Add(new ContactDay { CustomerId = k.CustomerId, RecordId = k.Id, Name = DemoWords.Pick(dice, ["结婚纪念日", "入职纪念日"]), Day = wedding.ToString(), DayKey = wedding.Key });
                    }

                    if (dice.Next(2) == 0)
                    {
                        db.Add(new Gesture { CustomerId = k.CustomerId, RecordId = k.Id, Kind = GestureKind.Greeting, On = today.AddDays(-dice.Next(30, 300)), Note = "春节电话问候", CreatedAt = db.UtcNow });
                        db.Add(new Gesture { CustomerId = k.CustomerId, RecordId = k.Id, Kind = GestureKind.Gift, ValueFen = 100_00 + (dice.Next(10) * 10_00), On = today.AddDays(-dice.Next(200)), Note = "中秋月饼一盒", Compliance = "礼品标准以内", CreatedAt = db.UtcNow });
                    }
                }
            }

            await db.Write(async () => await db.SaveChangesAsync(ct), ct);
            db.ChangeTracker.Clear();
        }
    }

    private async Task<Shipper> One(int n, (OrgUnit Unit, DemoWords.Place Place) outlet, IReadOnlyList<DemoWords.Place> places, Random dice, CancellationToken ct)
    {
        var (unit, place) = outlet;
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
        while (!_names.Add(name));

        var to = Enumerable.Range(0, 1 + dice.Next(4)).Select(_ => DemoWords.Pick(dice, places)).Where(p => p != place).Distinct().ToArray();
        var known = trend != Trend.Never || dice.Next(3) == 0; // Of prospects little is known.
        var input = new SaveCustomer.Input
        {
            Name = name, UnitId = unit.Id, DuplicateReason = "demo", Kind = name.EndsWith("经营部", StringComparison.Ordinal) ? CustomerKind.SoleTrader : CustomerKind.Company,
            IndustryCode = trade.Industry, RegionCode = place.RegionCode, Phone = string.Create(CultureInfo.InvariantCulture, $"0{10 + (n % 89)}-{60_000_000 + n}"),
            ParentId = size < 0.1 && _heads.Count > 0 && dice.Next(100) < 8 ? DemoWords.Pick(dice, _heads) : null,
        };
        if (known)
        {
            var told = new DemoRecord(input, trade, place, to, size, brand, n, clock.Today(), dice);
            told.Basics();
            told.Further(_sidings);
        }

        saveCustomer.Judges = false;
        var saved = await saveCustomer.Create(input, known ? [.. People(n, size, dice)] : [], null, ct);
        if (!saved.TryGet(out var customer, out var refusal))
        {
            throw new InvalidOperationException($"{name}: {refusal.Code}");
        }

        db.ChangeTracker.Clear(); // Each save looks through everything tracked.

        if (size > 0.2)
        {
            _heads.Add(customer.Id);
        }

        return new(customer.Id, unit.Id, trade, place, to.Length == 0 ? [places[0]] : to, size, trend, 6 + dice.Next(DemoLines.Months - 9));
    }

    private IEnumerable<Contact> People(int n, double size, Random dice)
    {
        string[] posts = ["采购部经理", "仓储主管", "财务"];
        for (var i = 0; i < (size > 0.05 ? 2 : 0) + dice.Next(2); i++)
        {
            var phone = string.Create(CultureInfo.InvariantCulture, $"139{10_000_000 + (n * 4) + i}");
            yield return new() { Name = DemoWords.Person(dice), Title = posts[i], Mobile = phone, MobileDigits = phone, CreatedAt = db.UtcNow, Active = dice.Next(12) > 0 };
        }

        var mobile = string.Create(CultureInfo.InvariantCulture, $"138{10_000_000 + n}");
        yield return new()
        {
            Name = DemoWords.Person(dice), Title = "物流部经理", Mobile = mobile, MobileDigits = mobile, CreatedAt = db.UtcNow, IsMain = true,
            Email = dice.Next(3) > 0 ? string.Create(CultureInfo.InvariantCulture, $"wuliu{n}@example.com") : null,
        };
    }
}
