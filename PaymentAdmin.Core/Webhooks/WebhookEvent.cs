using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Webhooks;

public enum WebhookState
{
    Pending,
    Applied,

    /// <summary>Authentic, and of a kind or a time that changes nothing.</summary>
    Ignored,

    /// <summary>Names a payment that is not here (yet).</summary>
    Unmatched,

    /// <summary>Failed again and again, or contradicts what we know; a person looks.</summary>
    Quarantined,
}

/// <summary>Second verdict on evidence: does it agree with what we asked for?</summary>
public enum IntegrityVerdict
{
    Unchecked,
    Agrees,
    AmountDiffers,
    CurrencyDiffers,
    WrongMode,
    WrongAccount,
    WrongReference,
    Unreadable,
}

/// <summary>An authentic inbound delivery, stored before it is acted on. Unique by (account, dedupe key).</summary>
public sealed class WebhookEvent
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid AccountId { get; init; }
    public required string Provider { get; init; }
    public required Mode Mode { get; init; }

    /// <summary>The last part of the route where a provider has several (pay, check, stk, c2b…).</summary>
    public string? Kind { get; init; }
    public required string DedupeKey { get; init; }
    public required byte[] Body { get; init; }
    public required string BodySha256 { get; init; }

    /// <summary>The allowed headers as JSON; secret ones only as "present, matched".</summary>
    public required string HeadersJson { get; init; }
    public string? RemoteIp { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>How the source was proven: which secret version signed, or that a secret path matched.</summary>
    public required string SourceVerdict { get; init; }

    /// <summary>The attempt that a secret path token named, where the scheme has one, or that a person named.</summary>
    public Guid? AttemptId { get; set; }

    /// <summary>The refund that the token named; its attempt stands beside it.</summary>
    public Guid? RefundId { get; init; }

    public WebhookState State { get; set; }
    public IntegrityVerdict Integrity { get; set; }
    public string? EventType { get; set; }
    public string? ProviderReference { get; set; }
    public Guid? PaymentId { get; set; }
    public int Attempts { get; set; }

    /// <summary>How often a worker took it and never came back: a third time would be a crash loop.</summary>
    public int Crashes { get; set; }
    public DateTimeOffset? NextAttemptAt { get; set; }
    public long LeaseToken { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
    public string? Outcome { get; set; }
    public DateTimeOffset? SettledAt { get; set; }

    /// <summary>How often the same event came again.</summary>
    public int Duplicates { get; set; }
}

/// <summary>That an inbound event took effect on a payment: at most one row an event, written in the same transaction as the effect.</summary>
public sealed class WebhookApplication
{
    public required Guid EventId { get; init; }
    public required Guid PaymentId { get; init; }
    public required long LeaseToken { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A delivery that was not authentic, kept for diagnosis only; bounded per account and in all.</summary>
public sealed class WebhookRejection
{
    public required Guid Id { get; init; }
    public required Guid AccountId { get; init; }
    public required Guid TenantId { get; init; }
    public required string Provider { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? RemoteIp { get; init; }
    public required string Reason { get; init; }
    public required string HeaderNames { get; init; }
    public required int BodyLength { get; init; }
    public required string BodySha256 { get; init; }
    public required byte[] BodyStart { get; init; }
}
