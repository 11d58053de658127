using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>The source systems' routes in their documents' own words (contract.md section 6). Amounts there are in major units.</summary>
internal static class SourceOperations
{
    private const string Donations = "000 Donations";
    private const string Kaspi = "001 Kaspi service";
    private const string Registrations = "002 Registrations";
    private const string Commerce = "003 Conversational commerce";
    private const string Orders = "004 Orders";

    private const string Config = """
        {
          "id": 1, "shop_id": 8, "organization_bin": "210440028324", "device_token?": "8f1c2b7e…", "description?": "Almaty, Abay", "is_active": true, "provider": "kaspi",
          "created_at": "2026-11-21T06:40:00.000Z", "updated_at": "2026-11-21T06:40:00.000Z"
        }
        """;

    private static ApiContent ConfigWaiting => ApiContent.Like("ApprovalAsked", """{ "approval_id": "019aa5c3-5e70-7aaa-8bbb-8cccddddeeee", "status": "waiting_for_approval" }""", "Nothing has changed yet: a second person must agree in the portal (live configs of a tenant with the rule of two persons).");

    private static string SavedConfig => Config.TrimEnd()[..^1] + ", \"warnings\": [] }";

    private static readonly string[] ProviderErrors = [Codes.ProviderUnavailable, Codes.ProviderRejected, Codes.ProviderOutcomeUnknown];

    /// <summary>Of every route that starts a checkout of a payment that is there.</summary>
    private static readonly string[] CheckoutErrors =
    [
        Codes.PaymentNotFound, Codes.PaymentFinal, Codes.AttemptOutcomeUnknown, Codes.CurrencyNotSupported, Codes.AmountOutOfRange, Codes.ProviderNotConfigured,
        Codes.ProviderInTestMode, Codes.AccountAmbiguous, Codes.LiveModeRefused, .. ProviderErrors,
    ];

    /// <summary>Stripe moves every currency that there is here.</summary>
    private static readonly string[] OrderErrors = [.. CheckoutErrors.Where(code => code != Codes.CurrencyNotSupported)];

    /// <summary>Of every address without an account's key, apart from what each calls a delivery that is not authentic.</summary>
    private static readonly string[] AliasErrors = [Codes.UseAccountUrl, Codes.TooLarge, Codes.RateLimited];

    public static IReadOnlyList<(string Name, string Text)> Tags { get; } =
    [
        (Donations, "A donation is a payment of yours, made at POST /v1/payments; its checkout is Ioka's."),
        (Kaspi, "The old Kaspi service's routes: change the base URL, add a key. Problems carry `\"success\": false`."),
        (Registrations, "A registration is paid on iKhokha's page; the registration itself stays with you."),
        (Commerce, "Webhook addresses without an account's key. Everything else of that system is this API and the portal."),
        (Orders, "An order is a payment of yours, made at POST /v1/payments; its checkout is Stripe's."),
    ];

    public static IEnumerable<ApiOperation> All => [.. OfDonations(), .. OfKaspi(), .. OfRegistrations(), .. OfCommerce(), .. OfOrders()];

    private static IEnumerable<ApiOperation> OfDonations()
    {
        const string Started = """{ "success": true, "checkout_url": "https://checkout.example/ord_8815", "order_id": "ord_8815", "donation_id": "donation-17", "status": "awaiting_payment" }""";
        yield return new("donations.pay", Donations, "POST", "/api/donations/{id}/payment", "Start a donation's checkout")
        {
            Text = "While a checkout is open the answer is that checkout.",
            Parameters = [new("id", "Our payment id, or the order reference.") { Example = "donation-17" }],
            Answer = ApiContent.Like("DonationStarted", Started),
            Errors = CheckoutErrors,
        };
        yield return new("donations.payAsGuest", Donations, "POST", "/api/guest-donations/{id}/payment", "Start a guest's checkout")
        {
            Text = "Without any token, for payments that were made with `guest`; ten calls a minute per address and payment.",
            Parameters = [new("id", "Our payment id.") { Format = "uuid" }],
            Answer = ApiContent.Like("DonationStarted", Started),
            // A guest's payment that is final is as if it were not there.
            Errors = [.. CheckoutErrors.Where(code => code != Codes.PaymentFinal), Codes.RateLimited],
        };
        yield return new("donations.receive", Donations, "POST", "/api/webhooks/ioka", "Take Ioka's delivery")
        {
            Body = ApiContent.Plain("application/octet-stream", "…", "At most 256 KiB."),
            Answer = ApiContent.Plain("text/plain", "ok"),
            Errors = [Codes.Unauthenticated, Codes.PaymentNotFound, .. AliasErrors],
        };
    }

