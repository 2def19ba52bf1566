using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Modules.Waybills;
using RailCrm.Platform.Data;
using RailCrm.Platform.Inbox;

namespace RailCrm.Modules.Classification;

/// <summary>Computes the trailing twelve months of customers and the tier that follows. The window is the current month and the eleven before it.</summary>
/// <remarks>In SQL, set by set, because a million customers come by each night. A set is one transaction, so that others write in between.</remarks>
public sealed class ClassifyCustomers(CrmDb db, TimeProvider clock) : IFiguresChanged
{
    private const int DueAtOnce = 5_000;
    private const int RangeAtOnce = 50_000;

    /// <summary>How often those whom somebody else holds are asked for in all; whoever only edits a customer holds it for some milliseconds.</summary>
    private const int Tries = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Those whose figures changed since last time.</summary>
    public async Task Run(CancellationToken ct)
    {
        var rule = await Rule(ct);
        for (var tries = 1; await AnyLeft(rule, ct) && tries < Tries; tries++)
        {
            await Task.Delay(Pause * tries, ct);
        }
    }

    /// <summary>Computes all that are due, and tells whether some of them are held by others.</summary>
    private async Task<bool> AnyLeft(TierRule rule, CancellationToken ct)
    {
        var left = false;
        for (long? after = 0; after is { } from;)
        {
            (after, var held) = await Due(rule, from, ct);
            left |= held;
        }

        return left;
    }

    /// <summary>Everybody, by ranges of keys: at night, when the window moves on, and when the rule changed.</summary>
    /// <param name="done">Told after each range how many customers lie behind, of how many.</param>
    /// <param name="ct">Cancels between two ranges.</param>
    public async Task RunAll(Func<long, long, Task>? done, CancellationToken ct)
    {
        var rule = await Rule(ct);
        var last = await db.Set<Customers.Customer>().IgnoreQueryFilters().MaxAsync(c => (long?)c.Id, ct) ?? 0;
        for (var from = 0L; from < last; from += RangeAtOnce)
        {
            var (low, high) = (from, from + RangeAtOnce);
            await db.Write(async () =>
            {
                if (db.IsPostgres)
                {
                    await db.Database.ExecuteSqlAsync($"SELECT id FROM customers WHERE id > {low} AND id <= {high} ORDER BY id FOR NO KEY UPDATE", ct);
                }

                await db.Set<FiguresDue>().Where(d => d.CustomerId > low && d.CustomerId <= high).ExecuteDeleteAsync(ct);
                return await Compute(rule, $"c.id > {low.ToString(CultureInfo.InvariantCulture)} AND c.id <= {high.ToString(CultureInfo.InvariantCulture)}", ct);
            }, ct);
            if (done is not null)
            {
                await done(Math.Min(high, last), last);
            }
        }
    }

    /// <summary>One customer, in the caller's transaction.</summary>
    internal async Task One(long customerId, CancellationToken ct) => await Compute(await Rule(ct), $"c.id = {customerId.ToString(CultureInfo.InvariantCulture)}", ct);

    /// <summary>What the rule makes of a customer by the figures it carries.</summary>
    internal async Task<CustomerTier> ByRule(Customer customer, TierRule rule, CancellationToken ct)
    {
        var (id, now) = (customer.Id, Month.Of(clock.Today()));
        var from = now.Plus(-11);
        var lines = await db.Set<MonthlyFact>().AnyAsync(f => f.CustomerId == id && f.Month >= from && f.Month <= now, ct) ? 1 : 0;
        return rule.Of(lines, customer.Trailing12RevenueFen, customer.Trailing12GrossProfitFen, rule.Basis == TierBasis.Revenue ? customer.Previous12RevenueFen : customer.Previous12GrossProfitFen);
    }

    /// <summary>The rule in force.</summary>
    public async Task<TierRule> Rule(CancellationToken ct) => await db.Set<TierRule>().AsNoTracking().SingleOrDefaultAsync(ct) ?? TierRule.Default;

