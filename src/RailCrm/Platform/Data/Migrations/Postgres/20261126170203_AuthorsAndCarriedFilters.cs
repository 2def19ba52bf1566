using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AuthorsAndCarriedFilters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_active_name_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_completeness_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_created_at_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_industry_code_name_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_name_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_region_code_name_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_tier_name_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_tier_trailing12revenue_fen_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_trailing12revenue_fen_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_updated_at_id",
                table: "customers");

            migrationBuilder.AddColumn<long>(
                name: "created_by",
                table: "customers",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "created_by",
                table: "customer_contacts",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_completeness",
                table: "customers",
                columns: new[] { "completeness", "id", "tier", "industry_code", "region_code", "size_class", "active", "unit_id", "deleted_at" });

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
                name: "ix_customers_inactive_name",
                table: "customers",
                columns: new[] { "active", "name", "id", "tier", "industry_code", "region_code", "size_class", "unit_id", "deleted_at" },
                filter: "NOT active");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_by_completeness",
                table: "customers");

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
                name: "ix_customers_inactive_name",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "created_by",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "created_by",
                table: "customer_contacts");

            migrationBuilder.CreateIndex(
                name: "ix_customers_active_name_id",
                table: "customers",
                columns: new[] { "active", "name", "id" },
                filter: "NOT active");

            migrationBuilder.CreateIndex(
                name: "ix_customers_completeness_id",
                table: "customers",
                columns: new[] { "completeness", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_created_at_id",
                table: "customers",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_industry_code_name_id",
                table: "customers",
                columns: new[] { "industry_code", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_name_id",
                table: "customers",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_region_code_name_id",
                table: "customers",
                columns: new[] { "region_code", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_tier_name_id",
                table: "customers",
                columns: new[] { "tier", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_tier_trailing12revenue_fen_id",
                table: "customers",
                columns: new[] { "tier", "trailing12revenue_fen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_trailing12revenue_fen_id",
                table: "customers",
                columns: new[] { "trailing12revenue_fen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_updated_at_id",
                table: "customers",
                columns: new[] { "updated_at", "id" });
        }
    }
}
