using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ListViews : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "list_choices",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    list = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    view_key = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    pinned = table.Column<bool>(type: "boolean", nullable: false),
                    is_default = table.Column<bool>(type: "boolean", nullable: false),
                    columns = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_list_choices", x => new { x.user_id, x.list, x.view_key });
                });

            migrationBuilder.CreateTable(
                name: "saved_views",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    list = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false, collation: "C"),
                    address = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false, collation: "C"),
                    owner_id = table.Column<long>(type: "bigint", nullable: false),
                    unit_id = table.Column<long>(type: "bigint", nullable: true),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_saved_views", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "work_rows",
                columns: table => new
                {
                    job_id = table.Column<long>(type: "bigint", nullable: false),
                    row_id = table.Column<long>(type: "bigint", nullable: false),
                    outcome = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: true, collation: "C"),
                    reason = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true, collation: "C"),
                    before = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    version_after = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_work_rows", x => new { x.job_id, x.row_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_customers_created_at_id",
                table: "customers",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_employee_count",
                table: "customers",
                column: "employee_count");

            migrationBuilder.CreateIndex(
                name: "ix_customers_kind",
                table: "customers",
                column: "kind",
                filter: "kind <> 'Company'");

            migrationBuilder.CreateIndex(
                name: "ix_customers_ownership_type",
                table: "customers",
                column: "ownership_type");

            migrationBuilder.CreateIndex(
                name: "ix_customers_size_class",
                table: "customers",
                column: "size_class");

            migrationBuilder.CreateIndex(
                name: "ix_customers_trailing12gross_profit_fen_id",
                table: "customers",
                columns: new[] { "trailing12gross_profit_fen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_trailing12weight_kg_id",
                table: "customers",
                columns: new[] { "trailing12weight_kg", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_active_name_id",
                table: "customer_contacts",
                columns: new[] { "active", "name", "id" },
                filter: "NOT active");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_created_at_id",
                table: "customer_contacts",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_is_main_name_id",
                table: "customer_contacts",
                columns: new[] { "is_main", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_name_id",
                table: "customer_contacts",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_saved_views_list_owner_id",
                table: "saved_views",
                columns: new[] { "list", "owner_id" });

            migrationBuilder.CreateIndex(
                name: "ix_saved_views_list_unit_id",
                table: "saved_views",
                columns: new[] { "list", "unit_id" });

            migrationBuilder.CreateIndex(
                name: "ix_work_rows_job_id_outcome_row_id",
                table: "work_rows",
                columns: new[] { "job_id", "outcome", "row_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "list_choices");

            migrationBuilder.DropTable(
                name: "saved_views");

            migrationBuilder.DropTable(
                name: "work_rows");

            migrationBuilder.DropIndex(
                name: "ix_customers_created_at_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_employee_count",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_kind",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_ownership_type",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_size_class",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_trailing12gross_profit_fen_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_trailing12weight_kg_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_active_name_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_created_at_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_is_main_name_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_name_id",
                table: "customer_contacts");
        }
    }
}
