using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Sqlite;

/// <summary>The indexes of customers' own fields are made anew, by the job that makes them: they carry what customers are filtered by besides.</summary>
[DbContext(typeof(SqliteCrmDb))]
[Migration("20261127100000_CarryingFieldIndexes")]
internal sealed class CarryingFieldIndexes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'customFieldIndex', CAST(id AS text), 'queued', 0, 0, 0, 0, 0, FALSE, 0, strftime('%Y-%m-%d %H:%M:%S', 'now') FROM custom_fields WHERE list = 'customers' AND ready");

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        // The wider indexes answer what the narrower ones did.
    }
}
