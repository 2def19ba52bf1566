using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PairFilters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_duplicate_pairs_reasons_score_id",
                table: "duplicate_pairs",
                columns: new[] { "reasons", "score", "id" },
                filter: "dismissed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_duplicate_pairs_score_id1",
                table: "duplicate_pairs",
                columns: new[] { "score", "id" },
                filter: "dismissed_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_duplicate_pairs_reasons_score_id",
                table: "duplicate_pairs");

            migrationBuilder.DropIndex(
                name: "ix_duplicate_pairs_score_id1",
                table: "duplicate_pairs");
        }
    }
}
