using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Shops;

public sealed class ListShopConfigsTests : IAsyncLifetime
{
    private CoreBench bench = null!;
    private Guid tenantId;

    public async Task InitializeAsync()
    {
        bench = await CoreBench.StartAsync();
        tenantId = await bench.TenantAsync();
        await AddAsync(9, "991011000048", Mode.Test, "Цветы на Абая");
        await AddAsync(8, "210440028324", Mode.Test, "Flowers");
        await AddAsync(8, "210440028324", Mode.Live, null);
        await bench.Get<SaveShopConfig>().DeactivateAsync(tenantId, Mode.Test, "kaspi", 9, expectedVersion: null, CoreBench.Anna, default);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Configs_come_by_shop_number_with_masked_tokens()
    {
        var items = await ListAsync(new ShopConfigFilter(tenantId) { Mode = Mode.Test });

        Assert.Equal([8, 9], items.Select(item => item.ShopId));
        Assert.All(items, item => Assert.Equal("0e1d2c3b…", item.DeviceToken));
        Assert.All(items, item => Assert.Null(item.LastUsedAt));
    }

    [Fact]
    public async Task Mode_state_and_provider_filter()
    {
        Assert.Single(await ListAsync(new ShopConfigFilter(tenantId) { Mode = Mode.Live }));
        Assert.Equal(9, Assert.Single(await ListAsync(new ShopConfigFilter(tenantId) { IsActive = false })).ShopId);
        Assert.Empty(await ListAsync(new ShopConfigFilter(tenantId) { Provider = "ioka" }));
    }

    [Theory]
    [InlineData("9", 9)]
    [InlineData("9910", 9)]
    [InlineData("ЦВЕТЫ", 9)]
    [InlineData(" flow ", 8)]
    public async Task Text_finds_number_bin_and_description_in_any_case(string text, int shopId) =>
        Assert.Equal(shopId, Assert.Single(await ListAsync(new ShopConfigFilter(tenantId) { Mode = Mode.Test, Text = text })).ShopId);

    [Fact]
    public async Task Text_is_no_pattern() => Assert.Empty(await ListAsync(new ShopConfigFilter(tenantId) { Text = "%" }));

    [Fact]
    public async Task Another_tenant_sees_nothing()
    {
        var other = await bench.TenantAsync("other");
        var id = (await ListAsync(new ShopConfigFilter(tenantId)))[0].Id;

        Assert.Empty(await ListAsync(new ShopConfigFilter(other)));
        Assert.Null(await bench.Get<ListShopConfigs>().FindAsync(other, id, default));
        Assert.Empty(await bench.Get<ListShopConfigs>().HistoryAsync(other, id, default));
    }

    [Fact]
    public async Task Newest_payment_of_the_shop_tells_when_the_config_was_used()
    {
        await AddPaymentAsync(8);
        bench.Clock.Advance(TimeSpan.FromMinutes(3));
        await AddPaymentAsync(8);

        var items = await ListAsync(new ShopConfigFilter(tenantId));

        Assert.Equal(bench.Clock.GetUtcNow(), items.Single(item => item is { ShopId: 8, Mode: Mode.Test }).LastUsedAt);
        Assert.Null(items.Single(item => item is { ShopId: 8, Mode: Mode.Live }).LastUsedAt);
    }

    private Task<List<ShopConfigItem>> ListAsync(ShopConfigFilter filter) => bench.Get<ListShopConfigs>().RunAsync(filter, default);

    private async Task AddAsync(int shopId, string bin, Mode mode, string? description) =>
        Assert.True((await bench.Get<SaveShopConfig>().CreateAsync(
            new SaveShopConfigRequest { TenantId = tenantId, Mode = mode, Provider = "kaspi", ShopId = shopId, OrganizationBin = bin, DeviceToken = "0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", Description = description },
            CoreBench.Anna,
            default)).IsOk);

    private Task AddPaymentAsync(int shopId) => bench.Store.WriteAsync(
        db =>
        {
            var now = bench.Clock.GetUtcNow();
            var payment = new Payment
            {
                Id = PaymentAdmin.Core.Common.IdSource.NewId(now),
                TenantId = tenantId,
                Mode = Mode.Test,
                Kind = PaymentKind.Order,
                OrderReference = $"order {now.Ticks}",
                PaymentCode = PaymentCode.New(),
                AmountMinor = 1000,
                Currency = "KZT",
                ShopNumber = shopId,
                CreatedAt = now,
                ExpiresAt = now.AddHours(24),
                EndsWithFirstAttempt = true,
                CreatedBy = "test",
            };
            payment.Show(
                new PaymentAttempt { Id = payment.Id, PaymentId = payment.Id, TenantId = tenantId, Mode = Mode.Test, Provider = "kaspi", AccountId = payment.Id, Endpoint = AccountEndpoint.Sandbox, AmountMinor = 1000, Currency = "KZT", CreatedAt = now },
                now);
            db.Payments.Add(payment);
            return Task.CompletedTask;
        },
        default);
}
