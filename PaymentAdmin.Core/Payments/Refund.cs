using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>Who must act before a refund goes on.</summary>
public enum RefundAction
{
    /// <summary>A second person must agree.</summary>
    Approval,

    /// <summary>The provider has no refund call: a person pays back and says so.</summary>
    Manual,
}

/// <summary>
/// Money going back: its own row and life, Requested → Pending → Succeeded | Failed | Unknown. The amount is reserved on the payment
/// until a definite failure; an unknown outcome is settled only by the provider's word or a person who checked.
/// </summary>
public sealed class Refund
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required Guid PaymentId { get; init; }

    /// <summary>The attempt whose money goes back; null for money that came by proof or receipt.</summary>
    public Guid? AttemptId { get; init; }
    public Guid? AccountId { get; init; }
    public AccountEndpoint? Endpoint { get; init; }
    public required string Provider { get; init; }
    public string? OrganizationBin { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>"key:…", "user:…", or "provider" for a refund that was made in the provider's dashboard.</summary>
    public required string RequestedBy { get; init; }
    public Guid? RequestedByUserId { get; init; }
    public bool IsDemo { get; init; }

    /// <summary>One person or key sufficed; no second one was asked.</summary>
    public bool IsSinglePerson { get; set; }

    public RefundStatus Status { get; private set; } = RefundStatus.Requested;
    public RefundAction? ActionRequired { get; private set; }
    public string? FailureCode { get; private set; }
    public string? FailureMessage { get; private set; }
    public string? ProviderReference { get; private set; }
    public string? ApprovedBy { get; private set; }

    /// <summary>Secret part of a callback URL that names this refund, by hash.</summary>
    public string? CallbackTokenHash { get; private set; }

    /// <summary>When the request left; null while it has not.</summary>
    public DateTimeOffset? SentAt { get; private set; }
    public DateTimeOffset? SettledAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? NextCheckAt { get; private set; }
    public int Checks { get; private set; }
    public long LeaseToken { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }
    public int Version { get; private set; }

    public bool IsSettled => Status is RefundStatus.Succeeded or RefundStatus.Failed;

    public void Await(RefundAction? action, DateTimeOffset now)
    {
        ActionRequired = action;
        if (action == RefundAction.Manual)
            Status = RefundStatus.Pending;
        Touch(now);
    }

    public void Approve(string approvedBy, DateTimeOffset now)
    {
        ApprovedBy = approvedBy;
        ActionRequired = null;
        Touch(now);
    }

    public void MarkSent(DateTimeOffset now, string? callbackTokenHash = null)
    {
        CallbackTokenHash = callbackTokenHash;
        SentAt = now;
        Status = RefundStatus.Pending;
        ActionRequired = null;
        Touch(now);
    }

    /// <summary>Takes an outcome. Nothing leaves Succeeded; Failed gives way only to a late success.</summary>
    public bool TrySettle(RefundStatus outcome, string? providerReference, string? failureCode, string? failureMessage, DateTimeOffset now)
    {
        ProviderReference ??= providerReference;
        if (Status == outcome || Status == RefundStatus.Succeeded || (Status == RefundStatus.Failed && outcome != RefundStatus.Succeeded))
        {
            Touch(now);
            return false;
        }
        Status = outcome;
        FailureCode = outcome == RefundStatus.Failed ? failureCode : null;
        FailureMessage = outcome == RefundStatus.Failed ? failureMessage : null;
        SettledAt = IsSettled ? now : null;
        if (IsSettled)
            ActionRequired = null;
        Touch(now);
        return true;
    }

    public void ScheduleCheck(DateTimeOffset? at, int checks, DateTimeOffset now)
    {
        NextCheckAt = at;
        Checks = checks;
        Touch(now);
    }

    public long Lease(DateTimeOffset until, DateTimeOffset now)
    {
        LeaseUntil = until;
        Touch(now);
        return ++LeaseToken;
    }

    public void Release(DateTimeOffset now)
    {
        LeaseUntil = null;
        Touch(now);
    }

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}
