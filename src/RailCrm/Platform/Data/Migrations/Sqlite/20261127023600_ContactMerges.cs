using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ContactMerges : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "part_of_id",
                table: "customer_contacts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "contact_merges",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    survivor_id = table.Column<long>(type: "INTEGER", nullable: false),
                    merged_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    merged_by = table.Column<long>(type: "INTEGER", nullable: false),
                    undo_until = table.Column<DateTime>(type: "TEXT", nullable: false),
                    undone_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    undone_by = table.Column<long>(type: "INTEGER", nullable: true),
                    losers = table.Column<string>(type: "TEXT", maxLength: 10000, nullable: false),
                    fields = table.Column<string>(type: "TEXT", maxLength: 200000, nullable: false),
                    moved = table.Column<string>(type: "TEXT", maxLength: 10000000, nullable: false),
                    moved_rows = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_merges", x => x.id);
                    table.ForeignKey(
                        name: "fk_contact_merges_customer_contacts_survivor_id",
                        column: x => x.survivor_id,
                        principalTable: "customer_contacts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "contact_pairs",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    first_id = table.Column<long>(type: "INTEGER", nullable: false),
                    second_id = table.Column<long>(type: "INTEGER", nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    reasons = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    found_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    dismissed_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    dismissed_by = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_pairs", x => x.id);
                    table.ForeignKey(
                        name: "fk_contact_pairs_customer_contacts_first_id",
                        column: x => x.first_id,
                        principalTable: "customer_contacts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_contact_pairs_customer_contacts_second_id",
                        column: x => x.second_id,
                        principalTable: "customer_contacts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_part_of_id",
                table: "customer_contacts",
                column: "part_of_id",
                filter: "part_of_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_merges_survivor_id_id",
                table: "contact_merges",
                columns: new[] { "survivor_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_pairs_first_id_second_id",
                table: "contact_pairs",
                columns: new[] { "first_id", "second_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_contact_pairs_score_id",
                table: "contact_pairs",
                columns: new[] { "score", "id" },
                filter: "dismissed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_pairs_second_id",
                table: "contact_pairs",
                column: "second_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_merges");

            migrationBuilder.DropTable(
                name: "contact_pairs");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_part_of_id",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "part_of_id",
                table: "customer_contacts");
        }
    }
}
