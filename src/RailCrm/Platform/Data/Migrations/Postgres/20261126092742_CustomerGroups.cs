using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class CustomerGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_unit_id_tier",
                table: "customers");

            migrationBuilder.CreateIndex(
                name: "ix_customers_groups",
                table: "customers",
                columns: new[] { "unit_id", "tier", "industry_code", "region_code", "size_class", "ownership_type", "kind", "active", "trailing12revenue_fen", "trailing12gross_profit_fen", "trailing12weight_kg" },
                filter: "deleted_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_groups",
                table: "customers");

            migrationBuilder.CreateIndex(
                name: "ix_customers_unit_id_tier",
                table: "customers",
                columns: new[] { "unit_id", "tier" },
                filter: "deleted_at IS NULL");
        }
    }
}
