using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
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
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "audit_erasures",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    entry_id = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    was = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    now = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_erasures", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "personal_rule",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    is_on = table.Column<bool>(type: "boolean", nullable: false),
                    purpose = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true, collation: "C"),
                    basis = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    until = table.Column<DateOnly>(type: "date", nullable: true),
                    off_on = table.Column<DateOnly>(type: "date", nullable: true),
                    words = table.Column<string>(type: "character varying(20000)", maxLength: 20000, nullable: true, collation: "C"),
                    months_kept = table.Column<int>(type: "integer", nullable: true),
                    erases_itself = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_personal_rule", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "personal_traits",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    record_kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, collation: "C"),
                    record_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    cipher = table.Column<string>(type: "character varying(10000)", maxLength: 10000, nullable: false, collation: "C"),
                    changed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
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
            migrationBuilder.Sql("""
                CREATE OR REPLACE FUNCTION audit_not_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entries' THEN
                        IF OLD.id <= COALESCE((SELECT top FROM audit_seals WHERE id = (SELECT max(through) FROM audit_seals)), 0) THEN
                            RETURN OLD;
                        END IF;
                    END IF;
                    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_entries' THEN
                        IF to_jsonb(NEW) - 'changes' = to_jsonb(OLD) - 'changes' AND EXISTS (SELECT 1 FROM audit_erasures WHERE entry_id = OLD.id) THEN
                            RETURN NEW;
                        END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit trail is not changed';
                END $$
                """);
            migrationBuilder.Sql("CREATE TRIGGER audit_erasures_not_changed BEFORE UPDATE OR DELETE ON audit_erasures FOR EACH ROW EXECUTE FUNCTION audit_not_changed()");
            migrationBuilder.Sql("CREATE TRIGGER audit_erasures_not_emptied BEFORE TRUNCATE ON audit_erasures FOR EACH STATEMENT EXECUTE FUNCTION audit_not_changed()");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER audit_erasures_not_changed ON audit_erasures");
            migrationBuilder.Sql("DROP TRIGGER audit_erasures_not_emptied ON audit_erasures");
            migrationBuilder.Sql("""
                CREATE OR REPLACE FUNCTION audit_not_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entries' THEN
                        IF OLD.id <= COALESCE((SELECT top FROM audit_seals WHERE id = (SELECT max(through) FROM audit_seals)), 0) THEN
                            RETURN OLD;
                        END IF;
                    END IF;
                    RAISE EXCEPTION 'the audit trail is not changed';
                END $$
                """);
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
