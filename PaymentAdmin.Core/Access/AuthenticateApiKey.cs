using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Access;

/// <summary>Whom an API key stands for.</summary>
public sealed record ApiKeyIdentity(Guid KeyId, string Name, Guid TenantId, Mode Mode, IReadOnlyList<string> Scopes, Guid? CreatedByUserId);

/// <summary>Finds a key by its hash: unknown, expired and revoked ones are the same nothing. The database is asked each time, so a revocation counts at once.</summary>
public sealed class AuthenticateApiKey(PaymentStore store, ApiKeyUse use, TimeProvider clock)
{
    public async Task<ApiKeyIdentity?> RunAsync(string text, CancellationToken cancellationToken)
    {
        if (text.Length is < 20 or > 100 || !(text.StartsWith(ApiKey.TextStart(Mode.Test), StringComparison.Ordinal) || text.StartsWith(ApiKey.TextStart(Mode.Live), StringComparison.Ordinal)))
            return null;
        var hash = ApiKey.HashOf(text);
        var key = await store.ReadAsync(db => db.ApiKeys.FirstOrDefaultAsync(row => row.Hash == hash, cancellationToken), cancellationToken);
        var now = clock.GetUtcNow();
        if (key is null || key.RevokedAt is not null || key.ExpiresAt <= now)
            return null;
        if (key.LastUsedAt is null || now - key.LastUsedAt >= ApiKeyUse.Grain)
            use.Note(key.Id, now);
        return new ApiKeyIdentity(key.Id, key.Name, key.TenantId, key.Mode, key.Scopes, key.CreatedByUserId);
    }
}

/// <summary>When keys were last used, to the minute, written outside of the requests that used them (Workers/RecordApiKeyUse.cs).</summary>
public sealed class ApiKeyUse(PaymentStore store)
{
    public static readonly TimeSpan Grain = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> seen = new();

    public void Note(Guid keyId, DateTimeOffset at) => seen[keyId] = at;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var (keyId, at) in seen.ToArray())
        {
            await store.WriteAsync(
                db => db.ApiKeys.Where(key => key.Id == keyId && (key.LastUsedAt == null || key.LastUsedAt < at)).ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, at), cancellationToken),
                cancellationToken);
            seen.TryRemove(KeyValuePair.Create(keyId, at));
        }
    }
}
