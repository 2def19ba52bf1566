using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WaybillPairs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "waybill_pairs",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    first_id = table.Column<long>(type: "INTEGER", nullable: false),
                    second_id = table.Column<long>(type: "INTEGER", nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    reasons = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    found_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    dismissed_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    dismissed_by = table.Column<long>(type: "INTEGER", nullable: true),
                    dismissed_reason = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_waybill_pairs", x => x.id);
                    table.ForeignKey(
                        name: "fk_waybill_pairs_waybill_lines_first_id",
                        column: x => x.first_id,
                        principalTable: "waybill_lines",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_waybill_pairs_waybill_lines_second_id",
                        column: x => x.second_id,
                        principalTable: "waybill_lines",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_waybill_pairs_customer_id",
                table: "waybill_pairs",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_waybill_pairs_first_id_second_id",
                table: "waybill_pairs",
                columns: new[] { "first_id", "second_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_waybill_pairs_reasons_score_id",
                table: "waybill_pairs",
                columns: new[] { "reasons", "score", "id" },
                filter: "dismissed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_waybill_pairs_score_id",
                table: "waybill_pairs",
                columns: new[] { "score", "id" },
                filter: "dismissed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_waybill_pairs_score_id1",
                table: "waybill_pairs",
                columns: new[] { "score", "id" },
                filter: "dismissed_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_waybill_pairs_second_id",
                table: "waybill_pairs",
                column: "second_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "waybill_pairs");
        }
    }
}
