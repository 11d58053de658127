using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_provider_reference",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_repeat_name",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "ix_payments_with_exceptions",
                table: "payments");

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_currency_amount_minor",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "currency", "amount_minor" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_currency_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "currency", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_provider_reference",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "provider_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_repeat_name",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "repeat_name" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_with_exceptions",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "created_at", "id", "exceptions" },
                filter: "exceptions <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_provider_reference",
                table: "payment_attempts",
                column: "provider_reference");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_currency_amount_minor",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_currency_created_at_id",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_provider_reference",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_repeat_name",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "ix_payments_with_exceptions",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payment_attempts_provider_reference",
                table: "payment_attempts");

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_provider_reference",
                table: "payments",
                columns: new[] { "tenant_id", "provider_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_repeat_name",
                table: "payments",
                columns: new[] { "tenant_id", "repeat_name" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_with_exceptions",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "created_at", "id" },
                filter: "exceptions <> 0");
        }
    }
}
