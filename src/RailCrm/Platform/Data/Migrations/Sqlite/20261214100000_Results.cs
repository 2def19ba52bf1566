using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Results : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Persons' months, and the triggers that move them when a responsibility begins, ends or goes.
            migrationBuilder.Sql("CREATE TABLE manager_months (user_id INTEGER NOT NULL, month INTEGER NOT NULL, lines INTEGER NOT NULL, revenue_fen INTEGER NOT NULL, cost_fen INTEGER NOT NULL, weight_kg INTEGER NOT NULL, PRIMARY KEY (user_id, month)) WITHOUT ROWID");
            const string Ever = "'9999-12-31'";
            const string Month = "CAST(substr(w.date, 1, 4) AS INTEGER) * 12 + CAST(substr(w.date, 6, 2) AS INTEGER) - 1";
            static string Post(string row, string from, string until, string sign) =>
                $"INSERT INTO manager_months (user_id, month, lines, revenue_fen, cost_fen, weight_kg) SELECT {row}.user_id, {Month}, {sign} * count(*), {sign} * sum(w.revenue_fen), {sign} * sum(w.cost_fen), {sign} * sum(w.weight_kg) FROM waybill_lines w WHERE w.customer_id = {row}.customer_id AND w.date >= {from} AND w.date < {until} GROUP BY 1, 2 " +
                "ON CONFLICT (user_id, month) DO UPDATE SET lines = lines + excluded.lines, revenue_fen = revenue_fen + excluded.revenue_fen, cost_fen = cost_fen + excluded.cost_fen, weight_kg = weight_kg + excluded.weight_kg;";
            const string Old = $"coalesce(old.until, {Ever})", New = $"coalesce(new.until, {Ever})";
            migrationBuilder.Sql($"CREATE TRIGGER responsibilities_begun AFTER INSERT ON responsibilities WHEN new.duty = 'Main' BEGIN {Post("new", "new.\"from\"", New, "1")} END");
            migrationBuilder.Sql($"CREATE TRIGGER responsibilities_gone AFTER DELETE ON responsibilities WHEN old.duty = 'Main' BEGIN {Post("old", "old.\"from\"", Old, "-1")} END");
            migrationBuilder.Sql($"CREATE TRIGGER responsibilities_ended AFTER UPDATE OF until ON responsibilities WHEN new.duty = 'Main' AND old.until IS NOT new.until BEGIN {Post("new", $"max(new.\"from\", min({Old}, {New}))", $"max({Old}, {New})", $"(CASE WHEN {New} > {Old} THEN 1 ELSE -1 END)")} END");
            migrationBuilder.Sql($"INSERT INTO manager_months (user_id, month, lines, revenue_fen, cost_fen, weight_kg) SELECT r.user_id, {Month}, count(*), sum(w.revenue_fen), sum(w.cost_fen), sum(w.weight_kg) FROM waybill_lines w JOIN responsibilities r ON r.customer_id = w.customer_id AND r.duty = 'Main' AND r.\"from\" <= w.date AND (r.until IS NULL OR r.until > w.date) GROUP BY 1, 2");

            migrationBuilder.CreateTable(
                name: "result_rules",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    unit_id = table.Column<long>(type: "INTEGER", nullable: false),
                    open = table.Column<bool>(type: "INTEGER", nullable: false),
                    lost_months = table.Column<int>(type: "INTEGER", nullable: false),
                    coverage_days = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_result_rules", x => x.id);
                    table.ForeignKey(
                        name: "fk_result_rules_units_unit_id",
                        column: x => x.unit_id,
                        principalTable: "units",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "target_plans",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    unit_id = table.Column<long>(type: "INTEGER", nullable: true),
                    user_id = table.Column<long>(type: "INTEGER", nullable: true),
                    year = table.Column<int>(type: "INTEGER", nullable: false),
                    measure = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    floor = table.Column<string>(type: "TEXT", maxLength: 300, nullable: false),
                    target = table.Column<string>(type: "TEXT", maxLength: 300, nullable: false),
                    challenge = table.Column<string>(type: "TEXT", maxLength: 300, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_target_plans", x => x.id);
                    table.ForeignKey(
                        name: "fk_target_plans_units_unit_id",
                        column: x => x.unit_id,
                        principalTable: "units",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_target_plans_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_result_rules_unit_id",
                table: "result_rules",
                column: "unit_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_target_plans_unit",
                table: "target_plans",
                columns: new[] { "unit_id", "year", "measure" },
                unique: true,
                filter: "unit_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_target_plans_user",
                table: "target_plans",
                columns: new[] { "user_id", "year", "measure" },
                unique: true,
                filter: "user_id IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var trigger in new[] { "begun", "gone", "ended" })
            {
                migrationBuilder.Sql($"DROP TRIGGER responsibilities_{trigger}");
            }

            migrationBuilder.Sql("DROP TABLE manager_months");
            migrationBuilder.DropTable(
                name: "result_rules");

            migrationBuilder.DropTable(
                name: "target_plans");
        }
    }
}
