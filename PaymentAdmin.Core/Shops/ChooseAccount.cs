using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Shops;

/// <summary>Which account takes a payment, and by which shop config.</summary>
public sealed record AccountRoute(ProviderAccount Account, ShopConfigVersion? Config);

/// <summary>
/// The rule of contract.md section 4: the shop's active config for (provider, mode), else an account for all shops, else a refusal.
/// A provider that needs a shop config never falls back: money would go to the wrong seller.
/// </summary>
public sealed class ChooseAccount(ProviderRegistry providers, Deployment deployment)
{
    public async Task<Result<AccountRoute>> RunAsync(PaymentDb db, Guid tenantId, Mode mode, string provider, Guid? shopId, CancellationToken cancellationToken)
    {
        if (!providers.TryFind(provider, out var found))
            return Problem.Invalid("provider", $"No provider '{provider}' exists.");
        if (deployment.LiveProblem(mode) is { } refused)
            return refused;
        if (mode == Mode.Live && await db.TestModeSwitches.AnyAsync(row => row.TenantId == tenantId && row.Provider == provider && row.IsOn, cancellationToken))
            return new Problem(Codes.ProviderInTestMode, $"{found.Profile.Name} is switched to test mode: its live account takes no new payments.");

        var config = shopId is null ? null : await db.ShopConfigs.AsNoTracking()
            .FirstOrDefaultAsync(row => row.TenantId == tenantId && row.ShopId == shopId && row.Provider == provider && row.Mode == mode && row.IsActive, cancellationToken);
        if (config is null && found.Profile.NeedsShopConfig)
            return new Problem(Codes.ShopNotConfigured, $"The shop has no active {found.Profile.Name} config in {Words.Of(mode)} mode.");

        var account = await FindAccountAsync(db, tenantId, mode, found.Profile, config, cancellationToken);
        if (!account.IsOk)
            return account.Problem!;
        if (account.Value.Endpoint == AccountEndpoint.Sandbox && !deployment.SandboxEnabled)
            return NotConfigured(found.Profile, mode, "its account uses the sandbox, which is switched off here");
        if (config is null)
            return new AccountRoute(account.Value, null);

        if (found.Profile.UsesDeviceToken && config.DeviceTokenCipher is null && await HasSeveralBinsAsync(db, tenantId, mode, provider, cancellationToken))
            return new Problem(Codes.DeviceTokenRequired, "Several BINs are active, so the shop's config needs a device token: without one the provider may pay the wrong organization.");
        var version = await db.ShopConfigVersions.AsNoTracking().SingleAsync(row => row.ConfigId == config.Id && row.Version == config.Version, cancellationToken);
        return new AccountRoute(account.Value, version);
    }

    private static async Task<Result<ProviderAccount>> FindAccountAsync(PaymentDb db, Guid tenantId, Mode mode, ProviderProfile profile, ShopConfig? config, CancellationToken cancellationToken)
    {
        var accounts = await db.ProviderAccounts.AsNoTracking().Where(row => row.TenantId == tenantId && row.Provider == profile.Id && row.Mode == mode).ToListAsync(cancellationToken);
        var named = config?.AccountId is { } accountId ? accounts.FirstOrDefault(row => row.Id == accountId) : null;
        if (named is not null)
            return named.IsEnabled ? named : NotConfigured(profile, mode, named.DisabledReason ?? "the shop's account is switched off");
        var usable = accounts.Where(row => row.IsEnabled && (config is not null || row.IsForAllShops)).ToList();
        return usable.Count switch
        {
            1 => usable[0],
            0 => NotConfigured(profile, mode, accounts.FirstOrDefault(row => !row.IsEnabled)?.DisabledReason ?? "no account is switched on"),
            _ => new Problem(Codes.AccountAmbiguous, $"Several {profile.Name} accounts could take this payment; name the shop, or mark one account for all shops."),
        };
    }

    private static async Task<bool> HasSeveralBinsAsync(PaymentDb db, Guid tenantId, Mode mode, string provider, CancellationToken cancellationToken) =>
        await db.ShopConfigs.Where(row => row.TenantId == tenantId && row.Mode == mode && row.Provider == provider && row.IsActive)
            .Select(row => row.OrganizationId).Distinct().CountAsync(cancellationToken) > 1;

    private static Problem NotConfigured(ProviderProfile profile, Mode mode, string why) =>
        new(Codes.ProviderNotConfigured, $"{profile.Name} cannot take {Words.Of(mode)} payments: {why}.");
}
