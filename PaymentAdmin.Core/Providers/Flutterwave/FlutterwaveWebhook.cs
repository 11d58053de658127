using System.Security.Cryptography;
using System.Text.Json;

namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>
/// Flutterwave's events carry a fixed text that we chose (<c>verif-hash</c>). It binds neither body nor time, so whatever an event says, it
/// only makes us ask. They come in an envelope, flat (refunds), or in the form of version 2.
/// </summary>
internal static class FlutterwaveWebhook
{
    public const string ProofHeader = "verif-hash";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static WebhookVerification Verify(string secret, InboundRequest request) => Signature.CheckShared(secret, request.Header(ProofHeader));

    public static WebhookReading Parse(InboundRequest request)
    {
        try
        {
            using var document = JsonDocument.Parse(request.Body, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return Read(document.RootElement, request);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Text that is no Unicode shows only when it is read.
        }
        return new WebhookReading.Unreadable("The body is no JSON object, or names a member twice") { DedupeKey = BodyKey(request) };
    }

    private static WebhookReading Read(JsonElement body, InboundRequest request)
    {
        var data = body.Member("data");
        if (body.Text("event") is not { } type)
            return IsRefund(body) ? Refund("refund", body, request) : body.Text("txRef") is { } reference ? Charge(body.Text("event.type") ?? "charge", body, reference, request) : Other(null, request);
        if (IsRefund(data))
            return Refund(type, data, request);
        return type.StartsWith("charge.", StringComparison.Ordinal) && data.Text("tx_ref") is { } ours ? Charge(type, data, ours, request) : Other(type, request);
    }

    /// <summary>No event id: equal events are those about one transaction in one state; a pending one that becomes successful keeps its number.</summary>
    private static WebhookReading.AskProvider Charge(string type, JsonElement data, string reference, InboundRequest request) => new()
    {
        DedupeKey = data.Text("id") is { } id ? $"{type}:{id}:{data.Text("status")}:{reference}" : BodyKey(request),
        EventType = type,
        OurReference = reference,
    };

    /// <summary>PascalCase beside camelCase, and mostly without an envelope.</summary>
    private static bool IsRefund(JsonElement data) => data.Text("TransactionId") is not null && data.Member("AmountRefunded").ValueKind != JsonValueKind.Undefined;

    private static WebhookReading.AskProvider Refund(string type, JsonElement data, InboundRequest request) => new()
    {
        DedupeKey = data.Text("id") is { } id ? $"{type}:{id}:{data.Text("status")}" : BodyKey(request),
        EventType = type,
        Reference = data.Text("TransactionId"),
    };

    private static WebhookReading.Irrelevant Other(string? type, InboundRequest request) => new() { DedupeKey = BodyKey(request), EventType = type };

    private static string BodyKey(InboundRequest request) => "body:" + Convert.ToHexStringLower(SHA256.HashData(request.Body.Span));
}
