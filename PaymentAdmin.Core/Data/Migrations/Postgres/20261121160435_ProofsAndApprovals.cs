using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ProofsAndApprovals : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "approval_requests",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    mode = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    subject_id = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    payment_id = table.Column<Guid>(type: "uuid", nullable: true),
                    summary = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    amount_minor = table.Column<long>(type: "bigint", nullable: true),
                    currency = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    before = table.Column<string>(type: "text", nullable: true),
                    after = table.Column<string>(type: "text", nullable: true),
                    change_cipher = table.Column<string>(type: "text", nullable: true),
                    requested_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    requested_by_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    requested_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    decided_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    decided_by_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_at = table.Column<long>(type: "bigint", nullable: true),
                    decision_reason = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_approval_requests", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "manual_proofs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    mode = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    payment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    reference = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    reference_key = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    amount_minor = table.Column<long>(type: "bigint", nullable: false),
                    currency = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    notes = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    image_url = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    submitted_at = table.Column<long>(type: "bigint", nullable: false),
                    submitted_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    submitted_by_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    is_demo = table.Column<bool>(type: "boolean", nullable: false),
                    is_legacy = table.Column<bool>(type: "boolean", nullable: false),
                    status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    claimed_by_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    claimed_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    claimed_until = table.Column<long>(type: "bigint", nullable: true),
                    first_approved_by_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    first_approved_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    first_approved_at = table.Column<long>(type: "bigint", nullable: true),
                    decided_by_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    decided_by = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    decided_at = table.Column<long>(type: "bigint", nullable: true),
                    received_minor = table.Column<long>(type: "bigint", nullable: true),
                    rejection = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    answer = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    internal_note = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    approved_claim = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_manual_proofs", x => x.id);
                    table.CheckConstraint("ck_manual_proofs_amount", "amount_minor > 0");
                    table.ForeignKey(
                        name: "FK_manual_proofs_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "proof_files",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    proof_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    content_type = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    sha256 = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    stored_name = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_proof_files", x => x.id);
                    table.ForeignKey(
                        name: "FK_proof_files_manual_proofs_proof_id",
                        column: x => x.proof_id,
                        principalTable: "manual_proofs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_approval_requests_kind_subject_id",
                table: "approval_requests",
                columns: new[] { "kind", "subject_id" });

            migrationBuilder.CreateIndex(
                name: "IX_approval_requests_status_expires_at",
                table: "approval_requests",
                columns: new[] { "status", "expires_at" });

            migrationBuilder.CreateIndex(
                name: "IX_approval_requests_tenant_id_status_requested_at_id",
                table: "approval_requests",
                columns: new[] { "tenant_id", "status", "requested_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_manual_proofs_payment_id",
                table: "manual_proofs",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_manual_proofs_tenant_id_mode_approved_claim",
                table: "manual_proofs",
                columns: new[] { "tenant_id", "mode", "approved_claim" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_manual_proofs_tenant_id_mode_status_submitted_at_id",
                table: "manual_proofs",
                columns: new[] { "tenant_id", "mode", "status", "submitted_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_manual_proofs_tenant_id_reference_key",
                table: "manual_proofs",
                columns: new[] { "tenant_id", "reference_key" });

            migrationBuilder.CreateIndex(
                name: "IX_proof_files_proof_id",
                table: "proof_files",
                column: "proof_id");

            migrationBuilder.CreateIndex(
                name: "IX_proof_files_stored_name",
                table: "proof_files",
                column: "stored_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_proof_files_tenant_id_sha256",
                table: "proof_files",
                columns: new[] { "tenant_id", "sha256" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "approval_requests");

            migrationBuilder.DropTable(
                name: "proof_files");

            migrationBuilder.DropTable(
                name: "manual_proofs");
        }
    }
}
