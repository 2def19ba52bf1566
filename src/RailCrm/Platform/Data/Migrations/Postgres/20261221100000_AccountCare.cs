using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
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
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "approval_documents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    approval_id = table.Column<long>(type: "bigint", nullable: false),
                    file_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    content_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, collation: "C"),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    created_by = table.Column<long>(type: "bigint", nullable: false)
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
