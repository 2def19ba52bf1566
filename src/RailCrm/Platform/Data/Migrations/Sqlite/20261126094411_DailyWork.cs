using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
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
                type: "TEXT",
                maxLength: 200000,
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<long>(
                name: "check_job_id",
                table: "imports",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "fixes",
                table: "imports",
                type: "TEXT",
                maxLength: 200000,
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<string>(
                name: "mode",
                table: "imports",
                type: "TEXT",
                maxLength: 10,
                nullable: false,
                defaultValue: "both");

            migrationBuilder.AddColumn<long>(
                name: "revert_job_id",
                table: "imports",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "merged_into_id",
                table: "customers",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "customer_keys",
                columns: table => new
                {
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    name_key = table.Column<long>(type: "INTEGER", nullable: false),
                    address_key = table.Column<long>(type: "INTEGER", nullable: true)
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
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    survivor_id = table.Column<long>(type: "INTEGER", nullable: false),
                    merged_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    merged_by = table.Column<long>(type: "INTEGER", nullable: false),
                    undo_until = table.Column<DateTime>(type: "TEXT", nullable: false),
                    undone_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    undone_by = table.Column<long>(type: "INTEGER", nullable: true),
                    losers = table.Column<string>(type: "TEXT", maxLength: 10000, nullable: false),
                    fields = table.Column<string>(type: "TEXT", maxLength: 200000, nullable: false),
                    counts = table.Column<string>(type: "TEXT", maxLength: 10000, nullable: false),
                    choices = table.Column<string>(type: "TEXT", maxLength: 10000, nullable: false)
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
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    first_id = table.Column<long>(type: "INTEGER", nullable: false),
                    second_id = table.Column<long>(type: "INTEGER", nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    reasons = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    found_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    dismissed_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    dismissed_by = table.Column<long>(type: "INTEGER", nullable: true),
                    dismissed_reason = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true)
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
                    import_id = table.Column<long>(type: "INTEGER", nullable: false),
                    row = table.Column<long>(type: "INTEGER", nullable: false),
                    cells = table.Column<string>(type: "TEXT", maxLength: 200000, nullable: false),
                    skipped = table.Column<bool>(type: "INTEGER", nullable: false),
                    check_job_id = table.Column<long>(type: "INTEGER", nullable: false),
                    was = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    errors = table.Column<string>(type: "TEXT", maxLength: 100000, nullable: false)
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
                    import_id = table.Column<long>(type: "INTEGER", nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    row = table.Column<long>(type: "INTEGER", nullable: false),
                    part = table.Column<int>(type: "INTEGER", nullable: false),
                    entity = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    entity_id = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    changes = table.Column<string>(type: "TEXT", maxLength: 200000, nullable: true),
                    undone = table.Column<string>(type: "TEXT", maxLength: 10, nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true)
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
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 30, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    opened_at = table.Column<DateTime>(type: "TEXT", nullable: false)
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
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    merge_id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    from_id = table.Column<long>(type: "INTEGER", nullable: false),
                    to_id = table.Column<long>(type: "INTEGER", nullable: false),
                    row_ids = table.Column<byte[]>(type: "BLOB", nullable: false)
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
