using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Customers;

/// <summary>Compares the sums kept of all customers with the customers, and makes them anew; for the doctor, who sees everything.</summary>
internal static class CheckCustomerSums
{
    /// <summary>How many groups by unit, tier, industry and region are not what the customers say. Reads every customer.</summary>
    /// <remarks>On PostgreSQL in one snapshot: a fold, or a customer written, between two reads is no difference.</remarks>
    public static async Task<long> Differences(CrmDb db, CancellationToken ct)
    {
        await using var snapshot = db.IsPostgres && db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct) : null;
        return await Count(db, ct);
    }

    private static async Task<long> Count(CrmDb db, CancellationToken ct) =>
        await Off(db, c => c.UnitId, s => s.UnitId, nameof(Customer.UnitId), ct) + await Off(db, c => c.Tier, s => s.Tier, nameof(Customer.Tier), ct)
        + await Off(db, c => c.IndustryCode, s => s.IndustryCode, nameof(Customer.IndustryCode), ct) + await Off(db, c => c.RegionCode, s => s.RegionCode, nameof(Customer.RegionCode), ct);

    /// <summary>Makes them anew; whoever writes a customer waits.</summary>
    public static Task<int> Rebuild(CrmDb db, CancellationToken ct) => db.Write(async () =>
    {
        if (db.IsPostgres)
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({FoldCustomerSums.Hold})", ct); // Whoever folds is let finish, and nobody begins: its rows are about to be made anew.
            await db.Database.ExecuteSqlAsync($"LOCK TABLE customers IN SHARE ROW EXCLUSIVE MODE", ct);
        }

        await db.Set<CustomerSum>().ExecuteDeleteAsync(ct);
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO customer_sums (level, unit_id, tier, industry_code, region_code, size_class, ownership_type, kind, active, customers, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg)
            SELECT 0, unit_id, tier, industry_code, region_code, size_class, ownership_type, kind, active, 1, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg FROM customers WHERE deleted_at IS NULL
            """, ct);
    }, ct);

    private static async Task<long> Off<TKey>(CrmDb db, Expression<Func<Customer, TKey>> real, Expression<Func<CustomerSum, TKey>> kept, string column, CancellationToken ct)
    {
        var are = await db.Set<Customer>().GroupBy(real).Select(g => new { g.Key, Count = g.LongCount(), Revenue = g.Sum(c => c.Trailing12RevenueFen), Weight = g.Sum(c => c.Trailing12WeightKg) }).ToListAsync(ct);
        var said = await CustomerSum.Telling(db, new HashSet<string> { column })!.GroupBy(kept).Select(g => new { g.Key, Count = g.Sum(s => s.Customers), Revenue = g.Sum(s => s.Trailing12RevenueFen), Weight = g.Sum(s => s.Trailing12WeightKg) }).ToListAsync(ct);
        return are.Except(said).Select(g => g.Key).Union(said.Where(s => (s.Count, s.Revenue, s.Weight) != (0, 0, 0)).Except(are).Select(g => g.Key)).LongCount();
    }
}
