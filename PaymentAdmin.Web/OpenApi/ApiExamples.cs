using System.Text.Json.Nodes;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>An event as it is posted and read (Core/Events/DeliverEvents.cs writes it).</summary>
internal sealed record EventObject(Guid Id, long Sequence, string Type, string Mode, DateTimeOffset CreatedAt, Guid? PaymentId, JsonNode Data);

internal sealed record EventPageObject(IReadOnlyList<EventObject> Data, bool HasMore, string? NextCursor);

/// <summary>Bodies as they come and go. A test holds them against the schemas and sends those that are sent.</summary>
internal static class ApiExamples
{
    public const string CreatePayment = """
        {
          "order_reference": "order-4711",
          "amount_minor": 1250000,
          "currency": "KZT",
          "description": "3 items",
          "customer": { "id": "customer-17", "email": "aigerim@example.kz", "name": "Aigerim S.", "phone": "+77015211545" },
          "return_url": "https://shop.example/thanks",
          "metadata": { "cart": "8815" }
        }
        """;

    public const string Attempt = """{ "provider": "kaspi", "method": "phone", "phone": "+77015211545" }""";

    public const string CreateLink = """{ "amount_minor": 1250000, "currency": "KZT", "description": "Cake, 2 kg", "use": "single", "order_reference": "cake-118", "return_url": "https://shop.example/thanks" }""";

    public const string Link = """
        {
          "id": "019aa5c8-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
          "mode": "test",
          "url": "https://pay.example/l/…",
          "status": "active",
          "use": "single",
          "amount_minor": 1250000,
          "min_minor": null,
          "max_minor": null,
          "currency": "KZT",
          "description": "Cake, 2 kg",
          "shop_id": null,
          "order_reference": "cake-118",
          "return_url": "https://shop.example/thanks",
          "expires_at": null,
          "paid_count": 0,
          "payment_id": null,
          "created_at": "2026-11-21T06:47:00.000Z",
          "disabled_at": null
        }
        """;

    public const string LinkPage = """{ "data": [""" + Link + """], "has_more": false, "next_cursor": null }""";

    public const string Refund = """{ "amount_minor": 250000, "reason": "One item was out of stock" }""";

    public const string EndpointAdded = """
        {
          "id": "019aa5c4-7a10-7d3e-9a51-0b1c2d3e4f50",
          "url": "https://shop.example/payment-events",
          "mode": "test",
          "types": ["payment.succeeded", "refund.succeeded"],
          "description?": "Shop backend",
          "secret?": "whsec_…",
          "enabled": true,
          "disabled_reason?": "Switched off.",
          "created_at": "2026-11-21T06:47:00.000Z"
        }
        """;

    private const string PaymentMembers = """
        "id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d",
          "mode": "test",
          "status": "pending",
          "exceptions": [],
          "kind": "order",
          "guest": false,
          "order_reference": "order-4711",
          "payment_code": "7KX4MPQ2",
          "shop_id": 8,
          "organization_bin": "210440028324",
          "amount_minor": 1250000,
          "received_minor": 0,
          "refunded_minor": 0,
          "refundable_minor": 0,
          "currency": "KZT",
          "provider": "ioka",
          "method": "card",
          "provider_reference": "ord_8815",
          "description": "3 items",
          "customer": { "id": "customer-17", "email": "aigerim@example.kz", "name": "Aigerim S.", "phone": "+77015211545" },
          "metadata": { "cart": "8815" },
          "return_url": "https://shop.example/thanks",
          "cancel_url": null,
          "checkout_url": "https://pay.example/pay/019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d?t=pct_…",
          "next_action": { "type": "redirect", "url": "https://checkout.example/ord_8815" },
          "last_error": null,
          "created_at": "2026-11-21T06:47:00.000Z",
          "updated_at": "2026-11-21T06:47:01.214Z",
          "expires_at": "2026-11-22T06:47:00.000Z",
          "succeeded_at": null
        """;

    public const string RefundDone = """
        {
          "id": "019aa5c9-1c2d-7e3f-a4b5-c6d7e8f90a1b",
          "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d",
          "attempt_id": "019aa5c3-5e50-7111-9222-933344455566",
          "amount_minor": 250000,
          "currency": "KZT",
          "status": "succeeded",
          "reason": "One item was out of stock",
          "failure_code": null,
          "action_required": null,
          "single_person": true,
          "provider_reference": "rf_5512",
          "created_at": "2026-11-21T08:02:10.000Z",
          "updated_at": "2026-11-21T08:02:11.480Z"
        }
        """;

    public const string PaymentSummary = "{ " + PaymentMembers + " }";

    public const string Payment = "{ " + PaymentMembers + """
        ,
          "attempts": [
            {
              "id": "019aa5c3-5e50-7111-9222-933344455566",
              "provider": "ioka",
              "method": "card",
              "status": "pending",
              "provider_reference": "ord_8815",
              "provider_status": "UNPAID",
              "received_minor": 0,
              "next_action": { "type": "redirect", "url": "https://checkout.example/ord_8815" },
              "last_error": null,
              "created_at": "2026-11-21T06:47:00.000Z",
              "updated_at": "2026-11-21T06:47:01.214Z"
            }
          ],
          "refunds": [],
          "proofs": [],
          "timeline": [
            { "id": "019aa5c3-5e51-7aaa-8bbb-8cccddddeeee", "at": "2026-11-21T06:47:00.000Z", "type": "payment.created", "text": "12,500.00 KZT for order-4711, created by Shop backend", "actor": "Shop backend" }
          ]
        }
        """;

    public const string PaymentPage = """{ "data": [""" + PaymentSummary + """], "has_more": true, "next_cursor": "AQAI3tGf…" }""";

    public const string RefundPage = """{ "data": [""" + RefundDone + """], "has_more": false, "next_cursor": null }""";

    public const string EventPage = """{ "data": [""" + EventSucceeded + """], "has_more": false, "next_cursor": "118" }""";

    private const string EventSucceeded = """
        {
          "id": "019aa5c5-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
          "sequence": 118,
          "type": "payment.succeeded",
          "mode": "test",
          "created_at": "2026-11-21T06:49:12.000Z",
          "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d",
          "data": 
        """ + PaymentSummary + " }";

    public static string EventOf(string type)
    {
        var data = type.Split('.')[0] switch
        {
            "payment" => PaymentSummary,
            "refund" => RefundDone,
            "proof" => """{ "id": "019aa5d0-0000-7000-8000-000000000001", "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d", "status": "submitted" }""",
            _ => """{ "id": "019aa5d1-0000-7000-8000-000000000001", "payment_id": "019aa5c3-5e4f-7a6b-8c9d-0e1f2a3b4c5d", "status": "open" }""",
        };
        return EventSucceeded.Replace(PaymentSummary, data, StringComparison.Ordinal).Replace("payment.succeeded", type, StringComparison.Ordinal);
    }
}
