using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Events;

/// <summary>
/// What the tenant's backend is told. Written in the transaction of the change; <see cref="Sequence"/> rises per tenant and mode
/// in commit order, because the counter's row stays locked until the commit (PaymentStore).
/// </summary>
public sealed class OutgoingEvent
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public long Sequence { get; set; }
    public required string Type { get; init; }
    public Guid? PaymentId { get; init; }

    /// <summary>Unique with the payment: the same change is announced once.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>The object after the change, in the API's JSON.</summary>
    public required string DataJson { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The last sequence given out for a tenant and mode.</summary>
public sealed class EventCounter
{
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public long LastSequence { get; set; }
}

/// <summary>Where a tenant wants its events sent.</summary>
public sealed class EventEndpoint
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Url { get; set; }
    public string? Description { get; set; }

    /// <summary>The types it wants; empty: all.</summary>
    public List<string> Types { get; set; } = [];
    public required string SecretCipher { get; set; }

    /// <summary>The secret before the last rotation, signed with as well until <see cref="PreviousSecretUntil"/>.</summary>
    public string? PreviousSecretCipher { get; set; }
    public DateTimeOffset? PreviousSecretUntil { get; set; }
    public bool IsEnabled { get; set; } = true;
    public string? DisabledReason { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Events up to here have deliveries made out for this endpoint.</summary>
    public long EnqueuedSequence { get; set; }
}

public enum DeliveryState
{
    Pending,
    Delivered,
    GivenUp,
}

/// <summary>One event for one endpoint, until it is delivered or given up.</summary>
public sealed class EventDelivery
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid EndpointId { get; init; }
    public required Guid EventId { get; init; }
    public Guid? PaymentId { get; init; }
    public required long Sequence { get; init; }
    public DeliveryState State { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset? NextAttemptAt { get; set; }
    public long LeaseToken { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; set; }
}

/// <summary>One try of a delivery, for the delivery log.</summary>
public sealed class EventDeliveryTry
{
    public required Guid Id { get; init; }
    public required Guid DeliveryId { get; init; }
    public required int Number { get; init; }
    public required DateTimeOffset At { get; init; }
    public required int DurationMs { get; init; }
    public int? HttpStatus { get; init; }
    public string? Error { get; init; }
    public string? ResponseStart { get; init; }
}
