using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RelatedPayments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_order_reference",
                table: "payments");

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_order_reference_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "order_reference", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_approval_requests_payment_id",
                table: "approval_requests",
                column: "payment_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_payments_tenant_id_mode_order_reference_created_at_id",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_approval_requests_payment_id",
                table: "approval_requests");

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_order_reference",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "order_reference" });
        }
    }
}
