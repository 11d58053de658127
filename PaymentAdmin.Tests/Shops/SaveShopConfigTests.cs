using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Shops;

public sealed class SaveShopConfigTests : IAsyncLifetime
{
    private const string FirstBin = "210440028324";
    private const string SecondBin = "991011000048";
    private const string Token = "0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0";
    private const string Masked = "0e1d2c3b…";

    private CoreBench bench = null!;
    private Guid tenantId;

    public async Task InitializeAsync()
    {
        bench = await CoreBench.StartAsync();
        tenantId = await bench.TenantAsync();
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Creation_brings_shop_organization_version_and_audit_with_it()
    {
        var saved = await CreatedAsync(Config() with { Description = " Main street " });

        Assert.Equal((8, FirstBin, Masked, "Main street", true, 1), (saved.Config.ShopId, saved.Config.OrganizationBin, saved.Config.DeviceToken, saved.Config.Description, saved.Config.IsActive, saved.Config.Version));
        Assert.Empty(saved.Warnings);
        var shop = await bench.ReadAsync(db => db.Shops.SingleAsync());
        Assert.Equal((8, tenantId), (shop.Number, shop.TenantId));
        Assert.Equal(FirstBin, (await bench.ReadAsync(db => db.Organizations.SingleAsync())).Bin);
        Assert.Equal(FirstBin, (await bench.ReadAsync(db => db.ShopConfigVersions.SingleAsync())).OrganizationBin);
        var audit = await bench.ReadAsync(db => db.AuditEntries.SingleAsync());
        Assert.Equal(("shop_config.created", "anna@shop.test", null), (audit.Action, audit.ActorName, audit.Before));
        Assert.Contains("\"device_token\":\"0e1d2c3b…\"", audit.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_opens_only_in_its_own_row_and_stands_nowhere_in_plain()
    {
        await CreatedAsync(Config());

        var config = await bench.ReadAsync(db => db.ShopConfigs.SingleAsync());
        var version = await bench.ReadAsync(db => db.ShopConfigVersions.SingleAsync());
        Assert.Equal(config.DeviceTokenCipher, version.DeviceTokenCipher);
        Assert.Equal(Token, bench.Get<SecretBox>().Open(config.DeviceTokenCipher!, ProviderAccounts.DeviceTokenPlace(config.Id, tenantId)));
        Assert.Throws<System.Security.Cryptography.AuthenticationTagMismatchException>(() => bench.Get<SecretBox>().Open(config.DeviceTokenCipher!, ProviderAccounts.DeviceTokenPlace(config.Id + 1, tenantId)));
        Assert.DoesNotContain(Token, string.Join(' ', config.DeviceTokenCipher, config.DeviceTokenFingerprint, config.DeviceTokenMask), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(Mode.Live, "kaspi", 8)]
    [InlineData(Mode.Test, "kaspi", 9)]
    public async Task Other_mode_or_shop_is_another_config(Mode mode, string provider, int shopId)
    {
        await CreatedAsync(Config());

        await CreatedAsync(Config() with { Mode = mode, Provider = provider, ShopId = shopId });

        Assert.Equal(2, await bench.ReadAsync(db => db.ShopConfigs.CountAsync()));
        Assert.Equal(1, await bench.ReadAsync(db => db.Organizations.CountAsync()));
    }

    [Fact]
    public async Task Second_active_config_is_refused_and_changes_nothing()
    {
        await CreatedAsync(Config());

        var refused = await Save.CreateAsync(Config() with { OrganizationBin = SecondBin }, CoreBench.Anna, default);

        Assert.Equal(Codes.ConfigExists, refused.Problem?.Code);
        Assert.Equal(FirstBin, (await bench.ReadAsync(db => db.Organizations.SingleAsync())).Bin);
    }

    [Fact]
    public async Task Same_shop_number_of_another_tenant_is_another_shop()
    {
        var other = await bench.TenantAsync("other");
        await CreatedAsync(Config());

        await CreatedAsync(Config() with { TenantId = other });

        Assert.Equal(2, await bench.ReadAsync(db => db.Shops.CountAsync(shop => shop.Number == 8)));
        Assert.Single(await bench.Get<ListShopConfigs>().RunAsync(new ShopConfigFilter(other), default));
    }

    [Fact]
    public async Task Parallel_creations_make_one_config()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Save.CreateAsync(Config(), CoreBench.Anna, default)));

        Assert.Single(results, result => result.IsOk);
        Assert.All(results.Where(result => !result.IsOk), result => Assert.Equal(Codes.ConfigExists, result.Problem?.Code));
        Assert.Equal((1, 1, 1, 1), (await bench.ReadAsync(db => db.Shops.CountAsync()), await bench.ReadAsync(db => db.Organizations.CountAsync()), await bench.ReadAsync(db => db.ShopConfigs.CountAsync()), await bench.ReadAsync(db => db.ShopConfigVersions.CountAsync())));
    }

    [Fact]
    public async Task Change_touches_only_what_is_given()
    {
        await CreatedAsync(Config() with { Description = "Main street" });
        bench.Clock.Advance(TimeSpan.FromMinutes(1));

        var saved = await ChangedAsync(Empty() with { OrganizationBin = SecondBin });

        Assert.Equal((SecondBin, Masked, "Main street", true, 2), (saved.Config.OrganizationBin, saved.Config.DeviceToken, saved.Config.Description, saved.Config.IsActive, saved.Config.Version));
        Assert.Contains(saved.Warnings, warning => warning.Contains("kept from BIN " + FirstBin, StringComparison.Ordinal));
        var versions = await bench.ReadAsync(db => db.ShopConfigVersions.OrderBy(version => version.Version).ToListAsync());
        Assert.Equal([FirstBin, SecondBin], versions.Select(version => version.OrganizationBin));
        Assert.Equal(versions[0].DeviceTokenCipher, versions[1].DeviceTokenCipher);
        var audit = await bench.ReadAsync(db => db.AuditEntries.OrderBy(entry => entry.Id).LastAsync());
        Assert.Equal("shop_config.changed", audit.Action);
        Assert.Contains(FirstBin, audit.Before, StringComparison.Ordinal);
        Assert.Contains(SecondBin, audit.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_clears_token_and_description()
    {
        await CreatedAsync(Config() with { Description = "Main street" });

        var saved = await ChangedAsync(Empty() with { DeviceToken = null, Description = null });

        Assert.Equal((null, null), (saved.Config.DeviceToken, saved.Config.Description));
        var config = await bench.ReadAsync(db => db.ShopConfigs.SingleAsync());
        Assert.Equal((null, null), (config.DeviceTokenCipher, config.DeviceTokenFingerprint));
    }

    [Fact]
    public async Task Token_that_begins_like_the_old_one_is_a_change_and_the_audit_says_so()
    {
        await CreatedAsync(Config());

        var saved = await ChangedAsync(Empty() with { DeviceToken = Token.Replace("a5b4", "b5b4", StringComparison.Ordinal) });

        Assert.Equal((Masked, 2), (saved.Config.DeviceToken, saved.Config.Version));
        Assert.Equal("The device token was changed.", (await bench.ReadAsync(db => db.AuditEntries.OrderBy(entry => entry.Id).LastAsync())).Reason);
    }

    [Fact]
    public async Task Repetition_of_what_is_stored_is_no_version()
    {
        await CreatedAsync(Config());

        var saved = await ChangedAsync(Config());

        Assert.Equal(1, saved.Config.Version);
        Assert.Equal(1, await bench.ReadAsync(db => db.ShopConfigVersions.CountAsync()));
        Assert.Equal(1, await bench.ReadAsync(db => db.AuditEntries.CountAsync()));
    }

    [Fact]
    public async Task Editor_of_an_old_version_is_refused()
    {
        await CreatedAsync(Config());
        await ChangedAsync(Empty() with { Description = "first" });

        var refused = await Save.ChangeAsync(Empty() with { Description = "second", ExpectedVersion = 1 }, CoreBench.Anna, default);

        Assert.Equal(Codes.ChangedMeanwhile, refused.Problem?.Code);
        Assert.Equal("first", (await bench.ReadAsync(db => db.ShopConfigs.SingleAsync())).Description);
    }

    [Fact]
    public async Task Restored_version_is_the_next_one_with_its_bin_and_token()
    {
        var first = await CreatedAsync(Config() with { Description = "Main street" });
        await ChangedAsync(Empty() with { OrganizationBin = SecondBin, DeviceToken = null, Description = null });

        var restored = (await Save.RestoreAsync(tenantId, first.Config.Id, 1, expectedVersion: 2, CoreBench.Anna, default)).Value.Config;

        Assert.Equal((3, FirstBin, Masked, "Main street", true), (restored.Version, restored.OrganizationBin, restored.DeviceToken, restored.Description, restored.IsActive));
        var config = await bench.ReadAsync(db => db.ShopConfigs.SingleAsync());
        Assert.Equal(Token, bench.Get<SecretBox>().Open(config.DeviceTokenCipher!, ProviderAccounts.DeviceTokenPlace(config.Id, tenantId)));
        Assert.Equal([FirstBin, SecondBin, FirstBin], await bench.ReadAsync(db => db.ShopConfigVersions.OrderBy(version => version.Version).Select(version => version.OrganizationBin).ToListAsync()));
        Assert.Equal("The device token was changed.", (await bench.ReadAsync(db => db.AuditEntries.OrderBy(entry => entry.Id).LastAsync())).Reason);
    }

    [Fact]
    public async Task Nothing_is_restored_twice_from_an_old_page_or_for_another_tenant()
    {
        var first = await CreatedAsync(Config());
        await ChangedAsync(Empty() with { OrganizationBin = SecondBin });
        await Save.RestoreAsync(tenantId, first.Config.Id, 1, expectedVersion: 2, CoreBench.Anna, default);

        var again = await Save.RestoreAsync(tenantId, first.Config.Id, 1, expectedVersion: 2, CoreBench.Anna, default);
        var foreign = await Save.RestoreAsync(await bench.TenantAsync("other"), first.Config.Id, 1, expectedVersion: 3, CoreBench.Anna, default);
        var missing = await Save.RestoreAsync(tenantId, first.Config.Id, 9, expectedVersion: 3, CoreBench.Anna, default);

        Assert.Equal([Codes.ChangedMeanwhile, Codes.ShopNotConfigured, Codes.ShopNotConfigured], new[] { again, foreign, missing }.Select(result => result.Problem?.Code));
        Assert.Equal(3, await bench.ReadAsync(db => db.ShopConfigVersions.CountAsync()));
    }

    [Fact]
    public async Task Of_parallel_editors_of_one_version_one_wins()
    {
        await CreatedAsync(Config());

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Save.ChangeAsync(Empty() with { Description = $"editor {number}", ExpectedVersion = 1 }, CoreBench.Anna, default)));

        Assert.Single(results, result => result.IsOk);
        Assert.Equal(2, await bench.ReadAsync(db => db.ShopConfigVersions.CountAsync()));
    }

    [Fact]
    public async Task Switched_off_config_is_kept_and_taken_up_again_by_a_creation()
    {
        await CreatedAsync(Config() with { Description = "old" });

        var off = await Save.DeactivateAsync(tenantId, Mode.Test, "kaspi", 8, expectedVersion: null, CoreBench.Anna, default);
        var again = await CreatedAsync(Config() with { OrganizationBin = SecondBin, DeviceToken = default });

        Assert.False(off.Value.Config.IsActive);
        Assert.Equal(off.Value.Config.Id, again.Config.Id);
        Assert.Equal((SecondBin, null, null, true, 3), (again.Config.OrganizationBin, again.Config.DeviceToken, again.Config.Description, again.Config.IsActive, again.Config.Version));
        Assert.Equal(["shop_config.created", "shop_config.deactivated", "shop_config.activated"], await bench.ReadAsync(db => db.AuditEntries.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync()));
        Assert.Equal([true, false, true], (await bench.Get<ListShopConfigs>().HistoryAsync(tenantId, again.Config.Id, default)).Select(version => version.IsActive));
    }

    [Fact]
    public async Task Shop_without_a_config_cannot_be_changed() =>
        Assert.Equal(Codes.ShopNotConfigured, (await Save.ChangeAsync(Empty() with { Description = "x" }, CoreBench.Anna, default)).Problem?.Code);

    [Fact]
    public async Task Config_of_another_tenant_cannot_be_changed()
    {
        var other = await bench.TenantAsync("other");
        await CreatedAsync(Config());

        var refused = await Save.ChangeAsync(Empty() with { TenantId = other, Description = "x" }, CoreBench.Anna, default);

        Assert.Equal(Codes.ShopNotConfigured, refused.Problem?.Code);
    }

    [Fact]
    public async Task Config_without_a_token_is_saved_with_a_warning()
    {
        var saved = await CreatedAsync(Config() with { DeviceToken = null });

        Assert.Null(saved.Config.DeviceToken);
        Assert.Contains("no device token", Assert.Single(saved.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_bin_warns_about_the_shop_that_thereby_takes_no_payments()
    {
        await CreatedAsync(Config() with { DeviceToken = null });

        var saved = await CreatedAsync(Config() with { ShopId = 9, OrganizationBin = SecondBin });

        Assert.Contains("shop 8 has no device token", Assert.Single(saved.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_of_another_bin_is_warned_about()
    {
        await CreatedAsync(Config());

        var saved = await CreatedAsync(Config() with { ShopId = 9, OrganizationBin = SecondBin, DeviceToken = Token.ToUpperInvariant() });

        Assert.Contains("Shop 8 uses the same device token", Assert.Single(saved.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masked_token_is_refused_under_a_code_of_its_own()
    {
        await CreatedAsync(Config());

        var refused = await Save.ChangeAsync(Empty() with { DeviceToken = Masked }, CoreBench.Anna, default);

        Assert.Equal(Codes.DeviceTokenMasked, refused.Problem?.Code);
        Assert.Contains("device_token", refused.Problem?.Errors?.Keys ?? []);
    }

    [Fact]
    public async Task Every_wrong_member_is_named_at_once()
    {
        var refused = await Save.CreateAsync(Config() with { ShopId = 0, OrganizationBin = "210440028325", DeviceToken = "token", Description = "a\u0000b" }, CoreBench.Anna, default);

        Assert.Equal(Codes.ValidationFailed, refused.Problem?.Code);
        Assert.Equal(["description", "device_token", "organization_bin", "shop_id"], (refused.Problem?.Errors?.Keys ?? []).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Bin_must_be_given_at_creation_and_cannot_be_cleared()
    {
        Assert.Contains("organization_bin", (await Save.CreateAsync(Config() with { OrganizationBin = default }, CoreBench.Anna, default)).Problem?.Errors?.Keys ?? []);
        await CreatedAsync(Config());
        Assert.Contains("organization_bin", (await Save.ChangeAsync(Empty() with { OrganizationBin = null }, CoreBench.Anna, default)).Problem?.Errors?.Keys ?? []);
    }

    [Fact]
    public async Task Description_has_room_for_255_characters()
    {
        Assert.True((await Save.CreateAsync(Config() with { Description = new string('я', 255) }, CoreBench.Anna, default)).IsOk);
        Assert.Contains("description", (await Save.ChangeAsync(Empty() with { Description = new string('я', 256) }, CoreBench.Anna, default)).Problem?.Errors?.Keys ?? []);
    }

    [Fact]
    public async Task Unknown_provider_is_refused() =>
        Assert.Contains("provider", (await Save.CreateAsync(Config() with { Provider = "nobody" }, CoreBench.Anna, default)).Problem?.Errors?.Keys ?? []);

    [Fact]
    public async Task Account_of_another_tenant_is_refused_and_leaves_nothing_behind()
    {
        var other = await bench.TenantAsync("other");
        var foreign = IdSource.NewId(bench.Clock.GetUtcNow());
        var (hash, cipher) = bench.Get<ProviderAccounts>().NewWebhookKey(foreign, other);
        await bench.Store.WriteAsync(
            db => Task.FromResult(db.ProviderAccounts.Add(new ProviderAccount
            {
                Id = foreign,
                TenantId = other,
                Provider = "kaspi",
                Mode = Mode.Test,
                Endpoint = AccountEndpoint.Sandbox,
                Name = "Kaspi",
                IsEnabled = true,
                SecretsCipher = bench.Get<ProviderAccounts>().Seal(foreign, other, new Dictionary<string, string>()),
                WebhookKeyHash = hash,
                WebhookKeyCipher = cipher,
                CreatedAt = bench.Clock.GetUtcNow(),
                UpdatedAt = bench.Clock.GetUtcNow(),
            })),
            default);

        var refused = await Save.CreateAsync(Config() with { AccountId = foreign }, CoreBench.Anna, default);

        Assert.Contains("account_id", refused.Problem?.Errors?.Keys ?? []);
        Assert.Equal((0, 0), (await bench.ReadAsync(db => db.Shops.CountAsync()), await bench.ReadAsync(db => db.Organizations.CountAsync())));
    }

    private SaveShopConfig Save => bench.Get<SaveShopConfig>();

    private SaveShopConfigRequest Empty() => new() { TenantId = tenantId, Mode = Mode.Test, Provider = "kaspi", ShopId = 8 };

    private SaveShopConfigRequest Config() => Empty() with { OrganizationBin = FirstBin, DeviceToken = Token };

    private async Task<SavedShopConfig> CreatedAsync(SaveShopConfigRequest request) => (await Save.CreateAsync(request, CoreBench.Anna, default)).Value;

    private async Task<SavedShopConfig> ChangedAsync(SaveShopConfigRequest request) => (await Save.ChangeAsync(request, CoreBench.Anna, default)).Value;
}
