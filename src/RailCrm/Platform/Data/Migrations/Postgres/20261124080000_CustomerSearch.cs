using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>The search index over customers: rows of terms, written with each customer.</summary>
[DbContext(typeof(PostgresCrmDb))]
[Migration("20261124080000_CustomerSearch")]
internal sealed class CustomerSearch : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("CREATE TABLE customer_search (customer_id bigint PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE, terms tsvector NOT NULL)");
        migrationBuilder.Sql("CREATE INDEX ix_customer_search_terms ON customer_search USING gin (terms)");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE customer_search");
}
