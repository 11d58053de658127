using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Payments;

/// <summary>Which way a fact came to us.</summary>
public enum ObservationSource
{
    Checkout,
    Webhook,
    StatusQuery,
    Operator,
    Proof,
    Clock,
    Api,
    Settlement,
    Demo,

    /// <summary>The export of a replaced system.</summary>
    Import,
}

/// <summary>What is said about a payment, in our words. The provider's own word travels beside it.</summary>
public enum ObservedFact
{
    /// <summary>The checkout exists and waits for the payer.</summary>
    Pending,
    Succeeded,
    Failed,
    Cancelled,
    Expired,

    /// <summary>We closed the checkout at the provider, so that another one may take the money.</summary>
    Replaced,

    /// <summary>The request was sent and no usable answer came; the provider can still be asked.</summary>
    OutcomeUnknown,

    /// <summary>Unknown, and nobody can be asked: a person must look.</summary>
    OutcomeUnresolvable,

    /// <summary>The provider surely does not know the attempt: it never took place.</summary>
    NeverStarted,

    /// <summary>The provider calls it paid, but a delivery claims another amount than was asked and nobody confirms it: nothing is counted, a person looks.</summary>
    AmountContradicted,

    /// <summary>A word that our map does not have: shown, changes nothing.</summary>
    Unrecognised,

    /// <summary>The payment's time is over and the provider does not call it paid.</summary>
    DeadlinePassed,
    CancelRequested,

    /// <summary>A person takes the money that came, whatever its amount.</summary>
    ReceivedAccepted,

    /// <summary>A person lets the missing rest go.</summary>
    DifferenceWrittenOff,

    /// <summary>A person does not take the evidence; the payment waits on.</summary>
    EvidenceRejected,

    /// <summary>The same, and the payment ends.</summary>
    EvidenceRejectedForGood,

    /// <summary>A person lets a risky payment through.</summary>
    HoldReleased,
    ProofSubmitted,
    ProofApproved,
    ProofRejected,
}

/// <summary>
/// "X says that attempt A of payment P is in state S with money M": the only thing that <c>ApplyObservation</c> takes,
/// whether a checkout answer, a webhook, a status query, a settlement line, the clock or an operator said it.
/// </summary>
public sealed record PaymentObservation
{
    public required Guid PaymentId { get; init; }

    /// <summary>Null for facts about the payment as a whole (deadline, operator, receipts without an attempt).</summary>
    public Guid? AttemptId { get; init; }
    public required ObservedFact Fact { get; init; }
    public required ObservationSource Source { get; init; }
    public required Actor Actor { get; init; }

    /// <summary>Money that this fact says has come, in minor units; null when it says nothing about money.</summary>
    public Money? Received { get; init; }

    /// <summary>The provider's id of the movement; the payment's own provider reference where there is none. Counted once per account.</summary>
    public string? ReceiptReference { get; init; }

    /// <summary>The account at which money came that belongs to no attempt (a paybill).</summary>
    public ReceivingAccount? ReceivedAt { get; init; }
    public string? ProviderReference { get; init; }
    public string? ProviderReference2 { get; init; }

    /// <summary>The provider's word, as it came.</summary>
    public string? ProviderStatus { get; init; }

    /// <summary>What the payer does next, in the contract's JSON form.</summary>
    public string? NextActionJson { get; init; }
    public DateTimeOffset? AttemptExpiresAt { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public string? ProviderErrorCode { get; init; }

    /// <summary>Masked payer, where the provider says it.</summary>
    public string? Payer { get; init; }
    public Guid? ProofId { get; init; }

    /// <summary>The operator's reason, or what else belongs into the audit.</summary>
    public string? Reason { get; init; }

    /// <summary>Webhook event, provider call or proof behind it.</summary>
    public string? SourceId { get; init; }
}

/// <summary>Where money came that no attempt asked for.</summary>
public sealed record ReceivingAccount(Guid Id, string Provider);

/// <summary>What an observation did.</summary>
/// <param name="Changed">The payment's status changed.</param>
/// <param name="Counted">Money was counted that had not been counted before.</param>
public sealed record AppliedObservation(bool Changed, bool Counted, PaymentStatus Status, IntegrityVerdict Integrity, string Sentence);
