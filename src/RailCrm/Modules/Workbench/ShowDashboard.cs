using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Organization;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Http;

namespace RailCrm.Modules.Workbench;

/// <summary>What the actor's customers bring in, by month and tier, and who moves. Reads the owners' rollups; customers granted from elsewhere are added from their own facts.</summary>
internal sealed class ShowDashboard(CrmDb db, TimeProvider clock)
{
    /// <summary>Months shown, each against the same month of the year before.</summary>
    public const int Months = 12;

    private const int Most = 10;

    /// <summary>Sums; money in fen, weight in kg.</summary>
    public sealed record Total(long RevenueFen, long CostFen, long GrossProfitFen, long WeightKg, long Lines);

    public sealed record MonthFigures(string Month, Total Now, Total LastYear);

    public sealed record TierCount(CustomerTier Tier, long Customers);

    public sealed record Row(long Id, string Number, string Name, CustomerTier Tier, long Trailing12RevenueFen, long RevenueChangeFen);

    /// <param name="UnitId">The unit looked at; null for the whole scope.</param>
    /// <param name="UnitName">Its name.</param>
    /// <param name="From">First month of the trailing twelve.</param>
    /// <param name="To">The running month.</param>
    /// <param name="CompletenessPercent">Mean over the customers, 0–100; null without customers.</param>
    public sealed record Answer(
        long? UnitId, string UnitName, string From, string To, Total Trailing12, Total Previous12, long Customers, IReadOnlyList<TierCount> CustomersByTier, decimal? CompletenessPercent,
        IReadOnlyList<MonthFigures> Months, IReadOnlyList<Row> Top, IReadOnlyList<Row> Up, IReadOnlyList<Row> Down)
    {
        /// <summary>Whether only the customers whose manager the reader is are counted.</summary>
        public bool Own { get; init; }
    }

    private sealed record MonthSums(int Month, long Lines, long RevenueFen, long CostFen, long WeightKg);

    /// <summary>The whole scope, or one unit of it and everything under it.</summary>
    public async Task<Result<Answer>> Run(long? unitId, CancellationToken ct)
    {
        var wanted = unitId ?? db.Actor.UnitId;
        var unit = await db.Set<OrgUnit>().AsNoTracking().SingleOrDefaultAsync(u => wanted == 0 ? u.ParentId == null : u.Id == wanted, ct);
        if (unit is null || !db.Scope.Covers(unit.Path))
        {
            return new Refusal.NotFound();
        }

        var units = await PathRange.Below(unit.Path).Of(db).Select(u => u.Id).ToListAsync(ct);
        var last = Month.Of(clock.Today());
        var first = last.Plus(1 - (2 * Months));
        var owned = db.Set<OwnerMonth>().AsNoTracking().Where(m => m.Month >= first && m.Month <= last);
        var counted = db.Set<OwnerCount>().AsNoTracking().AsQueryable();
        var customers = db.Set<Customer>().AsNoTracking();
        var whole = unit.ParentId is null;
        if (!whole)
        {
            (owned, counted) = (owned.Where(m => EF.Parameter(units).Contains(m.UnitId)), counted.Where(c => EF.Parameter(units).Contains(c.UnitId)));
        }

        if (unitId is not null && !whole)
        {
            customers = units is [var one] ? customers.Where(c => c.UnitId == one) : customers.Where(c => EF.Parameter(units).Contains(c.UnitId));
        }

        var months = await owned.GroupBy(m => m.Month).Select(g => new { Month = g.Key, Lines = g.Sum(m => m.Lines), Revenue = g.Sum(m => m.RevenueFen), Cost = g.Sum(m => m.CostFen), Weight = g.Sum(m => m.WeightKg) }).ToListAsync(ct);
        var sums = months.Select(m => new MonthSums(m.Month.Number, m.Lines, m.Revenue, m.Cost, m.Weight)).ToList();
        var tiers = await counted.GroupBy(c => c.Tier).Select(g => new { Tier = g.Key, Customers = g.Sum(c => c.Customers), Completeness = g.Sum(c => c.CompletenessSum) }).ToListAsync(ct);
        var byTier = tiers.Where(t => t.Customers != 0).ToDictionary(t => t.Tier, t => (t.Customers, t.Completeness));
        if (unitId is null && db.Scope.Width is ScopeWidth.Narrow or ScopeWidth.Wide)
        {
            await AddGranted(units, first, last, sums, byTier, ct);
        }

        var byMonth = sums.ToLookup(s => s.Month);
        Total Of(int from, int to) => Sum(Enumerable.Range(from, to - from + 1).SelectMany(n => byMonth[n]));
        var all = byTier.Values.Sum(t => t.Customers);
        return new Answer(
            unitId, unit.Name, last.Plus(1 - Months).ToString(), last.ToString(), Of(last.Number - 11, last.Number), Of(last.Number - 23, last.Number - 12), all,
            [.. Enum.GetValues<CustomerTier>().OrderByDescending(t => t).Select(t => new TierCount(t, byTier.GetValueOrDefault(t).Customers))],
            all == 0 ? null : Math.Round((decimal)byTier.Values.Sum(t => t.Completeness) / all, 1),
            [.. Month.Range(last.Plus(1 - Months), last).Select(m => new MonthFigures(m.ToString(), Sum(byMonth[m.Number]), Sum(byMonth[m.Number - 12])))],
            await Rows(customers.Where(c => c.Trailing12RevenueFen > 0).OrderByDescending(c => c.Trailing12RevenueFen).ThenByDescending(c => c.Id), ct),
            await Rows(customers.Where(c => c.RevenueChangeFen > 0).OrderByDescending(c => c.RevenueChangeFen).ThenByDescending(c => c.Id), ct),
            await Rows(customers.Where(c => c.RevenueChangeFen < 0).OrderBy(c => c.RevenueChangeFen).ThenBy(c => c.Id), ct));
    }

