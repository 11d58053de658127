using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Shops;

/// <summary>A provider with a tenant's accounts in both modes, and the position of its test-mode switch.</summary>
/// <param name="CanBeAsked">False: nobody but a person can say whether a payment came.</param>
/// <param name="TakesAddresses">It is told our callback addresses by a call (<see cref="RegisterAddresses"/>).</param>
public sealed record ProviderOverview(ProviderProfile Profile, bool CanBeAsked, bool TakesAddresses, bool IsInTestMode, DateTimeOffset? SwitchedAt, string? SwitchedBy, IReadOnlyList<AccountOverview> Accounts)
{
    public IEnumerable<AccountOverview> In(Mode mode) => Accounts.Where(account => account.Mode == mode);
}

/// <summary>An account as it may be shown: of a secret only whether it is there.</summary>
/// <param name="Host">Where its calls go: the host, or "sandbox".</param>
/// <param name="LastWebhookAt">The newest delivery of the last 7 days.</param>
/// <param name="CanProveWebhooks">False: a secret that proves deliveries is missing or too short, so they are all refused.</param>
public sealed record AccountOverview(
    Guid Id,
    Mode Mode,
    AccountEndpoint Endpoint,
    string Name,
    bool IsEnabled,
    string? DisabledReason,
    bool IsForAllShops,
    IReadOnlyList<AccountField> Fields,
    string Host,
    string WebhookUrl,
    DateTimeOffset? LastWebhookAt,
    bool CanProveWebhooks,
    int Shops,
    int Bins,
    DateTimeOffset UpdatedAt,
    int Version);

/// <param name="Shown">The value when it is no secret; a secret is never here.</param>
public sealed record AccountField(string Name, string Label, bool IsSecret, bool IsSet, string? Shown);

/// <summary>What a tenant has at each provider of this build.</summary>
public sealed class ListProviderAccounts(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, TimeProvider clock)
{
    private static readonly TimeSpan WebhooksSince = TimeSpan.FromDays(7);

    public async Task<IReadOnlyList<ProviderOverview>> RunAsync(Guid tenantId, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - WebhooksSince;
        var (rows, switches, served, heard) = await store.ReadAsync(
            async db => (
                await db.ProviderAccounts.AsNoTracking().Where(account => account.TenantId == tenantId).OrderBy(account => account.CreatedAt).ThenBy(account => account.Id).ToListAsync(cancellationToken),
                await db.TestModeSwitches.AsNoTracking().Where(row => row.TenantId == tenantId).ToDictionaryAsync(row => row.Provider, StringComparer.Ordinal, cancellationToken),
                await db.ShopConfigs.Where(config => config.TenantId == tenantId && config.IsActive).GroupBy(config => config.AccountId).Select(group => new { AccountId = group.Key, Shops = group.Count(), Bins = group.Select(config => config.OrganizationId).Distinct().Count() }).ToListAsync(cancellationToken),
                await db.WebhookEvents.Where(row => row.TenantId == tenantId && row.ReceivedAt > since).GroupBy(row => row.AccountId).Select(group => new { AccountId = group.Key, At = group.Max(row => row.ReceivedAt) }).ToListAsync(cancellationToken)),
            cancellationToken);
        return
        [
            .. providers.All.OrderBy(provider => provider.Profile.Name, StringComparer.Ordinal).Select(provider =>
            {
                var profile = provider.Profile;
                var position = switches.GetValueOrDefault(profile.Id);
                return new ProviderOverview(
                    profile,
                    provider is IQueriesStatus,
                    provider is IRegistersAddresses,
                    position?.IsOn ?? false,
                    position?.ChangedAt,
                    position?.ChangedBy,
                    [
                        .. rows.Where(row => row.Provider == profile.Id).Select(row =>
                        {
                            var serves = served.Find(one => one.AccountId == row.Id);
                            return Show(row, profile, heard.Find(one => one.AccountId == row.Id)?.At, serves?.Shops ?? 0, serves?.Bins ?? 0);
                        }),
                    ]);
            }),
        ];
    }

    private AccountOverview Show(ProviderAccount row, ProviderProfile profile, DateTimeOffset? heardAt, int shops, int bins)
    {
        var opened = accounts.Open(row, route: null);
        return new AccountOverview(
            row.Id,
            row.Mode,
            row.Endpoint,
            row.Name,
            row.IsEnabled,
            row.DisabledReason,
            row.IsForAllShops,
            [.. profile.CredentialFields.Select(field => new AccountField(field.Name, field.Label, field.IsSecret, opened.Credential(field.Name).Length > 0, field.IsSecret ? null : opened.Credential(field.Name)))],
            row.Endpoint == AccountEndpoint.Sandbox ? "sandbox" : Uri.TryCreate(opened.BaseUrl, UriKind.Absolute, out var host) ? host.Host : opened.BaseUrl,
            opened.WebhookUrl,
            heardAt,
            profile.CredentialFields.Where(field => field.IsWebhookSecret).All(field => Signature.IsUsable(opened.Credential(field.Name))),
            shops,
            bins,
            row.UpdatedAt,
            row.Version);
    }
}
