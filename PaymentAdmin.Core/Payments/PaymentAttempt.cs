using System.Text.Json.Nodes;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// One conversation with one provider about a payment. Keeps the account, endpoint, BIN and config version it was started with;
/// queries and refunds use these, whatever is configured today.
/// </summary>
public sealed class PaymentAttempt
{
    public required Guid Id { get; init; }
    public required Guid PaymentId { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Provider { get; init; }
    public required Guid AccountId { get; init; }
    public required AccountEndpoint Endpoint { get; init; }
    public Guid? ConfigVersionId { get; init; }
    public string? OrganizationBin { get; init; }
    public string? Method { get; init; }
    public string? PayerPhone { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Secret part of a callback URL that names this attempt (M-Pesa), by hash.</summary>
    public string? CallbackTokenHash { get; init; }
    public bool IsDemo { get; init; }

    public AttemptStatus Status { get; private set; } = AttemptStatus.Created;

    /// <summary>The provider's id of the payment, unique per account.</summary>
    public string? ProviderReference { get; private set; }

    /// <summary>A second id of the provider's (Stripe's payment intent, M-Pesa's MerchantRequestID).</summary>
    public string? ProviderReference2 { get; private set; }

    /// <summary>The provider's own status word, as it came.</summary>
    public string? ProviderStatus { get; private set; }
    public long ReceivedMinor { get; private set; }

    /// <summary>Receipt and amount as an unproven delivery claimed them, for the provider's confirmation.</summary>
    public string? ClaimedReceipt { get; private set; }
    public long? ClaimedMinor { get; private set; }

    /// <summary>What the payer does next, in the contract's JSON form; null when nothing.</summary>
    public string? NextActionJson { get; private set; }
    public string? LastErrorCode { get; private set; }
    public string? LastErrorMessage { get; private set; }
    public string? LastErrorProviderCode { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When the provider's own checkout ends.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>When the reconciler asks next; null when it has no reason to ask any more.</summary>
    public DateTimeOffset? NextCheckAt { get; private set; }
    public int Checks { get; private set; }

    /// <summary>Fencing token of the worker that holds the attempt, and until when.</summary>
    public long LeaseToken { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }
    public int Version { get; private set; }

    /// <summary>The provider's page, while the payer is sent there.</summary>
    public string? PageUrl => NextActionJson is { } action && JsonNode.Parse(action) is JsonObject next && next["type"]?.GetValue<string>() == "redirect" ? next["url"]?.GetValue<string>() : null;

    /// <summary>May still take money.</summary>
    public bool IsOpen => Status is AttemptStatus.Created or AttemptStatus.Pending or AttemptStatus.Unknown;

    public void Enter(AttemptStatus next, DateTimeOffset now)
    {
        Status = next;
        if (next != AttemptStatus.Pending)
            NextActionJson = next == AttemptStatus.Created ? NextActionJson : null;
        Touch(now);
    }

    /// <summary>Keeps what the provider called the payment. A reference once known is never replaced by another.</summary>
    public void Learn(string? reference, string? reference2, string? providerStatus, DateTimeOffset now)
    {
        ProviderReference ??= reference;
        ProviderReference2 ??= reference2;
        ProviderStatus = providerStatus ?? ProviderStatus;
        Touch(now);
    }

    public void Offer(string? nextActionJson, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        NextActionJson = nextActionJson;
        ExpiresAt = expiresAt;
        Touch(now);
    }

    public void Receive(long minor, DateTimeOffset now)
    {
        ReceivedMinor += minor;
        Touch(now);
    }

    /// <summary>Keeps what was claimed, null: nothing. The amount is in the attempt's currency.</summary>
    public void SetClaim(string? receipt, long? minor, DateTimeOffset now)
    {
        ClaimedReceipt = receipt;
        ClaimedMinor = minor;
        Touch(now);
    }

    public void SetLastError(string? code, string? message, string? providerCode, DateTimeOffset now)
    {
        LastErrorCode = code;
        LastErrorMessage = message;
        LastErrorProviderCode = providerCode;
        Touch(now);
    }

    public void ScheduleCheck(DateTimeOffset? at, int checks, DateTimeOffset now)
    {
        NextCheckAt = at;
        Checks = checks;
        Touch(now);
    }

    /// <summary>Takes the attempt for one worker; the token fences off an earlier holder.</summary>
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
