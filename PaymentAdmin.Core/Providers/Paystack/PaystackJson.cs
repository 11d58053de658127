using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>The envelope of every answer. <paramref name="Status"/> is the call's, never the payment's.</summary>
internal sealed record PaystackEnvelope(bool? Status, JsonElement Message, JsonElement Data, JsonElement Meta, JsonElement Code);

internal sealed record PaystackEvent(string? Event, JsonElement Data);

internal sealed record PaystackInitialize(string Email, long Amount, string Currency, string Reference, string CallbackUrl, IReadOnlyList<string>? Channels, PaystackMetadata Metadata);

/// <param name="CancelAction">Where the checkout's own cancel button leads.</param>
internal sealed record PaystackMetadata(string OrderReference, string PaymentCode, string CancelAction);

internal sealed record PaystackRefund(string Transaction, long Amount, string Currency, string MerchantNote);

/// <summary>What the imitation remembers of a charge.</summary>
/// <param name="Said">Amount and currency that it will report where the dial wants others than were asked.</param>
internal sealed record PaystackSandboxCharge(string AccessCode, string Email, string CallbackUrl, string? CancelUrl, IReadOnlyList<string>? Channels, string? Channel = null, string? Card = null, string? Response = null, Money? Said = null);

internal sealed record PaystackSandboxRefund(string Outcome, string? Note);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PaystackEnvelope))]
[JsonSerializable(typeof(PaystackEvent))]
[JsonSerializable(typeof(PaystackInitialize))]
[JsonSerializable(typeof(PaystackRefund))]
[JsonSerializable(typeof(PaystackSandboxCharge))]
[JsonSerializable(typeof(PaystackSandboxRefund))]
internal sealed partial class PaystackJson : JsonSerializerContext;

/// <summary>Tolerant reading of members: ids and amounts come as numbers and as text, objects as null, text or nothing.</summary>
internal static class PaystackMembers
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Text, or a number as text; null for anything else and for empty text.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } text when text.Spelled() is { Length: > 0 } value => value,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value.ToString(CultureInfo.InvariantCulture),
        { ValueKind: JsonValueKind.Number } number when number.TryGetUInt64(out var value) => value.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The text; null when it is none, or no Unicode.</summary>
    public static string? Spelled(this JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static long? Whole(this JsonElement element, string name) =>
        long.TryParse(element.Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static DateTimeOffset? Moment(this JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
}