    private static IEnumerable<ApiOperation> OfRegistrations()
    {
        yield return new("registrations.pay", Registrations, "POST", "/payment/create", "Start a registration's payment")
        {
            Text = "Keyed by `order_reference`: the same registration again answers the same payment. On a demo account the page is our own and the names begin with DEMO_ and demo_payment_.",
            Body = ApiContent.Like("RegistrationRequest", """{ "amount": "150.00", "currency": "ZAR", "order_reference": "REG_2026_17", "email?": "thandi@example.com", "name?": "Thandi", "description?": "Conference ticket" }""", "", "email", "name", "description"),
            Answer = ApiContent.Like("RegistrationStarted", """{ "success": true, "payment_url": "https://securepay.example/pay/1", "transaction_ref": "019aa5b0-3c4d-7e5f-8a6b-7c8d9e0f1a2b", "payment_id": "019aa5b0-3c4d-7e5f-8a6b-7c8d9e0f1a2c" }"""),
            Errors = [Codes.OrderReferenceInUse, .. CheckoutErrors.Where(code => code is not (Codes.PaymentNotFound or Codes.PaymentFinal or Codes.AttemptOutcomeUnknown or Codes.AmountOutOfRange))],
        };
        yield return new("registrations.receive", Registrations, "POST", "/api/webhooks/ikhokha", "Take iKhokha's delivery")
        {
            Body = ApiContent.Plain("application/octet-stream", "…", "At most 256 KiB."),
            Answer = ApiContent.Plain("text/plain", "ok"),
            Errors = [Codes.Unauthenticated, .. AliasErrors],
        };
    }

    private static IEnumerable<ApiOperation> OfCommerce()
    {
        foreach (var (id, path) in new[] { ("commerce.receive", "/api/v1/payments/webhook/{provider}"), ("commerce.receiveShort", "/webhook/{provider}") })
        {
            yield return new(id, Commerce, "POST", path, "Take a provider's delivery")
            {
                Parameters = [new("provider", "The provider's id.") { Example = "paystack" }],
                Body = ApiContent.Plain("application/octet-stream", "…", "At most 256 KiB."),
                Answer = ApiContent.Like("WebhookTaken", """{ "status": "success", "message": "Already processed" }""", "`message` on a repetition only.", "message"),
                Errors = [Codes.InvalidSignature, Codes.NotFound, .. AliasErrors],
            };
        }
    }

    private static IEnumerable<ApiOperation> OfOrders()
    {
        const string Session = """{ "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d", "checkout_session_id": "cs_test_8815", "checkout_url": "https://checkout.example/cs_test_8815" }""";
        yield return new("orders.pay", Orders, "POST", "/api/orders/{order_id}/pay", "Start an order's checkout")
        {
            Parameters = [new("order_id", "Our payment id, or the order reference.") { Example = "order-4711" }],
            Answer = ApiContent.Like("CheckoutSession", Session),
            Errors = OrderErrors,
        };
        yield return new("orders.createSession", Orders, "POST", "/api/payments/create_checkout_session", "Start a checkout that returns to an address of yours")
        {
            Body = ApiContent.Like("CheckoutSessionRequest", """{ "order_id": "order-4711", "return_url": "https://shop.example/payment/callback" }""", "", "return_url"),
            Answer = ApiContent.Like("CheckoutSession", Session),
            Errors = [.. OrderErrors, Codes.ReturnUrlNotAllowed],
        };
        yield return new("orders.checkStatus", Orders, "GET", "/api/payments/check_status", "Ask how a session stands")
        {
            Parameters = [new("session_id", "`checkout_session_id`.") { IsRequired = true }],
            Answer = ApiContent.Like("SessionStatus", """
                {
                  "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d", "order_id": "order-4711", "checkout_session_id": "cs_test_8815", "status": "COMPLETED", "amount": "25.00", "currency": "USD",
                  "provider": "stripe", "error_message?": "Declined", "created_at": "2026-11-21T06:47:00.000Z", "updated_at": "2026-11-21T06:49:12.000Z"
                }
                """),
            Errors = [Codes.PaymentNotFound, Codes.InvalidParameter],
        };
        yield return new("orders.receive", Orders, "POST", "/api/payments/webhook", "Take Stripe's delivery")
        {
            Body = ApiContent.Plain("application/octet-stream", "…", "At most 256 KiB."),
            Answer = ApiContent.Plain("text/plain", "ok"),
            Errors = [Codes.InvalidSignature, .. AliasErrors],
        };
    }

