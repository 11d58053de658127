using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Endpoints;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Shops;

/// <summary>The source systems' own variables become accounts once, in an empty database, and never live ones that are switched on.</summary>
public sealed class ImportAccountsTests
{
    private static readonly (string Key, string? Value)[] Documents =
    [
        ("IOKA_API_KEY", "test_***"),
        ("IOKA_BASE_URL", "https://stage-api.ioka.kz"),
        ("IOKA_WEBHOOK_SECRET", "your_webhook_secret_here"),
        ("KASPI_ACCESS_TOKEN", "a-token-of-the-proxy"),
        ("PRODUCTION_API_URL", "https://proxy.example/kaspi"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_your_test_key"),
        ("STRIPE_SECRET_KEY", "sk_test_your_test_key"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_your_webhook_secret"),
        ("STRIPE_API_VERSION", "2023-10-16"),
    ];

    private static async Task<List<ProviderAccount>> AccountsAsync(TestApp app) =>
        await app.ReadAsync(db => db.ProviderAccounts.OrderBy(account => account.Provider).ToListAsync());

    private static async Task<ProviderAccount> OnlyAsync(params (string Key, string? Value)[] variables)
    {
        await using var app = await TestApp.StartAsync(variables);
        return Assert.Single(await AccountsAsync(app));
    }

    [Fact]
    public async Task Variables_of_the_documents_become_accounts_for_all_shops_that_work()
    {
        await using var app = await TestApp.StartAsync(Documents);

        var accounts = await AccountsAsync(app);
        Assert.Equal(["ioka", "kaspi", "stripe"], accounts.Select(account => account.Provider));
        Assert.All(accounts, account => Assert.Equal((Mode.Test, AccountEndpoint.Provider, true, true, (string?)null), (account.Mode, account.Endpoint, account.IsEnabled, account.IsForAllShops, account.DisabledReason)));
        var opened = accounts.ConvertAll(account => app.Get<ProviderAccounts>().Open(account, route: null));
        Assert.Equal(("test_***", "your_webhook_secret_here", "https://stage-api.ioka.kz/v2"), (opened[0].Credential("api_key"), opened[0].Credential("webhook_secret"), opened[0].BaseUrl));
        Assert.Equal(("a-token-of-the-proxy", "https://proxy.example/kaspi"), (opened[1].Credential("access_token"), opened[1].BaseUrl));
        Assert.Equal(("sk_test_your_test_key", "whsec_your_webhook_secret", "2023-10-16"), (opened[2].Credential("secret_key"), opened[2].Credential("webhook_secret"), opened[2].Credential("api_version")));
        Assert.Contains("Imported from the environment: stripe, test", app.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test_your_test_key", app.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, await app.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "account.created")));
    }

    [Fact]
    public async Task Second_start_imports_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(null);
        await using (var first = await TestApp.StartOverAsync(database, new TestAppOptions { Settings = new Dictionary<string, string?> { ["STRIPE_SECRET_KEY"] = "sk_test_your_test_key" } }))
            Assert.Single(await AccountsAsync(first));

        await using var second = await TestApp.StartOverAsync(database, new TestAppOptions { Settings = new Dictionary<string, string?> { ["STRIPE_SECRET_KEY"] = "sk_test_another_key", ["IOKA_API_KEY"] = "test_key" } });

        var account = Assert.Single(await AccountsAsync(second));
        Assert.Equal("sk_test_your_test_key", second.Get<ProviderAccounts>().Open(account, route: null).Credential("secret_key"));
        Assert.DoesNotContain("Imported", second.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_account_is_imported_switched_off_with_the_reason()
    {
        var stripe = await OnlyAsync(("STRIPE_SECRET_KEY", "sk_live_your_live_key"), ("STRIPE_WEBHOOK_SECRET", "whsec_your_webhook_secret"));
        Assert.Equal((Mode.Live, false), (stripe.Mode, stripe.IsEnabled));
        Assert.Contains("a person switches a live account on", stripe.DisabledReason, StringComparison.Ordinal);

        var ioka = await OnlyAsync(("IOKA_API_KEY", "a-key"), ("IOKA_BASE_URL", "https://api.ioka.kz"));
        Assert.Equal((Mode.Live, false), (ioka.Mode, ioka.IsEnabled));
    }

    [Fact]
    public async Task Ioka_that_is_disabled_refuses_payments_and_completes_nothing()
    {
        await using var world = await SourceWorld.StartAsync(("IOKA_API_KEY", "test_key"), ("IOKA_ENABLED", "False"));
        var payment = await world.PaymentAsync("donation", guest: true);

        foreach (var answer in new[] { await world.PostAsync("/api/donations/donation/payment"), await world.PostAsync($"/api/guest-donations/{payment}/payment", with: world.Stranger) })
            Assert.Contains("IOKA_ENABLED=False", answer.IsProblem(422, "provider_not_configured")["detail"], StringComparison.Ordinal);
        Assert.Equal("created", await world.StatusAsync(payment));
        Assert.Equal(0, await world.App.ReadAsync(db => db.Payments.CountAsync(row => row.Status == PaymentStatus.Succeeded)));
    }

    [Fact]
    public async Task Placeholder_is_no_key_and_is_named()
    {
        var account = await OnlyAsync(("STRIPE_SECRET_KEY", "your_stripe_secret_key"));

        Assert.False(account.IsEnabled);
        Assert.Contains("STRIPE_SECRET_KEY", account.DisabledReason, StringComparison.Ordinal);
        Assert.DoesNotContain("your_stripe_secret_key", account.DisabledReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_alone_makes_a_test_account_that_works_by_polling()
    {
        var account = await OnlyAsync(("STRIPE_SECRET_KEY", "sk_test_your_test_key"));

        Assert.True(account.IsEnabled);
    }

    [Fact]
    public async Task Paystack_takes_the_documents_webhook_secret_beside_its_key()
    {
        await using var world = await SourceWorld.StartAsync(("PAYSTACK_SECRET_KEY", "sk_test_your_paystack_secret_key"), ("PAYSTACK_WEBHOOK_SECRET", "your_paystack_webhook_secret"), ("PAYSTACK_PUBLIC_KEY", "pk_test_x"));
        const string body = """{"event":"charge.success","data":{"reference":"x","amount":100000,"status":"success"} }""";

        foreach (var secret in new[] { "sk_test_your_paystack_secret_key", "your_paystack_webhook_secret" })
            (await world.DeliverAsync("/api/v1/payments/webhook/paystack", body, "x-paystack-signature", SourceWorld.Hex512(secret, body))).Is(200);
        (await world.DeliverAsync("/api/v1/payments/webhook/paystack", body, "x-paystack-signature", SourceWorld.Hex512("another_webhook_secret", body))).IsProblem(400, "invalid_signature");
    }

    [Theory]
    [InlineData("sandbox", Mode.Test, true)]
    [InlineData(null, Mode.Test, true)]
    [InlineData("production", Mode.Live, false)]
    public async Task Mpesa_is_what_its_environment_says(string? environment, Mode mode, bool isEnabled)
    {
        var mpesa = await OnlyAsync(("MPESA_CONSUMER_KEY", "a-consumer-key"), ("MPESA_CONSUMER_SECRET", "a-consumer-secret"), ("MPESA_SHORTCODE", "174379"), ("MPESA_PASSKEY", "a-passkey"), ("MPESA_CALLBACK_URL", "https://shop.example/webhook/mpesa"), ("MPESA_ENVIRONMENT", environment));

        Assert.Equal(("mpesa", mode, AccountEndpoint.Provider, isEnabled), (mpesa.Provider, mpesa.Mode, mpesa.Endpoint, mpesa.IsEnabled));
        Assert.Equal(isEnabled, mpesa.DisabledReason is null);
    }

    [Theory]
    [InlineData("FLWSECK_TEST-0123456789abcdef-X", Mode.Test, true)]
    [InlineData("FLWSECK-0123456789abcdef-X", Mode.Live, false)]
    public async Task Flutterwaves_key_says_its_mode(string key, Mode mode, bool isEnabled)
    {
        var flutterwave = await OnlyAsync(("FLUTTERWAVE_SECRET_KEY", key), ("FLUTTERWAVE_WEBHOOK_SECRET", "a-text-of-our-own"), ("FLUTTERWAVE_PUBLIC_KEY", "x"));

        Assert.Equal(("flutterwave", mode, isEnabled), (flutterwave.Provider, flutterwave.Mode, flutterwave.IsEnabled));
    }

    [Fact]
    public async Task Placeholders_of_document_003_are_named_and_switch_nothing_on()
    {
        await using var app = await TestApp.StartAsync(("PAYSTACK_SECRET_KEY", "your_paystack_secret_key"), ("FLUTTERWAVE_SECRET_KEY", "your_flutterwave_secret_key"), ("STRIPE_SECRET_KEY", "your_stripe_secret_key"), ("MPESA_CONSUMER_KEY", "your_mpesa_consumer_key"), ("MPESA_CONSUMER_SECRET", "your_mpesa_consumer_secret"), ("MPESA_SHORTCODE", "your_mpesa_shortcode"), ("MPESA_PASSKEY", "your_mpesa_passkey"));

        var accounts = await AccountsAsync(app);

        Assert.Equal(["flutterwave", "mpesa", "paystack", "stripe"], accounts.Select(account => account.Provider));
        Assert.All(accounts, account => Assert.False(account.IsEnabled));
        Assert.Equal(["FLUTTERWAVE_SECRET_KEY", "MPESA_SHORTCODE", "PAYSTACK_SECRET_KEY", "STRIPE_SECRET_KEY"], accounts.Select(account => Assert.Single(account.DisabledReason!.Split(' '), word => word.Contains('_', StringComparison.Ordinal) && word.All(letter => char.IsAsciiLetterUpper(letter) || letter == '_'))));
    }

    [Fact]
    public async Task Every_name_of_the_documents_is_known_and_stands_in_the_example()
    {
        // contract.md section 2, and what the five documents show in their examples.
        string[] settings = ["DATABASE_URL", "PORT", "CORS_ORIGINS", "HIGH_RISK_THRESHOLD", "BACKEND_URL", "FRONTEND_URL", "DEBUG"];
        string[] credentials =
        [
            "IOKA_API_KEY", "IOKA_BASE_URL", "IOKA_WEBHOOK_SECRET", "IOKA_ENABLED", "KASPI_ACCESS_TOKEN", "PRODUCTION_API_URL", "IKHOKHA_APP_ID", "IKHOKHA_SECRET_KEY", "IKHOKHA_RETURN_URL", "IKHOKHA_CANCEL_URL",
            "MPESA_ENVIRONMENT", "MPESA_CONSUMER_KEY", "MPESA_CONSUMER_SECRET", "MPESA_SHORTCODE", "MPESA_PASSKEY", "MPESA_CALLBACK_URL", "PAYSTACK_SECRET_KEY", "PAYSTACK_PUBLIC_KEY", "PAYSTACK_WEBHOOK_SECRET",
            "FLUTTERWAVE_SECRET_KEY", "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_VERSION",
        ];
        await using var app = await TestApp.StartAsync();
        var known = app.Get<Core.Providers.ProviderRegistry>().All.SelectMany(provider => provider.Profile.EnvironmentNames?.All ?? []).ToHashSet();
        var example = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, ".env.example"))).Select(line => line.TrimStart('#').Split('=')).Where(parts => parts.Length == 2 && parts[0].All(letter => char.IsAsciiLetterUpper(letter) || letter == '_')).Select(parts => parts[0]).ToHashSet();

        Assert.Empty(credentials.Except(known));
        Assert.Empty(settings.Concat(known).Except(example));
        Assert.Equal(["ASPNETCORE_ENVIRONMENT", "POSTGRES_PASSWORD"], example.Except(settings).Except(known).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Environment_without_credentials_imports_nothing()
    {
        await using var app = await TestApp.StartAsync(("IOKA_BASE_URL", "https://stage-api.ioka.kz"), ("IOKA_ENABLED", "true"), ("STRIPE_API_VERSION", "2023-10-16"), ("KASPI_ACCESS_TOKEN", " "));
        Assert.Empty(await AccountsAsync(app));
    }

    [Fact]
    public async Task Demo_leaves_a_provider_to_the_environment()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"), ("STRIPE_SECRET_KEY", "sk_test_your_test_key"));
        var tenantId = await app.TenantIdAsync();

        var stripe = Assert.Single(await AccountsAsync(app), account => account.Provider == "stripe" && account.TenantId == tenantId);
        Assert.Equal(AccountEndpoint.Provider, stripe.Endpoint);
        Assert.Contains(await AccountsAsync(app), account => account.Provider == "ioka" && account.TenantId == tenantId && account.Endpoint == AccountEndpoint.Sandbox);
    }
}
