using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ChangedPayments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_updated_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "updated_at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_updated_at_id",
                table: "payments");
        }
    }
}
