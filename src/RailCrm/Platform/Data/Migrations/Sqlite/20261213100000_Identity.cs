using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Identity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "factor_since",
                table: "roles",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_seals",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ids = table.Column<string>(type: "TEXT", maxLength: 100000, nullable: false),
                    first_id = table.Column<long>(type: "INTEGER", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false),
                    top = table.Column<long>(type: "INTEGER", nullable: false),
                    open = table.Column<string>(type: "TEXT", maxLength: 1000000, nullable: false),
                    last_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    through = table.Column<long>(type: "INTEGER", nullable: false),
                    rows_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    marks = table.Column<byte[]>(type: "BLOB", nullable: false),
                    previous_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_seals", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "recovery_codes",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    used_at = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_recovery_codes", x => x.id);
                    table.ForeignKey(
                        name: "fk_recovery_codes_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "second_factors",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    secret = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    confirmed_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    last_step = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_second_factors", x => x.user_id);
                    table.ForeignKey(
                        name: "fk_second_factors_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "security_policies",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    audit_days = table.Column<int>(type: "INTEGER", nullable: true),
                    idle_minutes = table.Column<int>(type: "INTEGER", nullable: false),
                    absolute_hours = table.Column<int>(type: "INTEGER", nullable: false),
                    factor_days = table.Column<int>(type: "INTEGER", nullable: false),
                    export_rows = table.Column<int>(type: "INTEGER", nullable: false),
                    night_acts = table.Column<int>(type: "INTEGER", nullable: false),
                    addresses = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_security_policies", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_recovery_codes_user_id_hash",
                table: "recovery_codes",
                columns: new[] { "user_id", "hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_audit_seals_through",
                table: "audit_seals",
                column: "through");

            // Whoever may write to the database may also take these away; against him stands the chain.
            migrationBuilder.Sql("CREATE TRIGGER audit_entries_not_changed BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
            migrationBuilder.Sql("CREATE TRIGGER audit_entries_not_removed BEFORE DELETE ON audit_entries WHEN OLD.id > COALESCE((SELECT top FROM audit_seals WHERE id = (SELECT max(through) FROM audit_seals)), 0) BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
            migrationBuilder.Sql("CREATE TRIGGER audit_seals_not_changed BEFORE UPDATE ON audit_seals BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
            migrationBuilder.Sql("CREATE TRIGGER audit_seals_not_removed BEFORE DELETE ON audit_seals BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER audit_entries_not_changed");
            migrationBuilder.Sql("DROP TRIGGER audit_entries_not_removed");

            migrationBuilder.DropTable(
                name: "audit_seals");

            migrationBuilder.DropTable(
                name: "recovery_codes");

            migrationBuilder.DropTable(
                name: "second_factors");

            migrationBuilder.DropTable(
                name: "security_policies");

            migrationBuilder.DropColumn(
                name: "factor_since",
                table: "roles");
        }
    }
}
