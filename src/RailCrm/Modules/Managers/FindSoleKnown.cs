using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RailCrm.Kernel;
using RailCrm.Modules.Customers;
using RailCrm.Platform.Data;
using RailCrm.Platform.Jobs;

namespace RailCrm.Modules.Managers;

/// <summary>Looks at night which customers one person alone knows. In SQL, by ranges of keys; goes on from its checkpoint, and writes only what changed.</summary>
internal static class FindSoleKnown
{
    /// <summary>The kind of job.</summary>
    public const string Job = "sole_known";

    private const int AtOnce = 20_000;

    /// <summary>Where it stands: the key of the last customer looked at.</summary>
    private sealed record Place(long After);

    public static async Task<string> Run(IServiceProvider services, JobLease lease, CancellationToken ct)
    {
        var db = services.GetRequiredService<CrmDb>();
        var last = await db.Set<Customer>().MaxAsync(c => (long?)c.Id, ct) ?? 0;
        for (var after = JsonSerializer.Deserialize<Place>(lease.Job.Checkpoint ?? "null")?.After ?? 0; after < last; after += AtOnce)
        {
            var (low, high) = (after, after + AtOnce);
            await db.Write(async () =>
            {
                await Look(db, low, high, ct);
                await lease.Advance(JsonSerializer.Serialize(new Place(high)), Math.Min(high, last), 0, last, ct);
                return 0;
            }, ct);
        }

        return JsonSerializer.Serialize(new { found = await db.Set<SoleKnown>().CountAsync(ct) });
    }

    /// <summary>Looks at the customers whose keys lie behind <paramref name="low"/>, up to <paramref name="high"/>.</summary>
    private static async Task Look(CrmDb db, long low, long high, CancellationToken ct)
    {
        var today = BusinessCalendar.Day(db.UtcNow);
        await db.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS known", ct);
        await db.Database.ExecuteSqlAsync($"""
            CREATE TEMPORARY TABLE known AS
            SELECT c.id AS customer_id, p.user_id,
              CASE WHEN (SELECT count(*) FROM customer_contacts k WHERE k.customer_id = c.id AND k.deleted_at IS NULL AND k.active) <= 1 THEN 1 ELSE 0 END AS contact,
              CASE WHEN EXISTS (SELECT 1 FROM notes n WHERE n.customer_id = c.id AND n.deleted_at IS NULL) THEN 0 ELSE 1 END AS unwritten,
              CASE WHEN c.completeness < {SoleKnown.Complete} THEN 1 ELSE 0 END AS incomplete,
              CASE WHEN c.tier IN ('Large', 'Medium') THEN 1 ELSE 0 END AS weighty
            FROM customers c JOIN (
              SELECT customer_id, min(user_id) AS user_id FROM (
                SELECT customer_id, user_id FROM responsibilities WHERE customer_id > {low} AND customer_id <= {high} AND "from" <= {today} AND (until IS NULL OR until > {today})
                UNION SELECT customer_id, author_id FROM notes WHERE customer_id > {low} AND customer_id <= {high} AND deleted_at IS NULL) people
              GROUP BY customer_id HAVING count(*) = 1) p ON p.customer_id = c.id
            WHERE c.deleted_at IS NULL AND c.active AND c.trailing12revenue_fen > 0
            """, ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM sole_known WHERE customer_id > {low} AND customer_id <= {high} AND customer_id NOT IN (SELECT customer_id FROM known WHERE contact + unwritten + incomplete + weighty > 0)", ct);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sole_known (customer_id, user_id, signs, weight)
            SELECT customer_id, user_id, contact * {SoleKnown.OneContact} + unwritten * {SoleKnown.NoNotes} + incomplete * {SoleKnown.Incomplete} + weighty * {SoleKnown.Weighty}, contact + unwritten + incomplete + weighty
            FROM known WHERE contact + unwritten + incomplete + weighty > 0
            ON CONFLICT (customer_id) DO UPDATE SET user_id = excluded.user_id, signs = excluded.signs, weight = excluded.weight WHERE sole_known.user_id <> excluded.user_id OR sole_known.signs <> excluded.signs
            """, ct);
        await db.Database.ExecuteSqlAsync($"DROP TABLE known", ct);
    }
}
