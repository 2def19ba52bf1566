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
internal sealed class MakeDemo(CrmDb db, SetUpGroup setUp, DemoCustomers customers, DemoLines lines, ClassifyCustomers classify, IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary>The group's code, by which a demo is known.</summary>
    public const string Code = "DEMO";

    private const string Unfinished = "DEMO-UNFINISHED";
    private const int Employees = 120;

    /// <summary>The sign-ins, each with its role; subsidiary, outlet and manager belong to the first of theirs.</summary>
    public static readonly string[] SignIns = ["admin", "security", "auditor", "group", "finance", "subsidiary", "outlet", "manager", "data"];

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
        await DemoAuthority.Make(db, clock, ct);
        tell(5);
        var shippers = await customers.Make(options.Customers, outlets, places, dice, Told(done => tell(5 + (done * 45 / Math.Max(1, options.Customers)))), ct);
        await lines.Write(options.Waybills, "demo", shippers, dice, Told(done => tell(50 + (int)(done * 45L / Math.Max(1, options.Waybills)))), ct);
        await classify.RunAll(null, ct);
        await customers.Entrust(dice, ct);
        await DemoTargets.Make(db, clock, dice, ct);
        await customers.Pool(outlets, ct);
        await customers.Know(ct);
        await DemoApprovals.Make(db, scopes, ct);
        var group = await db.Set<OrgUnit>().SingleAsync(u => u.ParentId == null, ct);
        group.Code = Code;
        await db.SaveChangesAsync(ct);
        tell(100);
    }

    private static Func<int, Task> Told(Action<int> tell) => done =>
    {
        tell(done);
        return Task.CompletedTask;
    };

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
            var position = signIn switch { "security" => "安全管理员", "auditor" => "审计员", "group" => "集团总经理", "finance" => "财务", "subsidiary" => "子分公司经理", "outlet" => "网点主任", "data" => "数据管理员", _ => "客户经理" };
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

        foreach (var office in await db.Set<Role>().Where(r => r.Name == "admin" || r.Name == "security" || r.Name == "auditor" || r.Name == "finance").ToListAsync(ct))
        {
            // Those who do not call customers see their numbers and addresses masked.
            office.Fields = FieldRights.Write(RuledField.All.Where(f => f.Mask is not null).ToDictionary(f => f, _ => FieldRight.Masked));
        }

        var role = await db.Set<Role>().SingleAsync(r => r.Name == "manager", ct);
        db.AddRange(managers.Select(m => new IdentityUserRole<long> { UserId = m.Id, RoleId = role.Id }));
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        return outlets;
    }
}