    /// <summary>The customers whose manager the actor is: few, so their own facts are read.</summary>
    public async Task<Result<Answer>> RunOwn(CancellationToken ct)
    {
        var (me, now) = (db.Actor.UserId, db.UtcNow);
        var ids = await db.Set<CustomerGrant>().AsNoTracking().Where(g => g.UserId == me && g.Reason == "manager" && (g.Until == null || g.Until > now)).Select(g => g.CustomerId).Distinct().ToListAsync(ct);
        var customers = db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id));
        var seen = await customers.Select(c => new { c.Id, c.Tier, c.Completeness }).ToListAsync(ct);
        var mine = seen.Select(c => c.Id).ToList();
        var last = Month.Of(clock.Today());
        var first = last.Plus(1 - (2 * Months));
        var byMonth = (await Facts(mine, first, last, ct)).ToLookup(s => s.Month);
        Total Of(int from, int to) => Sum(Enumerable.Range(from, to - from + 1).SelectMany(n => byMonth[n]));
        return new Answer(
            null, db.Actor.Name, last.Plus(1 - Months).ToString(), last.ToString(), Of(last.Number - 11, last.Number), Of(last.Number - 23, last.Number - 12), seen.Count,
            [.. Enum.GetValues<CustomerTier>().OrderByDescending(t => t).Select(t => new TierCount(t, seen.Count(c => c.Tier == t)))],
            seen.Count == 0 ? null : Math.Round((decimal)seen.Sum(c => c.Completeness) / seen.Count, 1),
            [.. Month.Range(last.Plus(1 - Months), last).Select(m => new MonthFigures(m.ToString(), Sum(byMonth[m.Number]), Sum(byMonth[m.Number - 12])))],
            await Rows(customers.Where(c => c.Trailing12RevenueFen > 0).OrderByDescending(c => c.Trailing12RevenueFen).ThenByDescending(c => c.Id), ct),
            await Rows(customers.Where(c => c.RevenueChangeFen > 0).OrderByDescending(c => c.RevenueChangeFen).ThenByDescending(c => c.Id), ct),
            await Rows(customers.Where(c => c.RevenueChangeFen < 0).OrderBy(c => c.RevenueChangeFen).ThenBy(c => c.Id), ct)) { Own = true };
    }

    private static Total Sum(IEnumerable<MonthSums> rows)
    {
        var (lines, revenue, cost, weight) = (0L, 0L, 0L, 0L);
        foreach (var row in rows)
        {
            (lines, revenue, cost, weight) = (lines + row.Lines, revenue + row.RevenueFen, cost + row.CostFen, weight + row.WeightKg);
        }

        return new(revenue, cost, revenue - cost, weight, lines);
    }

    private static Task<List<Row>> Rows(IQueryable<Customer> customers, CancellationToken ct) =>
        customers.Take(Most).Select(c => new Row(c.Id, c.Number, c.Name, c.Tier, c.Trailing12RevenueFen, c.RevenueChangeFen)).ToListAsync(ct);

    /// <remarks>Customers owned elsewhere that this person sees by a grant: few, so their own facts are read. The scope filter decides which grants hold.</remarks>
    private async Task AddGranted(List<long> units, Month first, Month last, List<MonthSums> sums, Dictionary<CustomerTier, (long Customers, long Completeness)> byTier, CancellationToken ct)
    {
        var (user, own) = (db.Scope.UserId, db.Scope.UnitId);
        var ids = await db.Set<CustomerGrant>().AsNoTracking().Where(g => g.UserId == user || g.UnitId == own).Select(g => g.CustomerId).Distinct().ToListAsync(ct);
        var granted = await db.Set<Customer>().AsNoTracking().Where(c => EF.Parameter(ids).Contains(c.Id) && !EF.Parameter(units).Contains(c.UnitId)).Select(c => new { c.Id, c.Tier, c.Completeness }).ToListAsync(ct);
        foreach (var c in granted)
        {
            var (customers, completeness) = byTier.GetValueOrDefault(c.Tier);
            byTier[c.Tier] = (customers + 1, completeness + c.Completeness);
        }

        var seen = granted.Select(c => c.Id).ToList();
        sums.AddRange(await Facts(seen, first, last, ct));
    }

    private async Task<IEnumerable<MonthSums>> Facts(List<long> customers, Month first, Month last, CancellationToken ct)
    {
        var facts = await db.Set<MonthlyFact>().AsNoTracking().Where(f => EF.Parameter(customers).Contains(f.CustomerId) && f.Month >= first && f.Month <= last)
            .GroupBy(f => f.Month).Select(g => new { Month = g.Key, Lines = g.Sum(m => m.Lines), Revenue = g.Sum(m => m.RevenueFen), Cost = g.Sum(m => m.CostFen), Weight = g.Sum(m => m.WeightKg) }).ToListAsync(ct);
        return facts.Select(m => new MonthSums(m.Month.Number, m.Lines, m.Revenue, m.Cost, m.Weight));
    }

    public static async Task<IResult> Get(long? unit, string? scope, ShowDashboard useCase, CancellationToken ct) =>
        scope is not (null or "" or "own") ? Answers.Problem(new Refusal.Invalid("workbench.scope_unknown", nameof(scope)))
        : (await (scope == "own" ? useCase.RunOwn(ct) : useCase.Run(unit, ct))).Answer(a => TypedResults.Ok(a));
}
