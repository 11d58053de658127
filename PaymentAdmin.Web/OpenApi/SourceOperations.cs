using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>The source systems' routes in their documents' own words (contract.md section 6). Amounts there are in major units.</summary>
internal static class SourceOperations
{
    private const string Kaspi = "001 Kaspi service";

    private const string Config = """
        {
          "id": 1, "shop_id": 8, "organization_bin": "210440028324", "device_token": "8f1c2b7e…", "description": "Almaty, Abay", "is_active": true, "provider": "kaspi",
          "created_at": "2026-11-21T06:40:00.000Z", "updated_at": "2026-11-21T06:40:00.000Z"
        }
        """;

    private static string SavedConfig => Config.TrimEnd()[..^1] + ", \"warnings\": [] }";

    private static readonly string[] ProviderErrors = [Codes.ProviderUnavailable, Codes.ProviderRejected, Codes.ProviderOutcomeUnknown];

    public static IReadOnlyList<(string Name, string Text)> Tags { get; } =
    [
        (Kaspi, "The old Kaspi service's routes: change the base URL, add a key. Problems carry `\"success\": false`."),
    ];

    public static IEnumerable<ApiOperation> All => OfKaspi();

    private static IEnumerable<ApiOperation> OfKaspi()
    {
        yield return new("kaspi.create", Kaspi, "POST", "/payments/kaspi/create", "Ask a payer's phone")
        {
            Text = "The BIN comes from the shop. Without an Idempotency-Key an equal request of the last ten minutes is answered with its payment.",
            Body = ApiContent.Like("KaspiCreateRequest", """{ "shop_id": 8, "amount": 10000, "phone": "77015211545", "message": "Order #12345" }""", "`amount` in tenge.", "message"),
            Answer = ApiContent.Like("KaspiCreated", """{ "success": true, "external_id": "131234567", "status": "Wait", "organization_bin": "210440028324" }"""),
            Errors = [Codes.ShopNotConfigured, Codes.ProviderNotConfigured, Codes.DeviceTokenRequired, .. ProviderErrors],
        };
        yield return new("kaspi.createLink", Kaspi, "POST", "/payments/kaspi/create-link", "Make a payment link")
        {
            Body = ApiContent.Like("KaspiLinkRequest", """{ "shop_id": 8, "amount": 10000, "message": "Order #12345" }""", "`amount` in tenge.", "message"),
            Answer = ApiContent.Like("KaspiLink", """{ "success": true, "payment_link": "https://pay.kaspi.kz/pay/7x", "payment_id": "131234568", "expire_date": "2026-11-21T07:00:00.000Z", "external_id": "131234568", "status": "Wait", "organization_bin": "210440028324" }"""),
            Errors = [Codes.ShopNotConfigured, Codes.ProviderNotConfigured, Codes.DeviceTokenRequired, .. ProviderErrors],
        };
        yield return new("kaspi.status", Kaspi, "GET", "/payments/kaspi/status/{external_id}", "Ask how a payment stands")
        {
            Parameters = [new("external_id", "The provider's number.") { Example = "131234567" }],
            Text = "Kaspi is asked at most once per 5 seconds and payment.",
            Answer = ApiContent.Like("KaspiStatus", """{ "success": true, "external_id": "131234567", "status": "Processed" }"""),
            Errors = [Codes.PaymentNotFound],
        };
        yield return new("kaspi.refund", Kaspi, "POST", "/payments/kaspi/refund", "Give money back")
        {
            Text = "To the BIN that took it. 202 with `\"success\": false` while a second person or the provider must still act.",
            Body = ApiContent.Like("KaspiRefundRequest", """{ "shop_id": 8, "external_id": "131234567", "amount": 50 }""", "`amount` in tenge."),
            Answer = ApiContent.Like("KaspiRefunded", """{ "success": true, "external_id": "131234567", "refunded_amount": 50, "organization_bin": "210440028324" }"""),
            Errors = [Codes.ShopNotConfigured, Codes.PaymentNotFound, Codes.RefundExceedsPayment, Codes.RefundInProgress, Codes.ProviderRejected, Codes.ProviderOutcomeUnknown],
        };
        yield return new("configs.list", Kaspi, "GET", "/admin/configs", "List shop configs") { Answer = ApiContent.Like("ConfigList", $"[{Config}]") };
        yield return new("configs.create", Kaspi, "POST", "/admin/configs", "Add a shop config")
        {
            Body = ApiContent.Like("ConfigRequest", """{ "shop_id": 8, "organization_bin": "210440028324", "device_token": "8f1c2b7e-0000-4000-8000-000000000000", "description": "Almaty, Abay", "is_active": true, "provider": "kaspi" }""", "", "device_token", "description", "is_active", "provider"),
            Status = 201,
            Answer = ApiContent.Like("SavedConfig", SavedConfig),
            Errors = [Codes.ConfigExists],
        };
        yield return new("configs.change", Kaspi, "PUT", "/admin/configs/{shop_id}", "Change a shop config")
        {
            Text = "The members that are present change; null clears.",
            Parameters = [new("shop_id", "The shop's number.") { Type = "integer" }, new("provider", "`kaspi` when left out.")],
            Body = ApiContent.Like("ConfigChange", """{ "description": "Almaty, Abay 10", "is_active": true }""", "", "description", "is_active"),
            Answer = ApiContent.Like("SavedConfig", SavedConfig),
            Errors = [Codes.ShopNotConfigured, Codes.DeviceTokenMasked, Codes.InvalidParameter],
        };
        yield return new("configs.deactivate", Kaspi, "DELETE", "/admin/configs/{shop_id}", "Take a shop config out of service")
        {
            Parameters = [new("shop_id", "The shop's number.") { Type = "integer" }, new("provider", "`kaspi` when left out.")],
            Status = 204,
            Answer = ApiContent.None,
            Errors = [Codes.ShopNotConfigured, Codes.InvalidParameter],
        };
        yield return new("logs.list", Kaspi, "GET", "/admin/logs", "Read the log of calls to providers")
        {
            Parameters = [new("shop_id", "Of this shop.") { Type = "integer" }, new("limit", "Newest first.") { Type = "integer", Range = (1, 1000, 100) }],
            Answer = ApiContent.Like("LogList", """[{ "id": 1, "shop_id": 8, "organization_bin": "210440028324", "operation_type": "create", "external_id": "131234567", "amount": 1000000, "status": "Wait", "error_message": null, "provider": "kaspi", "created_at": "2026-11-21T06:47:00.000Z" }]""", "`amount` in tiyn."),
            Errors = [Codes.InvalidParameter],
        };
    }
}
