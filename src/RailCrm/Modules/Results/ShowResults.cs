using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;
using RailCrm.Platform.Notes;

namespace RailCrm.Modules.Results;

/// <summary>What a person answers for and brings in. Results are of the days when the person was the customers' main manager, whoever is now.</summary>
public sealed class ShowResults(CrmDb db, TimeProvider clock)
{
    /// <summary>Months shown, each against the same month of the year before.</summary>
    public const int Months = 12;

    /// <summary>A month.</summary>
    /// <param name="Month">yyyy-MM.</param>
    /// <param name="Now">What it brought.</param>
    /// <param name="LastYear">The same month of the year before.</param>
    public sealed record MonthRow(string Month, ResultSum Now, ResultSum LastYear);

    /// <summary>Customers of a tier that the person answers for and helps with now.</summary>
    public sealed record Held(CustomerTier Tier, int Main, int Deputy);

    /// <summary>Customers in a month: with a waybill on a day when the person answered; those whose first one it was; those who have had none for so long.</summary>
    public sealed record Counts(int Active, int Fresh, int Lost);

    /// <summary>Customers that the person answers for whose tier needs a manager at a level where there is none.</summary>
    public sealed record Gap(UnitLevel Level, int Customers);

    /// <summary>A measure against its target.</summary>
    public sealed record Reach(Measure Measure, Attainment? Month, Attainment? ToDate, Attainment? Year);

    /// <summary>The running month and the year to date in short, for a card.</summary>
    public sealed record Brief(string Month, ResultSum Now, ResultSum ToDate, IReadOnlyList<Reach> Targets);

    /// <summary>Everything of a person.</summary>
    public sealed record Answer(
        long UserId, string UserName, string Name, long UnitId, string UnitName, string Month, IReadOnlyList<MonthRow> Months, ResultSum MonthBefore, ResultSum ToDate, ResultSum ToDateLastYear,
        IReadOnlyList<Held> Portfolio, int Covered, int CoverageDays, int LostMonths, IReadOnlyList<Gap> Gaps, Counts CountsNow, Counts CountsBefore, Counts CountsLastYear, IReadOnlyList<Reach> Targets);

    /// <summary>Whether the actor heads a unit with this path: it, or one above.</summary>
    internal static bool Heads(CrmDb db, string path) => db.Actor.May(Permission.CustomersSupervise) && db.Scope.Covers(path);

    /// <summary>A person whose results the actor sees: himself, those of units that he heads, and colleagues whose unit shows its people one another's.</summary>
    internal static async Task<(User User, OrgUnit Unit)?> Seen(CrmDb db, long userId, CancellationToken ct)
    {
        var found = await (from u in db.Set<User>().AsNoTracking() join unit in db.Set<OrgUnit>().AsNoTracking() on u.UnitId equals unit.Id where u.Id == userId select new { u, unit }).SingleOrDefaultAsync(ct);
        var sees = found is not null && (userId == db.Actor.UserId || Heads(db, found.unit.Path) || (found.unit.Id == db.Actor.UnitId && (await ResultRule.Of(db, found.unit.Id, ct)).Open));
        return sees ? (found!.u, found.unit) : null;
    }

    /// <summary>Of one person; the running month unless another is said.</summary>
    public async Task<Result<Answer>> Run(long userId, string? month, CancellationToken ct)
    {
        if (!Asked(month, out var at))
        {
            return new Refusal.Invalid("waybill.month_wrong", "month");
        }

        if (await Seen(db, userId, ct) is not var (user, unit))
        {
            return new Refusal.NotFound();
        }

        var (first, rule) = (at.Plus(1 - (2 * Months)), await ResultRule.OfGroup(db, ct));
        var sums = await db.Set<ManagerMonth>().AsNoTracking().Where(m => m.UserId == userId && m.Month >= first && m.Month <= at).ToDictionaryAsync(m => m.Month, m => new ResultSum(m.RevenueFen, m.CostFen, m.WeightKg, m.Lines), ct);
        ResultSum Sum(Month from, Month to) => ResultSum.All(Month.Range(from, to).Select(m => sums.GetValueOrDefault(m)));
        var (today, january) = (clock.Today(), Month.Of(new DateOnly(at.Year, 1, 1)));
        var held = await (
            from r in db.Set<Responsibility>()
            join c in db.Set<Customer>() on r.CustomerId equals c.Id
            join u in db.Set<OrgUnit>() on c.UnitId equals u.Id
            where r.UserId == userId && r.From <= today && (r.Until == null || r.Until > today)
            group r by new { c.Tier, r.Duty, c.ManagerLevels, u.Level } into g
            select new { g.Key.Tier, g.Key.Duty, g.Key.ManagerLevels, g.Key.Level, Count = g.Count() }).ToListAsync(ct);
        var needs = await ManagerRule.Read(db, ct);
        var plans = await db.Set<TargetPlan>().AsNoTracking().Where(p => p.UserId == userId && p.Year == at.Year).ToDictionaryAsync(p => p.Measure, ct);
        return new Answer(
            user.Id, user.UserName!, user.DisplayName, unit.Id, unit.Name, at.ToString(),
            [.. Month.Range(at.Plus(1 - Months), at).Select(m => new MonthRow(m.ToString(), sums.GetValueOrDefault(m), sums.GetValueOrDefault(m.Plus(-12))))],
            sums.GetValueOrDefault(at.Plus(-1)), Sum(january, at), Sum(january.Plus(-12), at.Plus(-12)),
            [.. Enum.GetValues<CustomerTier>().OrderByDescending(t => t).Select(t => new Held(t, held.Where(h => h.Tier == t && h.Duty == Duty.Main).Sum(h => h.Count), held.Where(h => h.Tier == t && h.Duty == Duty.Deputy).Sum(h => h.Count))).Where(h => h.Main + h.Deputy > 0)],
            await Covered(userId, today, rule.CoverageDays, ct), rule.CoverageDays, rule.LostMonths,
            [.. Enum.GetValues<UnitLevel>().OrderDescending().Select(l => new Gap(l, held.Where(h => h.Duty == Duty.Main && l <= h.Level && (needs.Of(h.Tier) & ~h.ManagerLevels & ManagerRule.Bit(l)) != 0).Sum(h => h.Count))).Where(g => g.Customers > 0)],
            await Count(userId, at, rule.LostMonths, today, ct), await Count(userId, at.Plus(-1), rule.LostMonths, today, ct), await Count(userId, at.Plus(-12), rule.LostMonths, today, ct),
            Reached(plans, m => sums.GetValueOrDefault(at).Of(m), m => Sum(january, at).Of(m), at.OfYear));
    }

