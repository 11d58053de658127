using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>Every route for programs, in the order in which a reader meets them.</summary>
public static class ApiCatalogue
{
    public const string WebhooksIn = "Webhooks in";
    private const string Payments = "Payments";
    private const string Links = "Payment links";
    private const string Refunds = "Refunds";
    private const string Events = "Events";
    private const string Setup = "Accounts and exports";
    private const string Server = "Server";

    // Before what is made of them: static members begin in the order of the text.
    private static readonly string[] CheckoutErrors = [Codes.CurrencyNotSupported, Codes.AmountOutOfRange, Codes.ProviderNotConfigured, Codes.ProviderInTestMode, Codes.AccountAmbiguous, Codes.DeviceTokenRequired, Codes.LiveModeRefused];

    public const string Introduction = """
        Take payments through many providers with one API. Your backend creates a payment, the payer pays on the page that the payment's `checkout_url` or `next_action` leads to, and an event tells you that it is done. Amounts are integers in minor units.

        **Idempotency.** POSTs that do something take an `Idempotency-Key`. The same key with the same request is answered with the stored answer; with another request it is 422.

        **Errors** are `application/problem+json` with a stable `code`. Unknown and repeated members of a body are refused, and so are unknown parameters.

        **Modes.** A key is one of `test` or `live`, and sees nothing of the other mode.

        **Lists** are newest first. Send `next_cursor` back as `cursor` with the same filter until `has_more` is false.
        """;

    public static IReadOnlyList<(string Name, string Text)> Tags { get; } =
    [
        (Payments, "Create payments, start checkouts, follow them to their end."),
        (Links, "Addresses and QR codes that become payments when somebody presses Pay."),
        (Refunds, "Give money back, in part or in whole."),
        (Events, "What happened, as a feed to read and as signed deliveries to your backend."),
        (Setup, "The provider accounts that take the money, and files for the books."),
        .. SourceOperations.Tags,
        (WebhooksIn, "Where providers deliver. Their addresses stand at GET /v1/accounts and on the page Providers."),
        (Server, "Is it alive, and what can it do."),
    ];

    public static IReadOnlyList<ApiOperation> All { get; } = [.. OfPayments(), Proofs(), .. OfLinks(), .. OfRefunds(), .. OfEvents(), .. OfSetup(), .. SourceOperations.All, .. OfWebhooks(), .. OfServer()];

    private static IReadOnlyList<ApiParameter> Page =>
    [
        new("limit", "Rows of a page.") { Type = "integer", Range = (1, PaymentSearch.PageSizeMax, PaymentSearch.PageSizeDefault) },
        new("cursor", "`next_cursor` of the page before, with the same filter."),
    ];

    private static IReadOnlyList<ApiParameter> Created =>
    [
        new("created_from", "Inclusive: a time with its offset, or a day of your zone.") { Example = "2026-11-01" },
        new("created_to", "Exclusive; a day is included whole.") { Example = "2026-11-30" },
    ];

