using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Sharing : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "approval_id",
                table: "customer_grants",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "given_at",
                table: "customer_grants",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "given_by",
                table: "customer_grants",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "why",
                table: "customer_grants",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_customer_grants_shared",
                table: "customer_grants",
                columns: new[] { "until", "id" },
                filter: "reason = 'shared'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_customer_grants_shared",
                table: "customer_grants");

            migrationBuilder.DropColumn(
                name: "approval_id",
                table: "customer_grants");

            migrationBuilder.DropColumn(
                name: "given_at",
                table: "customer_grants");

            migrationBuilder.DropColumn(
                name: "given_by",
                table: "customer_grants");

            migrationBuilder.DropColumn(
                name: "why",
                table: "customer_grants");
        }
    }
}
