using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class BinFilters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_deleted_at_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_deleted_at_id",
                table: "customer_contacts");

            migrationBuilder.CreateIndex(
                name: "ix_customers_bin",
                table: "customers",
                columns: new[] { "deleted_at", "id", "name", "number", "unit_id", "deleted_by" },
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_bin",
                table: "customer_contacts",
                columns: new[] { "deleted_at", "id", "name", "customer_id", "deleted_by", "part_of_id" },
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_binned_lines_deleted_by_deleted_at_id",
                table: "binned_lines",
                columns: new[] { "deleted_by", "deleted_at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_binned_lines_deleted_by_deleted_at_id",
                table: "binned_lines");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_bin",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customers_bin",
                table: "customers");

            migrationBuilder.CreateIndex(
                name: "ix_customers_deleted_at_id",
                table: "customers",
                columns: new[] { "deleted_at", "id" },
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_deleted_at_id",
                table: "customer_contacts",
                columns: new[] { "deleted_at", "id" },
                filter: "deleted_at IS NOT NULL");
        }
    }
}
