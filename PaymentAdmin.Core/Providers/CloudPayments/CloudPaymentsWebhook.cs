using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>
/// CloudPayments' notifications, one address per kind. Two HMAC-SHA256 in base64 under the API Secret: <c>Content-HMAC</c> over the text as it was
/// sent, <c>X-Content-HMAC</c> over the same text URL-decoded. They cover the body and not the address, so the kind alone never proves money.
/// </summary>
internal static class CloudPaymentsWebhook
{
    public const string EncodedHeader = "content-hmac";
    public const string DecodedHeader = "x-content-hmac";

    /// <summary>Either header proves a delivery; when both are there, both must.</summary>
    public static WebhookVerification Verify(string apiSecret, InboundRequest request)
    {
        // Configured as GET they sign the query.
        var message = request.Body.Length > 0 ? request.Body : Encoding.UTF8.GetBytes(request.Query.TrimStart('?'));
        var hasEncoded = request.Headers.TryGetValue(EncodedHeader, out var encoded);
        if (!request.Headers.TryGetValue(DecodedHeader, out var decoded))
            return Signature.CheckBase64(apiSecret, encoded ?? "", key => Sign(key, message.Span));
        var isJson = request.Header("content-type").Contains("json", StringComparison.OrdinalIgnoreCase);
        var verdict = Signature.CheckBase64(apiSecret, decoded, key => Sign(key, isJson ? message.Span : Decode(message.Span)));
        return hasEncoded && verdict is WebhookVerification.Verified ? Signature.CheckBase64(apiSecret, encoded ?? "", key => Sign(key, message.Span)) : verdict;
    }

    public static byte[] Sign(byte[] key, ReadOnlySpan<byte> message) => HMACSHA256.HashData(key, message);

