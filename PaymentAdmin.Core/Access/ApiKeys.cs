using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Access;

/// <summary>A key as people see it: nothing of its text but the beginning.</summary>
/// <param name="CreatedBy">The person's e-mail; null for an operator verb.</param>
public sealed record ApiKeyItem(Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, string? CreatedBy, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    public bool IsActiveAt(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}

/// <summary>Lists a tenant's keys and takes them out of service.</summary>
public sealed class ApiKeys(PaymentStore store, TimeProvider clock)
{
    private const int ShownMax = 500;

    /// <summary>Those that work first, then by age.</summary>
    public Task<List<ApiKeyItem>> ListAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.ApiKeys.AsNoTracking().Where(key => key.TenantId == tenantId && key.Mode == mode)
            .OrderBy(key => key.RevokedAt == null ? 0 : 1).ThenByDescending(key => key.CreatedAt).Take(ShownMax)
            .Select(key => new ApiKeyItem(key.Id, key.Name, key.Prefix, key.Scopes, key.CreatedAt, db.Users.Where(user => user.Id == key.CreatedByUserId).Select(user => user.Email).FirstOrDefault(), key.LastUsedAt, key.ExpiresAt, key.RevokedAt))
            .ToListAsync(cancellationToken),
        cancellationToken);

    /// <summary>For good: a revoked key is never switched on again. What it began goes on.</summary>
    public async Task<Result<bool>> RevokeAsync(Guid tenantId, Guid keyId, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.KeysManage) is { } missing)
            return missing;
        return await store.WriteAsync<bool>(
            async db =>
            {
                if (await db.ApiKeys.FirstOrDefaultAsync(key => key.Id == keyId && key.TenantId == tenantId, cancellationToken) is not { } key)
                    return new Problem(Codes.NotFound, "No such key.");
                if (key.RevokedAt is not null)
                    return new Problem(Codes.ChangedMeanwhile, "Somebody has revoked this key already.");
                key.RevokedAt = clock.GetUtcNow();
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, key.RevokedAt.Value, "api_key.revoked", "api_key", key.Id.ToString(), before: AuditJson.Of(new { key.Name, key.Prefix, Mode = Words.Of(key.Mode), key.Scopes })));
                return true;
            },
            cancellationToken);
    }
}
