namespace PaymentAdmin.Core.Providers;

/// <summary>An access token that a provider gave out for an account, shared by all instances; sealed at rest.</summary>
public sealed class ProviderToken
{
    public required Guid AccountId { get; init; }

    /// <summary>Which of the account's tokens, in the provider's own terms; names the credentials too, so that changed ones fetch anew.</summary>
    public required string Name { get; init; }
    public string? ValueCipher { get; private set; }
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>Who fetches a new one, and until when; the token fences off a holder that was too slow.</summary>
    public long LeaseToken { get; private set; }
    public DateTimeOffset? LeaseUntil { get; private set; }
    public int Version { get; private set; }

    public bool IsUsable(DateTimeOffset now) => ValueCipher is not null && ExpiresAt > now;

    public bool IsBeingFetched(DateTimeOffset now) => LeaseUntil > now;

    public long Lease(DateTimeOffset until)
    {
        LeaseUntil = until;
        Version++;
        return ++LeaseToken;
    }

    /// <summary>The lease ends with a token, or without one.</summary>
    public void Settle(string? valueCipher, DateTimeOffset? expiresAt)
    {
        ValueCipher = valueCipher;
        ExpiresAt = expiresAt;
        LeaseUntil = null;
        Version++;
    }
}
