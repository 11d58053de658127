using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <param name="Password">base64 of short code, passkey and the very same timestamp.</param>
/// <param name="PartyB">The short code, or the till's number.</param>
internal sealed record MpesaPush(
    string BusinessShortCode, string Password, string Timestamp, string TransactionType, long Amount, string PartyA, string PartyB, string PhoneNumber,
    [property: JsonPropertyName("CallBackURL")] string CallBackUrl, string AccountReference, string TransactionDesc);

internal sealed record MpesaPushQuery(string BusinessShortCode, string Password, string Timestamp, [property: JsonPropertyName("CheckoutRequestID")] string CheckoutRequestId);

internal sealed record MpesaRegistration(string ShortCode, string ResponseType, [property: JsonPropertyName("ConfirmationURL")] string ConfirmationUrl, [property: JsonPropertyName("ValidationURL")] string ValidationUrl);

/// <summary>Asks about a receipt, or about the conversation of a call whose answer was lost: exactly one of the two.</summary>
internal sealed record MpesaStatusQuery(
    string Initiator, string SecurityCredential, [property: JsonPropertyName("CommandID")] string CommandId, [property: JsonPropertyName("TransactionID")] string? TransactionId,
    [property: JsonPropertyName("OriginalConversationID")] string? OriginalConversationId, string PartyA, string IdentifierType, [property: JsonPropertyName("ResultURL")] string ResultUrl,
    [property: JsonPropertyName("QueueTimeOutURL")] string QueueTimeOutUrl, string Remarks, string Occasion);

/// <param name="RecieverIdentifierType">Misspelt by Daraja: the right word is refused.</param>
internal sealed record MpesaReversal(
    string Initiator, string SecurityCredential, [property: JsonPropertyName("CommandID")] string CommandId, [property: JsonPropertyName("TransactionID")] string TransactionId, long Amount,
    string ReceiverParty, string RecieverIdentifierType, [property: JsonPropertyName("ResultURL")] string ResultUrl, [property: JsonPropertyName("QueueTimeOutURL")] string QueueTimeOutUrl, string Remarks);

internal sealed record MpesaReply(object ResultCode, string ResultDesc, [property: JsonPropertyName("ThirdPartyTransID")] string? ThirdPartyTransId = null);

/// <summary>What the imitation remembers of a payment.</summary>
/// <param name="SaidMinor">Amount that it reports where the dial wants another than was asked.</param>
internal sealed record MpesaSandboxCharge(string Receipt, string? MerchantRequestId, string BillReference, string ShortCode, string? ResultCode = null, long? SaidMinor = null);

/// <summary>The one token that is good, by hash, and how many there have been.</summary>
internal sealed record MpesaSandboxToken(string Hash, DateTimeOffset ExpiresAt, int Issued);

internal sealed record MpesaSandboxAddresses(string ConfirmationUrl, string ValidationUrl);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MpesaPush))]
[JsonSerializable(typeof(MpesaPushQuery))]
[JsonSerializable(typeof(MpesaRegistration))]
[JsonSerializable(typeof(MpesaStatusQuery))]
[JsonSerializable(typeof(MpesaReversal))]
[JsonSerializable(typeof(MpesaReply))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(MpesaSandboxCharge))]
[JsonSerializable(typeof(MpesaSandboxToken))]
[JsonSerializable(typeof(MpesaSandboxAddresses))]
internal sealed partial class MpesaJson : JsonSerializerContext;

/// <summary>Tolerant reading: codes come as numbers and as text, lists as lists and as single objects, values are missing.</summary>
internal static class MpesaMembers
{
    /// <summary>The object in these bytes; undefined for anything else, whatever the bytes.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Text, or a whole number as text; null for anything else and for empty text.</summary>
    public static string? Text(this JsonElement element, string name) => TextOf(element.Member(name));

    public static string? TextOf(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when value.TryGetInt64(out var number):
                return number.ToString(CultureInfo.InvariantCulture);
            case JsonValueKind.String:
                try
                {
                    return value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
                }
                catch (InvalidOperationException)
                {
                    // Text that is no Unicode shows only when it is read.
                    return null;
                }
            default:
                return null;
        }
    }

    /// <summary>The value of the item with this name in a list of {Name|Key, Value}; never by its place.</summary>
    public static JsonElement Item(this JsonElement items, string key, string name)
    {
        if (items.ValueKind == JsonValueKind.Object)
            return items.Text(key) == name ? items.Member("Value") : default;
        if (items.ValueKind != JsonValueKind.Array)
            return default;
        foreach (var item in items.EnumerateArray())
        {
            if (item.Text(key) == name)
                return item.Member("Value");
        }
        return default;
    }
}
