using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Approvals;

/// <summary>What a second person is asked about.</summary>
public enum ApprovalKind
{
    Refund,
    WriteOff,
    LiveAccount,
    ShopConfig,
    GoingLive,
    Role,
    TwoPersonRule,
}

public enum ApprovalStatus
{
    Waiting,
    Approved,
    Rejected,
    Expired,
    Withdrawn,
}

/// <summary>
/// Something that waits for a second person: who asked, what would change, and what was decided. The change itself is done by its own use case
/// in the transaction of the decision.
/// </summary>
public sealed class ApprovalRequest
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(72);

    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public Mode? Mode { get; init; }
    public required ApprovalKind Kind { get; init; }

    /// <summary>The row that it is about: a refund's, payment's, account's or config's id.</summary>
    public required string SubjectId { get; init; }
    public Guid? PaymentId { get; init; }

    /// <summary>One sentence for the list.</summary>
    public required string Summary { get; init; }
    public long? AmountMinor { get; init; }
    public string? Currency { get; init; }

    /// <summary>Masked, JSON: what is so now and what would be.</summary>
    public string? Before { get; init; }
    public string? After { get; init; }

    /// <summary>The change itself where it is more than its subject, sealed: it may hold secrets.</summary>
    public string? ChangeCipher { get; init; }
    public required string RequestedBy { get; init; }

    /// <summary>The user who asked, or who created the API key that did. Never decides it.</summary>
    public Guid? RequestedByUserId { get; init; }
    public string? Reason { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    public ApprovalStatus Status { get; private set; } = ApprovalStatus.Waiting;
    public string? DecidedBy { get; private set; }
    public Guid? DecidedByUserId { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public string? DecisionReason { get; private set; }
    public int Version { get; private set; }

    public void Decide(ApprovalStatus status, string by, Guid? userId, string? reason, DateTimeOffset now)
    {
        (Status, DecidedBy, DecidedByUserId, DecisionReason, DecidedAt) = (status, by, userId, reason, now);
        Version++;
    }
}
