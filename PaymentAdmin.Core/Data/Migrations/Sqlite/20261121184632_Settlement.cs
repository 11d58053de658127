using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Settlement : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "book_comparisons",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true),
                    compared = table.Column<int>(type: "INTEGER", nullable: false),
                    differences = table.Column<int>(type: "INTEGER", nullable: false),
                    fault = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_book_comparisons", x => x.id);
                    table.ForeignKey(
                        name: "FK_book_comparisons_provider_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "provider_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "book_differences",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    found_at = table.Column<long>(type: "INTEGER", nullable: false),
                    theirs_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    theirs_refunded_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    theirs_word = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    ours_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    ours_refunded_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    note = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    decided_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    decided_at = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_book_differences", x => x.id);
                    table.CheckConstraint("ck_book_differences_ours_minor_integer", "typeof(ours_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_book_differences_ours_refunded_minor_integer", "typeof(ours_refunded_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_book_differences_theirs_minor_integer", "typeof(theirs_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_book_differences_theirs_refunded_minor_integer", "typeof(theirs_refunded_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_book_differences_provider_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "provider_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_receipts_account_id_received_at",
                table: "receipts",
                columns: new[] { "account_id", "received_at" });

            migrationBuilder.CreateIndex(
                name: "IX_book_comparisons_account_id_day",
                table: "book_comparisons",
                columns: new[] { "account_id", "day" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_book_differences_account_id_kind_reference",
                table: "book_differences",
                columns: new[] { "account_id", "kind", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_book_differences_tenant_id_mode_state_day",
                table: "book_differences",
                columns: new[] { "tenant_id", "mode", "state", "day" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "book_comparisons");

            migrationBuilder.DropTable(
                name: "book_differences");

            migrationBuilder.DropIndex(
                name: "IX_receipts_account_id_received_at",
                table: "receipts");
        }
    }
}
