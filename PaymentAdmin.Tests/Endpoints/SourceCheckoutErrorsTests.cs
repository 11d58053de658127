using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>What the rules and the configuration refuse, on every route of the source systems that starts a checkout: by the name that the description has for it.</summary>
public sealed class SourceCheckoutErrorsTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    private static readonly Dictionary<string, string> ProviderOf = new()
    {
        ["donations.pay"] = "ioka",
        ["donations.payAsGuest"] = "ioka",
        ["registrations.pay"] = "ikhokha",
        ["orders.pay"] = "stripe",
        ["orders.createSession"] = "stripe",
    };

    private SourceWorld world = null!;

    /// <summary>As the description calls them.</summary>
    public static IReadOnlyCollection<string> Operations => ProviderOf.Keys;

    public static TheoryData<string> Routes => [.. Operations];

    public async Task InitializeAsync() => world = await SourceWorld.OnAsync(server);

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Theory]
    [InlineData("donations.pay")]
    [InlineData("donations.payAsGuest")]
    [InlineData("registrations.pay")]
    public async Task Currency_that_the_provider_does_not_move_is_refused(string operation)
    {
        await AccountAsync(operation);
        var other = Currency.Codes.First(code => Currency.Exponent(code) == 2 && !ProfileOf(operation).Currencies.Contains(code));

        (await StartAsync(operation, other)).IsProblem(422, "currency_not_supported");
    }

    [Theory]
    [InlineData("donations.pay")]
    [InlineData("donations.payAsGuest")]
    [InlineData("orders.pay")]
    [InlineData("orders.createSession")]
    public async Task Amount_that_the_provider_does_not_move_is_refused(string operation)
    {
        await AccountAsync(operation);
        var (currency, (least, _)) = ProfileOf(operation).Limits.First();

        (await StartAsync(operation, currency, least - 1)).IsProblem(422, "amount_out_of_range");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_an_account_nothing_is_configured(string operation) => (await StartAsync(operation)).IsProblem(422, "provider_not_configured");

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Several_accounts_for_all_shops_are_ambiguous(string operation)
    {
        await AccountAsync(operation);
        await AccountAsync(operation);

        (await StartAsync(operation)).IsProblem(422, "account_ambiguous");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Live_payment_is_refused_where_live_mode_is(string operation) => (await StartAsync(operation, mode: Mode.Live)).IsProblem(422, "live_mode_refused");

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Provider_in_test_mode_takes_no_live_payment(string operation) =>
        (await WelcomeAsync(operation, () => StartAsync(operation, mode: Mode.Live))).IsProblem(422, "provider_in_test_mode");

    [Theory]
    [InlineData("/payments/kaspi/create", """{"shop_id": 8, "amount": 100, "phone": "77015211545", "message": "x"}""")]
    [InlineData("/payments/kaspi/create-link", """{"shop_id": 8, "amount": 100}""")]
    public async Task Live_payment_of_a_shop_needs_live_mode_and_a_provider_out_of_test_mode(string path, string body)
    {
        using var live = await LiveAsync();
        (await world.PostAsync("/admin/configs", """{"shop_id": 8, "organization_bin": "210440028324", "device_token": "00000000-0000-4000-8000-000000000077"}""", live)).Is(201);

        (await world.PostAsync(path, body, live)).IsProblem(422, "live_mode_refused");
        (await WelcomeAsync("kaspi", () => world.PostAsync(path, body, live))).IsProblem(422, "provider_in_test_mode");
    }

    private ProviderProfile ProfileOf(string operation) => world.App.Get<ProviderRegistry>()[ProviderOf[operation]].Profile;

    private Task<ProviderAccount> AccountAsync(string operation)
    {
        var profile = ProfileOf(operation);
        return world.AccountAsync(profile.Id, credentials: [.. SandboxCredentials.For(profile).Select(field => (field.Key, field.Value))]);
    }

    private async Task<HttpClient> LiveAsync() => world.App.Client((await world.App.CreateKeyAsync(world.TenantId, Mode.Live)).Text);

    private async Task<ApiAnswer> StartAsync(string operation, string? currency = null, long? amountMinor = null, Mode mode = Mode.Test)
    {
        currency ??= ProfileOf(operation).Currencies[0];
        using var live = mode == Mode.Live ? await LiveAsync() : null;
        if (operation == "registrations.pay")
            return await world.PostAsync("/payment/create", $$"""{"amount": "150.00", "currency": "{{currency}}", "order_reference": "REG_1"}""", live);
        var id = await world.PaymentAsync("order-1", amountMinor ?? 500_000, currency, guest: true);
        if (mode == Mode.Live)
            await world.App.Store.WriteAsync(db => db.Payments.Where(row => row.Id == Guid.Parse(id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Mode, Mode.Live)), CancellationToken.None);
        return operation switch
        {
            "donations.pay" => await world.PostAsync("/api/donations/order-1/payment", with: live),
            "donations.payAsGuest" => await world.PostAsync($"/api/guest-donations/{id}/payment", with: world.Stranger),
            "orders.pay" => await world.PostAsync("/api/orders/order-1/pay/", with: live),
            _ => await world.PostAsync("/api/payments/create_checkout_session/", """{"order_id": "order-1"}""", live),
        };
    }

    /// <summary>Live mode is welcome for a moment, and the provider's switch is on.</summary>
    private async Task<ApiAnswer> WelcomeAsync(string operation, Func<Task<ApiAnswer>> ask)
    {
        var provider = ProviderOf.GetValueOrDefault(operation, operation);
        await world.App.Store.WriteAsync(
            db =>
            {
                db.TestModeSwitches.Add(new TestModeSwitch { TenantId = world.TenantId, Provider = provider, IsOn = true, ChangedAt = TestClock.DefaultStart, ChangedBy = "test" });
                return Task.CompletedTask;
            },
            CancellationToken.None);
        var deployment = world.App.Get<Deployment>();
        var refusals = deployment.LiveRefusals;
        deployment.LiveRefusals = [];
        try
        {
            return await ask();
        }
        finally
        {
            deployment.LiveRefusals = refusals;
        }
    }
}
