using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RailCrm.Platform.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SoleKnown : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "sole_known",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    customer_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<long>(type: "INTEGER", nullable: false),
                    signs = table.Column<int>(type: "INTEGER", nullable: false),
                    weight = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sole_known", x => x.id);
                    table.ForeignKey(
                        name: "fk_sole_known_customers_customer_id",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_sole_known_user_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_sole_known_customer_id",
                table: "sole_known",
                column: "customer_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sole_known_user_id",
                table: "sole_known",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_sole_known_weight_customer_id",
                table: "sole_known",
                columns: new[] { "weight", "customer_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "sole_known");
        }
    }
}
