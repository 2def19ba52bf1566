using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Records : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "must_change_password",
                table: "users",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "active",
                table: "customer_contacts",
                type: "INTEGER",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "created_at",
                table: "customer_contacts",
                type: "TEXT",
                nullable: false,
                defaultValue: new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified));

            migrationBuilder.AddColumn<long>(
                name: "deleted_by",
                table: "customer_contacts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "mobile_digits",
                table: "customer_contacts",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "phone_digits",
                table: "customer_contacts",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "customer_attachments",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    file_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    size_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    created_by = table.Column<long>(type: "INTEGER", nullable: false),
                    deleted_at = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customer_attachments", x => x.id);
                    table.ForeignKey(
                        name: "fk_customer_attachments_customer_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "holidays",
                columns: table => new
                {
                    date = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    worked = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_holidays", x => x.date);
                });

            migrationBuilder.CreateTable(
                name: "sidings",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    connection_station = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    owner = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    length_metres = table.Column<int>(type: "INTEGER", nullable: true),
                    tracks = table.Column<int>(type: "INTEGER", nullable: true),
                    wagons_per_day = table.Column<int>(type: "INTEGER", nullable: true),
                    agreement_expires_on = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sidings", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "customer_sidings",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    siding_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customer_sidings", x => x.id);
                    table.ForeignKey(
                        name: "fk_customer_sidings_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_customer_sidings_siding_siding_id",
                        column: x => x.siding_id,
                        principalTable: "sidings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_mobile_digits",
                table: "customer_contacts",
                column: "mobile_digits");

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_phone_digits",
                table: "customer_contacts",
                column: "phone_digits");

            migrationBuilder.CreateIndex(
                name: "ix_customer_attachments_customer_id_id",
                table: "customer_attachments",
                columns: new[] { "customer_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_sidings_customer_id_siding_id",
                table: "customer_sidings",
                columns: new[] { "customer_id", "siding_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_customer_sidings_siding_id",
                table: "customer_sidings",
                column: "siding_id");

            migrationBuilder.CreateIndex(
                name: "ix_sidings_connection_station_name",
                table: "sidings",
                columns: new[] { "connection_station", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sidings_name_id",
                table: "sidings",
                columns: new[] { "name", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "customer_attachments");

            migrationBuilder.DropTable(
                name: "customer_sidings");

            migrationBuilder.DropTable(
                name: "holidays");

            migrationBuilder.DropTable(
                name: "sidings");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_mobile_digits",
                table: "customer_contacts");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_phone_digits",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "must_change_password",
                table: "users");

            migrationBuilder.DropColumn(
                name: "active",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "created_at",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "deleted_by",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "mobile_digits",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "phone_digits",
                table: "customer_contacts");
        }
    }
}
