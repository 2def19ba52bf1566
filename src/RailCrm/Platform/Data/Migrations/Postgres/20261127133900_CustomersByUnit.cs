using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class CustomersByUnit : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_by_created",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_industry_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_region_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_revenue",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_tier_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_tier_revenue",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_updated",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_groups",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_inactive_name",
                table: "customers");

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_created",
                table: "customers",
                columns: new[] { "created_at", "id", "tier", "industry_code", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_industry_name",
                table: "customers",
                columns: new[] { "industry_code", "name", "id", "tier", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_name",
                table: "customers",
                columns: new[] { "name", "id", "tier", "industry_code", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_region_name",
                table: "customers",
                columns: new[] { "region_code", "name", "id", "tier", "industry_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_revenue",
                table: "customers",
                columns: new[] { "trailing12revenue_fen", "id", "tier", "industry_code", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_tier_name",
                table: "customers",
                columns: new[] { "tier", "name", "id", "industry_code", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_tier_revenue",
                table: "customers",
                columns: new[] { "tier", "trailing12revenue_fen", "id", "industry_code", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_updated",
                table: "customers",
                columns: new[] { "updated_at", "id", "tier", "industry_code", "region_code", "size_class", "active", "completeness", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_groups",
                table: "customers",
                columns: new[] { "unit_id", "tier", "industry_code", "region_code", "size_class", "ownership_type", "kind", "active", "trailing12revenue_fen", "trailing12gross_profit_fen", "trailing12weight_kg", "revenue_change_fen", "completeness", "name", "id", "updated_at", "created_at", "credit_code", "employee_count", "created_by" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customers_inactive_name",
                table: "customers",
                columns: new[] { "active", "name", "id", "tier", "industry_code", "region_code", "size_class", "completeness", "unit_id", "deleted_at" },
                filter: "NOT active");

            // Tags with the unit that owns the customer: a subsidiary's are read unit by unit.
            migrationBuilder.Sql("ALTER TABLE customer_tags ADD COLUMN unit_id bigint NOT NULL DEFAULT 0");
            migrationBuilder.Sql("UPDATE customer_tags t SET unit_id = c.unit_id FROM customers c WHERE c.id = t.customer_id");
            migrationBuilder.Sql("ALTER TABLE customer_tags ALTER COLUMN unit_id DROP DEFAULT");
            migrationBuilder.Sql("CREATE INDEX ix_customer_tags_unit ON customer_tags (tag, unit_id, customer_id)");
            migrationBuilder.Sql("""
                CREATE OR REPLACE FUNCTION customers_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF TG_OP <> 'INSERT' THEN
                    DELETE FROM customer_tags WHERE customer_id = old.id;
                  END IF;
                  IF TG_OP <> 'DELETE' THEN
                    INSERT INTO customer_tags (tag, customer_id, unit_id) SELECT DISTINCT t, new.id, new.unit_id FROM unnest(string_to_array(trim(both ',' from new.tags), ',')) AS t;
                  END IF;
                  RETURN NULL;
                END $$
                """);
            migrationBuilder.Sql("DROP TRIGGER customers_retagged ON customers");
            migrationBuilder.Sql("CREATE TRIGGER customers_retagged AFTER UPDATE OF tags, unit_id ON customers FOR EACH ROW WHEN (old.tags IS DISTINCT FROM new.tags OR old.unit_id <> new.unit_id) EXECUTE FUNCTION customers_tagged()");

            // The indexes of own fields carry completeness, too.
            migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'customFieldIndex', CAST(id AS text), 'queued', 0, 0, 0, 0, 0, FALSE, 0, now() FROM custom_fields WHERE list = 'customers' AND ready");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_by_created",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_industry_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_region_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_revenue",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_tier_name",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_tier_revenue",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_updated",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_groups",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_inactive_name",
                table: "customers");

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_created",
                table: "customers",
                columns: new[] { "created_at", "id", "tier", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_industry_name",
                table: "customers",
                columns: new[] { "industry_code", "name", "id", "tier", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_name",
                table: "customers",
                columns: new[] { "name", "id", "tier", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_region_name",
                table: "customers",
                columns: new[] { "region_code", "name", "id", "tier", "industry_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_revenue",
                table: "customers",
                columns: new[] { "trailing12revenue_fen", "id", "tier", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_tier_name",
                table: "customers",
                columns: new[] { "tier", "name", "id", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_tier_revenue",
                table: "customers",
                columns: new[] { "tier", "trailing12revenue_fen", "id", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_updated",
                table: "customers",
                columns: new[] { "updated_at", "id", "tier", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_groups",
                table: "customers",
                columns: new[] { "unit_id", "tier", "industry_code", "region_code", "size_class", "ownership_type", "kind", "active", "trailing12revenue_fen", "trailing12gross_profit_fen", "trailing12weight_kg" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customers_inactive_name",
                table: "customers",
                columns: new[] { "active", "name", "id", "tier", "industry_code", "region_code", "size_class", "unit_id", "deleted_at" },
                filter: "NOT active");
        }
    }
}
