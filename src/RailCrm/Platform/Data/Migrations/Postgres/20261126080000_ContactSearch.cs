using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>The search index over contacts: rows of terms, written with each contact. A job indexes those that are there already.</summary>
[DbContext(typeof(PostgresCrmDb))]
[Migration("20261126080000_ContactSearch")]
internal sealed class ContactSearch : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("CREATE TABLE contact_search (contact_id bigint PRIMARY KEY REFERENCES customer_contacts (id) ON DELETE CASCADE, terms tsvector NOT NULL)");
        migrationBuilder.Sql("CREATE INDEX ix_contact_search_terms ON contact_search USING gin (terms)");
        migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'contact-search', '{}', 'queued', 0, 0, 0, 0, 0, FALSE, 0, now() WHERE EXISTS (SELECT 1 FROM customer_contacts)");
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE contact_search");
}
