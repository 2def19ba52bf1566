using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>Versions of stations, for edits by hand; gross profit of the twelve months before last, which the preview of a tier rule reads.</summary>
[DbContext(typeof(PostgresCrmDb))]
[Migration("20261125233000_ReferenceRecords")]
internal sealed class ReferenceRecords : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("version", "stations", "integer", nullable: false, defaultValue: 0);
        migrationBuilder.AddColumn<long>("previous12gross_profit_fen", "customers", "bigint", nullable: false, defaultValue: 0L);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropColumn("version", "stations");
        migrationBuilder.DropColumn("previous12gross_profit_fen", "customers");
    }
}
