using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Support;

/// <summary>An account at the <see cref="ScriptedProvider"/>, for all shops, in test mode.</summary>
public static class ScriptedAccount
{
    public static async Task<(Guid Id, string Key)> AddAsync(PaymentStore store, ProviderAccounts accounts, SecretBox secrets, Guid tenantId, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var key = IdSource.NewToken();
        await store.WriteAsync(
            db =>
            {
                db.ProviderAccounts.Add(new ProviderAccount
                {
                    Id = id,
                    TenantId = tenantId,
                    Provider = ScriptedProvider.Id,
                    Mode = Mode.Test,
                    Endpoint = AccountEndpoint.Provider,
                    Name = "Scripted",
                    IsEnabled = true,
                    IsForAllShops = true,
                    SecretsCipher = accounts.Seal(id, tenantId, new Dictionary<string, string> { ["webhook_secret"] = ScriptedProvider.WebhookSecret, ["merchant"] = "our-merchant" }),
                    WebhookKeyHash = ApiKey.HashOf(key),
                    WebhookKeyCipher = secrets.Seal(key, SecretBox.Place("provider_accounts", id, "webhook_key", tenantId)),
                    CreatedAt = now,
                    UpdatedAt = now,
                });
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return (id, key);
    }
}
