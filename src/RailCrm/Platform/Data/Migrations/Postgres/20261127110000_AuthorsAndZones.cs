using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AuthorsAndZones : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "time_zone",
                table: "users",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateIndex(
                name: "ix_customers_created_by",
                table: "customers",
                column: "created_by");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_created_by",
                table: "customer_contacts",
                column: "created_by");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_title_name_id",
                table: "customer_contacts",
                columns: new[] { "title", "name", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customers_created_by",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_created_by",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_title_name_id",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "time_zone",
                table: "users");
        }
    }
}
