using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Sqlite;

/// <summary>Sums of all customers by what they are grouped by, and the triggers that append to them on every path.</summary>
[DbContext(typeof(SqliteCrmDb))]
[Migration("20261126200000_CustomerSums")]
internal sealed class CustomerSums : Migration
{
    private const string Columns = "level, unit_id, tier, industry_code, region_code, size_class, ownership_type, kind, active, customers, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("CREATE TABLE customer_sums (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, unit_id INTEGER NOT NULL, tier TEXT NOT NULL, industry_code TEXT, region_code TEXT, size_class TEXT, ownership_type TEXT, kind TEXT NOT NULL, active INTEGER NOT NULL, customers INTEGER NOT NULL, trailing12revenue_fen INTEGER NOT NULL, trailing12gross_profit_fen INTEGER NOT NULL, trailing12weight_kg INTEGER NOT NULL)");
        migrationBuilder.Sql("CREATE INDEX ix_customer_sums_level ON customer_sums (level, id)");
        migrationBuilder.Sql($"INSERT INTO customer_sums ({Columns}) SELECT 0, {Row("c", "")} FROM customers c WHERE c.deleted_at IS NULL");
        migrationBuilder.Sql($"CREATE TRIGGER customers_summed_in AFTER INSERT ON customers WHEN new.deleted_at IS NULL BEGIN INSERT INTO customer_sums ({Columns}) VALUES (0, {Row("new", "")}); END");
        migrationBuilder.Sql($"CREATE TRIGGER customers_summed_out AFTER DELETE ON customers WHEN old.deleted_at IS NULL BEGIN INSERT INTO customer_sums ({Columns}) VALUES (0, {Row("old", "-")}); END");
        migrationBuilder.Sql($"""
            CREATE TRIGGER customers_resummed AFTER UPDATE OF unit_id, tier, industry_code, region_code, size_class, ownership_type, kind, active, trailing12revenue_fen, trailing12gross_profit_fen, trailing12weight_kg, deleted_at ON customers
            WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) OR old.unit_id IS NOT new.unit_id OR old.tier IS NOT new.tier OR old.industry_code IS NOT new.industry_code OR old.region_code IS NOT new.region_code OR old.size_class IS NOT new.size_class OR old.ownership_type IS NOT new.ownership_type OR old.kind IS NOT new.kind OR old.active IS NOT new.active OR old.trailing12revenue_fen IS NOT new.trailing12revenue_fen OR old.trailing12gross_profit_fen IS NOT new.trailing12gross_profit_fen OR old.trailing12weight_kg IS NOT new.trailing12weight_kg BEGIN
            INSERT INTO customer_sums ({Columns}) SELECT 0, {Row("old", "-")} WHERE old.deleted_at IS NULL;
            INSERT INTO customer_sums ({Columns}) SELECT 0, {Row("new", "")} WHERE new.deleted_at IS NULL;
            END
            """);
    }

    private static string Row(string row, string sign) =>
        $"{row}.unit_id, {row}.tier, {row}.industry_code, {row}.region_code, {row}.size_class, {row}.ownership_type, {row}.kind, {row}.active, {sign}1, {sign}{row}.trailing12revenue_fen, {sign}{row}.trailing12gross_profit_fen, {sign}{row}.trailing12weight_kg";

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var trigger in new[] { "customers_summed_in", "customers_summed_out", "customers_resummed" })
        {
            migrationBuilder.Sql($"DROP TRIGGER {trigger}");
        }

        migrationBuilder.Sql("DROP TABLE customer_sums");
    }
}
