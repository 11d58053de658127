namespace PaymentAdmin.Core.Payments;

/// <summary>
/// One line of a payment's timeline that is not a change of status: what a provider said, what a person wrote, what was refused.
/// Every piece of evidence leaves one, also when it changed nothing.
/// </summary>
public sealed class PaymentNote
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid PaymentId { get; init; }
    public Guid? AttemptId { get; init; }
    public Guid? RefundId { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Machine word, for example "payment.succeeded", "evidence.ignored", "note".</summary>
    public required string Type { get; init; }
    public required string Text { get; init; }
    public string? Detail { get; init; }
    public required string Actor { get; init; }
    public ObservationSource? Source { get; init; }
    public string? SourceId { get; init; }
}
