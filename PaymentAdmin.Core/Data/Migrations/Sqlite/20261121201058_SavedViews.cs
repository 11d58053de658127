using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SavedViews : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_webhook_events_tenant_id_received_at_id",
                table: "webhook_events");

            migrationBuilder.CreateTable(
                name: "saved_views",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    query = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    is_shared = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_default = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_saved_views", x => x.id);
                    table.ForeignKey(
                        name: "FK_saved_views_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_events_open",
                table: "webhook_events",
                columns: new[] { "tenant_id", "mode", "state", "received_at", "id" },
                filter: "state <> 'applied'");

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_tenant_id_mode_received_at_id",
                table: "webhook_events",
                columns: new[] { "tenant_id", "mode", "received_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_refunds_tenant_id_mode_status_created_at_id",
                table: "refunds",
                columns: new[] { "tenant_id", "mode", "status", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_event_deliveries_endpoint_id_sequence",
                table: "event_deliveries",
                columns: new[] { "endpoint_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_event_deliveries_endpoint_id_state_sequence",
                table: "event_deliveries",
                columns: new[] { "endpoint_id", "state", "sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_saved_views_tenant_id_user_id_name",
                table: "saved_views",
                columns: new[] { "tenant_id", "user_id", "name" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "saved_views");

            migrationBuilder.DropIndex(
                name: "ix_webhook_events_open",
                table: "webhook_events");

            migrationBuilder.DropIndex(
                name: "IX_webhook_events_tenant_id_mode_received_at_id",
                table: "webhook_events");

            migrationBuilder.DropIndex(
                name: "IX_refunds_tenant_id_mode_status_created_at_id",
                table: "refunds");

            migrationBuilder.DropIndex(
                name: "IX_event_deliveries_endpoint_id_sequence",
                table: "event_deliveries");

            migrationBuilder.DropIndex(
                name: "IX_event_deliveries_endpoint_id_state_sequence",
                table: "event_deliveries");

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_tenant_id_received_at_id",
                table: "webhook_events",
                columns: new[] { "tenant_id", "received_at", "id" });
        }
    }
}
