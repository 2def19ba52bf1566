using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>Facts, and the triggers that keep the owners' months and counts right on every path.</summary>
[DbContext(typeof(PostgresCrmDb))]
[Migration("20261124090000_WaybillFacts")]
internal sealed class WaybillFacts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        const string Sums = "lines bigint NOT NULL, revenue_fen bigint NOT NULL, cost_fen bigint NOT NULL, weight_kg bigint NOT NULL";
        migrationBuilder.Sql($"CREATE TABLE monthly_facts (customer_id bigint NOT NULL, month integer NOT NULL, lane_id bigint NOT NULL, {Sums}, PRIMARY KEY (customer_id, month, lane_id))");
        migrationBuilder.Sql($"CREATE TABLE owner_months (unit_id bigint NOT NULL, month integer NOT NULL, {Sums}, PRIMARY KEY (unit_id, month)) WITH (fillfactor = 50)");
        migrationBuilder.Sql("CREATE TABLE owner_counts (unit_id bigint NOT NULL, tier varchar(20) COLLATE \"C\" NOT NULL, customers bigint NOT NULL, completeness_sum bigint NOT NULL, PRIMARY KEY (unit_id, tier)) WITH (fillfactor = 50)");
        migrationBuilder.Sql("CREATE TABLE figures_due (customer_id bigint NOT NULL PRIMARY KEY)");
        migrationBuilder.Sql("""
            CREATE FUNCTION customers_moved() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              INSERT INTO owner_months AS m (unit_id, month, lines, revenue_fen, cost_fen, weight_kg)
              SELECT s.unit_id, f.month, sum(s.sign * f.lines), sum(s.sign * f.revenue_fen), sum(s.sign * f.cost_fen), sum(s.sign * f.weight_kg)
              FROM monthly_facts f CROSS JOIN (VALUES (old.unit_id, -1), (new.unit_id, 1)) AS s (unit_id, sign)
              WHERE f.customer_id = new.id GROUP BY s.unit_id, f.month ORDER BY s.unit_id, f.month
              ON CONFLICT (unit_id, month) DO UPDATE SET lines = m.lines + excluded.lines, revenue_fen = m.revenue_fen + excluded.revenue_fen,
                cost_fen = m.cost_fen + excluded.cost_fen, weight_kg = m.weight_kg + excluded.weight_kg;
              RETURN NULL;
            END $$
            """);
        migrationBuilder.Sql("CREATE TRIGGER customers_moved AFTER UPDATE OF unit_id ON customers FOR EACH ROW WHEN (old.unit_id IS DISTINCT FROM new.unit_id) EXECUTE FUNCTION customers_moved()");
        // Statement triggers: a change of a million tiers adds up its differences once.
        migrationBuilder.Sql("""
            CREATE FUNCTION customers_counted() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF TG_OP = 'INSERT' THEN
                INSERT INTO owner_counts AS c (unit_id, tier, customers, completeness_sum)
                SELECT unit_id, tier, count(*), sum(completeness) FROM after_rows WHERE deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
                ON CONFLICT (unit_id, tier) DO UPDATE SET customers = c.customers + excluded.customers, completeness_sum = c.completeness_sum + excluded.completeness_sum;
              ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO owner_counts AS c (unit_id, tier, customers, completeness_sum)
                SELECT unit_id, tier, -count(*), -sum(completeness) FROM before_rows WHERE deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
                ON CONFLICT (unit_id, tier) DO UPDATE SET customers = c.customers + excluded.customers, completeness_sum = c.completeness_sum + excluded.completeness_sum;
              ELSE
                INSERT INTO owner_counts AS c (unit_id, tier, customers, completeness_sum)
                SELECT unit_id, tier, sum(n), sum(n * completeness) FROM (
                  SELECT unit_id, tier, 1 AS n, completeness FROM after_rows WHERE deleted_at IS NULL
                  UNION ALL SELECT unit_id, tier, -1, completeness FROM before_rows WHERE deleted_at IS NULL) AS d
                GROUP BY 1, 2 HAVING sum(n) <> 0 OR sum(n * completeness) <> 0 ORDER BY 1, 2
                ON CONFLICT (unit_id, tier) DO UPDATE SET customers = c.customers + excluded.customers, completeness_sum = c.completeness_sum + excluded.completeness_sum;
              END IF;
              RETURN NULL;
            END $$
            """);
        migrationBuilder.Sql("CREATE TRIGGER customers_counted_in AFTER INSERT ON customers REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION customers_counted()");
        migrationBuilder.Sql("CREATE TRIGGER customers_counted_out AFTER DELETE ON customers REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION customers_counted()");
        migrationBuilder.Sql("CREATE TRIGGER customers_recounted AFTER UPDATE ON customers REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION customers_counted()");
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("DROP FUNCTION customers_moved CASCADE");
        migrationBuilder.Sql("DROP FUNCTION customers_counted CASCADE");
        foreach (var table in new[] { "monthly_facts", "owner_months", "owner_counts", "figures_due" })
        {
            migrationBuilder.Sql($"DROP TABLE {table}");
        }
    }
}
