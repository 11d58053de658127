namespace PaymentAdmin.Core.Payments;

public enum ReceiptState
{
    /// <summary>Counted in its payment's received money.</summary>
    Counted,

    /// <summary>Came for a payment but may not be counted (other currency); a person decides.</summary>
    Held,

    /// <summary>Matches no payment.</summary>
    Unallocated,

    /// <summary>Given back outside of a refund, with a reason.</summary>
    Returned,
}

/// <summary>
/// Money that came, as the provider (or an approved proof) evidences it. One receipt reference counts once per account,
/// whoever reports it and however often: a unique index sees to that.
/// </summary>
public sealed class Receipt
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Provider { get; init; }
    public Guid? AccountId { get; init; }

    /// <summary>The provider's id of this movement of money; unique per account.</summary>
    public required string Reference { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }

    /// <summary>Who paid, masked, where the provider says it.</summary>
    public string? Payer { get; init; }

    /// <summary>What the payer typed as the account or bill number.</summary>
    public string? BillReference { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public Guid? PaymentId { get; private set; }
    public Guid? AttemptId { get; private set; }
    public Guid? ProofId { get; init; }
    public required ReceiptState State { get; set; }
    public string? Note { get; set; }
    public string? DecidedBy { get; set; }
    public int Version { get; private set; }

    public void Allocate(Guid paymentId, Guid? attemptId, ReceiptState state)
    {
        PaymentId = paymentId;
        AttemptId = attemptId;
        State = state;
        Version++;
    }

    /// <summary>A person named its payment.</summary>
    public void Decide(string note, string decidedBy)
    {
        Note = note;
        DecidedBy = decidedBy;
        Version++;
    }

    public void Return(string note, string decidedBy)
    {
        State = ReceiptState.Returned;
        Note = note;
        DecidedBy = decidedBy;
        Version++;
    }
}
