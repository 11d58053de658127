using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AliasWebhooks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "unmatched_webhooks",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    provider = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    dedupe_key = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    body_length = table.Column<int>(type: "integer", nullable: false),
                    body_sha256 = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    headers_json = table.Column<string>(type: "text", nullable: false),
                    remote_ip = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    event_type = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    provider_reference = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    is_authentic = table.Column<bool>(type: "boolean", nullable: false),
                    accounts_json = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    duplicates = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_unmatched_webhooks", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_unmatched_webhooks_is_authentic_received_at",
                table: "unmatched_webhooks",
                columns: new[] { "is_authentic", "received_at" });

            migrationBuilder.CreateIndex(
                name: "IX_unmatched_webhooks_provider_dedupe_key",
                table: "unmatched_webhooks",
                columns: new[] { "provider", "dedupe_key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "unmatched_webhooks");
        }
    }
}
