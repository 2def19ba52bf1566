using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>Contacts by their e-mail, however it is written: for duplicates and the filter.</summary>
[DbContext(typeof(PostgresCrmDb))]
[Migration("20261126231500_ContactMails")]
internal sealed class ContactMails : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("CREATE INDEX ix_customer_contacts_email ON customer_contacts (lower(email)); ANALYZE customer_contacts");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP INDEX ix_customer_contacts_email");
}
