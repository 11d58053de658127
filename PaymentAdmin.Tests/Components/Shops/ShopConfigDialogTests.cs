using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Shops;
using Radzen;

namespace PaymentAdmin.Tests.Components.Shops;

public sealed class ShopConfigDialogTests : BunitContext, IAsyncLifetime
{
    private const string Bin = "210440028324";
    private const string Token = "00000000-0000-4000-8000-00000000abcd";

    private CoreBench bench = null!;
    private Guid tenantId;
    private object? closedWith;

    public async Task InitializeAsync()
    {
        bench = await CoreBench.StartAsync();
        tenantId = await bench.TenantAsync();
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        Services.AddSingleton<TimeProvider>(bench.Clock);
        Services.AddSingleton(bench.Get<SaveShopConfig>());
        Services.AddSingleton(bench.Get<ListShopConfigs>());
        Services.AddSingleton(bench.Get<ProviderRegistry>());
        // The service closes only what it has opened.
        var dialogs = Services.GetRequiredService<DialogService>();
        _ = dialogs.OpenAsync("A dialog", _ => _ => { });
        dialogs.OnClose += result => closedWith = (object?)result;
    }

    public new async Task DisposeAsync()
    {
        await bench.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task New_config_is_saved_and_the_dialog_closes_with_it()
    {
        var dialog = Open(null);

        await TypeAsync(dialog, "config-shop", "8");
        await TypeAsync(dialog, "config-bin", Bin);
        await TypeAsync(dialog, "config-token", Token);
        await SubmitAsync(dialog);

        var saved = Assert.IsType<SavedShopConfig>(closedWith);
        Assert.Equal((8, Bin, "00000000…", 1), (saved.Config.ShopId, saved.Config.OrganizationBin, saved.Config.DeviceToken, saved.Config.Version));
    }

    [Fact]
    public async Task Mistakes_stand_beside_their_fields_and_nothing_is_saved()
    {
        var dialog = Open(null);

        await TypeAsync(dialog, "config-shop", "8");
        await TypeAsync(dialog, "config-bin", "210440028342");
        await SubmitAsync(dialog);

        Assert.Contains("the last digit would be 4", dialog.Find("#config-bin-error").TextContent);
        Assert.Equal("true", dialog.Find("#config-bin").GetAttribute("aria-invalid"));
        Assert.Contains("config-bin-error", dialog.Find("#config-bin").GetAttribute("aria-describedby"));
        Assert.Null(closedWith);
        Assert.Equal(0, await bench.ReadAsync(db => db.ShopConfigs.CountAsync()));
    }

    [Fact]
    public async Task Stored_token_is_not_in_the_page_and_stays_when_its_field_is_empty()
    {
        var present = await SavedAsync();

        var dialog = Open(present);
        Assert.DoesNotContain(Token, dialog.Markup);
        Assert.Contains("00000000…", dialog.Markup);
        await TypeAsync(dialog, "config-description", "Second till");
        await SubmitAsync(dialog);

        var saved = Assert.IsType<SavedShopConfig>(closedWith);
        Assert.Equal(("Second till", "00000000…", 2), (saved.Config.Description, saved.Config.DeviceToken, saved.Config.Version));
    }

    [Fact]
    public async Task Dialog_says_which_version_it_replaces()
    {
        var present = await SavedAsync();

        Assert.Equal("Version 2 replaces version 1.", Open(present).Find("[data-testid=config-replaces]").TextContent.Trim());
    }

    [Fact]
    public async Task Config_that_somebody_else_changed_meanwhile_is_not_overwritten()
    {
        var present = await SavedAsync();
        var dialog = Open(present);
        await bench.Get<SaveShopConfig>().ChangeAsync(Request() with { Description = "Changed by Boris" }, CoreBench.Anna, CancellationToken.None);

        await TypeAsync(dialog, "config-description", "Changed by us");
        await SubmitAsync(dialog);

        Assert.Contains("changed this config meanwhile", dialog.Find("[data-testid=config-problem]").TextContent);
        Assert.Null(closedWith);
    }

    [Fact]
    public async Task Who_may_only_read_saves_nothing()
    {
        var present = await SavedAsync();
        var dialog = Open(present, Roles.Auditor);

        await TypeAsync(dialog, "config-description", "Mine");
        await SubmitAsync(dialog);

        Assert.Null(closedWith);
        Assert.Equal("Main till", (await bench.Get<ListShopConfigs>().FindAsync(tenantId, present.Id, CancellationToken.None))?.Description);
    }

    [Fact]
    public void History_tells_what_changed_with_tokens_masked()
    {
        var first = new ShopConfigVersionItem(1, Bin, "00000000…", "Trial", true, null, DateTimeOffset.UnixEpoch, "anna@shop.test");
        var second = first with { Version = 2, OrganizationBin = "991011000048", DeviceToken = null, IsActive = false };

        Assert.Equal(["BIN 210440028324", "Device token 00000000…", "Description Trial"], ShopConfigHistory.Changes(null, first));
        Assert.Equal(["BIN: 210440028324 → 991011000048", "Device token: 00000000… → none", "Deactivated"], ShopConfigHistory.Changes(first, second));
    }

    private IRenderedComponent<ShopConfigDialog> Open(ShopConfigItem? present, string role = Roles.Admin) => Render<ShopConfigDialog>(dialog => dialog
        .Add(d => d.Present, present)
        .Add(d => d.Frame, new PortalFrame(Guid.Empty, "anna@shop.test", role, tenantId, "Shop", "Asia/Almaty", Mode.Test, LiveAvailable: false)));

    private async Task<ShopConfigItem> SavedAsync() =>
        (await bench.Get<SaveShopConfig>().CreateAsync(Request() with { OrganizationBin = Bin, DeviceToken = Token, Description = "Main till" }, CoreBench.Anna, CancellationToken.None)).Value.Config;

    private SaveShopConfigRequest Request() => new() { TenantId = tenantId, Mode = Mode.Test, Provider = "kaspi", ShopId = 8 };

    private static Task TypeAsync(IRenderedComponent<ShopConfigDialog> dialog, string id, string text) => dialog.InvokeAsync(() => dialog.Find("#" + id).Input(text));

    private static Task SubmitAsync(IRenderedComponent<ShopConfigDialog> dialog) => dialog.InvokeAsync(() => dialog.Find("form").SubmitAsync());
}
