using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>What the filters of the lists stand on: tags taken apart, on every path by a trigger; the few who are no longer served; facts by lane.</summary>
public partial class ListFilters : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex(name: "ix_customers_active_name_id", table: "customers", columns: ["active", "name", "id"], filter: "NOT active");
        // From how work was done to whose it was: a rare station, mode or commodity is found without reading the lines.
        migrationBuilder.Sql("CREATE INDEX ix_monthly_facts_lane ON monthly_facts (lane_id, month, customer_id)");
        migrationBuilder.Sql("CREATE TABLE customer_tags (tag varchar(1000) COLLATE \"C\" NOT NULL, customer_id bigint NOT NULL, PRIMARY KEY (tag, customer_id))");
        migrationBuilder.Sql("CREATE INDEX ix_customer_tags_customer_id ON customer_tags (customer_id)");
        migrationBuilder.Sql("INSERT INTO customer_tags (tag, customer_id) SELECT DISTINCT t, c.id FROM customers c CROSS JOIN unnest(string_to_array(trim(both ',' from c.tags), ',')) AS t WHERE c.tags IS NOT NULL");
        migrationBuilder.Sql("""
            CREATE FUNCTION customers_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF TG_OP <> 'INSERT' THEN
                DELETE FROM customer_tags WHERE customer_id = old.id;
              END IF;
              IF TG_OP <> 'DELETE' THEN
                INSERT INTO customer_tags (tag, customer_id) SELECT DISTINCT t, new.id FROM unnest(string_to_array(trim(both ',' from new.tags), ',')) AS t;
              END IF;
              RETURN NULL;
            END $$
            """);
        migrationBuilder.Sql("CREATE TRIGGER customers_tagged AFTER INSERT ON customers FOR EACH ROW WHEN (new.tags IS NOT NULL) EXECUTE FUNCTION customers_tagged()");
        migrationBuilder.Sql("CREATE TRIGGER customers_retagged AFTER UPDATE OF tags ON customers FOR EACH ROW WHEN (old.tags IS DISTINCT FROM new.tags) EXECUTE FUNCTION customers_tagged()");
        migrationBuilder.Sql("CREATE TRIGGER customers_untagged AFTER DELETE ON customers FOR EACH ROW WHEN (old.tags IS NOT NULL) EXECUTE FUNCTION customers_tagged()");
    }

    /// <inheritdoc />
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var trigger in new[] { "customers_tagged", "customers_retagged", "customers_untagged" })
        {
            migrationBuilder.Sql($"DROP TRIGGER {trigger} ON customers");
        }

        migrationBuilder.Sql("DROP FUNCTION customers_tagged()");
        migrationBuilder.Sql("DROP TABLE customer_tags");
        migrationBuilder.Sql("DROP INDEX ix_monthly_facts_lane");
        migrationBuilder.DropIndex(name: "ix_customers_active_name_id", table: "customers");
    }
}
