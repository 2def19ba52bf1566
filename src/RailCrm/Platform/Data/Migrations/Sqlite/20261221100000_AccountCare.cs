using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AccountCare : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_handover_parts_handover_id_user_id",
                table: "handover_parts");

            migrationBuilder.AddColumn<long>(
                name: "pool_id",
                table: "handover_parts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "approval_documents",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    approval_id = table.Column<long>(type: "INTEGER", nullable: false),
                    file_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    size_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    created_by = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_approval_documents", x => x.id);
                    table.ForeignKey(
                        name: "fk_approval_documents_approvals_approval_id",
                        column: x => x.approval_id,
                        principalTable: "approvals",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_handover_parts_handover_id_user_id",
                table: "handover_parts",
                columns: new[] { "handover_id", "user_id" },
                unique: true,
                filter: "pool_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_approval_documents_approval_id_id",
                table: "approval_documents",
                columns: new[] { "approval_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_approval_documents_sha256",
                table: "approval_documents",
                column: "sha256");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "approval_documents");

            migrationBuilder.DropIndex(
                name: "ix_handover_parts_handover_id_user_id",
                table: "handover_parts");

            migrationBuilder.DropColumn(
                name: "pool_id",
                table: "handover_parts");

            migrationBuilder.CreateIndex(
                name: "ix_handover_parts_handover_id_user_id",
                table: "handover_parts",
                columns: new[] { "handover_id", "user_id" },
                unique: true);
        }
    }
}