    /// <summary>The actor's own in short; null for whoever is nobody's manager. Reads a few rows, where the person's page asks each customer.</summary>
    public async Task<Brief?> Own(CancellationToken ct)
    {
        var (me, at) = (db.Actor.UserId, Month.Of(clock.Today()));
        var january = Month.Of(new DateOnly(at.Year, 1, 1));
        var sums = await db.Set<ManagerMonth>().AsNoTracking().Where(m => m.UserId == me && m.Month >= january && m.Month <= at).ToDictionaryAsync(m => m.Month, m => new ResultSum(m.RevenueFen, m.CostFen, m.WeightKg, m.Lines), ct);
        var plans = await db.Set<TargetPlan>().AsNoTracking().Where(p => p.UserId == me && p.Year == at.Year).ToDictionaryAsync(p => p.Measure, ct);
        var (now, toDate) = (sums.GetValueOrDefault(at), ResultSum.All(sums.Values));
        return toDate.Lines == 0 && plans.Count == 0 && !await db.Set<Responsibility>().AnyAsync(r => r.UserId == me && r.Until == null, ct) ? null
            : new(at.ToString(), now, toDate, Reached(plans, now.Of, toDate.Of, at.OfYear));
    }

    internal bool Asked(string? month, out Month at)
    {
        at = Month.Of(clock.Today());
        return string.IsNullOrEmpty(month) || (Month.TryParse(month, out at) && at.Year is >= 1950 and <= 2100);
    }

    internal static IReadOnlyList<Reach> Reached(Dictionary<Measure, TargetPlan> plans, Func<Measure, long> month, Func<Measure, long> toDate, int ofYear) =>
        [.. Enum.GetValues<Measure>().Where(plans.ContainsKey).Select(m => new Reach(m, Attainment.Of(plans[m], month(m), ofYear, ofYear), Attainment.Of(plans[m], toDate(m), 1, ofYear), Attainment.Of(plans[m], toDate(m), 1, TargetPlan.Months)))];

    /// <summary>Customers that the person answers for with a note or a waybill in the last days.</summary>
    private Task<int> Covered(long userId, DateOnly today, int days, CancellationToken ct)
    {
        var day = today.AddDays(-days);
        var since = BusinessCalendar.StartOfDay(day);
        return (
            from r in db.Set<Responsibility>()
            join c in db.Set<Customer>() on r.CustomerId equals c.Id
            where r.UserId == userId && r.Duty == Duty.Main && r.From <= today && (r.Until == null || r.Until > today)
                && (db.Set<WaybillLine>().Any(w => w.CustomerId == c.Id && w.Date >= day) || db.Set<Note>().Any(n => n.CustomerId == c.Id && n.CreatedAt >= since))
            select c.Id).CountAsync(ct);
    }

    /// <summary>Whole months are read from facts; only where a customer changed hands within the month are its lines asked. Past the scope as revenue is: whose results it is was allowed by <see cref="Seen"/>.</summary>
    private async Task<Counts> Count(long userId, Month month, int lostMonths, DateOnly today, CancellationToken ct)
    {
        var (first, end) = (month.First, month.Plus(1).First);
        var day = month.Last < today ? month.Last : today;
        var (silent, before) = (month.Plus(-lostMonths), month.Plus(-lostMonths - 1));
        var (facts, lines) = (db.Set<MonthlyFact>(), db.Set<WaybillLine>());
        var mains = db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]).Where(r => r.UserId == userId && r.Duty == Duty.Main);
        var active = mains.Where(r => r.From <= first && (r.Until == null || r.Until >= end) && facts.Any(f => f.CustomerId == r.CustomerId && f.Month == month)).Select(r => r.CustomerId)
            .Union(mains.Where(r => r.From < end && (r.Until == null || r.Until > first) && (r.From > first || r.Until < end) && lines.Any(w => w.CustomerId == r.CustomerId && w.Date >= first && w.Date < end && w.Date >= r.From && (r.Until == null || w.Date < r.Until))).Select(r => r.CustomerId));
        var seen = await active.Select(id => !facts.Any(f => f.CustomerId == id && f.Month < month)).ToListAsync(ct);
        var lost = await mains.Where(r => r.From <= day && (r.Until == null || r.Until > day) && facts.Any(f => f.CustomerId == r.CustomerId && f.Month == before) && !facts.Any(f => f.CustomerId == r.CustomerId && f.Month >= silent && f.Month <= month)).Select(r => r.CustomerId).Distinct().CountAsync(ct);
        return new(seen.Count, seen.Count(f => f), lost);
    }

    internal static async Task<IResult> Get(long id, string? month, ShowResults useCase, CancellationToken ct) => (await useCase.Run(id, month, ct)).Answer(a => TypedResults.Ok(a));
}
