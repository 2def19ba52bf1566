using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace RailCrm.Platform.Data.Migrations.Postgres;

/// <summary>Who works in a unit is looked up with every approval and every choice of a manager.</summary>
[DbContext(typeof(PostgresCrmDb))]
[Migration("20261209100000_UsersByUnit")]
internal sealed class UsersByUnit : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateIndex("ix_users_unit_id", "users", "unit_id");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropIndex("ix_users_unit_id", "users");
}
