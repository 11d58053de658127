using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Demo;

/// <summary>
/// The demo's tenants with their shops, organizations, sandbox accounts and configs. What is there already stays as it is, so a provider
/// that a later build adds gets its accounts, and nothing else changes.
/// </summary>
internal sealed class DemoTenants(ProviderRegistry providers, ProviderAccounts accounts, SecretBox secrets)
{
    private static readonly Actor Seeder = Actor.System("seed-demo");
    private static readonly TimeSpan Since = TimeSpan.FromDays(45);
    private static readonly TimeSpan SecondVersionSince = TimeSpan.FromDays(12);

    private sealed record Till(int Number, string Name, string Description, string Organization, string Bin);

    private static readonly Till[] First =
    [
        new(8, "Almaty, Abay", "Main till", "Almaty Retail LLP", "210440028324"),
        new(9, "Astana, Mega", "Second organization", "Steppe Trade LLP", "991011000048"),
    ];

    private static readonly Till[] Second = [new(21, "Karaganda, City Mall", "Only till", "Saryarka Trade LLP", "991240000023")];

    /// <summary>Creates what is missing and answers the tenant whose payments the demo shows.</summary>
    public async Task<Tenant> EnsureAsync(PaymentDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var first = await EnsureTenantAsync(db, Tenant.DefaultSlug, "Default", now, cancellationToken);
        var second = await EnsureTenantAsync(db, "second", "Second", now, cancellationToken);
        await EnsureShopsAsync(db, first, First, now, cancellationToken);
        await EnsureShopsAsync(db, second, Second, now, cancellationToken);
        return first;
    }

    /// <summary>How the demo's payments go: the sandbox accounts of a tenant, with the config versions of its shops.</summary>
    public async Task<IReadOnlyList<DemoRoute>> RoutesAsync(PaymentDb db, Guid tenantId, CancellationToken cancellationToken)
    {
        var shops = await db.Shops.Where(shop => shop.TenantId == tenantId).OrderBy(shop => shop.Number).ToListAsync(cancellationToken);
        var configs = await db.ShopConfigs.Where(config => config.TenantId == tenantId && config.Mode == Mode.Test && config.IsActive).ToListAsync(cancellationToken);
        var versions = await db.ShopConfigVersions.Where(version => version.TenantId == tenantId).OrderBy(version => version.Version).ToListAsync(cancellationToken);
        var own = await db.ProviderAccounts.Where(account => account.TenantId == tenantId && account.Mode == Mode.Test && account.Endpoint == AccountEndpoint.Sandbox).ToListAsync(cancellationToken);
        var routes = new List<DemoRoute>();
        foreach (var provider in providers.All)
        {
            if (own.Find(row => row.Provider == provider.Profile.Id) is not { } account)
                continue;
            var served = shops.ConvertAll(shop => new DemoShop(shop, VersionsOf(account, configs.Find(config => config.ShopId == shop.Id && config.Provider == account.Provider), versions)));
            if (provider.Profile.NeedsShopConfig)
                served.RemoveAll(shop => shop.Versions.Count == 0);
            if (served.Count > 0)
                routes.Add(new DemoRoute(provider.Profile, provider is IRefunds, account, accounts.Open(account, route: null).Credentials, served));
        }
        return routes;
    }

    private List<DemoVersion> VersionsOf(ProviderAccount account, ShopConfig? config, List<ShopConfigVersion> versions) =>
        config is null ? [] : versions.Where(version => version.ConfigId == config.Id).Select(version => new DemoVersion(version, accounts.Open(account, version).DeviceToken)).ToList();

