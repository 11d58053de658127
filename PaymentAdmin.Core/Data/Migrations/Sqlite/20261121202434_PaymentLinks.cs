using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PaymentLinks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "brand_color",
                table: "tenants",
                type: "TEXT",
                maxLength: 4000,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "link_claim",
                table: "payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "link_id",
                table: "payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "payment_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    token = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    use = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    min_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    max_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    shop_number = table.Column<int>(type: "INTEGER", nullable: true),
                    order_reference = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    answerable_user_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    disabled_at = table.Column<long>(type: "INTEGER", nullable: true),
                    disabled_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_links", x => x.id);
                    table.CheckConstraint("ck_payment_links_amount", "(amount_minor > 0 AND min_minor IS NULL AND max_minor IS NULL) OR (amount_minor IS NULL AND min_minor > 0 AND max_minor >= min_minor)");
                    table.CheckConstraint("ck_payment_links_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payment_links_max_minor_integer", "typeof(max_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payment_links_min_minor_integer", "typeof(min_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_payment_links_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_payments_link_claim",
                table: "payments",
                column: "link_claim",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payments_link_id_status",
                table: "payments",
                columns: new[] { "link_id", "status" });

            migrationBuilder.CreateIndex(
                name: "IX_payment_links_tenant_id_mode_created_at_id",
                table: "payment_links",
                columns: new[] { "tenant_id", "mode", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payment_links_token",
                table: "payment_links",
                column: "token",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "payment_links");

            migrationBuilder.DropIndex(
                name: "IX_payments_link_claim",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "IX_payments_link_id_status",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "brand_color",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "link_claim",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "link_id",
                table: "payments");
        }
    }
}
