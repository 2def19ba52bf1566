using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class CustomFields : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "custom",
                table: "waybill_lines",
                type: "character varying(100000)",
                maxLength: 100000,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "custom",
                table: "customers",
                type: "character varying(100000)",
                maxLength: 100000,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "custom",
                table: "customer_contacts",
                type: "character varying(100000)",
                maxLength: 100000,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "custom_fields",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    list = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    key = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    english_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    options = table.Column<string>(type: "character varying(50000)", maxLength: 50000, nullable: true, collation: "C"),
                    required = table.Column<bool>(type: "boolean", nullable: false),
                    unique = table.Column<bool>(type: "boolean", nullable: false),
                    indexed = table.Column<bool>(type: "boolean", nullable: false),
                    ready = table.Column<bool>(type: "boolean", nullable: false),
                    help = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true, collation: "C"),
                    section = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    position = table.Column<int>(type: "integer", nullable: false),
                    roles = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    when_field = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    when_values = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true, collation: "C"),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_fields", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_custom_fields_list_key",
                table: "custom_fields",
                columns: new[] { "list", "key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "custom_fields");

            migrationBuilder.DropColumn(
                name: "custom",
                table: "waybill_lines");

            migrationBuilder.DropColumn(
                name: "custom",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "custom",
                table: "customer_contacts");
        }
    }
}
