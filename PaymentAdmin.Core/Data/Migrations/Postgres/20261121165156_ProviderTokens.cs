using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ProviderTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "refund_id",
                table: "webhook_events",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "callback_token_hash",
                table: "refunds",
                type: "character varying(4000)",
                maxLength: 4000,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "claimed_minor",
                table: "payment_attempts",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "claimed_receipt",
                table: "payment_attempts",
                type: "character varying(4000)",
                maxLength: 4000,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "provider_tokens",
                columns: table => new
                {
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    value_cipher = table.Column<string>(type: "text", nullable: true),
                    expires_at = table.Column<long>(type: "bigint", nullable: true),
                    lease_token = table.Column<long>(type: "bigint", nullable: false),
                    lease_until = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_tokens", x => new { x.account_id, x.name });
                    table.ForeignKey(
                        name: "FK_provider_tokens_provider_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "provider_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "sandbox_settings",
                columns: table => new
                {
                    provider = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    merchant = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    name = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    value_json = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sandbox_settings", x => new { x.provider, x.merchant, x.name });
                });

            migrationBuilder.CreateIndex(
                name: "IX_refunds_callback_token_hash",
                table: "refunds",
                column: "callback_token_hash");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "provider_tokens");

            migrationBuilder.DropTable(
                name: "sandbox_settings");

            migrationBuilder.DropIndex(
                name: "IX_refunds_callback_token_hash",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "refund_id",
                table: "webhook_events");

            migrationBuilder.DropColumn(
                name: "callback_token_hash",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "claimed_minor",
                table: "payment_attempts");

            migrationBuilder.DropColumn(
                name: "claimed_receipt",
                table: "payment_attempts");
        }
    }
}
