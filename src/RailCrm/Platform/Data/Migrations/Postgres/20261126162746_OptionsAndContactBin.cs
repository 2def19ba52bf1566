using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class OptionsAndContactBin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "custom_options",
                columns: table => new
                {
                    field_id = table.Column<long>(type: "bigint", nullable: false),
                    option = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, collation: "C"),
                    row_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_custom_options", x => new { x.field_id, x.option, x.row_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_deleted_at_id",
                table: "customer_contacts",
                columns: new[] { "deleted_at", "id" },
                filter: "deleted_at IS NOT NULL");
            // Fields of several choices that asked for an index before it could be used.
            migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'customFieldIndex', CAST(id AS text), 'queued', 0, 0, 0, 0, 0, FALSE, 0, now() FROM custom_fields WHERE kind = 'Choices' AND ready");
            migrationBuilder.Sql("UPDATE custom_fields SET ready = FALSE WHERE kind = 'Choices'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "custom_options");

            migrationBuilder.DropIndex(
                name: "ix_customer_contacts_deleted_at_id",
                table: "customer_contacts");
        }
    }
}
