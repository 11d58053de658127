using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Support;

/// <summary>A whole server with a shop that sells through the <see cref="ScriptedProvider"/>, and payments in the states that pages show.</summary>
public sealed class PaymentScene : IAsyncDisposable
{
    public const string Bin = "210440028324";

    private PaymentScene(TestApp app, ScriptedProvider provider, Guid tenantId)
    {
        App = app;
        Provider = provider;
        TenantId = tenantId;
    }

    public TestApp App { get; }

    public ScriptedProvider Provider { get; }

    public Guid TenantId { get; }

    /// <summary>What the provider's deliveries are addressed to.</summary>
    public string AccountKey { get; private set; } = "";

    public static Task<PaymentScene> StartAsync(params (string Key, string? Value)[] settings) =>
        StartAsync(new TestAppOptions { Settings = settings.ToDictionary(pair => pair.Key, pair => pair.Value) });

    public static async Task<PaymentScene> StartAsync(TestAppOptions options)
    {
        var provider = new ScriptedProvider();
        var app = await TestApp.StartAsync(options with { ConfigureServices = services => services.AddSingleton<IPaymentProvider>(provider) });
        var scene = new PaymentScene(app, provider, await app.TenantIdAsync());
        scene.AccountKey = await scene.OpenShopAsync(scene.TenantId);
        return scene;
    }

    public async Task<Payment> CreateAsync(Func<CreatePaymentRequest, CreatePaymentRequest>? change = null)
    {
        var request = new CreatePaymentRequest
        {
            TenantId = TenantId,
            Mode = Mode.Test,
            ShopId = 8,
            OrderReference = "ORD-" + Guid.CreateVersion7().ToString("N")[20..],
            AmountMinor = 1_000_000,
            Currency = "KZT",
            Description = "Order of 3 items",
            CustomerPhone = "+77015214109",
            Provider = ScriptedProvider.Id,
        };
        var created = await App.Get<CreatePayment>().RunAsync(change?.Invoke(request) ?? request, Engine.Shop, CancellationToken.None);
        Assert.Null(created.Problem);
        return await PaymentAsync(created.Value.PaymentId);
    }

    /// <summary>The payer pays, and the provider is asked.</summary>
    public async Task<Payment> PayAsync(Payment payment, long? amountMinor = null)
    {
        Provider.Pay(payment.ProviderReference!, amountMinor);
        return await AskAsync(payment);
    }

    public async Task<Payment> AskAsync(Payment payment)
    {
        await App.Get<ReconcilePayments>().AskNowAsync(payment.AttemptId!.Value, Actor.System("test"), CancellationToken.None);
        return await PaymentAsync(payment.Id);
    }

    public async Task<Payment> PaidAsync(long amountMinor = 1_000_000, string? orderReference = null) =>
        await PayAsync(await CreateAsync(request => request with { AmountMinor = amountMinor, OrderReference = orderReference ?? request.OrderReference }));

    public Task<Payment> PaymentAsync(Guid id) => App.ReadAsync(db => db.Payments.SingleAsync(row => row.Id == id));

    /// <summary>The provider calls us, signed with its secret or another.</summary>
    public async Task<HttpResponseMessage> DeliverAsync(object body, string? secret = null, string path = "")
    {
        var delivery = ScriptedProvider.Deliver(body, App.Get<TimeProvider>().GetUtcNow(), secret);
        using var client = App.Client();
        using var content = new ByteArrayContent(delivery.Body.ToArray());
        content.Headers.Add("x-signature", delivery.Header("x-signature"));
        return await client.PostAsync($"/webhooks/scripted/{AccountKey}{path}", content);
    }

    /// <summary>Another tenant with a shop, an account and a key of its own.</summary>
    public async Task<(Guid TenantId, HttpClient Client)> AnotherTenantAsync(string? slug = null)
    {
        var now = App.Get<TimeProvider>().GetUtcNow();
        var tenant = new Tenant { Id = Guid.CreateVersion7(now), Slug = slug ?? "t-" + Guid.CreateVersion7(now), Name = "Another", TimeZone = "UTC", Currency = "USD", CreatedAt = now };
        await App.Store.WriteAsync(
            db =>
            {
                db.Tenants.Add(tenant);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        await OpenShopAsync(tenant.Id);
        return (tenant.Id, App.Client((await App.CreateKeyAsync(tenant.Id, Mode.Test)).Text));
    }

    public Visit Visit(int width = 1440) => new() { Site = new Uri(App.Url), Width = width };

    /// <summary>Signs a new user of this role in, in the browser.</summary>
    public async Task SignInAsync(IPage page, string role = Roles.Admin)
    {
        var email = await App.CreateUserAsync(role);
        await page.GotoAsync("/account/sign-in?returnUrl=%2Fpayments");
        await page.GetByTestId("signin-email").FillAsync(email);
        await page.GetByTestId("signin-password").FillAsync(TestApp.Password);
        await page.GetByTestId("signin-submit").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Payments", Level = 1 })).ToBeVisibleAsync();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private async Task<string> OpenShopAsync(Guid tenantId)
    {
        var now = App.Get<TimeProvider>().GetUtcNow();
        var (accountId, accountKey) = await ScriptedAccount.AddAsync(App.Store, App.Get<ProviderAccounts>(), App.Get<SecretBox>(), tenantId, now);
        await App.Store.WriteAsync(
            async db =>
            {
                var shop = new Shop { Id = Guid.CreateVersion7(now), TenantId = tenantId, Number = 8, Name = "Almaty, Abay", CreatedAt = now };
                var organization = new Organization { Id = Guid.CreateVersion7(now), TenantId = tenantId, Bin = Bin, Name = "Almaty Retail LLP", CreatedAt = now };
                var config = new ShopConfig { TenantId = tenantId, ShopId = shop.Id, Provider = ScriptedProvider.Id, Mode = Mode.Test, OrganizationId = organization.Id, AccountId = accountId, IsActive = true, Version = 1, CreatedAt = now, UpdatedAt = now, UpdatedBy = "test", DeviceTokenMask = "8f1c2b7e…" };
                db.AddRange(shop, organization, config);
                await db.SaveChangesAsync();
                db.ShopConfigVersions.Add(new ShopConfigVersion { Id = Guid.CreateVersion7(now), ConfigId = config.Id, TenantId = tenantId, Version = 1, OrganizationBin = Bin, AccountId = accountId, DeviceTokenMask = "8f1c2b7e…", IsActive = true, CreatedAt = now, CreatedBy = "test" });
            },
            CancellationToken.None);
        return accountKey;
    }
}

/// <summary>One server for all tests of a class; each takes a tenant or a customer of its own.</summary>
public class SharedPaymentScene : IAsyncLifetime
{
    public PaymentScene Scene { get; private set; } = null!;

    protected virtual (string Key, string? Value)[] Settings => [];

    public async Task InitializeAsync() => Scene = await PaymentScene.StartAsync(Settings);

    public async Task DisposeAsync() => await Scene.DisposeAsync();
}
