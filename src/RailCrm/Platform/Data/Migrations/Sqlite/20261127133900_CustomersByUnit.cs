using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
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
            foreach (var trigger in new[] { "customers_tagged", "customers_retagged", "customers_untagged" })
            {
                migrationBuilder.Sql($"DROP TRIGGER {trigger}");
            }

            migrationBuilder.Sql("DROP TABLE customer_tags");
            migrationBuilder.Sql("CREATE TABLE customer_tags (tag TEXT NOT NULL, customer_id INTEGER NOT NULL, unit_id INTEGER NOT NULL, PRIMARY KEY (tag, customer_id)) WITHOUT ROWID");
            migrationBuilder.Sql("CREATE INDEX ix_customer_tags_customer_id ON customer_tags (customer_id)");
            migrationBuilder.Sql("CREATE INDEX ix_customer_tags_unit ON customer_tags (tag, unit_id, customer_id)");
            migrationBuilder.Sql($"INSERT OR IGNORE INTO customer_tags (tag, customer_id, unit_id) SELECT t.value, c.id, c.unit_id FROM customers c, json_each({Parts("c")}) t WHERE c.tags IS NOT NULL");
            const string Add = "INSERT OR IGNORE INTO customer_tags (tag, customer_id, unit_id) SELECT value, new.id, new.unit_id FROM json_each(";
            const string Remove = "DELETE FROM customer_tags WHERE customer_id = old.id;";
            migrationBuilder.Sql($"CREATE TRIGGER customers_tagged AFTER INSERT ON customers WHEN new.tags IS NOT NULL BEGIN {Add}{Parts("new")}); END");
            migrationBuilder.Sql($"CREATE TRIGGER customers_retagged AFTER UPDATE OF tags, unit_id ON customers WHEN old.tags IS NOT new.tags OR old.unit_id <> new.unit_id BEGIN {Remove} {Add}{Parts("new")}) WHERE new.tags IS NOT NULL; END");
            migrationBuilder.Sql($"CREATE TRIGGER customers_untagged AFTER DELETE ON customers WHEN old.tags IS NOT NULL BEGIN {Remove} END");

            // The indexes of own fields carry completeness, too.
            migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'customFieldIndex', CAST(id AS text), 'queued', 0, 0, 0, 0, 0, FALSE, 0, strftime('%Y-%m-%d %H:%M:%S', 'now') FROM custom_fields WHERE list = 'customers' AND ready");
        }

        /// <summary>Tags <c>,a,b,</c> as a JSON array: a trigger knows no recursion that could split text.</summary>
        private static string Parts(string row) => $"'[' || replace(json_quote(trim({row}.tags, ',')), ',', '\",\"') || ']'";

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
