using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ManagersMended : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateOnly>(
                name: "planned_until",
                table: "responsibilities",
                type: "date",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_handover_items_handover_id_part_id_kind_outcome",
                table: "handover_items",
                columns: new[] { "handover_id", "part_id", "kind", "outcome" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_handover_items_handover_id_part_id_kind_outcome",
                table: "handover_items");

            migrationBuilder.DropColumn(
                name: "planned_until",
                table: "responsibilities");
        }
    }
}
