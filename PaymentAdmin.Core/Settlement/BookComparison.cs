using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Settlement;

public enum ComparisonState
{
    Running,
    Done,

    /// <summary>The provider's list did not come whole; nothing is known about this day.</summary>
    Failed,
}

/// <summary>One account's day, compared with the provider's own books. One row per account and day; comparing again renews it.</summary>
public sealed class BookComparison
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required Guid AccountId { get; init; }
    public required string Provider { get; init; }

    /// <summary>A day of the tenant's calendar.</summary>
    public required DateOnly Day { get; init; }

    public ComparisonState State { get; private set; }
    public DateTimeOffset StartedAt { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>Lines of the provider's list and receipts of ours that were looked at.</summary>
    public int Compared { get; private set; }
    public int Differences { get; private set; }
    public string? Fault { get; private set; }
    public int Version { get; private set; }

    public void Begin(DateTimeOffset now)
    {
        (State, StartedAt, FinishedAt, Fault) = (ComparisonState.Running, now, null, null);
        Version++;
    }

    public void Finish(int compared, int differences, DateTimeOffset now)
    {
        (State, FinishedAt, Compared, Differences, Fault) = (ComparisonState.Done, now, compared, differences, null);
        Version++;
    }

    public void Fail(string fault, DateTimeOffset now)
    {
        (State, FinishedAt, Fault) = (ComparisonState.Failed, now, fault);
        Version++;
    }
}

public enum DifferenceKind
{
    /// <summary>The provider took money that no attempt of ours knows of.</summary>
    MissingHere,

    /// <summary>We count money that the provider does not list.</summary>
    MissingThere,

    /// <summary>Both know it, with another amount, state or refund.</summary>
    Differs,
}

public enum DifferenceState
{
    Open,

    /// <summary>A later comparison found that both agree.</summary>
    Resolved,

    /// <summary>A person said why it is so.</summary>
    Explained,
}

/// <summary>Where a provider's books and ours disagree. It changes no payment: a person looks, asks the provider, or explains it.</summary>
public sealed class BookDifference
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required Guid AccountId { get; init; }
    public required string Provider { get; init; }
    public required DateOnly Day { get; init; }
    public required DifferenceKind Kind { get; init; }

    /// <summary>The provider's reference; unique per account and kind.</summary>
    public required string Reference { get; init; }
    public Guid? PaymentId { get; init; }
    public Guid? AttemptId { get; init; }
    public required string Currency { get; init; }
    public required DateTimeOffset FoundAt { get; init; }

    public long? TheirsMinor { get; private set; }
    public long? TheirsRefundedMinor { get; private set; }

    /// <summary>The provider's own status word.</summary>
    public string? TheirsWord { get; private set; }
    public long? OursMinor { get; private set; }
    public long? OursRefundedMinor { get; private set; }

    public DifferenceState State { get; private set; } = DifferenceState.Open;
    public string? Note { get; private set; }
    public string? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public int Version { get; private set; }

    /// <summary>What a comparison found. An explained difference that has not changed stays explained.</summary>
    public void Find(long? theirsMinor, long? theirsRefundedMinor, string? theirsWord, long? oursMinor, long? oursRefundedMinor)
    {
        var found = (theirsMinor, theirsRefundedMinor, oursMinor, oursRefundedMinor);
        if (State == DifferenceState.Resolved || found != (TheirsMinor, TheirsRefundedMinor, OursMinor, OursRefundedMinor))
            (State, Note, DecidedBy, DecidedAt) = (DifferenceState.Open, null, null, null);
        (TheirsMinor, TheirsRefundedMinor, TheirsWord, OursMinor, OursRefundedMinor) = (theirsMinor, theirsRefundedMinor, theirsWord, oursMinor, oursRefundedMinor);
        Version++;
    }

    public void Decide(DifferenceState state, string? note, string by, DateTimeOffset now)
    {
        (State, Note, DecidedBy, DecidedAt) = (state, note, by, now);
        Version++;
    }
}
