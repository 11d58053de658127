using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Payments;

/// <summary>The API's JSON: snake_case, nulls written, times in UTC with milliseconds (contract.md section 4, Objects).</summary>
public static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.General)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new MillisecondTimes());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private sealed class MillisecondTimes : System.Text.Json.Serialization.JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Time(value));
    }
}

public sealed record CustomerObject(string? Id, string? Email, string? Name, string? Phone);

public sealed record ErrorObject(string Code, string? Message, string? ProviderCode);

/// <summary>A payment as integrators see it.</summary>
public record PaymentObject
{
    public required Guid Id { get; init; }
    public required string Mode { get; init; }
    public required string Status { get; init; }
    public required IReadOnlyList<string> Exceptions { get; init; }
    public required string Kind { get; init; }
    public required bool Guest { get; init; }
    public required string OrderReference { get; init; }
    public required string PaymentCode { get; init; }
    public required int? ShopId { get; init; }
    public required string? OrganizationBin { get; init; }
    public required long AmountMinor { get; init; }
    public required long ReceivedMinor { get; init; }
    public required long RefundedMinor { get; init; }
    public required long RefundableMinor { get; init; }
    public required string Currency { get; init; }
    public required string? Provider { get; init; }
    public required string? Method { get; init; }
    public required string? ProviderReference { get; init; }
    public required string? Description { get; init; }
    public required CustomerObject? Customer { get; init; }
    public required JsonNode? Metadata { get; init; }
    public required string? ReturnUrl { get; init; }
    public required string? CancelUrl { get; init; }
    public required string CheckoutUrl { get; init; }
    public required JsonNode? NextAction { get; init; }
    public required ErrorObject? LastError { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required DateTimeOffset? SucceededAt { get; init; }
}

/// <summary>A refund as integrators see it.</summary>
public sealed record RefundObject
{
    public required Guid Id { get; init; }
    public required Guid PaymentId { get; init; }
    public required Guid? AttemptId { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public required string Status { get; init; }
    public required string Reason { get; init; }
    public required string? FailureCode { get; init; }
    public required string? ActionRequired { get; init; }

    /// <summary>Nobody had to agree to what the caller asked for.</summary>
    public required bool SinglePerson { get; init; }
    public required string? ProviderReference { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public static RefundObject From(Refund refund) => new()
    {
        Id = refund.Id,
        PaymentId = refund.PaymentId,
        AttemptId = refund.AttemptId,
        AmountMinor = refund.AmountMinor,
        Currency = refund.Currency,
        Status = Words.Of(refund.Status),
        Reason = refund.Reason,
        FailureCode = refund.FailureCode,
        ActionRequired = refund.ActionRequired is { } action ? Words.Of(action) : null,
        SinglePerson = refund.IsSinglePerson,
        ProviderReference = refund.ProviderReference,
        CreatedAt = refund.CreatedAt,
        UpdatedAt = refund.UpdatedAt,
    };
}

/// <summary>Makes API objects of rows; knows the addresses and tokens that they carry.</summary>
public sealed class PaymentObjects(Deployment deployment, ClientTokens tokens)
{
    /// <summary>The payer's own token of this payment.</summary>
    public string TokenFor(Guid paymentId) => tokens.For(paymentId);

    public string CheckoutUrl(Guid paymentId) => $"{deployment.PublicUrl}/pay/{paymentId}?t={tokens.For(paymentId)}";

    /// <summary>Where providers send the payer back to: our page, which leads on to the merchant's.</summary>
    public string StatusUrl(Guid paymentId) => $"{deployment.PublicUrl}/payment/status?t={tokens.For(paymentId)}&payment_id={paymentId}";

    /// <param name="shown">The attempt that the payment shows, for its next action; null when there is none.</param>
    public PaymentObject Of(Payment payment, PaymentAttempt? shown) => new()
    {
        Id = payment.Id,
        Mode = Words.Of(payment.Mode),
        Status = Words.Of(payment.Status),
        Exceptions = Words.Flags(payment.Exceptions),
        Kind = Words.Of(payment.Kind),
        Guest = payment.IsGuest,
        OrderReference = payment.OrderReference,
        PaymentCode = payment.PaymentCode,
        ShopId = payment.ShopNumber,
        OrganizationBin = payment.OrganizationBin,
        AmountMinor = payment.AmountMinor,
        ReceivedMinor = payment.ReceivedMinor,
        RefundedMinor = payment.RefundedMinor,
        RefundableMinor = payment.RefundableMinor,
        Currency = payment.Currency,
        Provider = payment.Provider,
        Method = payment.Method,
        ProviderReference = payment.ProviderReference,
        Description = payment.Description,
        Customer = payment is { CustomerId: null, CustomerEmail: null, CustomerName: null, CustomerPhone: null } ? null : new(payment.CustomerId, payment.CustomerEmail, payment.CustomerName, payment.CustomerPhone),
        Metadata = payment.MetadataJson is null ? null : JsonNode.Parse(payment.MetadataJson),
        ReturnUrl = payment.ReturnUrl,
        CancelUrl = payment.CancelUrl,
        CheckoutUrl = CheckoutUrl(payment.Id),
        NextAction = !payment.IsFinal && shown is { IsOpen: true, NextActionJson: { } action } ? JsonNode.Parse(action) : null,
        LastError = payment.LastErrorCode is null ? null : new(payment.LastErrorCode, payment.LastErrorMessage, payment.LastErrorProviderCode),
        CreatedAt = payment.CreatedAt,
        UpdatedAt = payment.UpdatedAt,
        ExpiresAt = payment.ExpiresAt,
        SucceededAt = payment.SucceededAt,
    };

    public string JsonOf(Payment payment, PaymentAttempt? shown) => JsonSerializer.Serialize(Of(payment, shown), ApiJson.Options);
}
