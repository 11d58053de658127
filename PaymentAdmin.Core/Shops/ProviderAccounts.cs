using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Shops;

/// <summary>Opens accounts for use: decrypts, resolves addresses. The only place where a stored secret becomes plain.</summary>
public sealed class ProviderAccounts(SecretBox secrets, ProviderRegistry providers, Deployment deployment, IConfiguration configuration)
{
    /// <summary>The account as it is used for an attempt, with the shop's routing as it was when the attempt was made.</summary>
    public ProviderAccountSnapshot Open(ProviderAccount account, ShopConfigVersion? route)
    {
        var credentials = ReadFields(secrets.Open(account.SecretsCipher, SecretsPlace(account)));
        foreach (var (name, value) in ReadFields(account.SettingsJson))
            credentials.TryAdd(name, value);
        if (account.Endpoint != AccountEndpoint.Sandbox)
        {
            foreach (var field in providers[account.Provider].Profile.CredentialFields.Where(field => credentials.GetValueOrDefault(field.Name) == Signature.DemoSecret))
                credentials.Remove(field.Name);
        }
        return new ProviderAccountSnapshot
        {
            AccountId = account.Id,
            TenantId = account.TenantId,
            Provider = account.Provider,
            Mode = account.Mode,
            Endpoint = account.Endpoint,
            BaseUrl = BaseUrlOf(account, credentials),
            Credentials = credentials,
            WebhookUrl = WebhookUrlOf(account),
            OrganizationBin = route?.OrganizationBin,
            DeviceToken = route?.DeviceTokenCipher is { } cipher ? secrets.Open(cipher, DeviceTokenPlace(route.ConfigId, account.TenantId)) : null,
            Timeout = TimeSpan.FromSeconds(configuration.GetValue($"Providers:{account.Provider}:TimeoutSeconds", 15)),
        };
    }

    /// <summary>Loads and opens what an attempt was made with.</summary>
    public async Task<ProviderAccountSnapshot> OpenForAsync(PaymentDb db, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        var account = await db.ProviderAccounts.AsNoTracking().SingleAsync(row => row.Id == attempt.AccountId, cancellationToken);
        var route = attempt.ConfigVersionId is { } versionId ? await db.ShopConfigVersions.AsNoTracking().SingleAsync(row => row.Id == versionId, cancellationToken) : null;
        return Open(account, route);
    }

    /// <summary>The URL to paste into the provider's dashboard.</summary>
    public string WebhookUrlOf(ProviderAccount account) => WebhookUrlOf(account, secrets.Open(account.WebhookKeyCipher, WebhookKeyPlace(account)));

    /// <summary>The same with a name in the place of its secret, for showing.</summary>
    public string WebhookUrlWithoutKey(ProviderAccount account) => WebhookUrlOf(account, "$WEBHOOK_KEY");

    private string WebhookUrlOf(ProviderAccount account, string key) =>
        providers[account.Provider].Profile.HidesItsNameInUrls ? $"{deployment.PublicUrl}/hooks/{key}" : $"{deployment.PublicUrl}/webhooks/{account.Provider}/{key}";

    /// <summary>An account's secret fields, sealed for its row.</summary>
    public string Seal(Guid accountId, Guid tenantId, IReadOnlyDictionary<string, string> fields) =>
        secrets.Seal(JsonSerializer.Serialize(fields), SecretBox.Place("provider_accounts", accountId, "secrets", tenantId));

    public (string Hash, string Cipher) NewWebhookKey(Guid accountId, Guid tenantId)
    {
        var key = IdSource.NewToken();
        return (Access.ApiKey.HashOf(key), secrets.Seal(key, SecretBox.Place("provider_accounts", accountId, "webhook_key", tenantId)));
    }

    public static string DeviceTokenPlace(long configId, Guid tenantId) => SecretBox.Place("shop_configs", configId, "device_token", tenantId);

    public static string SecretsPlace(ProviderAccount account) => SecretBox.Place("provider_accounts", account.Id, "secrets", account.TenantId);

    public static string WebhookKeyPlace(ProviderAccount account) => SecretBox.Place("provider_accounts", account.Id, "webhook_key", account.TenantId);

    private string BaseUrlOf(ProviderAccount account, Dictionary<string, string> credentials)
    {
        if (account.Endpoint == AccountEndpoint.Sandbox)
            return $"{deployment.SelfUrl ?? deployment.PublicUrl}/sandbox/{account.Provider}";
        var configured = configuration[$"Providers:{account.Provider}:{account.Mode}:BaseUrl"];
        var url = string.IsNullOrEmpty(configured) ? credentials.GetValueOrDefault("base_url") ?? providers[account.Provider].Profile.BaseUrl(account.Mode) : configured;
        return url.TrimEnd('/');
    }

    private static Dictionary<string, string> ReadFields(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];
}
