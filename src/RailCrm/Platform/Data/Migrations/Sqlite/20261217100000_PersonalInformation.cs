using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PersonalInformation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "erased_at",
                table: "customer_contacts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_erasures",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    entry_id = table.Column<long>(type: "INTEGER", nullable: false),
                    event_id = table.Column<long>(type: "INTEGER", nullable: false),
                    was = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    now = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_erasures", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "personal_rule",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    is_on = table.Column<bool>(type: "INTEGER", nullable: false),
                    purpose = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    basis = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    until = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    off_on = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    words = table.Column<string>(type: "TEXT", maxLength: 20000, nullable: true),
                    months_kept = table.Column<int>(type: "INTEGER", nullable: true),
                    erases_itself = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_personal_rule", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "personal_traits",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    record_kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    cipher = table.Column<string>(type: "TEXT", maxLength: 10000, nullable: false),
                    changed_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_personal_traits", x => x.id);
                    table.ForeignKey(
                        name: "fk_personal_traits_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_erasures_entry_id_id",
                table: "audit_erasures",
                columns: new[] { "entry_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_erasures_event_id_entry_id",
                table: "audit_erasures",
                columns: new[] { "event_id", "entry_id" });

            migrationBuilder.CreateIndex(
                name: "ix_personal_traits_customer_id",
                table: "personal_traits",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_personal_traits_record_kind_record_id_id",
                table: "personal_traits",
                columns: new[] { "record_kind", "record_id", "id" });

            // Values of a person who was erased may go, once it is written down what the row was: the chain stands surety for that.
            migrationBuilder.Sql("DROP TRIGGER audit_entries_not_changed");
            migrationBuilder.Sql("CREATE TRIGGER audit_entries_not_changed BEFORE UPDATE ON audit_entries WHEN NOT (EXISTS (SELECT 1 FROM audit_erasures WHERE entry_id = OLD.id) AND NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.actor_id IS OLD.actor_id AND NEW.actor_name IS OLD.actor_name AND NEW.via IS OLD.via AND NEW.action IS OLD.action AND NEW.entity IS OLD.entity AND NEW.entity_id IS OLD.entity_id AND NEW.customer_id IS OLD.customer_id) BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
            migrationBuilder.Sql("CREATE TRIGGER audit_erasures_not_changed BEFORE UPDATE ON audit_erasures BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
            migrationBuilder.Sql("CREATE TRIGGER audit_erasures_not_removed BEFORE DELETE ON audit_erasures BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER audit_entries_not_changed");
            migrationBuilder.Sql("CREATE TRIGGER audit_entries_not_changed BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'the audit trail is not changed'); END;");
            migrationBuilder.Sql("DROP TRIGGER audit_erasures_not_changed");
            migrationBuilder.Sql("DROP TRIGGER audit_erasures_not_removed");
            migrationBuilder.DropTable(
                name: "audit_erasures");

            migrationBuilder.DropTable(
                name: "personal_rule");

            migrationBuilder.DropTable(
                name: "personal_traits");

            migrationBuilder.DropColumn(
                name: "erased_at",
                table: "customer_contacts");
        }
    }
}
