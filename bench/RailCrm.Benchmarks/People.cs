using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Approvals;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Demo;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Results;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Notes;
using RailCrm.Platform.Records;

namespace RailCrm.Benchmarks;

/// <summary>Who works where and answers for whom: 5,000 employees with accounts, ten in each subsidiary, the rest in the outlets. Three of five customers have a main manager in their outlet, one of ten another in their subsidiary, and most of those a note.</summary>
internal sealed class People
{
    /// <summary>Works in the first outlet; 5,000 of a million customers all over the group are shared with him.</summary>
    public const string OutletGranted = "outletgranted";

    /// <summary>The same in the first subsidiary.</summary>
    public const string SubsidiaryGranted = "subsidiarygranted";

    /// <summary>Of the first subsidiary, where a tenth of the customers are his: 5,000.</summary>
    public const string Leaver = "leaver";

    /// <summary>A colleague of his, to whom they go.</summary>
    public const string Receiver = "receiver";

    private const int Employees = 5_000;
    private const int OfSubsidiary = 10;
    private const int Approvals = 100_000;
    private const int Pending = 150;

    private readonly List<List<long>> _ofOutlet = [];
    private readonly List<List<long>> _ofSubsidiary = [];
    private readonly Dictionary<string, long> _named = [];
    private readonly Random _dice = new(5);
    private readonly DateTime _now;
    private readonly DateOnly _today;
    private readonly int _outletsOfSubsidiary;
    private long _responsibilities, _notes;

    private People(DateTime now, int outlets, int subsidiaries) => (_now, _today, _outletsOfSubsidiary) = (now, BusinessCalendar.Day(now), outlets / subsidiaries);

    /// <summary>Makes the people; outlets in the order of their subsidiaries.</summary>
    public static async Task<People> Make(CrmDb db, Bulk bulk, List<(long UnitId, int Place)> outlets)
    {
        var subsidiaries = await db.Set<OrgUnit>().Where(u => u.Level == UnitLevel.Subsidiary).OrderBy(u => u.Id).Select(u => u.Id).ToListAsync();
        var people = new People(db.UtcNow, outlets.Count, subsidiaries.Count);
        var roles = await db.Set<Role>().ToDictionaryAsync(r => r.Name!, r => r.Id);
        foreach (var user in await db.Set<User>().AsNoTracking().ToListAsync())
        {
            people._named[user.UserName!] = user.Id;
        }

        var last = people._named.Values.Max();
        await using (var users = await bulk.Table<User>())
        await using (var employees = await bulk.Table<Employee>())
        await using (var userRoles = await bulk.Table<IdentityUserRole<long>>())
        {
            var count = 0;
            long Add(long unit, string role)
            {
                var (id, name) = (++last, DemoWords.Person(people._dice));
                var sign = string.Create(CultureInfo.InvariantCulture, $"p{++count:0000}");
                users.Write(new() { Id = id, UserName = sign, NormalizedUserName = sign.ToUpperInvariant(), DisplayName = name, UnitId = unit, SecurityStamp = sign, ConcurrencyStamp = sign, Language = "zh-CN", PasswordChangedAt = people._now });
                employees.Write(new() { Id = count, Number = string.Create(CultureInfo.InvariantCulture, $"G{count:00000}"), Name = name, UnitId = unit, UserId = id, Version = 1 });
                userRoles.Write(new() { UserId = id, RoleId = roles[role] });
                return id;
            }

            foreach (var subsidiary in subsidiaries)
            {
                people._ofSubsidiary.Add([.. Enumerable.Range(0, OfSubsidiary).Select(_ => Add(subsidiary, "subsidiary"))]);
            }

            var left = Employees - (subsidiaries.Count * OfSubsidiary);
            for (var o = 0; o < outlets.Count; o++)
            {
                var some = Math.Clamp((left * (o + 1L) / outlets.Count) - (left * (long)o / outlets.Count), 1, 10);
                people._ofOutlet.Add([.. Enumerable.Range(0, (int)some).Select(_ => Add(outlets[o].UnitId, "manager"))]);
            }
        }

        await bulk.Restart("users");
        await bulk.Restart("employees");
        return people;
    }

