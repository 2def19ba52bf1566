using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FieldsNotesDocuments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "custom",
                table: "waybill_lines",
                type: "TEXT",
                maxLength: 100000,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "tour_ended_at",
                table: "users",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "custom",
                table: "customers",
                type: "TEXT",
                maxLength: 100000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "custom",
                table: "customer_contacts",
                type: "TEXT",
                maxLength: 100000,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "record_id",
                table: "customer_attachments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "record_kind",
                table: "customer_attachments",
                type: "TEXT",
                maxLength: 20,
                nullable: false,
                defaultValue: "customer");

            migrationBuilder.AddColumn<int>(
                name: "revision",
                table: "customer_attachments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<int>(
                name: "version",
                table: "customer_attachments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.Sql("UPDATE users SET tour_ended_at = '2026-11-26 00:00:00'"); // Whoever works with it already knows the way.

            migrationBuilder.CreateTable(
                name: "attachment_versions",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    attachment_id = table.Column<long>(type: "INTEGER", nullable: false),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    record_kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    revision = table.Column<int>(type: "INTEGER", nullable: false),
                    size_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    created_by = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attachment_versions", x => x.id);
                    table.ForeignKey(
                        name: "fk_attachment_versions_customer_attachments_attachment_id",
                        column: x => x.attachment_id,
                        principalTable: "customer_attachments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_attachment_versions_customer_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "custom_fields",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    list = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    english_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    options = table.Column<string>(type: "TEXT", maxLength: 50000, nullable: true),
                    required = table.Column<bool>(type: "INTEGER", nullable: false),
                    unique = table.Column<bool>(type: "INTEGER", nullable: false),
                    indexed = table.Column<bool>(type: "INTEGER", nullable: false),
                    ready = table.Column<bool>(type: "INTEGER", nullable: false),
                    help = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    section = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    position = table.Column<int>(type: "INTEGER", nullable: false),
                    roles = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    when_field = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    when_values = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    active = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_fields", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "demo_rows",
                columns: table => new
                {
                    kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    row_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_demo_rows", x => new { x.kind, x.row_id });
                });

            migrationBuilder.CreateTable(
                name: "document_templates",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    language = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    file_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    content = table.Column<byte[]>(type: "BLOB", nullable: true),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    created_by = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_document_templates", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "file_quotas",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false),
                    bytes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_quotas", x => x.id);
                    table.ForeignKey(
                        name: "fk_file_quotas_org_unit_id",
                        column: x => x.id,
                        principalTable: "units",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "inbox_lines",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    record_kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    note_id = table.Column<long>(type: "INTEGER", nullable: true),
                    detail = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    actor_id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    read_at = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbox_lines", x => x.id);
                    table.ForeignKey(
                        name: "fk_inbox_lines_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "notes",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    record_kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    parent_id = table.Column<long>(type: "INTEGER", nullable: true),
                    text = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    pinned = table.Column<bool>(type: "INTEGER", nullable: false),
                    author_id = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    edited_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    deleted_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notes", x => x.id);
                    table.ForeignKey(
                        name: "fk_notes_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_notes_notes_parent_id",
                        column: x => x.parent_id,
                        principalTable: "notes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "record_marks",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    mark = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    record_kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_record_marks", x => x.id);
                    table.ForeignKey(
                        name: "fk_record_marks_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_customer_attachments_record_kind_record_id",
                table: "customer_attachments",
                columns: new[] { "record_kind", "record_id" });

            migrationBuilder.CreateIndex(
                name: "ix_customer_attachments_sha256",
                table: "customer_attachments",
                column: "sha256");

            migrationBuilder.CreateIndex(
                name: "ix_attachment_versions_attachment_id_revision",
                table: "attachment_versions",
                columns: new[] { "attachment_id", "revision" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_attachment_versions_customer_id",
                table: "attachment_versions",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_attachment_versions_record_kind_record_id",
                table: "attachment_versions",
                columns: new[] { "record_kind", "record_id" });

            migrationBuilder.CreateIndex(
                name: "ix_attachment_versions_sha256",
                table: "attachment_versions",
                column: "sha256");

            migrationBuilder.CreateIndex(
                name: "ix_custom_fields_list_key",
                table: "custom_fields",
                columns: new[] { "list", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_document_templates_language_number",
                table: "document_templates",
                columns: new[] { "language", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_inbox_lines_customer_id",
                table: "inbox_lines",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_lines_note_id",
                table: "inbox_lines",
                column: "note_id");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_lines_record_kind_record_id",
                table: "inbox_lines",
                columns: new[] { "record_kind", "record_id" });

            migrationBuilder.CreateIndex(
                name: "ix_inbox_lines_unread",
                table: "inbox_lines",
                columns: new[] { "user_id", "customer_id", "id" },
                filter: "read_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_lines_user_id_id",
                table: "inbox_lines",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notes_customer_id_id",
                table: "notes",
                columns: new[] { "customer_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notes_parent_id_id",
                table: "notes",
                columns: new[] { "parent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notes_record_kind_record_id_id",
                table: "notes",
                columns: new[] { "record_kind", "record_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_record_marks_customer_id_mark",
                table: "record_marks",
                columns: new[] { "customer_id", "mark" });

            migrationBuilder.CreateIndex(
                name: "ix_record_marks_record_kind_record_id",
                table: "record_marks",
                columns: new[] { "record_kind", "record_id" });

            migrationBuilder.CreateIndex(
                name: "ix_record_marks_user_id_mark_record_kind_customer_id_record_id",
                table: "record_marks",
                columns: new[] { "user_id", "mark", "record_kind", "customer_id", "record_id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "attachment_versions");

            migrationBuilder.DropTable(
                name: "custom_fields");

            migrationBuilder.DropTable(
                name: "demo_rows");

            migrationBuilder.DropTable(
                name: "document_templates");

            migrationBuilder.DropTable(
                name: "file_quotas");

            migrationBuilder.DropTable(
                name: "inbox_lines");

            migrationBuilder.DropTable(
                name: "notes");

            migrationBuilder.DropTable(
                name: "record_marks");

            migrationBuilder.DropIndex(
                name: "ix_customer_attachments_record_kind_record_id",
                table: "customer_attachments");

            migrationBuilder.DropIndex(
                name: "ix_customer_attachments_sha256",
                table: "customer_attachments");

            migrationBuilder.DropColumn(
                name: "custom",
                table: "waybill_lines");

            migrationBuilder.DropColumn(
                name: "tour_ended_at",
                table: "users");

            migrationBuilder.DropColumn(
                name: "custom",
                table: "customers");

            migrationBuilder.DropColumn(
                name: "custom",
                table: "customer_contacts");

            migrationBuilder.DropColumn(
                name: "record_id",
                table: "customer_attachments");

            migrationBuilder.DropColumn(
                name: "record_kind",
                table: "customer_attachments");

            migrationBuilder.DropColumn(
                name: "revision",
                table: "customer_attachments");

            migrationBuilder.DropColumn(
                name: "version",
                table: "customer_attachments");
        }
    }
}
