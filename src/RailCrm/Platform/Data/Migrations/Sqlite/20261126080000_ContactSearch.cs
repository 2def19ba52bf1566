using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Sqlite;

/// <summary>The search index over contacts: rows of terms, written with each contact. A job indexes those that are there already.</summary>
[DbContext(typeof(SqliteCrmDb))]
[Migration("20261126080000_ContactSearch")]
internal sealed class ContactSearch : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("CREATE VIRTUAL TABLE contact_search USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0')");
        migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'contact-search', '{}', 'queued', 0, 0, 0, 0, 0, FALSE, 0, strftime('%Y-%m-%d %H:%M:%S', 'now') WHERE EXISTS (SELECT 1 FROM customer_contacts)");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE contact_search");
}