    private static IEnumerable<ApiOperation> OfPayments()
    {
        yield return new("payments.create", Payments, "POST", "/v1/payments", "Create a payment")
        {
            Text = "Answers as soon as the payment is stored. With `provider` its checkout starts at once, and an attempt that definitely fails ends the payment; without, the payer chooses at `checkout_url`, or you start an attempt.",
            Body = ApiContent.Of<CreatePaymentBody>(ApiExamples.CreatePayment),
            Status = 201,
            Answer = ApiContent.Of<PaymentWithEverything>(ApiExamples.Payment, "The payment, stored, whatever the provider did: see `status`, `next_action` and `last_error`."),
            Errors = [.. CheckoutErrors, Codes.OrderReferenceInUse, Codes.ReturnUrlNotAllowed],
        };
        yield return new("payments.list", Payments, "GET", "/v1/payments", "List payments")
        {
            Text = "A customer's token lists the customer's own; without `mode` the live ones once you have a live account switched on.",
            Parameters =
            [
                new("status", "Any of these.") { Words = Words<PaymentStatus>(), IsList = true },
                new("exception", "Has any of these.") { Words = [.. Words<PaymentExceptions>().Where(word => word != "none")], IsList = true },
                new("provider", "Any of these.") { IsList = true, Example = "kaspi" },
                new("mode", "The key's own mode.") { Words = Words<Mode>() },
                new("shop_id", "Any of these.") { Type = "integer", IsList = true },
                new("organization_bin", "Any of these.") { IsList = true },
                new("currency", "Any of these.") { IsList = true },
                new("amount_from", "In major units, both ends included.") { Example = "5000.50" },
                new("amount_to", "In major units."),
                .. Created,
                new("updated_from", "When it last changed: bounds as those of its creation.") { Example = "2026-11-01" },
                new("updated_to", "Exclusive; a day is included whole.") { Example = "2026-11-30" },
                new("has_refund", "Has a refund that did not fail.") { Type = "boolean" },
                new("id", "Any of these, at most 200.") { IsList = true },
                new("q", "Exact id, payment code, provider reference, phone or e-mail; else the beginning of an order reference."),
                .. Page,
            ],
            Answer = ApiContent.Of<PageObject<PaymentObject>>(ApiExamples.PaymentPage),
            Errors = [Codes.InvalidParameter, Codes.ModeMismatch],
        };
        yield return new("payments.get", Payments, "GET", "/v1/payments/{id}", "Read a payment with everything about it")
        {
            Text = "A client token, which may also stand in the parameter `t`, reads `id`, `status`, `amount_minor`, `received_minor`, `currency`, `description`, `next_action`, `expires_at`, `merchant_name` and `order_reference`, and nothing else.",
            Answer = ApiContent.Of<PaymentWithEverything>(ApiExamples.Payment),
            Errors = [Codes.PaymentNotFound],
        };
        yield return new("payments.attempt", Payments, "POST", "/v1/payments/{id}/attempts", "Start a checkout, or another one")
        {
            Text = "At most one attempt may take money at a time. A hosted page that is open stays watched; while a payer's phone is asked the answer is 409 `attempt_in_progress`.",
            Body = ApiContent.Of<AttemptBody>(ApiExamples.Attempt),
            Status = 201,
            Answer = ApiContent.Of<PaymentWithEverything>(ApiExamples.Payment),
            Errors = [.. CheckoutErrors, Codes.PaymentNotFound, Codes.PaymentFinal, Codes.AttemptInProgress, Codes.AttemptOutcomeUnknown],
        };
        yield return new("payments.verify", Payments, "POST", "/v1/payments/{id}/verify", "Ask the provider now")
        {
            Text = "At most once per 5 seconds and payment; in between the answer is what we know.",
            Answer = ApiContent.Of<PaymentWithEverything>(ApiExamples.Payment),
            Errors = [Codes.PaymentNotFound],
        };
        yield return new("payments.cancel", Payments, "POST", "/v1/payments/{id}/cancel", "Cancel a payment")
        {
            Text = "Closes what is open at the provider. Where the provider cannot, the payment is cancelled and still watched: late money makes it `succeeded` with `paid_late`. Cancelling twice is 200.",
            Answer = ApiContent.Of<PaymentWithEverything>(ApiExamples.Payment),
            Errors = [Codes.PaymentNotFound, Codes.PaymentFinal, Codes.AttemptInProgress, Codes.AttemptOutcomeUnknown],
        };
    }

    private static ApiOperation Proofs() => new("payments.submitProof", Payments, "POST", "/v1/payments/{id}/proofs", "Submit a proof of a manual payment")
    {
        Text = "Form fields: `proof_type` (cash_on_delivery, bank_transfer or mobile_money), `proof_reference`, `notes`, `amount_minor`, `currency`, `proof_image_url`, and one to five parts named `file`, 6 MiB each and 20 MiB together. The payment waits in `in_review` until a person decides.",
        Body = ApiContent.Plain("multipart/form-data", "proof_type=bank_transfer, proof_reference=TX-4711, file=@receipt.png"),
        Status = 201,
        Answer = ApiContent.Like("Proof", """
            {
              "id": "019aa5d0-0000-7000-8000-000000000001", "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d", "status": "submitted", "proof_type": "bank_transfer", "proof_reference?": "•••4711",
              "amount_minor": 500000, "currency": "KZT", "received_minor?": 500000, "rejection?": "not_received", "answer?": "The money has not arrived.",
              "files": [{ "id": "019aa5d0-0000-7000-8000-000000000002", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "content_type": "image/png", "bytes": 48211 }],
              "single_person": false, "created_at": "2026-11-21T06:40:00.000Z", "decided_at?": "2026-11-21T07:40:00.000Z"
            }
            """),
        Errors = [Codes.PaymentNotFound, Codes.PaymentFinal, Codes.ValidationFailed, Codes.TooLarge, Codes.UnsupportedMediaType],
    };

