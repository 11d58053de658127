using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PaymentAdmin.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    prefix = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    scopes = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by_user_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    revoked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    last_used_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_api_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "approval_limits",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_approval_limits", x => new { x.tenant_id, x.currency });
                    table.CheckConstraint("ck_approval_limits_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                });

            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    actor_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    entity = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    entity_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    before = table.Column<string>(type: "TEXT", nullable: true),
                    after = table.Column<string>(type: "TEXT", nullable: true),
                    request_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    remote_ip = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    sequence = table.Column<long>(type: "INTEGER", nullable: true),
                    previous_hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    xml_cipher = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_data_protection_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_counters",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    last_sequence = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_event_counters", x => new { x.tenant_id, x.mode });
                });

            migrationBuilder.CreateTable(
                name: "event_endpoints",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    url = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    types = table.Column<string>(type: "TEXT", nullable: false),
                    secret_cipher = table.Column<string>(type: "TEXT", nullable: false),
                    previous_secret_cipher = table.Column<string>(type: "TEXT", nullable: true),
                    previous_secret_until = table.Column<long>(type: "INTEGER", nullable: true),
                    is_enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    disabled_reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    enqueued_sequence = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_event_endpoints", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    locked_until = table.Column<long>(type: "INTEGER", nullable: false),
                    resource_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    status_code = table.Column<int>(type: "INTEGER", nullable: true),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    body_cipher = table.Column<byte[]>(type: "BLOB", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_idempotency_keys", x => new { x.tenant_id, x.mode, x.key });
                });

            migrationBuilder.CreateTable(
                name: "provider_calls",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    refund_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    operation = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    idempotency_key = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    shop_number = table.Column<int>(type: "INTEGER", nullable: true),
                    organization_bin = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: true),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    deadline_at = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    duration_ms = table.Column<int>(type: "INTEGER", nullable: true),
                    external_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    status_word = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    error_message = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    http_status = table.Column<int>(type: "INTEGER", nullable: true),
                    request = table.Column<string>(type: "TEXT", nullable: true),
                    response = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_calls", x => x.id);
                    table.CheckConstraint("ck_provider_calls_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                });

            migrationBuilder.CreateTable(
                name: "sandbox_charges",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    merchant = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    merchant_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    payer_phone = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    decides_at = table.Column<long>(type: "INTEGER", nullable: true),
                    decision = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    paid_at = table.Column<long>(type: "INTEGER", nullable: true),
                    failure_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    refunded_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    data_json = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sandbox_charges", x => x.id);
                    table.CheckConstraint("ck_sandbox_charges_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_sandbox_charges_refunded_minor_integer", "typeof(refunded_minor) IN ('integer', 'null')");
                });

            migrationBuilder.CreateTable(
                name: "sandbox_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    url = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    headers_json = table.Column<string>(type: "TEXT", nullable: false),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false),
                    due_at = table.Column<long>(type: "INTEGER", nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    last_status = table.Column<int>(type: "INTEGER", nullable: true),
                    is_done = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sandbox_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sandbox_devices",
                columns: table => new
                {
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    merchant = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    token = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    organization = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sandbox_devices", x => new { x.provider, x.merchant, x.token });
                });

            migrationBuilder.CreateTable(
                name: "sandbox_faults",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    merchant = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    fault = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    path = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    remaining = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sandbox_faults", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sandbox_refunds",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    charge_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    merchant_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    data_json = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sandbox_refunds", x => x.id);
                    table.CheckConstraint("ck_sandbox_refunds_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                });

            migrationBuilder.CreateTable(
                name: "setup_codes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    code_hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    failed_tries = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_setup_codes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "tenants",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    slug = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    time_zone = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    return_origins = table.Column<string>(type: "TEXT", nullable: false),
                    customer_jwt_issuer = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    customer_jwt_algorithm = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    customer_jwt_key_cipher = table.Column<string>(type: "TEXT", nullable: true),
                    two_person_rule = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    hold_risky = table.Column<bool>(type: "INTEGER", nullable: false),
                    refuse_unknown_references = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tenants", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "test_mode_switches",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    is_on = table.Column<bool>(type: "INTEGER", nullable: false),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    changed_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_test_mode_switches", x => new { x.tenant_id, x.provider });
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    role = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    display_name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    is_disabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_sign_in_at = table.Column<long>(type: "INTEGER", nullable: true),
                    user_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    normalized_user_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    email = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    normalized_email = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    email_confirmed = table.Column<bool>(type: "INTEGER", nullable: false),
                    password_hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    security_stamp = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    concurrency_stamp = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    phone_number = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    phone_number_confirmed = table.Column<bool>(type: "INTEGER", nullable: false),
                    two_factor_enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    lockout_end = table.Column<long>(type: "INTEGER", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    access_failed_count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_users", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "webhook_rejections",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    remote_ip = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    header_names = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    body_length = table.Column<int>(type: "INTEGER", nullable: false),
                    body_sha256 = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    body_start = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhook_rejections", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "organizations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    bin = table.Column<string>(type: "TEXT", maxLength: 12, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_organizations", x => x.id);
                    table.ForeignKey(
                        name: "FK_organizations_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "payments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    is_guest = table.Column<bool>(type: "INTEGER", nullable: false),
                    order_reference = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    payment_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    shop_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    shop_number = table.Column<int>(type: "INTEGER", nullable: true),
                    customer_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    customer_email = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    customer_name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    customer_phone = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    phone_digits = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    metadata_json = table.Column<string>(type: "TEXT", nullable: true),
                    return_url = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    cancel_url = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_with_first_attempt = table.Column<bool>(type: "INTEGER", nullable: false),
                    repeat_name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    is_demo = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    answerable_user_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    reference_claim = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    exceptions = table.Column<int>(type: "INTEGER", nullable: false),
                    open_reviews = table.Column<int>(type: "INTEGER", nullable: false),
                    received_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    refund_reserved_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    refunded_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    disputed_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    succeeded_at = table.Column<long>(type: "INTEGER", nullable: true),
                    status_since = table.Column<long>(type: "INTEGER", nullable: false),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    transition_count = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    method = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    provider_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    organization_bin = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    last_error_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    last_error_message = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    last_error_provider_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    risk_score = table.Column<int>(type: "INTEGER", nullable: true),
                    risk_reasons_json = table.Column<string>(type: "TEXT", nullable: true),
                    proof_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    holds_for_risk = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payments", x => x.id);
                    table.CheckConstraint("ck_payments_amount", "amount_minor > 0");
                    table.CheckConstraint("ck_payments_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payments_disputed_minor_integer", "typeof(disputed_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payments_money", "received_minor >= 0 AND refunded_minor >= 0 AND refund_reserved_minor >= refunded_minor AND refund_reserved_minor <= received_minor");
                    table.CheckConstraint("ck_payments_received_minor_integer", "typeof(received_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payments_refund_reserved_minor_integer", "typeof(refund_reserved_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payments_refunded_minor_integer", "typeof(refunded_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_payments_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "provider_accounts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    endpoint = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    is_enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    disabled_reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    is_for_all_shops = table.Column<bool>(type: "INTEGER", nullable: false),
                    secrets_cipher = table.Column<string>(type: "TEXT", nullable: false),
                    settings_json = table.Column<string>(type: "TEXT", nullable: false),
                    webhook_key_hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    webhook_key_cipher = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_accounts", x => x.id);
                    table.ForeignKey(
                        name: "FK_provider_accounts_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "shops",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_shops", x => x.id);
                    table.ForeignKey(
                        name: "FK_shops_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "user_claims",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    claim_type = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    claim_value = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user_claims", x => x.id);
                    table.ForeignKey(
                        name: "FK_user_claims_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_logins",
                columns: table => new
                {
                    login_provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    provider_key = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    provider_display_name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user_logins", x => new { x.login_provider, x.provider_key });
                    table.ForeignKey(
                        name: "FK_user_logins_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_tokens",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    login_provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    value = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user_tokens", x => new { x.user_id, x.login_provider, x.name });
                    table.ForeignKey(
                        name: "FK_user_tokens_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "disputes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    due_at = table.Column<long>(type: "INTEGER", nullable: true),
                    status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    opened_at = table.Column<long>(type: "INTEGER", nullable: false),
                    closed_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_disputes", x => x.id);
                    table.CheckConstraint("ck_disputes_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_disputes_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "outgoing_events",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    dedupe_key = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    data_json = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outgoing_events", x => x.id);
                    table.ForeignKey(
                        name: "FK_outgoing_events_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "payment_notes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    refund_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    text = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    detail = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    actor = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    source = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    source_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_notes", x => x.id);
                    table.ForeignKey(
                        name: "FK_payment_notes_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "payment_transitions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    sequence = table.Column<int>(type: "INTEGER", nullable: false),
                    from_status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    to_status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    cause = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    cause_id = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    audit_id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_transitions", x => x.id);
                    table.ForeignKey(
                        name: "FK_payment_transitions_audit_entries_audit_id",
                        column: x => x.audit_id,
                        principalTable: "audit_entries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_payment_transitions_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "receipts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    payer = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    bill_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    proof_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    note = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    decided_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_receipts", x => x.id);
                    table.CheckConstraint("ck_receipts_amount", "amount_minor > 0");
                    table.CheckConstraint("ck_receipts_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_receipts_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "webhook_events",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    dedupe_key = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false),
                    body_sha256 = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    headers_json = table.Column<string>(type: "TEXT", nullable: false),
                    remote_ip = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    source_verdict = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    integrity = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    event_type = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    provider_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    crashes = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    settled_at = table.Column<long>(type: "INTEGER", nullable: true),
                    duplicates = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhook_events", x => x.id);
                    table.ForeignKey(
                        name: "FK_webhook_events_provider_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "provider_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "shop_configs",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    shop_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    organization_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    device_token_cipher = table.Column<string>(type: "TEXT", nullable: true),
                    device_token_mask = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    device_token_fingerprint = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    description = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_shop_configs", x => x.id);
                    table.ForeignKey(
                        name: "FK_shop_configs_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_shop_configs_provider_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "provider_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_shop_configs_shops_shop_id",
                        column: x => x.shop_id,
                        principalTable: "shops",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "event_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    endpoint_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    event_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    delivered_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_event_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "FK_event_deliveries_event_endpoints_endpoint_id",
                        column: x => x.endpoint_id,
                        principalTable: "event_endpoints",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_event_deliveries_outgoing_events_event_id",
                        column: x => x.event_id,
                        principalTable: "outgoing_events",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "webhook_applications",
                columns: table => new
                {
                    event_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhook_applications", x => x.event_id);
                    table.ForeignKey(
                        name: "FK_webhook_applications_webhook_events_event_id",
                        column: x => x.event_id,
                        principalTable: "webhook_events",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "shop_config_versions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    config_id = table.Column<long>(type: "INTEGER", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    organization_bin = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    device_token_cipher = table.Column<string>(type: "TEXT", nullable: true),
                    device_token_mask = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    description = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_shop_config_versions", x => x.id);
                    table.ForeignKey(
                        name: "FK_shop_config_versions_shop_configs_config_id",
                        column: x => x.config_id,
                        principalTable: "shop_configs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "event_delivery_tries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    delivery_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    duration_ms = table.Column<int>(type: "INTEGER", nullable: false),
                    http_status = table.Column<int>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    response_start = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_event_delivery_tries", x => x.id);
                    table.ForeignKey(
                        name: "FK_event_delivery_tries_event_deliveries_delivery_id",
                        column: x => x.delivery_id,
                        principalTable: "event_deliveries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "payment_attempts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    endpoint = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    config_version_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    organization_bin = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    method = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    payer_phone = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    callback_token_hash = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    is_demo = table.Column<bool>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    provider_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    provider_reference2 = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    provider_status = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    received_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    next_action_json = table.Column<string>(type: "TEXT", nullable: true),
                    last_error_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    last_error_message = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    last_error_provider_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    next_check_at = table.Column<long>(type: "INTEGER", nullable: true),
                    checks = table.Column<int>(type: "INTEGER", nullable: false),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_payment_attempts", x => x.id);
                    table.CheckConstraint("ck_payment_attempts_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.CheckConstraint("ck_payment_attempts_received_minor_integer", "typeof(received_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_payment_attempts_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_payment_attempts_provider_accounts_account_id",
                        column: x => x.account_id,
                        principalTable: "provider_accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_payment_attempts_shop_config_versions_config_version_id",
                        column: x => x.config_version_id,
                        principalTable: "shop_config_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "refunds",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    mode = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    attempt_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    account_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    endpoint = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    provider = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    organization_bin = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    amount_minor = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    requested_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    requested_by_user_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    is_demo = table.Column<bool>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    action_required = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    failure_code = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    failure_message = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    provider_reference = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    approved_by = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    sent_at = table.Column<long>(type: "INTEGER", nullable: true),
                    settled_at = table.Column<long>(type: "INTEGER", nullable: true),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    next_check_at = table.Column<long>(type: "INTEGER", nullable: true),
                    checks = table.Column<int>(type: "INTEGER", nullable: false),
                    lease_token = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_refunds", x => x.id);
                    table.CheckConstraint("ck_refunds_amount", "amount_minor > 0");
                    table.CheckConstraint("ck_refunds_amount_minor_integer", "typeof(amount_minor) IN ('integer', 'null')");
                    table.ForeignKey(
                        name: "FK_refunds_payment_attempts_attempt_id",
                        column: x => x.attempt_id,
                        principalTable: "payment_attempts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_refunds_payments_payment_id",
                        column: x => x.payment_id,
                        principalTable: "payments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_hash",
                table: "api_keys",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_api_keys_tenant_id",
                table: "api_keys",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_entity_entity_id",
                table: "audit_entries",
                columns: new[] { "entity", "entity_id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_sequence",
                table: "audit_entries",
                column: "sequence",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_tenant_id_id",
                table: "audit_entries",
                columns: new[] { "tenant_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_data_protection_keys_name",
                table: "data_protection_keys",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_disputes_account_id_provider_reference",
                table: "disputes",
                columns: new[] { "account_id", "provider_reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_disputes_payment_id",
                table: "disputes",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_event_deliveries_endpoint_id_event_id",
                table: "event_deliveries",
                columns: new[] { "endpoint_id", "event_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_event_deliveries_endpoint_id_payment_id_sequence",
                table: "event_deliveries",
                columns: new[] { "endpoint_id", "payment_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_event_deliveries_event_id",
                table: "event_deliveries",
                column: "event_id");

            migrationBuilder.CreateIndex(
                name: "IX_event_deliveries_state_next_attempt_at",
                table: "event_deliveries",
                columns: new[] { "state", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "IX_event_delivery_tries_delivery_id",
                table: "event_delivery_tries",
                column: "delivery_id");

            migrationBuilder.CreateIndex(
                name: "IX_event_endpoints_tenant_id_mode",
                table: "event_endpoints",
                columns: new[] { "tenant_id", "mode" });

            migrationBuilder.CreateIndex(
                name: "IX_idempotency_keys_created_at",
                table: "idempotency_keys",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "IX_organizations_tenant_id_bin",
                table: "organizations",
                columns: new[] { "tenant_id", "bin" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_outgoing_events_created_at",
                table: "outgoing_events",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "IX_outgoing_events_payment_id_type_dedupe_key",
                table: "outgoing_events",
                columns: new[] { "payment_id", "type", "dedupe_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_outgoing_events_tenant_id_mode_sequence",
                table: "outgoing_events",
                columns: new[] { "tenant_id", "mode", "sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_account_id_provider_reference",
                table: "payment_attempts",
                columns: new[] { "account_id", "provider_reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_callback_token_hash",
                table: "payment_attempts",
                column: "callback_token_hash");

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_config_version_id",
                table: "payment_attempts",
                column: "config_version_id");

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_next_check_at",
                table: "payment_attempts",
                column: "next_check_at");

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_payment_id",
                table: "payment_attempts",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_payment_attempts_provider_reference2",
                table: "payment_attempts",
                column: "provider_reference2");

            migrationBuilder.CreateIndex(
                name: "IX_payment_notes_payment_id_at",
                table: "payment_notes",
                columns: new[] { "payment_id", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_payment_transitions_audit_id",
                table: "payment_transitions",
                column: "audit_id");

            migrationBuilder.CreateIndex(
                name: "IX_payment_transitions_payment_id_sequence",
                table: "payment_transitions",
                columns: new[] { "payment_id", "sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payments_status_expires_at",
                table: "payments",
                columns: new[] { "status", "expires_at" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_customer_email_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "customer_email", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_order_reference",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "order_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_organization_bin_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "organization_bin", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_payment_code",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "payment_code" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_phone_digits_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "phone_digits", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_provider_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "provider", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_reference_claim",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "reference_claim" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_shop_number_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "shop_number", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_payments_tenant_id_mode_status_created_at_id",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "status", "created_at", "id" });

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

            migrationBuilder.CreateIndex(
                name: "ix_payments_with_refunds",
                table: "payments",
                columns: new[] { "tenant_id", "mode", "created_at", "id" },
                filter: "refund_reserved_minor > 0");

            migrationBuilder.CreateIndex(
                name: "IX_provider_accounts_tenant_id_provider_mode",
                table: "provider_accounts",
                columns: new[] { "tenant_id", "provider", "mode" });

            migrationBuilder.CreateIndex(
                name: "IX_provider_accounts_webhook_key_hash",
                table: "provider_accounts",
                column: "webhook_key_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_provider_calls_payment_id",
                table: "provider_calls",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_provider_calls_state_deadline_at",
                table: "provider_calls",
                columns: new[] { "state", "deadline_at" });

            migrationBuilder.CreateIndex(
                name: "IX_provider_calls_tenant_id_mode_id",
                table: "provider_calls",
                columns: new[] { "tenant_id", "mode", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_receipts_account_id_reference",
                table: "receipts",
                columns: new[] { "account_id", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_receipts_payment_id",
                table: "receipts",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_receipts_tenant_id_mode_state",
                table: "receipts",
                columns: new[] { "tenant_id", "mode", "state" });

            migrationBuilder.CreateIndex(
                name: "IX_refunds_account_id_provider_reference",
                table: "refunds",
                columns: new[] { "account_id", "provider_reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_refunds_attempt_id",
                table: "refunds",
                column: "attempt_id");

            migrationBuilder.CreateIndex(
                name: "IX_refunds_next_check_at",
                table: "refunds",
                column: "next_check_at");

            migrationBuilder.CreateIndex(
                name: "IX_refunds_payment_id",
                table: "refunds",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_refunds_tenant_id_mode_created_at_id",
                table: "refunds",
                columns: new[] { "tenant_id", "mode", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_sandbox_charges_decides_at",
                table: "sandbox_charges",
                column: "decides_at");

            migrationBuilder.CreateIndex(
                name: "IX_sandbox_charges_provider_merchant_reference",
                table: "sandbox_charges",
                columns: new[] { "provider", "merchant_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_sandbox_charges_provider_reference",
                table: "sandbox_charges",
                columns: new[] { "provider", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_sandbox_deliveries_is_done_due_at",
                table: "sandbox_deliveries",
                columns: new[] { "is_done", "due_at" });

            migrationBuilder.CreateIndex(
                name: "IX_sandbox_refunds_charge_id",
                table: "sandbox_refunds",
                column: "charge_id");

            migrationBuilder.CreateIndex(
                name: "IX_sandbox_refunds_provider_reference",
                table: "sandbox_refunds",
                columns: new[] { "provider", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_shop_config_versions_config_id_version",
                table: "shop_config_versions",
                columns: new[] { "config_id", "version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_shop_configs_account_id",
                table: "shop_configs",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "IX_shop_configs_organization_id",
                table: "shop_configs",
                column: "organization_id");

            migrationBuilder.CreateIndex(
                name: "IX_shop_configs_shop_id_provider_mode",
                table: "shop_configs",
                columns: new[] { "shop_id", "provider", "mode" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_shop_configs_tenant_id",
                table: "shop_configs",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "IX_shops_tenant_id_number",
                table: "shops",
                columns: new[] { "tenant_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_tenants_customer_jwt_issuer",
                table: "tenants",
                column: "customer_jwt_issuer",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_tenants_slug",
                table: "tenants",
                column: "slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_user_claims_user_id",
                table: "user_claims",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "IX_user_logins_user_id",
                table: "user_logins",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "EmailIndex",
                table: "users",
                column: "normalized_email");

            migrationBuilder.CreateIndex(
                name: "IX_users_tenant_id",
                table: "users",
                column: "tenant_id");

            migrationBuilder.CreateIndex(
                name: "UserNameIndex",
                table: "users",
                column: "normalized_user_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_account_id_dedupe_key",
                table: "webhook_events",
                columns: new[] { "account_id", "dedupe_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_account_id_provider_reference",
                table: "webhook_events",
                columns: new[] { "account_id", "provider_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_payment_id",
                table: "webhook_events",
                column: "payment_id");

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_state_next_attempt_at",
                table: "webhook_events",
                columns: new[] { "state", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "IX_webhook_events_tenant_id_received_at_id",
                table: "webhook_events",
                columns: new[] { "tenant_id", "received_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_webhook_rejections_account_id_at",
                table: "webhook_rejections",
                columns: new[] { "account_id", "at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "approval_limits");

            migrationBuilder.DropTable(
                name: "data_protection_keys");

            migrationBuilder.DropTable(
                name: "disputes");

            migrationBuilder.DropTable(
                name: "event_counters");

            migrationBuilder.DropTable(
                name: "event_delivery_tries");

            migrationBuilder.DropTable(
                name: "idempotency_keys");

            migrationBuilder.DropTable(
                name: "payment_notes");

            migrationBuilder.DropTable(
                name: "payment_transitions");

            migrationBuilder.DropTable(
                name: "provider_calls");

            migrationBuilder.DropTable(
                name: "receipts");

            migrationBuilder.DropTable(
                name: "refunds");

            migrationBuilder.DropTable(
                name: "sandbox_charges");

            migrationBuilder.DropTable(
                name: "sandbox_deliveries");

            migrationBuilder.DropTable(
                name: "sandbox_devices");

            migrationBuilder.DropTable(
                name: "sandbox_faults");

            migrationBuilder.DropTable(
                name: "sandbox_refunds");

            migrationBuilder.DropTable(
                name: "setup_codes");

            migrationBuilder.DropTable(
                name: "test_mode_switches");

            migrationBuilder.DropTable(
                name: "user_claims");

            migrationBuilder.DropTable(
                name: "user_logins");

            migrationBuilder.DropTable(
                name: "user_tokens");

            migrationBuilder.DropTable(
                name: "webhook_applications");

            migrationBuilder.DropTable(
                name: "webhook_rejections");

            migrationBuilder.DropTable(
                name: "event_deliveries");

            migrationBuilder.DropTable(
                name: "audit_entries");

            migrationBuilder.DropTable(
                name: "payment_attempts");

            migrationBuilder.DropTable(
                name: "users");

            migrationBuilder.DropTable(
                name: "webhook_events");

            migrationBuilder.DropTable(
                name: "event_endpoints");

            migrationBuilder.DropTable(
                name: "outgoing_events");

            migrationBuilder.DropTable(
                name: "shop_config_versions");

            migrationBuilder.DropTable(
                name: "payments");

            migrationBuilder.DropTable(
                name: "shop_configs");

            migrationBuilder.DropTable(
                name: "organizations");

            migrationBuilder.DropTable(
                name: "provider_accounts");

            migrationBuilder.DropTable(
                name: "shops");

            migrationBuilder.DropTable(
                name: "tenants");
        }
    }
}
