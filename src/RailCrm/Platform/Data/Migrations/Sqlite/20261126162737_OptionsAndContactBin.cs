using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class OptionsAndContactBin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("CREATE TABLE custom_options (field_id INTEGER NOT NULL, option TEXT NOT NULL, row_id INTEGER NOT NULL, PRIMARY KEY (field_id, option, row_id)) WITHOUT ROWID"); // Once and not twice: the key is all there is.
            migrationBuilder.CreateIndex(
                name: "ix_customer_contacts_deleted_at_id",
                table: "customer_contacts",
                columns: new[] { "deleted_at", "id" },
                filter: "deleted_at IS NOT NULL");
            // Fields of several choices that asked for an index before it could be used.
            migrationBuilder.Sql("INSERT INTO jobs (kind, input, state, rows_done, rows_rejected, token, attempts, lease_until, cancel_requested, user_id, created_at) SELECT 'customFieldIndex', CAST(id AS text), 'queued', 0, 0, 0, 0, 0, FALSE, 0, strftime('%Y-%m-%d %H:%M:%S', 'now') FROM custom_fields WHERE kind = 'Choices' AND ready");
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
