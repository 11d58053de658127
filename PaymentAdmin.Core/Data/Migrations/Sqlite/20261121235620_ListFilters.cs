using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ListFilters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_currency_amount_minor",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_provider_created_at_id",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_shop_number_created_at_id",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_status_created_at_id",
                table: "payments");

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_currency_amount_minor_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "currency", "amount_minor", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_provider_created_at_id_status",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "provider", "created_at", "id", "status" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_shop_number_created_at_id_status_provider",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "shop_number", "created_at", "id", "status", "provider" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_status_created_at_id_shop_number_provider",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "status", "created_at", "id", "shop_number", "provider" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_currency_amount_minor_id",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_provider_created_at_id_status",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_shop_number_created_at_id_status_provider",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_status_created_at_id_shop_number_provider",
                table: "payments");

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_currency_amount_minor",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "currency", "amount_minor" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_provider_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "provider", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_shop_number_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "shop_number", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_status_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "status", "created_at", "id" });
        }
    }
}
