using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Managers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Access;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Results;

/// <summary>What a unit's customers bring in, unit by unit below it, and the ranking of its people. The unit's own figures are of the customers it owns (docs/decisions/0001), a person's of the days he answered.</summary>
internal sealed class ShowUnitResults(CrmDb db, ShowResults results)
{
    /// <summary>Most people of one answer; one's own row is always among them.</summary>
    internal const int Most = 200;

    /// <summary>A row of a ranking.</summary>
    /// <param name="Place">1 is the first; those with the same figure share a place.</param>
    /// <param name="Id">Key of person or unit.</param>
    /// <param name="Name">Name.</param>
    /// <param name="UnitName">Where a person works; empty for a unit.</param>
    /// <param name="Sum">What was brought in over the period.</param>
    /// <param name="LastYear">The same period of the year before.</param>
    /// <param name="Attainment">Against the target of the period; null where none is set.</param>
    /// <param name="Own">Whether it is the actor himself.</param>
    public sealed record Row(int Place, long Id, string Name, string UnitName, ResultSum Sum, ResultSum LastYear, Attainment? Attainment, bool Own);

    /// <summary>Everything of a unit.</summary>
    /// <param name="Level">Of which level the people are.</param>
    /// <param name="People">Their ranking, or the actor's own row alone.</param>
    /// <param name="PeopleCount">How many are ranked.</param>
    /// <param name="PeopleFrom">How many of them come before those told.</param>
    /// <param name="Heads">Whether the actor heads the unit, and so sees all.</param>
    /// <param name="Open">Whether the unit's people see one another's figures.</param>
    public sealed record Answer(
        long UnitId, string UnitName, UnitLevel UnitLevel, string Month, Measure Measure, string Period, string Order, IReadOnlyList<ShowResults.MonthRow> Months, ResultSum MonthBefore, ResultSum ToDate, ResultSum ToDateLastYear,
        IReadOnlyList<ShowResults.Reach> Targets, IReadOnlyList<Row> Units, UnitLevel Level, IReadOnlyList<Row> People, int PeopleCount, int PeopleFrom, bool Heads, bool Open);

    /// <summary>How a ranking is asked for.</summary>
    public sealed record Query(string? Month, string? Measure, string? Period, string? Order, string? Level, int? From = null)
    {
        /// <summary>Reads a word of an address; false where it is none of those there are.</summary>
        internal static bool Read<T>(string? said, T otherwise, out T value) where T : struct, Enum
        {
            value = otherwise;
            return string.IsNullOrEmpty(said) || (Enum.TryParse(said, ignoreCase: true, out value) && Enum.IsDefined(value) && !char.IsAsciiDigit(said[0]));
        }
    }

    /// <summary>A unit that the actor heads, or the one where he works.</summary>
    public async Task<Result<Answer>> Run(long unitId, Query asked, CancellationToken ct)
    {
        if (!results.Asked(asked.Month, out var at))
        {
            return new Refusal.Invalid("waybill.month_wrong", "month");
        }

        if (asked.Period is not (null or "" or "month" or "year"))
        {
            return new Refusal.Invalid("results.period_wrong", "period");
        }

        if (!Query.Read(asked.Measure, Measure.Revenue, out var measure))
        {
            return new Refusal.Invalid("results.measure_wrong", "measure");
        }

        if (!Query.Read(asked.Level, UnitLevel.Outlet, out var said))
        {
            return new Refusal.Invalid("results.level_wrong", "level");
        }

        if (asked.Order is not (null or "" or "figure" or "attainment"))
        {
            return new Refusal.Invalid("results.order_wrong", "order");
        }

        var unit = await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId, ct);
        if (unit is null || (!ShowResults.Heads(db, unit.Path) && unit.Id != db.Actor.UnitId))
        {
            return new Refusal.NotFound();
        }

