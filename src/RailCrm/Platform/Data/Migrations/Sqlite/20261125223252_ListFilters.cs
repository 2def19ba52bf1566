using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Sqlite;

/// <summary>What the filters of the lists stand on: tags taken apart, on every path by a trigger; the few who are no longer served; facts by lane.</summary>
public partial class ListFilters : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex(name: "ix_customers_active_name_id", table: "customers", columns: ["active", "name", "id"], filter: "NOT active");
        // From how work was done to whose it was: a rare station, mode or commodity is found without reading the lines.
        migrationBuilder.Sql("CREATE INDEX ix_monthly_facts_lane ON monthly_facts (lane_id, month, customer_id)");
        migrationBuilder.Sql("CREATE TABLE customer_tags (tag TEXT NOT NULL, customer_id INTEGER NOT NULL, PRIMARY KEY (tag, customer_id)) WITHOUT ROWID");
        migrationBuilder.Sql("CREATE INDEX ix_customer_tags_customer_id ON customer_tags (customer_id)");
        migrationBuilder.Sql($"INSERT OR IGNORE INTO customer_tags (tag, customer_id) SELECT t.value, c.id FROM customers c, json_each({Parts("c")}) t WHERE c.tags IS NOT NULL");
        const string Add = "INSERT OR IGNORE INTO customer_tags (tag, customer_id) SELECT value, new.id FROM json_each(";
        const string Remove = "DELETE FROM customer_tags WHERE customer_id = old.id;";
        migrationBuilder.Sql($"CREATE TRIGGER customers_tagged AFTER INSERT ON customers WHEN new.tags IS NOT NULL BEGIN {Add}{Parts("new")}); END");
        migrationBuilder.Sql($"CREATE TRIGGER customers_retagged AFTER UPDATE OF tags ON customers WHEN old.tags IS NOT new.tags BEGIN {Remove} {Add}{Parts("new")}) WHERE new.tags IS NOT NULL; END");
        migrationBuilder.Sql($"CREATE TRIGGER customers_untagged AFTER DELETE ON customers WHEN old.tags IS NOT NULL BEGIN {Remove} END");
    }

    /// <summary>Tags <c>,a,b,</c> as a JSON array: a trigger knows no recursion that could split text.</summary>
    private static string Parts(string row) => $"'[' || replace(json_quote(trim({row}.tags, ',')), ',', '\",\"') || ']'";

    /// <inheritdoc />
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var trigger in new[] { "customers_tagged", "customers_retagged", "customers_untagged" })
        {
            migrationBuilder.Sql($"DROP TRIGGER {trigger}");
        }

        migrationBuilder.Sql("DROP TABLE customer_tags");
        migrationBuilder.Sql("DROP INDEX ix_monthly_facts_lane");
        migrationBuilder.DropIndex(name: "ix_customers_active_name_id", table: "customers");
    }
}
