using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Pools : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "pools",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    unit_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, collation: "C"),
                    active = table.Column<bool>(type: "boolean", nullable: false),
                    tiers = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    industries = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    stations = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    lanes = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    rules = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false, collation: "C"),
                    warn_days = table.Column<int>(type: "integer", nullable: false),
                    protect_days = table.Column<int>(type: "integer", nullable: false),
                    cool_down_days = table.Column<int>(type: "integer", nullable: false),
                    claims_per_month = table.Column<int>(type: "integer", nullable: true),
                    views_per_day = table.Column<int>(type: "integer", nullable: true),
                    needs_consent = table.Column<bool>(type: "boolean", nullable: false),
                    hidden = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pools", x => x.id);
                    table.ForeignKey(
                        name: "fk_pools_units_unit_id",
                        column: x => x.unit_id,
                        principalTable: "units",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "pool_stays",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    pool_id = table.Column<long>(type: "bigint", nullable: false),
                    in_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    why = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    in_by = table.Column<long>(type: "bigint", nullable: false),
                    former_user_id = table.Column<long>(type: "bigint", nullable: true),
                    out_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    out_how = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    out_by = table.Column<long>(type: "bigint", nullable: true),
                    claimed_by = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pool_stays", x => x.id);
                    table.ForeignKey(
                        name: "fk_pool_stays_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_pool_stays_pools_pool_id",
                        column: x => x.pool_id,
                        principalTable: "pools",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "pool_warnings",
                columns: table => new
                {
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    pool_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    why = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    due_on = table.Column<DateOnly>(type: "date", nullable: false),
                    told = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pool_warnings", x => x.customer_id);
                    table.ForeignKey(
                        name: "fk_pool_warnings_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_pool_warnings_pools_pool_id",
                        column: x => x.pool_id,
                        principalTable: "pools",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pool_views",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    stay_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pool_views", x => new { x.user_id, x.day, x.stay_id });
                    table.ForeignKey(
                        name: "fk_pool_views_pool_stays_stay_id",
                        column: x => x.stay_id,
                        principalTable: "pool_stays",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_pool_views_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_pool_stays_claims",
                table: "pool_stays",
                columns: new[] { "claimed_by", "pool_id", "out_at" },
                filter: "claimed_by IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_pool_stays_customer_id_id",
                table: "pool_stays",
                columns: new[] { "customer_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_pool_stays_newest",
                table: "pool_stays",
                columns: new[] { "in_at", "id", "pool_id" },
                filter: "out_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_pool_stays_open",
                table: "pool_stays",
                column: "customer_id",
                unique: true,
                filter: "out_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_pool_stays_pool",
                table: "pool_stays",
                columns: new[] { "pool_id", "in_at", "id" },
                filter: "out_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_pool_views_stay_id",
                table: "pool_views",
                column: "stay_id");

            migrationBuilder.CreateIndex(
                name: "ix_pool_warnings_pool_id",
                table: "pool_warnings",
                column: "pool_id");

            migrationBuilder.CreateIndex(
                name: "ix_pool_warnings_user_id_customer_id",
                table: "pool_warnings",
                columns: new[] { "user_id", "customer_id" },
                filter: "NOT told");

            migrationBuilder.CreateIndex(
                name: "ix_pools_name",
                table: "pools",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_pools_unit_id",
                table: "pools",
                column: "unit_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "pool_views");

            migrationBuilder.DropTable(
                name: "pool_warnings");

            migrationBuilder.DropTable(
                name: "pool_stays");

            migrationBuilder.DropTable(
                name: "pools");
        }
    }
}