    private static IEnumerable<ApiOperation> OfLinks()
    {
        yield return new("paymentLinks.create", Links, "POST", "/v1/payment-links", "Create a payment link")
        {
            Text = "Send `url` to a payer or show it as a QR code. Opening it creates nothing; Pay creates a payment with this `order_reference` (with a suffix of its own when `use` is multi). A link for a single payment closes when that one succeeds, and of any number of payers who press Pay at once all go on with the same payment. Give `amount_minor`, or `min_minor` and `max_minor` to let the payer choose.",
            Body = ApiContent.Of<CreateLinkBody>(ApiExamples.CreateLink),
            Status = 201,
            Answer = ApiContent.Of<PaymentLinkObject>(ApiExamples.Link),
            Errors = [Codes.CurrencyNotSupported, Codes.ProviderNotConfigured, Codes.ReturnUrlNotAllowed, Codes.LiveModeRefused],
        };
        yield return new("paymentLinks.list", Links, "GET", "/v1/payment-links", "List payment links")
        {
            Parameters = [.. Page],
            Answer = ApiContent.Of<PageObject<PaymentLinkObject>>(ApiExamples.LinkPage),
            Errors = [Codes.InvalidParameter],
        };
        yield return new("paymentLinks.get", Links, "GET", "/v1/payment-links/{id}", "Read a payment link") { Answer = ApiContent.Of<PaymentLinkObject>(ApiExamples.Link), Errors = [Codes.NotFound] };
        yield return new("paymentLinks.disable", Links, "POST", "/v1/payment-links/{id}/disable", "Switch a payment link off")
        {
            Text = "Nobody can press Pay any more; payments that were made by it go on. Switching off twice is 200.",
            Answer = ApiContent.Of<PaymentLinkObject>(ApiExamples.Link),
            Errors = [Codes.NotFound],
        };
    }

    private static IEnumerable<ApiOperation> OfRefunds()
    {
        yield return new("refunds.create", Refunds, "POST", "/v1/payments/{id}/refunds", "Refund a payment")
        {
            Text = "The amount is reserved before the provider is asked and stays reserved while the outcome is unknown. `requested` waits for a second person or is about to be sent; `pending` was sent, or a person must do it by hand.",
            Body = ApiContent.Of<RefundBody>(ApiExamples.Refund),
            Status = 201,
            Answer = ApiContent.Of<RefundObject>(ApiExamples.RefundDone),
            Errors = [Codes.PaymentNotFound, Codes.RefundExceedsPayment, Codes.PaymentDisputed],
        };
        yield return new("refunds.list", Refunds, "GET", "/v1/refunds", "List refunds")
        {
            Parameters = [new("payment_id", "Of this payment.") { Format = "uuid" }, new("status", "Any of these.") { Words = Words<RefundStatus>(), IsList = true }, new("mode", "The key's own mode.") { Words = Words<Mode>() }, .. Created, .. Page],
            Answer = ApiContent.Of<PageObject<RefundObject>>(ApiExamples.RefundPage),
            Errors = [Codes.InvalidParameter, Codes.ModeMismatch],
        };
        yield return new("refunds.get", Refunds, "GET", "/v1/refunds/{id}", "Read a refund") { Answer = ApiContent.Of<RefundObject>(ApiExamples.RefundDone), Errors = [Codes.NotFound] };
    }

