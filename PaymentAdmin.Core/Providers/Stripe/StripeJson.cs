using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PaymentAdmin.Core.Providers.Stripe;

// Only members that mean the same in every API version from 2023-10-16 on. References are ids or, where expanded, whole objects: JsonElement.
internal sealed record StripeSession(
    string? Id,
    long? AmountTotal,
    string? Currency,
    string? ClientReferenceId,
    long? ExpiresAt,
    bool? Livemode,
    string? Mode,
    JsonElement PaymentIntent,
    string? PaymentStatus,
    string? Status,
    string? Url);

internal sealed record StripeIntent(
    string? Id,
    long? Amount,
    long? AmountReceived,
    string? Currency,
    StripeError? LastPaymentError,
    JsonElement LatestCharge,
    bool? Livemode,
    Dictionary<string, string?>? Metadata,
    string? Status);

internal sealed record StripeCharge(
    string? Id,
    long? Amount,
    long? AmountCaptured,
    long? AmountRefunded,
    JsonElement BalanceTransaction,
    long? Created,
    string? Currency,
    bool? Livemode,
    Dictionary<string, string?>? Metadata,
    JsonElement PaymentIntent,
    string? Status);

/// <summary>What a movement came to in the currency that Stripe settles in.</summary>
internal sealed record StripeBalanceTransaction(string? Id, string? Currency, long? Fee);

internal sealed record StripeRefund(
    string? Id,
    long? Amount,
    string? Currency,
    JsonElement Charge,
    JsonElement PaymentIntent,
    string? Status,
    string? FailureReason,
    Dictionary<string, string?>? Metadata);

internal sealed record StripeDispute(string? Id, long? Amount, string? Currency, JsonElement Charge, JsonElement PaymentIntent, string? Reason, string? Status, StripeEvidence? EvidenceDetails);

internal sealed record StripeEvidence(long? DueBy);

internal sealed record StripeError(string? Type, string? Code, string? DeclineCode, string? Message);

internal sealed record StripeFault(StripeError? Error);

internal sealed record StripeList<T>(List<T>? Data, bool? HasMore);

internal sealed record StripeEvent(string? Id, string? Type, bool? Livemode, StripeEventData? Data);

internal sealed record StripeEventData(JsonElement Object);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StripeSession))]
[JsonSerializable(typeof(StripeIntent))]
[JsonSerializable(typeof(StripeCharge))]
[JsonSerializable(typeof(StripeRefund))]
[JsonSerializable(typeof(StripeDispute))]
[JsonSerializable(typeof(StripeFault))]
[JsonSerializable(typeof(StripeEvent))]
[JsonSerializable(typeof(StripeBalanceTransaction))]
[JsonSerializable(typeof(StripeList<StripeSession>))]
[JsonSerializable(typeof(StripeList<StripeCharge>))]
[JsonSerializable(typeof(StripeList<StripeRefund>))]
internal sealed partial class StripeJson : JsonSerializerContext
{
    /// <summary>Null when the bytes are no such object.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, type);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text with half a surrogate pair cannot become a string.
            return null;
        }
    }

    public static T? Read<T>(JsonElement element, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object ? element.Deserialize(type) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The id of a reference, expanded or not.</summary>
    public static string? IdOf(JsonElement reference)
    {
        if (reference.ValueKind == JsonValueKind.Object && reference.TryGetProperty("id", out var id))
            reference = id;
        try
        {
            return reference.ValueKind == JsonValueKind.String && reference.GetString() is { Length: > 0 and <= 255 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }
}
