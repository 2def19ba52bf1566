using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Results : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Persons' months, and the triggers that move them when a responsibility begins, ends or goes.
            migrationBuilder.Sql("CREATE TABLE manager_months (user_id bigint NOT NULL, month integer NOT NULL, lines bigint NOT NULL, revenue_fen bigint NOT NULL, cost_fen bigint NOT NULL, weight_kg bigint NOT NULL, PRIMARY KEY (user_id, month)) WITH (fillfactor = 50)");
            migrationBuilder.Sql("""
                CREATE FUNCTION responsibilities_counted() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                  who bigint; whose bigint; first date; last date; sign integer;
                BEGIN
                  IF TG_OP = 'INSERT' THEN
                    who := new.user_id; whose := new.customer_id; first := new."from"; last := coalesce(new.until, 'infinity'); sign := 1;
                  ELSIF TG_OP = 'DELETE' THEN
                    who := old.user_id; whose := old.customer_id; first := old."from"; last := coalesce(old.until, 'infinity'); sign := -1;
                  ELSE
                    who := new.user_id; whose := new.customer_id;
                    first := greatest(new."from", least(coalesce(old.until, 'infinity'), coalesce(new.until, 'infinity')));
                    last := greatest(coalesce(old.until, 'infinity'), coalesce(new.until, 'infinity'));
                    sign := CASE WHEN coalesce(new.until, 'infinity') > coalesce(old.until, 'infinity') THEN 1 ELSE -1 END;
                  END IF;
                  INSERT INTO manager_months AS m (user_id, month, lines, revenue_fen, cost_fen, weight_kg)
                  SELECT who, CAST(EXTRACT(YEAR FROM w.date) * 12 + EXTRACT(MONTH FROM w.date) - 1 AS integer), sign * count(*), sign * sum(w.revenue_fen), sign * sum(w.cost_fen), sign * sum(w.weight_kg)
                  FROM waybill_lines w WHERE w.customer_id = whose AND w.date >= first AND w.date < last GROUP BY 2 ORDER BY 2
                  ON CONFLICT (user_id, month) DO UPDATE SET lines = m.lines + excluded.lines, revenue_fen = m.revenue_fen + excluded.revenue_fen,
                    cost_fen = m.cost_fen + excluded.cost_fen, weight_kg = m.weight_kg + excluded.weight_kg;
                  RETURN NULL;
                END $$
                """);
            migrationBuilder.Sql("CREATE TRIGGER responsibilities_begun AFTER INSERT ON responsibilities FOR EACH ROW WHEN (new.duty = 'Main') EXECUTE FUNCTION responsibilities_counted()");
            migrationBuilder.Sql("CREATE TRIGGER responsibilities_gone AFTER DELETE ON responsibilities FOR EACH ROW WHEN (old.duty = 'Main') EXECUTE FUNCTION responsibilities_counted()");
            migrationBuilder.Sql("CREATE TRIGGER responsibilities_ended AFTER UPDATE OF until ON responsibilities FOR EACH ROW WHEN (new.duty = 'Main' AND old.until IS DISTINCT FROM new.until) EXECUTE FUNCTION responsibilities_counted()");
            migrationBuilder.Sql("INSERT INTO manager_months (user_id, month, lines, revenue_fen, cost_fen, weight_kg) SELECT r.user_id, CAST(EXTRACT(YEAR FROM w.date) * 12 + EXTRACT(MONTH FROM w.date) - 1 AS integer), count(*), sum(w.revenue_fen), sum(w.cost_fen), sum(w.weight_kg) FROM waybill_lines w JOIN responsibilities r ON r.customer_id = w.customer_id AND r.duty = 'Main' AND r.\"from\" <= w.date AND (r.until IS NULL OR r.until > w.date) GROUP BY 1, 2");

            migrationBuilder.CreateTable(
                name: "result_rules",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    unit_id = table.Column<long>(type: "bigint", nullable: false),
                    open = table.Column<bool>(type: "boolean", nullable: false),
                    lost_months = table.Column<int>(type: "integer", nullable: false),
                    coverage_days = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
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
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    unit_id = table.Column<long>(type: "bigint", nullable: true),
                    user_id = table.Column<long>(type: "bigint", nullable: true),
                    year = table.Column<int>(type: "integer", nullable: false),
                    measure = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    floor = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false, collation: "C"),
                    target = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false, collation: "C"),
                    challenge = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false, collation: "C"),
                    version = table.Column<int>(type: "integer", nullable: false)
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
            migrationBuilder.Sql("DROP FUNCTION responsibilities_counted CASCADE");
            migrationBuilder.Sql("DROP TABLE manager_months");
            migrationBuilder.DropTable(
                name: "result_rules");

            migrationBuilder.DropTable(
                name: "target_plans");
        }
    }
}