        var (heads, open) = (ShowResults.Heads(db, unit.Path), (await ResultRule.Of(db, unit.Id, ct)).Open);
        var (year, byRate) = (asked.Period == "year", asked.Order == "attainment");
        var level = heads && said >= unit.Level ? said : unit.Level; // Who heads nothing is ranked among those of his own unit.
        var (first, january) = (at.Plus(1 - (2 * ShowResults.Months)), Month.Of(new DateOnly(at.Year, 1, 1)));
        var start = year ? january : at;
        var below = await PathRange.Below(unit.Path).Of(db).AsNoTracking().OrderBy(u => u.Path).Select(u => new { u.Id, u.Path, u.Name, u.ParentId }).ToListAsync(ct);
        var ids = below.ConvertAll(u => u.Id);
        var owned = db.Set<OwnerMonth>().AsNoTracking().Where(m => m.Month >= first && m.Month <= at);
        owned = unit.ParentId is null ? owned : owned.Where(m => EF.Parameter(ids).Contains(m.UnitId));
        var byMonth = await owned.GroupBy(m => m.Month).Select(g => new { g.Key, Revenue = g.Sum(m => m.RevenueFen), Cost = g.Sum(m => m.CostFen), Weight = g.Sum(m => m.WeightKg), Lines = g.Sum(m => m.Lines) }).ToDictionaryAsync(g => g.Key, g => new ResultSum(g.Revenue, g.Cost, g.Weight, g.Lines), ct);
        ResultSum Sum(Month a, Month b) => ResultSum.All(Month.Range(a, b).Select(m => byMonth.GetValueOrDefault(m)));
        var plans = await db.Set<TargetPlan>().AsNoTracking().Where(p => p.UnitId == unitId && p.Year == at.Year).ToDictionaryAsync(p => p.Measure, ct);

        async Task<Dictionary<long, ResultSum>> ByUnit(Month a, Month b) => (await owned.Where(m => m.Month >= a && m.Month <= b).GroupBy(m => m.UnitId).Select(g => new { g.Key, Revenue = g.Sum(m => m.RevenueFen), Cost = g.Sum(m => m.CostFen), Weight = g.Sum(m => m.WeightKg), Lines = g.Sum(m => m.Lines) }).ToListAsync(ct))
            .ToDictionary(g => g.Key, g => new ResultSum(g.Revenue, g.Cost, g.Weight, g.Lines));
        var units = new List<Row>();
        var children = below.FindAll(u => u.ParentId == unitId);
        if (heads && children.Count > 0)
        {
            var (now, past) = (await ByUnit(start, at), await ByUnit(start.Plus(-12), at.Plus(-12)));
            var childIds = children.ConvertAll(c => c.Id);
            var theirs = await db.Set<TargetPlan>().AsNoTracking().Where(p => EF.Parameter(childIds).Contains(p.UnitId!.Value) && p.Year == at.Year && p.Measure == measure).ToDictionaryAsync(p => p.UnitId!.Value, ct);
            var childOf = children.SelectMany(c => below.Where(u => u.Path.StartsWith(c.Path, StringComparison.Ordinal)).Select(u => (u.Id, Child: c.Id))).ToLookup(u => u.Child, u => u.Id);
            units = Ranked(children.Select(c => (c.Id, c.Name, "", ResultSum.All(childOf[c.Id].Select(id => now.GetValueOrDefault(id))), ResultSum.All(childOf[c.Id].Select(id => past.GetValueOrDefault(id))), theirs.GetValueOrDefault(c.Id))));
        }

