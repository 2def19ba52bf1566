using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Managers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "manager_levels",
                table: "customers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "writes",
                table: "customer_grants",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "manager_rule",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    large = table.Column<int>(type: "INTEGER", nullable: false),
                    medium = table.Column<int>(type: "INTEGER", nullable: false),
                    small = table.Column<int>(type: "INTEGER", nullable: false),
                    at_risk = table.Column<int>(type: "INTEGER", nullable: false),
                    prospective = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_manager_rule", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "responsibilities",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    level = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    duty = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    from = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    until = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    approved_by = table.Column<long>(type: "INTEGER", nullable: false),
                    approved_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    end_reason = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    ended_by = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    merge_id = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_responsibilities", x => x.id);
                    table.ForeignKey(
                        name: "fk_responsibilities_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_responsibilities_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_managers",
                table: "customers",
                columns: new[] { "tier", "manager_levels", "name", "id", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_responsibilities_customer_id_level_from",
                table: "responsibilities",
                columns: new[] { "customer_id", "level", "from" });

            migrationBuilder.CreateIndex(
                name: "ix_responsibilities_main",
                table: "responsibilities",
                columns: new[] { "customer_id", "level" },
                unique: true,
                filter: "duty = 'Main' AND until IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_responsibilities_merge_id",
                table: "responsibilities",
                column: "merge_id",
                filter: "merge_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_responsibilities_user_id_until_customer_id",
                table: "responsibilities",
                columns: new[] { "user_id", "until", "customer_id" });

            foreach (var sql in ManagersFromGrants.Sql("date('now', '+8 hours')", "strftime('%Y-%m-%d %H:%M:%f', 'now')", "1"))
            {
                migrationBuilder.Sql(sql);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "manager_rule");

            migrationBuilder.DropTable(
                name: "responsibilities");

            migrationBuilder.DropIndex(
                name: "ix_customers_by_managers",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "manager_levels",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "writes",
                table: "customer_grants");
        }
    }
}
