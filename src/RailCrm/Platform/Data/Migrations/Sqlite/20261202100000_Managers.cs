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
                name: "handovers",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    number = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    from_user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    unit_id = table.Column<long>(type: "INTEGER", nullable: false),
                    leaves = table.Column<bool>(type: "INTEGER", nullable: false),
                    note = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    rule = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    created_by = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_handovers", x => x.id);
                    table.ForeignKey(
                        name: "fk_handovers_org_unit_unit_id",
                        column: x => x.unit_id,
                        principalTable: "units",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_handovers_user_from_user_id",
                        column: x => x.from_user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

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

            migrationBuilder.CreateTable(
                name: "handover_parts",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    handover_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    decided_by = table.Column<long>(type: "INTEGER", nullable: true),
                    decided_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    comment = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    job_id = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_handover_parts", x => x.id);
                    table.ForeignKey(
                        name: "fk_handover_parts_handovers_handover_id",
                        column: x => x.handover_id,
                        principalTable: "handovers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_handover_parts_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "handover_items",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    handover_id = table.Column<long>(type: "INTEGER", nullable: false),
                    part_id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: true),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 10, nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    moved_id = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_handover_items", x => x.id);
                    table.ForeignKey(
                        name: "fk_handover_items_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_handover_items_handover_part_part_id",
                        column: x => x.part_id,
                        principalTable: "handover_parts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_handover_items_handovers_handover_id",
                        column: x => x.handover_id,
                        principalTable: "handovers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customers_by_managers",
                table: "customers",
                columns: new[] { "tier", "manager_levels", "name", "id", "unit_id", "deleted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_handover_items_customer_id",
                table: "handover_items",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_handover_items_handover_id_kind_record_id",
                table: "handover_items",
                columns: new[] { "handover_id", "kind", "record_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_handover_items_part_id_outcome_id",
                table: "handover_items",
                columns: new[] { "part_id", "outcome", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_handover_parts_handover_id_user_id",
                table: "handover_parts",
                columns: new[] { "handover_id", "user_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_handover_parts_user_id_state",
                table: "handover_parts",
                columns: new[] { "user_id", "state" });

            migrationBuilder.CreateIndex(
                name: "ix_handovers_from_user_id_id",
                table: "handovers",
                columns: new[] { "from_user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_handovers_number",
                table: "handovers",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_handovers_unit_id_id",
                table: "handovers",
                columns: new[] { "unit_id", "id" });

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
                name: "handover_items");

            migrationBuilder.DropTable(
                name: "manager_rule");

            migrationBuilder.DropTable(
                name: "responsibilities");

            migrationBuilder.DropTable(
                name: "handover_parts");

            migrationBuilder.DropTable(
                name: "handovers");

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
