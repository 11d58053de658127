namespace PaymentAdmin.Core.Payments;

public enum DisputeStatus
{
    Open,
    Won,
    Lost,
}

/// <summary>A payer's claim against a payment; its amount is not refundable while it is open.</summary>
public sealed class Dispute
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required Guid PaymentId { get; init; }
    public required string ProviderReference { get; init; }
    public required Guid AccountId { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public string? Reason { get; set; }
    public DateTimeOffset? DueAt { get; set; }
    public DisputeStatus Status { get; set; }
    public required DateTimeOffset OpenedAt { get; init; }
    public DateTimeOffset? ClosedAt { get; set; }
}