    /// <summary>Computes a piece of those due behind a key; gives the last key of the piece, null where nothing is left, and whether others hold some of it.</summary>
    /// <remarks>On PostgreSQL the customers are held first, in the order in which whoever writes lines holds them. Those held by others are left to them: whoever changes a figure comes by here afterwards, and who changes none is soon done.</remarks>
    private Task<(long? Last, bool Held)> Due(TierRule rule, long after, CancellationToken ct) => db.Write(async () =>
    {
        var asked = await db.Set<FiguresDue>().Where(d => d.CustomerId > after).OrderBy(d => d.CustomerId).Select(d => d.CustomerId).Take(DueAtOnce).ToArrayAsync(ct);
        var ids = db.IsPostgres && asked.Length > 0
            ? await db.Database.SqlQuery<long>($"SELECT c.id AS \"Value\" FROM customers c WHERE c.id = ANY({asked}) ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED").ToListAsync(ct)
            : [.. asked];
        if (ids.Count > 0)
        {
            await db.Set<FiguresDue>().Where(d => EF.Parameter(ids).Contains(d.CustomerId)).ExecuteDeleteAsync(ct);
            await Compute(rule, $"c.id IN ({string.Join(',', ids)})", ct);
        }

        var left = asked.Except(ids).ToArray();
        var held = left.Length == 0 ? [] : await db.Set<Customers.Customer>().IgnoreQueryFilters().Where(c => EF.Parameter(left).Contains(c.Id)).Select(c => c.Id).ToListAsync(ct);
        var gone = left.Except(held).ToArray();
        if (gone.Length > 0)
        {
            await db.Set<FiguresDue>().Where(d => EF.Parameter(gone).Contains(d.CustomerId)).ExecuteDeleteAsync(ct); // Removed for good since.
        }

        return (asked.Length < DueAtOnce ? (long?)null : asked[^1], held.Count > 0);
    }, ct);

    /// <param name="rule">The rule.</param>
    /// <param name="which">A condition on <c>c.id</c>, of numbers of ours only.</param>
    /// <param name="ct">Cancels.</param>
    private async Task<int> Compute(TierRule rule, string which, CancellationToken ct)
    {
        var now = Month.Of(clock.Today()).Number;
        var (from, previous) = (now - 11, now - 23);
        var (measured, basis) = rule.Basis == TierBasis.Revenue ? ("revenue", "previous") : ("profit", "previous_profit");
        string Sum(string column, string condition) => $"CAST(COALESCE(sum(CASE WHEN {condition} THEN {column} ELSE 0 END), 0) AS bigint)";
        var inside = $"f.month >= {from}";
        var before = $"f.month < {from}";
        var sql = $"""
            CREATE TEMPORARY TABLE computed AS
            SELECT t.*, COALESCE((SELECT o.tier FROM tier_overrides o WHERE o.customer_id = t.id AND o.until_on >= '{clock.Today():yyyy-MM-dd}'), {rule.Sql("lines = 0", measured, basis)}) AS tier
            FROM (SELECT c.id, {Sum("f.lines", inside)} AS lines, {Sum("f.revenue_fen", inside)} AS revenue, {Sum("f.revenue_fen - f.cost_fen", inside)} AS profit, {Sum("f.weight_kg", inside)} AS weight,
                {Sum("f.revenue_fen", before)} AS previous, {Sum("f.revenue_fen - f.cost_fen", before)} AS previous_profit
              FROM customers c LEFT JOIN monthly_facts f ON f.customer_id = c.id AND f.month >= {previous} AND f.month <= {now}
              WHERE {which} GROUP BY c.id) t
            """;
#pragma warning disable EF1002, EF1003 // Numbers and names of ours; nothing typed by anybody.
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS computed", ct);
        await db.Database.ExecuteSqlRawAsync(sql, ct);
        var at = db.UtcNow;
        await db.Database.ExecuteSqlAsync($"INSERT INTO tier_changes (customer_id, at, before, after, revenue_fen) SELECT c.id, {at}, c.tier, n.tier, n.revenue FROM computed n JOIN customers c ON c.id = n.id WHERE c.tier <> n.tier", ct);
        await TellInbox.OfTiers(db, at, ct);
        var changed = await db.Database.ExecuteSqlRawAsync("""
            UPDATE customers SET trailing12revenue_fen = n.revenue, trailing12gross_profit_fen = n.profit, trailing12weight_kg = n.weight,
              previous12revenue_fen = n.previous, previous12gross_profit_fen = n.previous_profit, revenue_change_fen = n.revenue - n.previous, tier = n.tier
            FROM computed n WHERE customers.id = n.id AND (customers.trailing12revenue_fen <> n.revenue OR customers.trailing12gross_profit_fen <> n.profit
              OR customers.trailing12weight_kg <> n.weight OR customers.previous12revenue_fen <> n.previous OR customers.previous12gross_profit_fen <> n.previous_profit OR customers.tier <> n.tier)
            """, ct);
        await db.Database.ExecuteSqlRawAsync("DROP TABLE computed", ct);
#pragma warning restore EF1002, EF1003
        return changed;
    }
}