    /// <summary>Whoever answers for the n-th customer, with sight and perhaps a note; what is shared with the two who have much. Gives the levels that the customer carries.</summary>
    public int Entrust(int n, Bulk.ITable<Responsibility> responsibilities, Bulk.ITable<Note> notes, Action<CustomerGrant> grant)
    {
        var (outlet, order, levels) = (n % _ofOutlet.Count, n / _ofOutlet.Count, 0);
        void Appoint(UnitLevel level, long user)
        {
            var from = _today.AddDays(-_dice.Next(365));
            responsibilities.Write(new() { Id = ++_responsibilities, CustomerId = n + 1, Level = level, UserId = user, Duty = Duty.Main, From = from, ApprovedBy = 1, ApprovedAt = _now.AddDays(from.DayNumber - _today.DayNumber) });
            grant(new() { CustomerId = n + 1, UserId = user, Reason = CustomerGrant.Manager });
            levels |= ManagerRule.Bit(level);
            if (level == UnitLevel.Outlet && _dice.Next(10) < 6)
            {
                notes.Write(new() { Id = ++_notes, CustomerId = n + 1, RecordKind = RecordKind.Customer, RecordId = n + 1, Text = "电话沟通，本月发运计划不变。", AuthorId = user, CreatedAt = _now.AddDays(-_dice.Next(60)), Version = 1 });
            }
        }

        if (order % 5 < 3)
        {
            Appoint(UnitLevel.Outlet, _ofOutlet[outlet][order % _ofOutlet[outlet].Count]);
        }

        var subsidiary = Math.Min(outlet / _outletsOfSubsidiary, _ofSubsidiary.Count - 1);
        if (order % 10 == 0)
        {
            Appoint(UnitLevel.Subsidiary, _ofSubsidiary[subsidiary][order / 10 % OfSubsidiary]);
        }
        else if (order % 10 == 1 && subsidiary == 0)
        {
            Appoint(UnitLevel.Subsidiary, _named[Leaver]);
        }

        foreach (var (name, rest) in new[] { (OutletGranted, 7), (SubsidiaryGranted, 11) })
        {
            if (n / 7 % 200 == rest)
            {
                grant(new() { CustomerId = n + 1, UserId = _named[name] });
            }
        }

        return levels;
    }

    /// <summary>Approvals, most of them decided, and what the last year's targets are.</summary>
    public async Task Approve(Bulk bulk, Func<int, long> unitOf, int customers)
    {
        string[] heads = ["group", "subsidiary", "outlet"];
        long steps = 0;
        await using (var approvals = await bulk.Table<Approval>())
        await using (var rows = await bulk.Table<ApprovalStep>())
        {
            for (var n = 0; n < Approvals; n++)
            {
                var (open, at, customer) = (n >= Approvals - (Pending * heads.Length), _now.AddMinutes(-(Approvals - n)), _dice.Next(customers));
                var unit = _ofOutlet[_dice.Next(_ofOutlet.Count)];
                approvals.Write(new()
                {
                    Id = n + 1, Number = string.Create(CultureInfo.InvariantCulture, $"SP-{n + 1:0000000}"), Kind = "customer.transfer", CustomerId = customer + 1, UnitId = unitOf(customer), Title = "客户划转", Reason = "业务调整", ApplicantId = unit[0],
                    State = open ? ApprovalState.Pending : ApprovalState.Granted, SubmittedAt = at, UpdatedAt = at, ClosedAt = open ? null : at.AddHours(2), Version = 1,
                });
                rows.Write(new() { Id = ++steps, ApprovalId = n + 1, Place = 1, UserId = _named[heads[n % heads.Length]], State = open ? StepState.Pending : StepState.Granted, AskedAt = at, DecidedAt = open ? null : at.AddHours(2), DueAt = at.AddDays(2) });
            }
        }

        await bulk.Restart("approvals");
        await bulk.Restart("approval_steps");
    }

    /// <summary>Targets of units and people, and what the people brought in by the lines that are there.</summary>
    public async Task Results(CrmDb db, DateOnly today)
    {
        var units = await db.Set<OrgUnit>().Select(u => u.Id).ToListAsync();
        TargetPlan Plan(long? unit, long? user, long a)
        {
            var plan = new TargetPlan { UnitId = unit, UserId = user, Year = today.Year, Measure = Modules.Results.Measure.Revenue, Version = 1 };
            plan.Set([.. Enumerable.Repeat(a, 12)], [.. Enumerable.Repeat(a * 2, 12)], [.. Enumerable.Repeat(a * 3, 12)]);
            return plan;
        }

        db.AddRange(units.Select(u => Plan(u, null, 50_000_000)));
        db.AddRange(_ofOutlet.Concat(_ofSubsidiary).SelectMany(p => p).Select(p => Plan(null, p, 10_000_000)));
        await db.SaveChangesAsync();
        db.ChangeTracker.Clear();
#pragma warning disable EF1002 // No value from outside.
        await db.Database.ExecuteSqlRawAsync("DELETE FROM manager_months");
        await db.Database.ExecuteSqlRawAsync($"INSERT INTO manager_months (user_id, month, lines, revenue_fen, cost_fen, weight_kg) {CheckFacts.ManagersOf(db, "r.customer_id = w.customer_id", "true", "")}");
#pragma warning restore EF1002
    }

    /// <summary>Keys go on behind what was loaded.</summary>
    public static async Task Restart(Bulk bulk)
    {
        await bulk.Restart("responsibilities");
        await bulk.Restart("notes");
    }
}
