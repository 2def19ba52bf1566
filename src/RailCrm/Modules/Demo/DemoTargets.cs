using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Results;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Demo;

/// <summary>Targets of this year and the last for the demo's units and account managers, after what each brought in the year before: some are reached, some are not. At the first outlet colleagues see one another's results.</summary>
internal static class DemoTargets
{
    private const long Wan = 1_000_000; // Fen in ten thousand yuan.

    public static async Task Make(CrmDb db, TimeProvider clock, Random dice, CancellationToken ct)
    {
        var year = clock.Today().Year;
        var units = await db.Set<OrgUnit>().AsNoTracking().OrderBy(u => u.Id).ToListAsync(ct);
        var owned = await db.Set<OwnerMonth>().AsNoTracking().ToListAsync(ct);
        var people = (await db.Set<ManagerMonth>().AsNoTracking().ToListAsync(ct)).GroupBy(m => m.UserId).OrderBy(g => g.Key).ToList();
        foreach (var at in new[] { year - 1, year })
        {
            foreach (var unit in units)
            {
                var below = units.Where(u => u.Path.StartsWith(unit.Path, StringComparison.Ordinal)).Select(u => u.Id).ToHashSet();
                var months = owned.Where(m => below.Contains(m.UnitId)).ToList();
                Plan(at, unit.Id, null, Measure.Revenue, months.Select(m => (m.Month, m.RevenueFen)), Wan);
                Plan(at, unit.Id, null, Measure.Weight, months.Select(m => (m.Month, m.WeightKg)), 1_000);
            }

            foreach (var person in people)
            {
                Plan(at, null, person.Key, Measure.Revenue, person.Select(m => (m.Month, m.RevenueFen)), Wan);
            }
        }

        db.Add(new ResultRule { UnitId = units.First(u => u.Level == UnitLevel.Outlet).Id, Open = true, Version = 1 });
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();

        void Plan(int at, long? unit, long? user, Measure measure, IEnumerable<(Month Month, long Figure)> past, long round)
        {
            var before = past.Where(p => p.Month.Year == at - 1).GroupBy(p => p.Month.OfYear).ToDictionary(g => g.Key, g => g.Sum(p => p.Figure));
            var mean = before.Count == 0 ? 0 : before.Values.Sum() / before.Count;
            if (mean < round)
            {
                return;
            }

            var growth = dice.Next(95, 125);
            long[] Of(int percent) => [.. Enumerable.Range(1, TargetPlan.Months).Select(m => Math.Max(before.GetValueOrDefault(m, mean), mean / 2) * growth / 100 * percent / 100 / round * round)];
            var plan = new TargetPlan { UnitId = unit, UserId = user, Year = at, Measure = measure, Version = 1 };
            plan.Set(Of(90), Of(100), Of(120));
            db.Add(plan);
        }
    }
}
