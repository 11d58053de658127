using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Secrets;

/// <summary>
/// Seals every secret in the database anew under the current master key, so that the one before can be taken out of the settings. Works
/// beside running servers that know both keys, in small transactions; stopped half-way, it goes on where it was.
/// </summary>
public sealed class RotateMasterKey(PaymentStore store, SecretBox secrets, FailPoints failPoints, TimeProvider clock)
{
    private const int BatchSize = 50;

    /// <returns>How many secrets were sealed anew; 0 when all were.</returns>
    public async Task<int> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        var sealedAnew =
            await ResealAsync<Tenant>(nameof(Tenant.CustomerJwtKeyCipher), row => SetTenant.CustomerJwtKeyPlace(row.Id), cancellationToken)
            + await ResealAsync<ProviderAccount>(nameof(ProviderAccount.SecretsCipher), ProviderAccounts.SecretsPlace, cancellationToken)
            + await ResealAsync<ProviderAccount>(nameof(ProviderAccount.WebhookKeyCipher), ProviderAccounts.WebhookKeyPlace, cancellationToken)
            + await ResealAsync<ShopConfig>(nameof(ShopConfig.DeviceTokenCipher), row => ProviderAccounts.DeviceTokenPlace(row.Id, row.TenantId), cancellationToken)
            + await ResealAsync<ShopConfigVersion>(nameof(ShopConfigVersion.DeviceTokenCipher), row => ProviderAccounts.DeviceTokenPlace(row.ConfigId, row.TenantId), cancellationToken)
            + await ResealAsync<ApprovalRequest>(nameof(ApprovalRequest.ChangeCipher), row => AskApproval.PlaceOf(row.Id, row.TenantId), cancellationToken)
            + await ResealAsync<EventEndpoint>(nameof(EventEndpoint.SecretCipher), row => EventEndpoints.SecretPlace(row.Id, row.TenantId), cancellationToken)
            + await ResealAsync<EventEndpoint>(nameof(EventEndpoint.PreviousSecretCipher), row => EventEndpoints.SecretPlace(row.Id, row.TenantId), cancellationToken);
        if (sealedAnew > 0)
        {
            await store.WriteAsync(
                db =>
                {
                    db.AuditEntries.Add(AuditEntry.By(actor, tenantId: null, clock.GetUtcNow(), "master_key.rotated", "master_key", secrets.CurrentKeyId, $"{sealedAnew} secrets were sealed anew"));
                    return Task.CompletedTask;
                },
                cancellationToken);
        }
        return sealedAnew;
    }

    private async Task<int> ResealAsync<T>(string column, Func<T, string> placeOf, CancellationToken cancellationToken) where T : class
    {
        var all = 0;
        while (true)
        {
            var done = await store.WriteAsync(
                async db =>
                {
                    var rows = await db.Set<T>().Where(row => EF.Property<string?>(row, column) != null && !EF.Property<string>(row, column).StartsWith(secrets.CurrentPrefix)).OrderBy(row => EF.Property<Guid>(row, "Id")).Take(BatchSize).ToListAsync(cancellationToken);
                    foreach (var row in rows)
                    {
                        var cipher = db.Entry(row).Property<string?>(column);
                        cipher.CurrentValue = secrets.Seal(secrets.Open(cipher.CurrentValue!, placeOf(row)), placeOf(row));
                    }
                    return rows.Count;
                },
                cancellationToken);
            if (done == 0)
                return all;
            all += done;
            await failPoints.HitAsync("rotate.reencrypted_half");
        }
    }
}
