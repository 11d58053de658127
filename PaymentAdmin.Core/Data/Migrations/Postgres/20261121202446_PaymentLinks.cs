using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Postgres
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
                type: "character varying(4000)",
                maxLength: 4000,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "link_claim",
                table: "payments",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "link_id",
                table: "payments",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "payment_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    mode = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    token = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    use = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    amount_minor = table.Column<long>(type: "bigint", nullable: true),
                    min_minor = table.Column<long>(type: "bigint", nullable: true),
                    max_minor = table.Column<long>(type: "bigint", nullable: true),
                    currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    description = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    shop_number = table.Column<int>(type: "integer", nullable: true),
                    order_reference = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    created_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    answerable_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    disabled_at = table.Column<long>(type: "bigint", nullable: true),
                    disabled_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_links", x => x.id);
                    table.CheckConstraint("ck_payment_links_amount", "(amount_minor > 0 AND min_minor IS NULL AND max_minor IS NULL) OR (amount_minor IS NULL AND min_minor > 0 AND max_minor >= min_minor)");
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