        var here = PathRange.Below(unit.Path).Of(db).Where(u => u.Level == level);
        var held = db.Set<Responsibility>().IgnoreQueryFilters([CrmDb.ScopeFilter]);
        var persons = await (
            from u in db.Set<User>()
            join un in here on u.UnitId equals un.Id
            where held.Any(r => r.UserId == u.Id && r.Until == null && r.Duty == Duty.Main)
                || db.Set<ManagerMonth>().Any(m => m.UserId == u.Id && m.Month >= start && m.Month <= at && m.Lines != 0) || db.Set<TargetPlan>().Any(p => p.UserId == u.Id && p.Year == at.Year && p.Measure == measure)
            select new { u.Id, u.DisplayName, Unit = un.Name }).ToListAsync(ct);
        async Task<Dictionary<long, ResultSum>> ByPerson(Month a, Month b) => (await (
            from m in db.Set<ManagerMonth>() join u in db.Set<User>() on m.UserId equals u.Id join un in here on u.UnitId equals un.Id
            where m.Month >= a && m.Month <= b
            group m by m.UserId into g
            select new { g.Key, Revenue = g.Sum(m => m.RevenueFen), Cost = g.Sum(m => m.CostFen), Weight = g.Sum(m => m.WeightKg), Lines = g.Sum(m => m.Lines) }).ToListAsync(ct)).ToDictionary(g => g.Key, g => new ResultSum(g.Revenue, g.Cost, g.Weight, g.Lines));
        var (mine, before) = (await ByPerson(start, at), await ByPerson(start.Plus(-12), at.Plus(-12)));
        var aims = await (from p in db.Set<TargetPlan>().AsNoTracking() join u in db.Set<User>() on p.UserId equals u.Id join un in here on u.UnitId equals un.Id where p.Year == at.Year && p.Measure == measure select p).ToDictionaryAsync(p => p.UserId!.Value, ct);
        var people = Ranked(persons.Select(p => (p.Id, p.DisplayName, p.Unit, mine.GetValueOrDefault(p.Id), before.GetValueOrDefault(p.Id), aims.GetValueOrDefault(p.Id))), own: true);
        var skipped = heads || open ? Math.Clamp(asked.From ?? 0, 0, Math.Max(0, people.Count - 1)) / Most * Most : 0;
        return new Answer(
            unit.Id, unit.Name, unit.Level, at.ToString(), measure, year ? "year" : "month", byRate ? "attainment" : "figure",
            [.. Month.Range(at.Plus(1 - ShowResults.Months), at).Select(m => new ShowResults.MonthRow(m.ToString(), byMonth.GetValueOrDefault(m), byMonth.GetValueOrDefault(m.Plus(-12))))],
            byMonth.GetValueOrDefault(at.Plus(-1)), Sum(january, at), Sum(january.Plus(-12), at.Plus(-12)),
            ShowResults.Reached(plans, m => byMonth.GetValueOrDefault(at).Of(m), m => Sum(january, at).Of(m), at.OfYear),
            units, level, [.. heads || open ? people.Where((p, n) => (n >= skipped && n < skipped + Most) || p.Own) : people.Where(p => p.Own)], people.Count, skipped, heads, open);

        List<Row> Ranked(IEnumerable<(long Id, string Name, string Unit, ResultSum Now, ResultSum Past, TargetPlan? Plan)> rows, bool own = false)
        {
            var counted = rows.Select(r => (r.Id, r.Name, r.Unit, r.Now, r.Past, Reached: Attainment.Of(r.Plan, r.Now.Of(measure), start.OfYear, at.OfYear))).Select(r => (r, Figure: byRate ? r.Reached?.Rate ?? -1m : r.Now.Of(measure))).OrderByDescending(r => r.Figure).ThenBy(r => r.r.Id).ToList();
            var (ranked, place) = (new List<Row>(), 0);
            for (var n = 0; n < counted.Count; n++)
            {
                var r = counted[n].r;
                place = n > 0 && counted[n].Figure == counted[n - 1].Figure ? place : n + 1;
                ranked.Add(new(place, r.Id, r.Name, r.Unit, r.Now, r.Past, r.Reached, own && r.Id == db.Actor.UserId));
            }

            return ranked;
        }
    }

    internal static async Task<IResult> Get(long id, string? month, string? measure, string? period, string? order, string? level, int? from, ShowUnitResults useCase, CancellationToken ct) =>
        (await useCase.Run(id, new(month, measure, period, order, level, from), ct)).Answer(a => TypedResults.Ok(a));
}
