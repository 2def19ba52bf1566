using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class DailyWork : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "fixes",
                table: "remembered_mappings",
                type: "character varying(200000)",
                maxLength: 200000,
                nullable: false,
                defaultValue: "[]",
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "check_job_id",
                table: "imports",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "fixes",
                table: "imports",
                type: "character varying(200000)",
                maxLength: 200000,
                nullable: false,
                defaultValue: "[]",
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "mode",
                table: "imports",
                type: "character varying(10)",
                maxLength: 10,
                nullable: false,
                defaultValue: "both",
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "revert_job_id",
                table: "imports",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "merged_into_id",
                table: "customers",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "customer_keys",
                columns: table => new
                {
                    customer_id = table.Column<long>(type: "bigint", nullable: false),
                    name_key = table.Column<long>(type: "bigint", nullable: false),
                    address_key = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customer_keys", x => x.customer_id);
                    table.ForeignKey(
                        name: "fk_customer_keys_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "customer_merges",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    survivor_id = table.Column<long>(type: "bigint", nullable: false),
                    merged_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    merged_by = table.Column<long>(type: "bigint", nullable: false),
                    undo_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    undone_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    undone_by = table.Column<long>(type: "bigint", nullable: true),
                    losers = table.Column<string>(type: "character varying(10000)", maxLength: 10000, nullable: false, collation: "C"),
                    fields = table.Column<string>(type: "character varying(200000)", maxLength: 200000, nullable: false, collation: "C"),
                    counts = table.Column<string>(type: "character varying(10000)", maxLength: 10000, nullable: false, collation: "C"),
                    choices = table.Column<string>(type: "character varying(10000)", maxLength: 10000, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customer_merges", x => x.id);
                    table.ForeignKey(
                        name: "fk_customer_merges_customers_survivor_id",
                        column: x => x.survivor_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "duplicate_pairs",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    first_id = table.Column<long>(type: "bigint", nullable: false),
                    second_id = table.Column<long>(type: "bigint", nullable: false),
                    score = table.Column<int>(type: "integer", nullable: false),
                    reasons = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    fingerprint = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, collation: "C"),
                    found_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    dismissed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    dismissed_by = table.Column<long>(type: "bigint", nullable: true),
                    dismissed_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_duplicate_pairs", x => x.id);
                    table.ForeignKey(
                        name: "fk_duplicate_pairs_customers_first_id",
                        column: x => x.first_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_duplicate_pairs_customers_second_id",
                        column: x => x.second_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "import_edits",
                columns: table => new
                {
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    row = table.Column<long>(type: "bigint", nullable: false),
                    cells = table.Column<string>(type: "character varying(200000)", maxLength: 200000, nullable: false, collation: "C"),
                    skipped = table.Column<bool>(type: "boolean", nullable: false),
                    check_job_id = table.Column<long>(type: "bigint", nullable: false),
                    was = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false, collation: "C"),
                    outcome = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false, collation: "C"),
                    errors = table.Column<string>(type: "character varying(100000)", maxLength: 100000, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_import_edits", x => new { x.import_id, x.row });
                    table.ForeignKey(
                        name: "fk_import_edits_imports_import_id",
                        column: x => x.import_id,
                        principalTable: "imports",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "import_rows",
                columns: table => new
                {
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    action = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false, collation: "C"),
                    row = table.Column<long>(type: "bigint", nullable: false),
                    part = table.Column<int>(type: "integer", nullable: false),
                    entity = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, collation: "C"),
                    entity_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    changes = table.Column<string>(type: "character varying(200000)", maxLength: 200000, nullable: true, collation: "C"),
                    undone = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: true, collation: "C"),
                    reason = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_import_rows", x => new { x.import_id, x.action, x.row, x.part });
                    table.ForeignKey(
                        name: "fk_import_rows_imports_import_id",
                        column: x => x.import_id,
                        principalTable: "imports",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "opened_records",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false, collation: "C"),
                    record_id = table.Column<long>(type: "bigint", nullable: false),
                    opened_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_opened_records", x => new { x.user_id, x.kind, x.record_id });
                    table.ForeignKey(
                        name: "fk_opened_records_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "merge_rows",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    merge_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, collation: "C"),
                    from_id = table.Column<long>(type: "bigint", nullable: false),
                    to_id = table.Column<long>(type: "bigint", nullable: false),
                    row_ids = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_merge_rows", x => x.id);
                    table.ForeignKey(
                        name: "fk_merge_rows_customer_merges_merge_id",
                        column: x => x.merge_id,
                        principalTable: "customer_merges",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customers_deleted_at_id",
                table: "customers",
                columns: new[] { "deleted_at", "id" },
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customers_merged_into_id",
                table: "customers",
                column: "merged_into_id",
                filter: "merged_into_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_keys_address_key_customer_id",
                table: "customer_keys",
                columns: new[] { "address_key", "customer_id" },
                filter: "address_key IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_customer_keys_name_key_customer_id",
                table: "customer_keys",
                columns: new[] { "name_key", "customer_id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_merges_survivor_id_id",
                table: "customer_merges",
                columns: new[] { "survivor_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_duplicate_pairs_first_id_second_id",
                table: "duplicate_pairs",
                columns: new[] { "first_id", "second_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_duplicate_pairs_score_id",
                table: "duplicate_pairs",
                columns: new[] { "score", "id" },
                filter: "dismissed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_duplicate_pairs_second_id",
                table: "duplicate_pairs",
                column: "second_id");

            migrationBuilder.CreateIndex(
                name: "ix_import_rows_import_id_action_row",
                table: "import_rows",
                columns: new[] { "import_id", "action", "row" },
                filter: "undone = 'refused'");

            migrationBuilder.CreateIndex(
                name: "ix_import_rows_import_id_entity_id",
                table: "import_rows",
                columns: new[] { "import_id", "entity_id" },
                filter: "action = 'updated'");

            migrationBuilder.CreateIndex(
                name: "ix_merge_rows_merge_id_kind",
                table: "merge_rows",
                columns: new[] { "merge_id", "kind" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "customer_keys");

            migrationBuilder.DropTable(
                name: "duplicate_pairs");

            migrationBuilder.DropTable(
                name: "import_edits");

            migrationBuilder.DropTable(
                name: "import_rows");

            migrationBuilder.DropTable(
                name: "merge_rows");

            migrationBuilder.DropTable(
                name: "opened_records");

            migrationBuilder.DropTable(
                name: "customer_merges");

            migrationBuilder.DropIndex(
                name: "ix_customers_deleted_at_id",
                table: "customers");

            migrationBuilder.DropIndex(
                name: "ix_customers_merged_into_id",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "fixes",
                table: "remembered_mappings");

            migrationBuilder.DropColumn(
                name: "check_job_id",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "fixes",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "mode",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "revert_job_id",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "merged_into_id",
                table: "customers");
        }
    }
}
