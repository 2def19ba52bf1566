using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
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
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    first_id = table.Column<long>(type: "bigint", nullable: false),
                    second_id = table.Column<long>(type: "bigint", nullable: false),
                    score = table.Column<int>(type: "integer", nullable: false),
                    reasons = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, collation: "C"),
                    fingerprint = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    found_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    dismissed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    dismissed_by = table.Column<long>(type: "bigint", nullable: true),
                    dismissed_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C")
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
