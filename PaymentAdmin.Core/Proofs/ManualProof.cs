using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Proofs;

/// <summary>How the payer says to have paid.</summary>
public enum ProofType
{
    CashOnDelivery,
    BankTransfer,
    MobileMoney,
}

public enum ProofStatus
{
    Submitted,

    /// <summary>A clerk has it before him; nobody else decides it meanwhile.</summary>
    Claimed,

    /// <summary>Sent back: the payer must say or show more.</summary>
    MoreInfo,

    /// <summary>One of two persons has approved it.</summary>
    ApprovedFirst,
    Approved,
    Rejected,

    /// <summary>A later proof of the same payment took its place before it was decided.</summary>
    Superseded,
    Withdrawn,
}

/// <summary>Why a proof was rejected. The payer sees a sentence for it.</summary>
public enum ProofRejection
{
    NotReceived,
    AmountMismatch,
    CurrencyMismatch,
    ReferenceDuplicate,
    ReferenceNotFound,
    UnreadableImage,
    WrongRecipient,
    WrongOrder,
    DateOutOfRange,

    /// <summary>The payer reads a neutral sentence.</summary>
    SuspectedForgery,
    Incomplete,
    Other,
}

/// <summary>Evidence of a manual payment: who brought it, what it claims, who decided it and how. Never erased.</summary>
public sealed class ManualProof
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required Guid PaymentId { get; init; }
    public required ProofType Type { get; init; }

    /// <summary>As it was typed.</summary>
    public string? Reference { get; init; }

    /// <summary>For comparison: see <see cref="ProofReference"/>.</summary>
    public string? ReferenceKey { get; init; }

    /// <summary>What the payer claims to have paid, in minor units.</summary>
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public string? Notes { get; init; }

    /// <summary>An address that came along. It is text: nobody fetches it and nothing links to it.</summary>
    public string? ImageUrl { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public required string SubmittedBy { get; init; }

    /// <summary>The user who answers for the submission, also when an API key of theirs made it. Never decides it.</summary>
    public Guid? SubmittedByUserId { get; init; }
    public bool IsDemo { get; init; }

    /// <summary>Imported from another system; decided there.</summary>
    public bool IsLegacy { get; init; }

    public ProofStatus Status { get; private set; } = ProofStatus.Submitted;
    public Guid? ClaimedByUserId { get; private set; }
    public string? ClaimedBy { get; private set; }
    public DateTimeOffset? ClaimedUntil { get; private set; }
    public Guid? FirstApprovedByUserId { get; private set; }
    public string? FirstApprovedBy { get; private set; }
    public DateTimeOffset? FirstApprovedAt { get; private set; }
    public Guid? DecidedByUserId { get; private set; }
    public string? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>What the reviewer found to have come; null before an approval.</summary>
    public long? ReceivedMinor { get; private set; }
    public ProofRejection? Rejection { get; private set; }

    /// <summary>What the payer reads about the decision.</summary>
    public string? Answer { get; private set; }

    /// <summary>What only staff read.</summary>
    public string? InternalNote { get; private set; }

    /// <summary>Type and reference once approved: unique per tenant and mode, so that a reference pays once.</summary>
    public string? ApprovedClaim { get; private set; }
    public int Version { get; private set; }

    public bool IsOpen => Status is ProofStatus.Submitted or ProofStatus.Claimed or ProofStatus.MoreInfo or ProofStatus.ApprovedFirst;

    /// <summary>A clerk's name on it, until then; released with null.</summary>
    public void Claim(Guid? userId, string? name, DateTimeOffset? until)
    {
        (ClaimedByUserId, ClaimedBy, ClaimedUntil) = (userId, name, until);
        if (Status is ProofStatus.Submitted or ProofStatus.Claimed)
            Status = userId is null ? ProofStatus.Submitted : ProofStatus.Claimed;
        Version++;
    }

    public void ApproveFirst(Guid userId, string name, long receivedMinor, string? note, DateTimeOffset now)
    {
        (FirstApprovedByUserId, FirstApprovedBy, FirstApprovedAt) = (userId, name, now);
        (Status, ReceivedMinor, InternalNote) = (ProofStatus.ApprovedFirst, receivedMinor, note);
        Release();
    }

    public void Approve(Guid userId, string name, long receivedMinor, string? note, DateTimeOffset now)
    {
        ApprovedClaim = ReferenceKey is null ? null : $"{Common.Words.Of(Type)}:{ReferenceKey}";
        ReceivedMinor = receivedMinor;
        InternalNote = note ?? InternalNote;
        Decide(ProofStatus.Approved, userId, name, now);
    }

    public void Reject(Guid userId, string name, ProofRejection rejection, string answer, string? note, DateTimeOffset now)
    {
        (Rejection, Answer, InternalNote) = (rejection, answer, note ?? InternalNote);
        Decide(ProofStatus.Rejected, userId, name, now);
    }

    public void AskForMore(string question)
    {
        (Status, Answer) = (ProofStatus.MoreInfo, question);
        Release();
    }

    public void Supersede() => End(ProofStatus.Superseded);

    public void Withdraw() => End(ProofStatus.Withdrawn);

    /// <summary>Was decided in the system that it comes from.</summary>
    public void TakeOver(ProofStatus status, string decidedBy, DateTimeOffset? decidedAt)
    {
        (Status, DecidedBy, DecidedAt) = (status, decidedBy, decidedAt);
        Version++;
    }

    private void Decide(ProofStatus status, Guid userId, string name, DateTimeOffset now)
    {
        (Status, DecidedByUserId, DecidedBy, DecidedAt) = (status, userId, name, now);
        Release();
    }

    private void End(ProofStatus status)
    {
        Status = status;
        Release();
    }

    private void Release()
    {
        (ClaimedByUserId, ClaimedBy, ClaimedUntil) = (null, null, null);
        Version++;
    }
}

/// <summary>A file of a proof: its bytes lie encrypted in the data directory under <see cref="StoredName"/>, which tells nothing.</summary>
public sealed class ProofFile
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid ProofId { get; init; }
    public required int Position { get; init; }

    /// <summary>What the payer's device called it; shown as text, never a path.</summary>
    public required string Name { get; init; }

    /// <summary>By content, never as it was declared.</summary>
    public required string ContentType { get; init; }
    public required long Bytes { get; init; }

    /// <summary>Of the original bytes, hexadecimal.</summary>
    public required string Sha256 { get; init; }
    public required string StoredName { get; init; }
}
