using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AuthorityGrants : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_inbox_lines_customers_customer_id",
                table: "inbox_lines");

            migrationBuilder.AddColumn<string>(
                name: "authority_action",
                table: "approvals",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "authority_amount",
                table: "approvals",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "authority_grants",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    action = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    limit = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: true),
                    unit_id = table.Column<long>(type: "bigint", nullable: false),
                    role_id = table.Column<long>(type: "bigint", nullable: true),
                    level = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    user_id = table.Column<long>(type: "bigint", nullable: true),
                    from_on = table.Column<DateOnly>(type: "date", nullable: false),
                    until_on = table.Column<DateOnly>(type: "date", nullable: true),
                    granted_by = table.Column<long>(type: "bigint", nullable: false),
                    granted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    why = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false, collation: "C"),
                    revoked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    warned_of = table.Column<DateOnly>(type: "date", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
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

            migrationBuilder.Sql("DELETE FROM inbox_lines WHERE customer_id = 0");

            migrationBuilder.AddForeignKey(
                name: "fk_inbox_lines_customers_customer_id",
                table: "inbox_lines",
                column: "customer_id",
                principalTable: "customers",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }
    }
}
