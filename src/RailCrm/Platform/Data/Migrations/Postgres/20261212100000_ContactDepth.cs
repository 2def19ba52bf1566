using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ContactDepth : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "attitude",
                table: "customer_contacts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "birthday",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<int>(
                name: "birthday_key",
                table: "customer_contacts",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "birthday_lunar",
                table: "customer_contacts",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "closeness",
                table: "customer_contacts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "competence",
                table: "customer_contacts",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "customs",
                table: "customer_contacts",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "decision_role",
                table: "customer_contacts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "email2",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<DateOnly>(
                name: "inactive_on",
                table: "customer_contacts",
                type: "date",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "inactive_reason",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "influence",
                table: "customer_contacts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "mobile2",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "mobile2digits",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "phone2",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "phone2digits",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "preferred_time",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "preferred_way",
                table: "customer_contacts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "reports_to_id",
                table: "customer_contacts",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "we_chat",
                table: "customer_contacts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "care_rule",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    lead_days = table.Column<int>(type: "integer", nullable: false),
                    note_above_fen = table.Column<long>(type: "bigint", nullable: true),
                    most_fen = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_care_rule", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "care_told",
                columns: table => new
                {
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_care_told", x => new { x.contact_id, x.on });
                });

            migrationBuilder.CreateTable(
                name: "contact_days",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    record_kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, collation: "C"),
                    record_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, collation: "C"),
                    day = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false, collation: "C"),
                    is_lunar = table.Column<bool>(type: "boolean", nullable: false),
                    day_key = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_days", x => x.id);
                    table.ForeignKey(
                        name: "fk_contact_days_customer_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "former_contacts",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    title = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    from = table.Column<DateOnly>(type: "date", nullable: true),
                    until = table.Column<DateOnly>(type: "date", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_former_contacts", x => x.id);
                    table.ForeignKey(
                        name: "fk_former_contacts_customer_contacts_contact_id",
                        column: x => x.contact_id,
                        principalTable: "customer_contacts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_former_contacts_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "gestures",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    record_kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, collation: "C"),
                    record_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    value_fen = table.Column<long>(type: "bigint", nullable: false),
                    on = table.Column<DateOnly>(type: "date", nullable: false),
                    note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true, collation: "C"),
                    compliance = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true, collation: "C"),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_gestures", x => x.id);
                    table.ForeignKey(
                        name: "fk_gestures_customer_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_attitude_name_id",
                table: "customer_contacts",
                columns: new[] { "attitude", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_birthday_key_id",
                table: "customer_contacts",
                columns: new[] { "birthday_key", "id" },
                filter: "birthday_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_decision_role_name_id",
                table: "customer_contacts",
                columns: new[] { "decision_role", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_influence_name_id",
                table: "customer_contacts",
                columns: new[] { "influence", "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_mobile2digits",
                table: "customer_contacts",
                column: "mobile2digits",
                filter: "mobile2digits IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_phone2digits",
                table: "customer_contacts",
                column: "phone2digits",
                filter: "phone2digits IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_reports_to_id",
                table: "customer_contacts",
                column: "reports_to_id",
                filter: "reports_to_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_care_told_on",
                table: "care_told",
                column: "on");

            migrationBuilder.CreateIndex(
                name: "ix_contact_days_customer_id",
                table: "contact_days",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_contact_days_day_key_id",
                table: "contact_days",
                columns: new[] { "day_key", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_contact_days_record_kind_record_id_id",
                table: "contact_days",
                columns: new[] { "record_kind", "record_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_former_contacts_contact_id_id",
                table: "former_contacts",
                columns: new[] { "contact_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_former_contacts_customer_id_id",
                table: "former_contacts",
                columns: new[] { "customer_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_gestures_customer_id",
                table: "gestures",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_gestures_record_kind_record_id_on_value_fen",
                table: "gestures",
                columns: new[] { "record_kind", "record_id", "on", "value_fen" });
            migrationBuilder.Sql("CREATE INDEX ix_customer_contacts_email2 ON customer_contacts (lower(email2))"); // As with the first: no model says an index over small letters.
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX ix_customer_contacts_email2");

            migrationBuilder.DropTable(
                name: "care_rule");

            migrationBuilder.DropTable(
                name: "care_told");

            migrationBuilder.DropTable(
                name: "contact_days");

            migrationBuilder.DropTable(
                name: "former_contacts");

            migrationBuilder.DropTable(
                name: "gestures");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_attitude_name_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_birthday_key_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_decision_role_name_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_influence_name_id",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_mobile2digits",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_phone2digits",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_reports_to_id",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "attitude",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "birthday",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "birthday_key",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "birthday_lunar",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "closeness",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "competence",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "customs",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "decision_role",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "email2",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "inactive_on",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "inactive_reason",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "influence",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "mobile2",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "mobile2digits",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "phone2",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "phone2digits",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "preferred_time",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "preferred_way",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "reports_to_id",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "we_chat",
                table: "customer_contacts");
        }
    }
}
