using Microsoft.EntityFrameworkCore;
using RailCrm.Platform.Data;

namespace RailCrm.Modules.Waybills;

/// <summary>Compares the facts with the lines they were made from, and makes them anew.</summary>
public sealed class CheckFacts(CrmDb db)
{
    private const string FactsFromLines =
        "SELECT w.customer_id, $month AS month, l.id AS lane_id, count(*) AS lines, sum(w.revenue_fen) AS revenue_fen, sum(w.cost_fen) AS cost_fen, sum(w.weight_kg) AS weight_kg " +
        "FROM waybill_lines w JOIN lanes l ON l.unit_id = w.unit_id AND l.service = w.service AND l.commodity_category = w.commodity_category AND l.mode = w.mode AND l.origin = w.origin AND l.destination = w.destination " +
        "WHERE $which GROUP BY 1, 2, 3";

    private const string OwnersFromFacts =
        "SELECT c.unit_id, f.month, CAST(sum(f.lines) AS bigint) AS lines, CAST(sum(f.revenue_fen) AS bigint) AS revenue_fen, CAST(sum(f.cost_fen) AS bigint) AS cost_fen, CAST(sum(f.weight_kg) AS bigint) AS weight_kg " +
        "FROM monthly_facts f JOIN customers c ON c.id = f.customer_id GROUP BY 1, 2";

    private const string CountsFromCustomers = "SELECT unit_id, tier, count(*) AS customers, sum(completeness) AS completeness_sum FROM customers WHERE deleted_at IS NULL GROUP BY 1, 2";

    private string Facts => FactsOf(db, "true");

    private string Managers => ManagersOf(db, "r.customer_id = w.customer_id", "true", "");

    /// <summary>The months of main managers that follow from the lines <c>w</c> of a condition and the responsibilities <c>r</c> of another.</summary>
    internal static string ManagersOf(CrmDb db, string whose, string which, string sign) =>
        $"SELECT r.user_id, {MonthOf(db)} AS month, {sign}count(*) AS lines, CAST({sign}sum(w.revenue_fen) AS bigint) AS revenue_fen, CAST({sign}sum(w.cost_fen) AS bigint) AS cost_fen, CAST({sign}sum(w.weight_kg) AS bigint) AS weight_kg " +
        $"FROM waybill_lines w JOIN responsibilities r ON {whose} AND r.duty = 'Main' AND r.\"from\" <= w.date AND (r.until IS NULL OR r.until > w.date) WHERE {which} GROUP BY 1, 2";

    private static string MonthOf(CrmDb db) => db.IsPostgres
        ? "CAST(EXTRACT(YEAR FROM w.date) * 12 + EXTRACT(MONTH FROM w.date) - 1 AS integer)"
        : "CAST(substr(w.date, 1, 4) AS INTEGER) * 12 + CAST(substr(w.date, 6, 2) AS INTEGER) - 1";

    /// <summary>The facts that follow from the lines <c>w</c> of a condition.</summary>
    internal static string FactsOf(CrmDb db, string which) => FactsFromLines.Replace("$which", which, StringComparison.Ordinal).Replace("$month", MonthOf(db), StringComparison.Ordinal);

    /// <summary>How many rows of the facts, of the months of owners and managers, and of the owners' counts differ from what they are made of; reads everything.</summary>
    public async Task<(long Facts, long Months, long OwnerCounts)> Differences(CancellationToken ct) => (
        await Count($"SELECT customer_id, month, lane_id, lines, revenue_fen, cost_fen, weight_kg FROM monthly_facts WHERE lines <> 0", Facts, ct),
        await Count("SELECT unit_id, month, lines, revenue_fen, cost_fen, weight_kg FROM owner_months WHERE lines <> 0", OwnersFromFacts, ct)
            + await Count("SELECT user_id, month, lines, revenue_fen, cost_fen, weight_kg FROM manager_months WHERE lines <> 0 OR revenue_fen <> 0 OR cost_fen <> 0 OR weight_kg <> 0", Managers, ct),
        await Count("SELECT unit_id, tier, customers, completeness_sum FROM owner_counts WHERE customers <> 0", CountsFromCustomers, ct));

    /// <summary>Makes facts, the months of owners and managers, and counts anew from lines, customers and responsibilities, in one transaction; all customers are due to be computed.</summary>
    public Task Rebuild(CancellationToken ct) => db.Write(async () =>
    {
#pragma warning disable EF1002 // No value from outside: tables and columns of ours.
        if (db.IsPostgres)
        {
            // Responsibilities before customers, as the book of managers writes them.
            await db.Database.ExecuteSqlRawAsync("LOCK TABLE waybill_lines, responsibilities, customers IN SHARE MODE", ct);
        }

        await db.Database.ExecuteSqlRawAsync("INSERT INTO lanes (unit_id, service, commodity_category, mode, origin, destination) SELECT DISTINCT unit_id, service, commodity_category, mode, origin, destination FROM waybill_lines WHERE true ON CONFLICT DO NOTHING", ct);
        foreach (var (table, columns, select) in new[]
        {
            ("monthly_facts", "customer_id, month, lane_id, lines, revenue_fen, cost_fen, weight_kg", Facts),
            ("owner_months", "unit_id, month, lines, revenue_fen, cost_fen, weight_kg", OwnersFromFacts),
            ("owner_counts", "unit_id, tier, customers, completeness_sum", CountsFromCustomers),
            ("manager_months", "user_id, month, lines, revenue_fen, cost_fen, weight_kg", Managers),
            ("figures_due", "customer_id", "SELECT id FROM customers"),
        })
        {
            await db.Database.ExecuteSqlRawAsync($"DELETE FROM {table}", ct);
            await db.Database.ExecuteSqlRawAsync($"INSERT INTO {table} ({columns}) {select}", ct);
        }
#pragma warning restore EF1002

        return 0;
    }, ct);

    private Task<long> Count(string kept, string made, CancellationToken ct)
    {
#pragma warning disable EF1002 // No value from outside: tables and columns of ours.
        return db.Database.SqlQueryRaw<long>($"SELECT count(*) AS \"Value\" FROM (SELECT * FROM ({kept}) k EXCEPT SELECT * FROM ({made}) m UNION ALL SELECT * FROM (SELECT * FROM ({made}) m EXCEPT SELECT * FROM ({kept}) k) d) x").SingleAsync(ct);
#pragma warning restore EF1002
    }
}