    /// <summary>URL-decoded bytes: a plus is a space; what is no escape stays as it is.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var decoded = new byte[text.Length];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]))
            {
                decoded[length++] = (byte)(Digit(text[at + 1]) << 4 | Digit(text[at + 2]));
                at += 2;
            }
            else
            {
                decoded[length++] = text[at] == '+' ? (byte)' ' : text[at];
            }
        }
        return decoded[..length];

        static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
    }

    public static WebhookReading Parse(InboundRequest request)
    {
        var kind = request.Kind ?? "";
        if (Fields(request.Body.Span) is not { } fields)
            return new WebhookReading.Unreadable("Neither a form nor a JSON object whose members are named once") { DedupeKey = BodyKey(kind, request) };
        var number = CloudPaymentsReading.NumberOf(fields.GetValueOrDefault("TransactionId"));
        var key = number is null ? BodyKey(kind, request) : $"{kind}:{number}:{fields.GetValueOrDefault("Status")}";
        return Read(kind, fields, number, key) with
        {
            EventType = kind.Length == 0 ? null : kind,
            Mode = CloudPaymentsReading.ModeOf(fields.GetValueOrDefault("TestMode")),
        };
    }

    /// <summary>Null when it does not say what shall be paid: a question without an amount must not be answered with yes.</summary>
    public static CheckQuestion? ReadCheck(InboundRequest request) =>
        Fields(request.Body.Span) is { } fields && CloudPaymentsMoney.FromWire(fields.GetValueOrDefault("Amount"), fields.GetValueOrDefault("Currency")) is { } amount
            ? new CheckQuestion { OurReference = fields.GetValueOrDefault("InvoiceId"), Amount = amount, Mode = CloudPaymentsReading.ModeOf(fields.GetValueOrDefault("TestMode")) }
            : null;

    private static WebhookReading Read(string kind, Dictionary<string, string> fields, string? number, string key)
    {
        if (kind is "check" or "recurrent" || fields.GetValueOrDefault("OperationType") is { Length: > 0 } operation && !operation.Equals("Payment", StringComparison.OrdinalIgnoreCase) && kind != "refund")
            return new WebhookReading.Irrelevant { DedupeKey = key };
        if (number is null)
            return new WebhookReading.Unreadable("The notification names no transaction") { DedupeKey = key };
        return kind switch
        {
            "pay" or "confirm" => Payment(fields, number, key),
            "fail" => About(new WebhookReading.PaymentSays(Declined(fields)) { DedupeKey = key }, number, fields),
            "refund" => Refund(fields, number, key),
            // A cancelled hold, and whatever came to an address without a kind: what became of the payment they say when they are asked.
            _ => About(new WebhookReading.AskProvider { DedupeKey = key }, number, fields),
        };
    }

    private static WebhookReading Payment(Dictionary<string, string> fields, string number, string key)
    {
        if (fields.GetValueOrDefault("Status") is not { Length: > 0 } word)
            return About(new WebhookReading.AskProvider { DedupeKey = key }, number, fields);
        var fact = CloudPaymentsReading.Fact(word);
        var reading = new StatusReading(fact, word) { Payer = CloudPaymentsReading.PayerOf(fields.GetValueOrDefault("CardType"), fields.GetValueOrDefault("CardLastFour")) };
        if (fact != ObservedFact.Succeeded)
            return About(new WebhookReading.PaymentSays(reading) { DedupeKey = key }, number, fields);
        return CloudPaymentsMoney.FromWire(fields.GetValueOrDefault("Amount"), fields.GetValueOrDefault("Currency")) is { } received
            ? About(new WebhookReading.PaymentSays(CloudPaymentsReading.Paid(reading, number, received)) { DedupeKey = key }, number, fields)
            : About(new WebhookReading.AskProvider { DedupeKey = key }, number, fields);
    }

    /// <summary>Not the end: the payer may try another card on the same page.</summary>
    private static StatusReading Declined(Dictionary<string, string> fields) => new(CloudPaymentsReading.Fact("Declined"), "Declined")
    {
        ErrorMessage = fields.GetValueOrDefault("CardHolderMessage") ?? fields.GetValueOrDefault("ProviderMessage") ?? fields.GetValueOrDefault("Reason"),
        ProviderErrorCode = fields.GetValueOrDefault("ReasonCode"),
        Payer = CloudPaymentsReading.PayerOf(fields.GetValueOrDefault("CardType"), fields.GetValueOrDefault("CardLastFour")),
    };

    private static WebhookReading Refund(Dictionary<string, string> fields, string number, string key)
    {
        if (CloudPaymentsReading.NumberOf(fields.GetValueOrDefault("PaymentTransactionId")) is not { } paid)
            return new WebhookReading.Unreadable("The refund does not name the transaction that was paid") { DedupeKey = key };
        // They name no currency: it is the payment's, and each that they take has two decimals.
        var amount = CloudPaymentsMoney.FromWire(fields.GetValueOrDefault("Amount"), fields.GetValueOrDefault("Currency") ?? CloudPaymentsProvider.Tenge);
        return amount is { } money
            ? About(new WebhookReading.RefundSays(number, RefundStatus.Succeeded, money) { DedupeKey = key }, paid, fields)
            : new WebhookReading.Unreadable("The refund has no amount") { DedupeKey = key };
    }

    private static WebhookReading About(WebhookReading reading, string number, Dictionary<string, string> fields) =>
        reading with { Reference = number, OurReference = fields.GetValueOrDefault("InvoiceId") };

    /// <summary>
    /// The fields of a form or of a JSON object, whichever the cabinet is set to; null when it is neither, or names one twice: two readers could
    /// then read two things.
    /// </summary>
    public static Dictionary<string, string>? Fields(ReadOnlySpan<byte> body)
    {
        var start = body.TrimStart(" \t\r\n"u8);
        if (start.Length == 0)
            return null;
        return start[0] is (byte)'{' ? FieldsOfJson(body) : FieldsOfForm(body);
    }

    private static Dictionary<string, string>? FieldsOfForm(ReadOnlySpan<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            if (pair.Length == 0)
                continue;
            var cut = pair.IndexOf((byte)'=');
            if (cut < 1 || !fields.TryAdd(Encoding.UTF8.GetString(Decode(pair[..cut])), Encoding.UTF8.GetString(Decode(pair[(cut + 1)..]))))
                return null;
        }
        return fields;
    }

    private static Dictionary<string, string>? FieldsOfJson(ReadOnlySpan<byte> body)
    {
        try
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var member in JsonElement.Parse(body).EnumerateObject())
            {
                if (!fields.TryAdd(member.Name, member.Value.Plain() ?? ""))
                    return null;
            }
            return fields;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: text that is no Unicode
        }
    }

    private static string BodyKey(string kind, InboundRequest request) => $"{kind}:body:{Convert.ToHexStringLower(SHA256.HashData(request.Body.Span))}";
}
