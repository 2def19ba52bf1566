using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AuthorityGrants : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Without its key to customers. By hand and within the transaction: nothing refers to this table, and what EF does in its place cannot be broken off.
            migrationBuilder.Sql("""
                CREATE TABLE "inbox_lines_new" (
                    "id" INTEGER NOT NULL CONSTRAINT "pk_inbox_lines" PRIMARY KEY AUTOINCREMENT,
                    "user_id" INTEGER NOT NULL,
                    "kind" TEXT NOT NULL,
                    "customer_id" INTEGER NOT NULL,
                    "record_kind" TEXT NOT NULL,
                    "record_id" INTEGER NOT NULL,
                    "note_id" INTEGER NULL,
                    "detail" TEXT NULL,
                    "actor_id" INTEGER NOT NULL,
                    "at" TEXT NOT NULL,
                    "read_at" TEXT NULL
                );
                INSERT INTO "inbox_lines_new" SELECT "id", "user_id", "kind", "customer_id", "record_kind", "record_id", "note_id", "detail", "actor_id", "at", "read_at" FROM "inbox_lines";
                DROP TABLE "inbox_lines";
                ALTER TABLE "inbox_lines_new" RENAME TO "inbox_lines";
                CREATE INDEX "ix_inbox_lines_customer_id" ON "inbox_lines" ("customer_id");
                CREATE INDEX "ix_inbox_lines_note_id" ON "inbox_lines" ("note_id");
                CREATE INDEX "ix_inbox_lines_record_kind_record_id" ON "inbox_lines" ("record_kind", "record_id");
                CREATE INDEX "ix_inbox_lines_unread" ON "inbox_lines" ("user_id", "customer_id", "id") WHERE read_at IS NULL;
                CREATE INDEX "ix_inbox_lines_user_id_id" ON "inbox_lines" ("user_id", "id");
                CREATE INDEX "ix_inbox_lines_unread_newest" ON "inbox_lines" ("user_id", "id") WHERE read_at IS NULL;
                """);

            migrationBuilder.AddColumn<string>(
                name: "authority_action",
                table: "approvals",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "authority_amount",
                table: "approvals",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "authority_grants",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    action = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    limit = table.Column<long>(type: "INTEGER", nullable: false),
                    parent_id = table.Column<long>(type: "INTEGER", nullable: true),
                    unit_id = table.Column<long>(type: "INTEGER", nullable: false),
                    role_id = table.Column<long>(type: "INTEGER", nullable: true),
                    level = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    user_id = table.Column<long>(type: "INTEGER", nullable: true),
                    from_on = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    until_on = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    granted_by = table.Column<long>(type: "INTEGER", nullable: false),
                    granted_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    why = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    revoked_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    warned_of = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_authority_grants", x => x.id);
                    table.ForeignKey(
                        name: "fk_authority_grants_authority_grants_parent_id",
                        column: x => x.parent_id,
                        principalTable: "authority_grants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_authority_grants_org_unit_unit_id",
                        column: x => x.unit_id,
                        principalTable: "units",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_authority_grants_action",
                table: "authority_grants",
                column: "action");

            migrationBuilder.CreateIndex(
                name: "ix_authority_grants_parent_id",
                table: "authority_grants",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_authority_grants_unit_id",
                table: "authority_grants",
                column: "unit_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "authority_grants");

            migrationBuilder.DropColumn(
                name: "authority_action",
                table: "approvals");

            migrationBuilder.DropColumn(
                name: "authority_amount",
                table: "approvals");
        }
    }
}
