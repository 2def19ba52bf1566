using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class WaybillBin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "binned_lines",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    unit_id = table.Column<long>(type: "bigint", nullable: false),
                    source = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, collation: "C"),
                    external_no = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, collation: "C"),
                    date = table.Column<DateOnly>(type: "date", nullable: false),
                    weight_kg = table.Column<long>(type: "bigint", nullable: false),
                    revenue_fen = table.Column<long>(type: "bigint", nullable: false),
                    cost_fen = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<string>(type: "character varying(210000)", maxLength: 210000, nullable: false, collation: "C"),
                    deleted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    deleted_by = table.Column<long>(type: "bigint", nullable: false),
                    job_id = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_binned_lines", x => x.id);
                    table.ForeignKey(
                        name: "fk_binned_lines_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_binned_lines_customer_id_deleted_at_id",
                table: "binned_lines",
                columns: new[] { "customer_id", "deleted_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_binned_lines_date_id",
                table: "binned_lines",
                columns: new[] { "date", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_binned_lines_deleted_at_id",
                table: "binned_lines",
                columns: new[] { "deleted_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_binned_lines_external_no_id",
                table: "binned_lines",
                columns: new[] { "external_no", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "binned_lines");
        }
    }
}