    private static IEnumerable<ApiOperation> OfKaspi()
    {
        yield return new("kaspi.create", Kaspi, "POST", "/payments/kaspi/create", "Ask a payer's phone")
        {
            Text = "The BIN comes from the shop. Without an Idempotency-Key an equal request of the last ten minutes is answered with its payment.",
            Body = ApiContent.Like("KaspiCreateRequest", """{ "shop_id": 8, "amount": 10000, "phone": "77015211545", "message": "Order #12345" }""", "`amount` in tenge.", "message"),
            Answer = ApiContent.Like("KaspiCreated", """{ "success": true, "external_id": "131234567", "status": "Wait", "organization_bin": "210440028324" }"""),
            Errors = [Codes.ShopNotConfigured, Codes.AttemptInProgress, Codes.ProviderNotConfigured, Codes.ProviderInTestMode, Codes.DeviceTokenRequired, Codes.LiveModeRefused, .. ProviderErrors],
        };
        yield return new("kaspi.createLink", Kaspi, "POST", "/payments/kaspi/create-link", "Make a payment link")
        {
            Body = ApiContent.Like("KaspiLinkRequest", """{ "shop_id": 8, "amount": 10000, "message": "Order #12345" }""", "`amount` in tenge.", "message"),
            Answer = ApiContent.Like("KaspiLinkMade", """{ "success": true, "payment_link": "https://pay.kaspi.kz/pay/7x", "payment_id": "131234568", "expire_date": "2026-11-21T07:00:00.000Z", "external_id": "131234568", "status": "Wait", "organization_bin": "210440028324" }"""),
            Errors = [Codes.ShopNotConfigured, Codes.AttemptInProgress, Codes.ProviderNotConfigured, Codes.ProviderInTestMode, Codes.DeviceTokenRequired, Codes.LiveModeRefused, .. ProviderErrors],
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
            Waiting = ApiContent.Like("KaspiRefundWaiting", """{ "success": false, "status": "waiting_for_approval", "refund_id": "019aa5c3-5e60-7aaa-8bbb-8cccddddeeee", "external_id": "131234567", "organization_bin?": "210440028324" }""", "No money has moved yet: a second person (`waiting_for_approval`) or the provider (`pending`) must still act."),
            Errors = [Codes.ShopNotConfigured, Codes.PaymentNotFound, Codes.RefundExceedsPayment, Codes.RefundInProgress, Codes.ProviderRejected, Codes.ProviderOutcomeUnknown],
        };
        yield return new("configs.list", Kaspi, "GET", "/admin/configs", "List shop configs") { Answer = ApiContent.Like("ConfigList", $"[{Config}]") };
        yield return new("configs.create", Kaspi, "POST", "/admin/configs", "Add a shop config")
        {
            Body = ApiContent.Like("ConfigRequest", """{ "shop_id": 8, "organization_bin": "210440028324", "device_token": "8f1c2b7e-0000-4000-8000-000000000000", "description": "Almaty, Abay", "is_active": true, "provider": "kaspi" }""", "", "device_token", "description", "is_active", "provider"),
            Status = 201,
            Answer = ApiContent.Like("SavedConfig", SavedConfig),
            Waiting = ConfigWaiting,
            Errors = [Codes.ConfigExists, Codes.ChangedMeanwhile],
        };
        yield return new("configs.change", Kaspi, "PUT", "/admin/configs/{shop_id}", "Change a shop config")
        {
            Text = "The members that are present change; null clears.",
            Parameters = [new("shop_id", "The shop's number.") { Type = "integer" }, new("provider", "`kaspi` when left out.")],
            Body = ApiContent.Like("ConfigChange", """{ "description": "Almaty, Abay 10", "is_active": true }""", "", "description", "is_active"),
            Answer = ApiContent.Like("SavedConfig", SavedConfig),
            Waiting = ConfigWaiting,
            Errors = [Codes.ShopNotConfigured, Codes.DeviceTokenMasked, Codes.ChangedMeanwhile, Codes.InvalidParameter],
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
            Answer = ApiContent.Like("LogList", """[{ "id": 1, "shop_id?": 8, "organization_bin?": "210440028324", "operation_type": "create", "external_id?": "131234567", "amount?": 1000000, "status?": "Wait", "error_message?": "Shop is closed", "provider": "kaspi", "created_at": "2026-11-21T06:47:00.000Z" }]""", "`amount` in tiyn."),
            Errors = [Codes.InvalidParameter],
        };
    }
}