    private static IEnumerable<ApiOperation> OfEvents()
    {
        yield return new("events.list", Events, "GET", "/v1/events", "Read the feed")
        {
            Text = "Events of the key's mode, oldest first, kept 90 days. Keep `next_cursor` and send it as `after`: nothing is missed and nothing comes twice.",
            Parameters = [new("after", "An event's id or sequence, exclusive.") { Example = "118" }, new("types", "Any of these.") { Words = EventTypes.All, IsList = true }, new("limit", "Events of a page.") { Type = "integer", Range = (1, ReadEvents.LimitMax, 100) }],
            Answer = ApiContent.Of<EventPageObject>(ApiExamples.EventPage),
            Errors = [Codes.InvalidParameter],
        };
        yield return new("eventEndpoints.list", Events, "GET", "/v1/event-endpoints", "List your endpoints") { Answer = ApiContent.Like("EventEndpointList", """{ "data": [""" + ApiExamples.EndpointAdded + "] }") };
        yield return new("eventEndpoints.add", Events, "POST", "/v1/event-endpoints", "Register an endpoint")
        {
            Text = "It gets the events of the key's mode from now on. The secret is shown this once.",
            Body = ApiContent.Of<AddEndpointBody>("""{ "url": "https://shop.example/payment-events", "types": ["payment.succeeded", "refund.succeeded"], "description": "Shop backend" }"""),
            Status = 201,
            Answer = ApiContent.Like("EventEndpoint", ApiExamples.EndpointAdded),
        };
        yield return new("eventEndpoints.get", Events, "GET", "/v1/event-endpoints/{id}", "Read one endpoint") { Answer = ApiContent.Like("EventEndpoint", ApiExamples.EndpointAdded), Errors = [Codes.NotFound] };
        yield return new("eventEndpoints.change", Events, "PATCH", "/v1/event-endpoints/{id}", "Switch an endpoint, or choose its types")
        {
            Body = ApiContent.Of<ChangeEndpointBody>("""{ "enabled": true, "types": ["payment.succeeded"] }"""),
            Answer = ApiContent.Like("EventEndpoint", ApiExamples.EndpointAdded),
            Errors = [Codes.NotFound],
        };
        yield return new("eventEndpoints.rotateSecret", Events, "POST", "/v1/event-endpoints/{id}/rotate-secret", "Get a new secret")
        {
            Text = "For 24 hours deliveries carry the signatures of both secrets.",
            Answer = ApiContent.Like("EventEndpoint", ApiExamples.EndpointAdded),
            Errors = [Codes.NotFound],
        };
        yield return new("eventEndpoints.deliveries", Events, "GET", "/v1/event-endpoints/{id}/deliveries", "See the newest deliveries and every try")
        {
            Answer = ApiContent.Like("DeliveryList", """
                {
                  "data": [
                    {
                      "event_id": "019aa5c5-2b3c-7d4e-8f5a-6b7c8d9e0f1a", "sequence": 118, "type": "payment.succeeded", "payment_id?": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d",
                      "status": "delivered", "next_attempt_at?": "2026-11-21T06:49:12.420Z", "delivered_at?": "2026-11-21T06:49:12.420Z",
                      "attempts": [{ "number": 1, "at": "2026-11-21T06:49:12.100Z", "duration_ms": 320, "http_status?": 204, "error?": "No answer within 15 s.", "response?": "" }]
                    }
                  ]
                }
                """),
            Errors = [Codes.NotFound],
        };
        yield return new("eventEndpoints.resend", Events, "POST", "/v1/event-endpoints/{id}/resend", "Deliver events once more")
        {
            Body = ApiContent.Of<ResendBody>("""{ "from_sequence": 100, "to_sequence": 118 }"""),
            Answer = ApiContent.Like("Resent", """{ "deliveries": 19 }""", "How many are delivered again."),
            Errors = [Codes.NotFound],
        };
        yield return new("eventEndpoints.remove", Events, "DELETE", "/v1/event-endpoints/{id}", "Remove an endpoint") { Status = 204, Answer = ApiContent.None, Errors = [Codes.NotFound] };
    }

