using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ContactPairReasons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "dismissed_reason",
                table: "contact_pairs",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_contact_pairs_reasons_score_id",
                table: "contact_pairs",
                columns: new[] { "reasons", "score", "id" },
                filter: "dismissed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_pairs_score_id1",
                table: "contact_pairs",
                columns: new[] { "score", "id" },
                filter: "dismissed_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_contact_pairs_reasons_score_id",
                table: "contact_pairs");

            migrationBuilder.DropIndex(
                name: "ix_contact_pairs_score_id1",
                table: "contact_pairs");

            migrationBuilder.DropColumn(
                name: "dismissed_reason",
                table: "contact_pairs");
        }
    }
}
