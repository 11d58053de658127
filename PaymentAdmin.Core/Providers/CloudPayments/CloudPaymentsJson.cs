using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>The envelope of every answer. <paramref name="Success"/> is the request's, not the money's.</summary>
internal sealed record CloudPaymentsEnvelope(bool? Success, string? Message, JsonElement Model);

internal sealed record CloudPaymentsOrderRequest
{
    public required decimal Amount { get; init; }

    /// <summary>Always sent: without it they take roubles.</summary>
    public required string Currency { get; init; }
    public required string Description { get; init; }
    public required string InvoiceId { get; init; }
    public string? Email { get; init; }
    public bool RequireConfirmation { get; init; }
    public bool SendEmail { get; init; }
    public required string SuccessRedirectUrl { get; init; }
    public required string FailRedirectUrl { get; init; }
}

internal sealed record CloudPaymentsOrder(string? Id, JsonElement Amount, string? Currency, string? Url, string? Status);

internal sealed record CloudPaymentsByInvoice(string InvoiceId);

internal sealed record CloudPaymentsByTransaction(long TransactionId);

internal sealed record CloudPaymentsById(string Id);

internal sealed record CloudPaymentsRefundRequest(long TransactionId, decimal Amount);

internal sealed record CloudPaymentsListRequest(int PageNumber, string CreatedDateGte, string CreatedDateLte, string TimeZone, IReadOnlyList<string> Statuses);

/// <summary>A payment, refund or payout, as far as we read it. Numbers may come as text.</summary>
internal sealed record CloudPaymentsTransaction
{
    public JsonElement TransactionId { get; init; }
    public JsonElement OriginalTransactionId { get; init; }
    public JsonElement Amount { get; init; }
    public string? Currency { get; init; }
    public string? InvoiceId { get; init; }
    public string? CreatedDateIso { get; init; }
    public JsonElement TestMode { get; init; }
    public string? CardLastFour { get; init; }
    public string? CardType { get; init; }
    public string? Status { get; init; }
    public JsonElement StatusCode { get; init; }
    public string? Reason { get; init; }
    public JsonElement ReasonCode { get; init; }
    public string? CardHolderMessage { get; init; }

    /// <summary>0 a payment, 1 a refund, 2 a payout.</summary>
    public JsonElement Type { get; init; }
    public JsonElement TotalFee { get; init; }
}

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CloudPaymentsEnvelope))]
[JsonSerializable(typeof(CloudPaymentsOrderRequest))]
[JsonSerializable(typeof(CloudPaymentsOrder))]
[JsonSerializable(typeof(CloudPaymentsByInvoice))]
[JsonSerializable(typeof(CloudPaymentsByTransaction))]
[JsonSerializable(typeof(CloudPaymentsById))]
[JsonSerializable(typeof(CloudPaymentsRefundRequest))]
[JsonSerializable(typeof(CloudPaymentsListRequest))]
[JsonSerializable(typeof(CloudPaymentsTransaction))]
[JsonSerializable(typeof(CloudPaymentsSandboxOrder))]
internal sealed partial class CloudPaymentsJson : JsonSerializerContext
{
    /// <summary>Null when the bytes are no such JSON, or a member has another type than it must have.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: text that is no Unicode
        }
    }

    /// <summary>The same of a member that was kept unread.</summary>
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
}

internal static class CloudPaymentsMembers
{
    /// <summary>Text, the figures of a number as they came, or a truth value; null for anything else and for empty text.</summary>
    public static string? Plain(this JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString() is { Length: > 0 } text ? text : null,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null; // text that is no Unicode
        }
    }
}

/// <summary>What the imitation remembers of an order.</summary>
internal sealed record CloudPaymentsSandboxOrder
{
    public int Number { get; init; }
    public string? Description { get; init; }
    public string? Email { get; init; }
    public bool RequireConfirmation { get; init; }
    public string? SuccessRedirectUrl { get; init; }
    public string? FailRedirectUrl { get; init; }

    /// <summary>The sandbox account that the notifications go to; null when the caller is nobody's account.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>Every try of the payer, the last one last.</summary>
    public IReadOnlyList<CloudPaymentsSandboxTry> Tries { get; init; } = [];
}

/// <param name="Said">Amount and currency as they are told: others than were asked only by the fault dial.</param>
internal sealed record CloudPaymentsSandboxTry(long TransactionId, string Status, string CardType, string Card, int ReasonCode, string Reason, Money Said, DateTimeOffset At);