    private static IEnumerable<ApiOperation> OfSetup()
    {
        yield return new("accounts.list", Setup, "GET", "/v1/accounts", "List the provider accounts of the key's mode")
        {
            Answer = ApiContent.Like("AccountList", """
                {
                  "data": [
                    {
                      "id": "019aa5b0-3c4d-7e5f-8a6b-7c8d9e0f1a2b", "provider": "ioka", "mode": "test", "endpoint": "sandbox", "enabled": true, "for_all_shops": true,
                      "webhook_url": "https://pay.example/webhooks/ioka/…"
                    }
                  ]
                }
                """),
        };
        yield return new("exports.payments", Setup, "GET", "/export/payments.csv", "Download payments as CSV")
        {
            Text = "Takes the filter of the list of payments. UTF-8 with a byte order mark, CRLF, a header line also when there are no rows; times in your zone.",
            Parameters = OfFiles,
            KeyScope = Scopes.PaymentsRead,
            Answer = ApiContent.Plain("text/csv", "payment_id,mode,created_at,…\r\n"),
            Errors = [Codes.InvalidParameter, Codes.ModeMismatch],
        };
        yield return File("refunds", Scopes.PaymentsRead, "Takes the filter of the list of refunds.", "refund_id,mode,created_at,…\r\n");
        yield return File("receipts", Scopes.PaymentsRead, "Money that came: `state` (counted, held, unallocated, returned), `provider`, `created_from`, `created_to`.", "receipt_id,mode,received_at,…\r\n");
        yield return File("logs", Scopes.LogsRead, "The payment log: `shop_id`, `created_from`, `created_to`.", "id,mode,created_at,…\r\n");
        yield return File("webhooks", Scopes.LogsRead, "Takes the filter of the portal's inbox: `state`, `verdict`, `provider`, `payment_id`, `received_from`, `received_to`, `q`. Without bodies.", "event_id,mode,received_at,…\r\n");
    }

    private static IReadOnlyList<ApiParameter> OfFiles =>
    [
        new("columns", "Which columns, in this order, parted by commas."),
        new("separator", "`;` instead of a comma."),
        new("tz", "`UTC` instead of your zone."),
        new("bom", "`0` leaves the byte order mark out."),
    ];

    private static ApiOperation File(string name, string scope, string text, string example) => new($"exports.{name}", Setup, "GET", $"/export/{name}.csv", $"Download {name} as CSV")
    {
        Text = $"{text} Written as payments.csv is.",
        Parameters = OfFiles,
        KeyScope = scope,
        Answer = ApiContent.Plain("text/csv", example),
        Errors = [Codes.InvalidParameter, Codes.ModeMismatch],
    };

    private static IEnumerable<ApiOperation> OfWebhooks()
    {
        foreach (var (id, path) in new[] { ("webhooks.receive", "/webhooks/{provider}/{accountKey}/{kind}"), ("webhooks.receiveHidden", "/hooks/{accountKey}/{kind}") })
        {
            yield return new(id, WebhooksIn, "POST", path, "Take a provider's delivery")
            {
                Text = "For providers alone; signed, or called at an unguessable address, as each provider does it. 200 is said only after the delivery is stored, in the provider's own words. Without `kind` the address ends before it.",
                Parameters = [new("provider", "The provider's id."), new("accountKey", "The unguessable key of the account."), new("kind", "What is delivered, where the provider has several addresses.")],
                Body = ApiContent.Plain("application/octet-stream", "…", "At most 256 KiB."),
                Answer = ApiContent.Plain("text/plain", "ok"),
                Errors = [Codes.Unauthenticated, Codes.NotFound, Codes.TooLarge, Codes.RateLimited],
            };
        }
    }

    private static IEnumerable<ApiOperation> OfServer()
    {
        yield return new("health.live", Server, "GET", "/health/live", "Is the process alive") { Answer = ApiContent.Plain("text/plain", "ok") };
        yield return new("health.ready", Server, "GET", "/health/ready", "Can it serve") { Text = "503 with `not ok` while it cannot.", Answer = ApiContent.Plain("text/plain", "ok") };
        yield return new("metrics", Server, "GET", "/metrics", "Figures for Prometheus")
        {
            Text = "With the bearer `Metrics:Token`; open to the own machine in Development. Payments, refunds, events, and what waits how long: of the whole installation, never of a tenant or shop.",
            Answer = ApiContent.Plain("text/plain", "# TYPE paymentadmin_inbox_pending gauge\npaymentadmin_inbox_pending 0\n"),
            Errors = [Codes.NotFound],
        };
        yield return new("openapi", Server, "GET", "/openapi/v1.json", "This description") { Answer = ApiContent.Like("OpenApi", """{ "openapi": "3.1.0" }""") };
    }

    private static List<string> Words<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => Core.Common.Words.Of(value))];
}
