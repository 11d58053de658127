using System.Security.Cryptography;
using System.Text.Json;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>Paystack's events: HMAC-SHA512 of the raw body under the secret key, in lower-case hex. No event id, no time.</summary>
internal static class PaystackWebhook
{
    public const string SignatureHeader = "x-paystack-signature";

    public static WebhookVerification Verify(string secretKey, InboundRequest request) =>
        Signature.Check(secretKey, request.Header(SignatureHeader), key => Sign(key, request.Body.Span));

    public static byte[] Sign(byte[] key, ReadOnlySpan<byte> body) => HMACSHA512.HashData(key, body);

    public static WebhookReading Parse(InboundRequest request)
    {
        try
        {
            var received = JsonSerializer.Deserialize(request.Body.Span, PaystackJson.Default.PaystackEvent);
            if (received is { Event: { Length: > 0 } type, Data: { ValueKind: JsonValueKind.Object } data })
                return Read(type, data, request) with { EventType = type, Mode = PaystackProvider.Domain(data) };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Text that is no Unicode shows only when it is read.
        }
        return new WebhookReading.Unreadable("No event of Paystack's: event or data is missing") { DedupeKey = BodyKey(request) };
    }

    private static WebhookReading Read(string type, JsonElement data, InboundRequest request)
    {
        var key = DedupeKey(type, data, request);
        return type switch
        {
            "charge.success" => Charge(data, key),
            "charge.dispute.create" or "charge.dispute.remind" or "charge.dispute.resolve" => Dispute(data, key),
            "refund.needs-attention" when data.Text("id") is { } id => About(new WebhookReading.RefundSays(id, RefundStatus.Pending, Amount(data)) { DedupeKey = key, OurRefundReference = OurRefund(data) }, data.Text("transaction_reference")),
            "refund.pending" or "refund.processing" or "refund.processed" or "refund.failed" or "refund.needs-attention" => Ask(data.Text("transaction_reference"), key),
            "bank.transfer.rejected" => Ask(data.Text("reference") ?? data.Member("transaction").Text("reference"), key),
            _ => new WebhookReading.Irrelevant { DedupeKey = key },
        };
    }

    private static WebhookReading Charge(JsonElement data, string key) => PaystackProvider.StatusOf(data) is { } status
        ? About(new WebhookReading.PaymentSays(status) { DedupeKey = key }, status.Reference)
        : Ask(data.Text("reference"), key);

    private static WebhookReading Dispute(JsonElement data, string key)
    {
        var transaction = data.Member("transaction");
        var amount = Amount(data, "refund_amount") is { Minor: > 0 } claimed ? claimed : PaystackMoney.FromWire(transaction.Whole("amount"), data.Text("currency") ?? transaction.Text("currency"));
        if (data.Text("id") is not { } id || amount is not { } disputed || transaction.Text("reference") is not { } reference)
            return new WebhookReading.Unreadable("The dispute lacks its number, amount or transaction") { DedupeKey = key };
        DisputeStatus? status = (data.Text("status"), data.Text("resolution")) switch
        {
            ("awaiting-merchant-feedback" or "awaiting-bank-feedback" or "pending", _) => DisputeStatus.Open,
            ("resolved", "declined") => DisputeStatus.Won,
            ("resolved", "merchant-accepted" or "auto-accepted") => DisputeStatus.Lost,
            _ => null,
        };
        return status is { } known
            ? About(new WebhookReading.DisputeSays(id, known, disputed, data.Text("category"), data.Moment("dueAt") ?? data.Moment("due_at")) { DedupeKey = key }, reference)
            : About(new WebhookReading.Irrelevant { DedupeKey = key }, reference);
    }

    /// <summary>Most refund events do not name the refund, so they only make us ask.</summary>
    private static WebhookReading Ask(string? reference, string key) =>
        reference is null ? new WebhookReading.Irrelevant { DedupeKey = key } : About(new WebhookReading.AskProvider { DedupeKey = key }, reference);

    private static WebhookReading About(WebhookReading reading, string? reference) => reading with { Reference = reference, OurReference = reference };

    private static Money? Amount(JsonElement data, string name = "amount") => PaystackMoney.FromWire(data.Whole(name), data.Text("currency"));

    private static string? OurRefund(JsonElement data) => data.Text("merchant_note")?.Split(':')[0];

    /// <summary>Events have no id: equal ones are those about the same object in the same state. Without an object's number the body itself decides.</summary>
    private static string DedupeKey(string type, JsonElement data, InboundRequest request) =>
        data.Text("id") is { } id ? $"{type}:{data.Text("domain")}:{id}:{data.Text("status")}:{data.Text("resolution")}" : $"{type}:{BodyKey(request)}";

    private static string BodyKey(InboundRequest request) => "body:" + Convert.ToHexStringLower(SHA256.HashData(request.Body.Span));
}