    private static async Task<Tenant> EnsureTenantAsync(PaymentDb db, string slug, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Tenants.FirstOrDefaultAsync(tenant => tenant.Slug == slug, cancellationToken) is { } known)
            return known;
        var added = new Tenant { Id = IdSource.NewId(now - Since), Slug = slug, Name = name, TimeZone = "Asia/Almaty", Currency = "KZT", CreatedAt = now - Since };
        db.Tenants.Add(added);
        return added;
    }

    private async Task EnsureShopsAsync(PaymentDb db, Tenant tenant, Till[] tills, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = await EnsureAccountsAsync(db, tenant, now, cancellationToken);
        foreach (var till in tills)
        {
            var shop = await db.Shops.FirstOrDefaultAsync(row => row.TenantId == tenant.Id && row.Number == till.Number, cancellationToken);
            if (shop is null)
                db.Shops.Add(shop = new Shop { Id = IdSource.NewId(now - Since), TenantId = tenant.Id, Number = till.Number, Name = till.Name, CreatedAt = now - Since });
            var organization = await db.Organizations.FirstOrDefaultAsync(row => row.TenantId == tenant.Id && row.Bin == till.Bin, cancellationToken);
            if (organization is null)
                db.Organizations.Add(organization = new Organization { Id = IdSource.NewId(now - Since), TenantId = tenant.Id, Bin = till.Bin, Name = till.Organization, CreatedAt = now - Since });
            foreach (var account in own.Where(account => providers[account.Provider].Profile.NeedsShopConfig))
                await EnsureConfigAsync(db, account, shop, organization, till, now, cancellationToken);
        }
    }

    private async Task<List<ProviderAccount>> EnsureAccountsAsync(PaymentDb db, Tenant tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = await db.ProviderAccounts.Where(account => account.TenantId == tenant.Id && account.Mode == Mode.Test).ToListAsync(cancellationToken);
        foreach (var provider in providers.All.Where(provider => own.TrueForAll(account => account.Provider != provider.Profile.Id)).ToList())
        {
            var account = NewAccount(tenant.Id, provider.Profile, now - Since);
            own.Add(account);
            db.ProviderAccounts.Add(account);
            db.AuditEntries.Add(AuditEntry.By(Seeder, tenant.Id, account.CreatedAt, "account.created", "account", account.Id.ToString(), after: JsonSerializer.Serialize(new { provider = account.Provider, mode = Words.Of(account.Mode), endpoint = Words.Of(account.Endpoint) })));
        }
        return own;
    }

    private ProviderAccount NewAccount(Guid tenantId, ProviderProfile profile, DateTimeOffset at)
    {
        var id = IdSource.NewId(at);
        var fields = SandboxCredentials.For(profile);
        var secretNames = profile.CredentialFields.Where(field => field.IsSecret).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        var (hash, cipher) = accounts.NewWebhookKey(id, tenantId);
        return new ProviderAccount
        {
            Id = id,
            TenantId = tenantId,
            Provider = profile.Id,
            Mode = Mode.Test,
            Endpoint = AccountEndpoint.Sandbox,
            Name = $"{profile.Name} sandbox",
            IsEnabled = true,
            IsForAllShops = !profile.NeedsShopConfig,
            SecretsCipher = accounts.Seal(id, tenantId, fields.Where(field => secretNames.Contains(field.Key)).ToDictionary(StringComparer.Ordinal)),
            SettingsJson = JsonSerializer.Serialize(fields.Where(field => !secretNames.Contains(field.Key)).ToDictionary(StringComparer.Ordinal)),
            WebhookKeyHash = hash,
            WebhookKeyCipher = cipher,
            CreatedAt = at,
            UpdatedAt = at,
        };
    }

    /// <summary>A config with two versions, so that its history has something to show.</summary>
    private async Task EnsureConfigAsync(PaymentDb db, ProviderAccount account, Shop shop, Organization organization, Till till, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.ShopConfigs.AnyAsync(row => row.ShopId == shop.Id && row.Provider == account.Provider && row.Mode == account.Mode, cancellationToken))
            return;
        var config = new ShopConfig
        {
            TenantId = shop.TenantId,
            ShopId = shop.Id,
            Provider = account.Provider,
            Mode = account.Mode,
            OrganizationId = organization.Id,
            AccountId = account.Id,
            Description = "Trial run",
            IsActive = true,
            Version = 1,
            CreatedAt = now - Since,
            UpdatedAt = now - Since,
            UpdatedBy = Seeder.Name,
        };
        db.ShopConfigs.Add(config);
        // The token is sealed for its row, so the row needs its number first.
        await db.SaveChangesAsync(cancellationToken);
        if (providers[account.Provider].Profile.UsesDeviceToken)
        {
            var token = new Guid(RandomNumberGenerator.GetBytes(16)).ToString("D");
            config.DeviceTokenCipher = secrets.Seal(token, ProviderAccounts.DeviceTokenPlace(config.Id, config.TenantId));
            config.DeviceTokenMask = SecretMask.DeviceToken(token);
            config.DeviceTokenFingerprint = DeviceToken.Fingerprint(token, config.TenantId);
        }
        AddVersion(db, config, organization, till, now - Since, "shop_config.created");
        (config.Description, config.Version, config.UpdatedAt) = (till.Description, 2, now - SecondVersionSince);
        AddVersion(db, config, organization, till, config.UpdatedAt, "shop_config.changed");
    }

    private static void AddVersion(PaymentDb db, ShopConfig config, Organization organization, Till till, DateTimeOffset at, string action)
    {
        db.ShopConfigVersions.Add(new ShopConfigVersion
        {
            Id = IdSource.NewId(at),
            ConfigId = config.Id,
            TenantId = config.TenantId,
            Version = config.Version,
            OrganizationBin = organization.Bin,
            AccountId = config.AccountId,
            DeviceTokenCipher = config.DeviceTokenCipher,
            DeviceTokenMask = config.DeviceTokenMask,
            Description = config.Description,
            IsActive = config.IsActive,
            CreatedAt = at,
            CreatedBy = Seeder.Name,
        });
        var after = new { shop_id = till.Number, provider = config.Provider, mode = Words.Of(config.Mode), organization_bin = organization.Bin, device_token = config.DeviceTokenMask, description = config.Description, is_active = config.IsActive, version = config.Version };
        db.AuditEntries.Add(AuditEntry.By(Seeder, config.TenantId, at, action, "shop_config", config.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), after: JsonSerializer.Serialize(after)));
    }
}
