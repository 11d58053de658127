using System.Text.Json.Serialization;

namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>What an order is created with. Amounts are tiyn; there is no callback URL, webhooks belong to the shop.</summary>
internal sealed record IokaOrderRequest(long Amount, string Currency, string CaptureMethod, string ExternalId, string? Description, string? DueDate, string? BackUrl, string? SuccessUrl, string? FailureUrl);

/// <summary>The answer to a creation wraps the order; reading answers it bare, searching a bare array of it.</summary>
internal sealed record IokaCreated(IokaOrder? Order);

internal sealed record IokaOrder
{
    public string? Id { get; init; }
    public string? ShopId { get; init; }
    public string? Status { get; init; }
    public string? CreatedAt { get; init; }
    public long? Amount { get; init; }
    public long? DisplayAmount { get; init; }
    public string? Currency { get; init; }
    public string? CaptureMethod { get; init; }
    public string? ExternalId { get; init; }
    public string? Description { get; init; }
    public int? Attempts { get; init; }
    public string? DueDate { get; init; }
    public string? BackUrl { get; init; }
    public string? SuccessUrl { get; init; }
    public string? FailureUrl { get; init; }
    public string? CheckoutUrl { get; init; }
    public IReadOnlyList<IokaPayment>? Payments { get; init; }
}

internal sealed record IokaPayment
{
    public string? Id { get; init; }
    public string? ShopId { get; init; }
    public string? OrderId { get; init; }
    public string? Status { get; init; }
    public string? CreatedAt { get; init; }
    public long? ApprovedAmount { get; init; }
    public long? CapturedAmount { get; init; }
    public long? RefundedAmount { get; init; }

    /// <summary>May have a fraction.</summary>
    public decimal? ProcessingFee { get; init; }
    public IokaPayer? Payer { get; init; }
    public IokaFault? Error { get; init; }
}

internal sealed record IokaPayer(string? PanMasked);

/// <summary>A business error, or why a payment was declined.</summary>
internal sealed record IokaFault(string? Code, string? Message);

internal sealed record IokaRefundRequest(long Amount, string ExternalId, string? Reason);

internal sealed record IokaRefund
{
    public string? Id { get; init; }
    public string? ShopId { get; init; }
    public string? OrderId { get; init; }
    public string? PaymentId { get; init; }
    public string? ExternalId { get; init; }
    public string? Status { get; init; }
    public string? CreatedAt { get; init; }
    public long? Amount { get; init; }
    public string? Reason { get; init; }
    public IokaFault? Error { get; init; }
}

internal sealed record IokaTokenRequest(string? ClientId, string? ClientSecret);

internal sealed record IokaToken(string? ApiKey, string? ExpiryDate);

/// <summary>A webhook of Ioka's own shape, or of the source document's (<paramref name="Object"/>).</summary>
internal sealed record IokaEvent(string? Event, IokaOrder? Order, IokaPayment? Payment, IokaEventObject? Object, IokaRefund? Refund = null);

internal sealed record IokaEventObject(string? Id, string? ExternalId, string? Status);

/// <summary>What the imitation remembers of an order beside its charge.</summary>
internal sealed record IokaSandboxOrder
{
    public string? Description { get; init; }
    public string? BackUrl { get; init; }
    public string? SuccessUrl { get; init; }
    public string? FailureUrl { get; init; }
    public int Attempts { get; init; } = 10;

    /// <summary>Currency as the order tells it: another one only by the fault dial.</summary>
    public string Currency { get; init; } = "KZT";
    public IReadOnlyList<IokaPayment> Payments { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(IokaOrderRequest))]
[JsonSerializable(typeof(IokaCreated))]
[JsonSerializable(typeof(IokaOrder))]
[JsonSerializable(typeof(List<IokaOrder>))]
[JsonSerializable(typeof(IReadOnlyList<IokaPayment>))]
[JsonSerializable(typeof(List<IokaPayment>))]
[JsonSerializable(typeof(IokaRefundRequest))]
[JsonSerializable(typeof(IokaRefund))]
[JsonSerializable(typeof(List<IokaRefund>))]
[JsonSerializable(typeof(IokaTokenRequest))]
[JsonSerializable(typeof(IokaToken))]
[JsonSerializable(typeof(IokaFault))]
[JsonSerializable(typeof(IokaEvent))]
[JsonSerializable(typeof(IokaSandboxOrder))]
internal sealed partial class IokaJson : JsonSerializerContext;
