using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Sqlite;

/// <summary>Facts clustered by their keys, and the triggers that keep the owners' months and counts right on every path.</summary>
[DbContext(typeof(SqliteCrmDb))]
[Migration("20261124090000_WaybillFacts")]
internal sealed class WaybillFacts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        const string Sums = "lines INTEGER NOT NULL, revenue_fen INTEGER NOT NULL, cost_fen INTEGER NOT NULL, weight_kg INTEGER NOT NULL";
        migrationBuilder.Sql($"CREATE TABLE monthly_facts (customer_id INTEGER NOT NULL, month INTEGER NOT NULL, lane_id INTEGER NOT NULL, {Sums}, PRIMARY KEY (customer_id, month, lane_id)) WITHOUT ROWID");
        migrationBuilder.Sql($"CREATE TABLE owner_months (unit_id INTEGER NOT NULL, month INTEGER NOT NULL, {Sums}, PRIMARY KEY (unit_id, month)) WITHOUT ROWID");
        migrationBuilder.Sql("CREATE TABLE owner_counts (unit_id INTEGER NOT NULL, tier TEXT NOT NULL, customers INTEGER NOT NULL, completeness_sum INTEGER NOT NULL, PRIMARY KEY (unit_id, tier)) WITHOUT ROWID");
        migrationBuilder.Sql("CREATE TABLE figures_due (customer_id INTEGER NOT NULL PRIMARY KEY)");
        migrationBuilder.Sql($"""
            CREATE TRIGGER customers_moved AFTER UPDATE OF unit_id ON customers WHEN old.unit_id <> new.unit_id BEGIN
            {Shift("new.unit_id", "")}
            {Shift("old.unit_id", "-")}
            END
            """);
        migrationBuilder.Sql($"CREATE TRIGGER customers_counted_in AFTER INSERT ON customers WHEN new.deleted_at IS NULL BEGIN {Count("new", 1)} END");
        migrationBuilder.Sql($"CREATE TRIGGER customers_counted_out AFTER DELETE ON customers WHEN old.deleted_at IS NULL BEGIN {Count("old", -1)} END");
        migrationBuilder.Sql($"""
            CREATE TRIGGER customers_recounted AFTER UPDATE OF unit_id, tier, deleted_at, completeness ON customers
            WHEN old.unit_id <> new.unit_id OR old.tier <> new.tier OR old.completeness <> new.completeness OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
            {Count("old", -1, "old.deleted_at IS NULL")} {Count("new", 1, "new.deleted_at IS NULL")}
            END
            """);
    }

    private static string Shift(string unit, string sign) =>
        $"INSERT INTO owner_months (unit_id, month, lines, revenue_fen, cost_fen, weight_kg) SELECT {unit}, month, {sign}sum(lines), {sign}sum(revenue_fen), {sign}sum(cost_fen), {sign}sum(weight_kg) FROM monthly_facts WHERE customer_id = new.id GROUP BY month " +
        "ON CONFLICT (unit_id, month) DO UPDATE SET lines = lines + excluded.lines, revenue_fen = revenue_fen + excluded.revenue_fen, cost_fen = cost_fen + excluded.cost_fen, weight_kg = weight_kg + excluded.weight_kg;";

    private static string Count(string row, int by, string condition = "true") =>
        $"INSERT INTO owner_counts (unit_id, tier, customers, completeness_sum) SELECT {row}.unit_id, {row}.tier, {by}, {by} * {row}.completeness WHERE {condition} ON CONFLICT (unit_id, tier) DO UPDATE SET customers = customers + excluded.customers, completeness_sum = completeness_sum + excluded.completeness_sum;";

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var trigger in new[] { "customers_moved", "customers_counted_in", "customers_counted_out", "customers_recounted" })
        {
            migrationBuilder.Sql($"DROP TRIGGER {trigger}");
        }

        foreach (var table in new[] { "monthly_facts", "owner_months", "owner_counts", "figures_due" })
        {
            migrationBuilder.Sql($"DROP TABLE {table}");
        }
    }
}
