using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers;

/// <summary>The whole server with every provider's real client and its imitation, on a clock that the tests move; each test has a merchant of its own.</summary>
public sealed class ContractWorld : IAsyncLifetime
{
    public TestApp App { get; private set; } = null!;

    public TestClock Clock { get; } = new();

    public async Task InitializeAsync() => App = await TestApp.StartAsync(new TestAppOptions { Clock = Clock });

    public async Task DisposeAsync() => await App.DisposeAsync();

    /// <summary>The providers as they are registered, without a server.</summary>
    public static IReadOnlyList<IPaymentProvider> Registered { get; } = Registration().GetServices<IPaymentProvider>().OrderBy(provider => provider.Profile.Id, StringComparer.Ordinal).ToList();

    /// <summary>Those of them that have an imitation.</summary>
    public static IReadOnlyList<string> Imitated { get; } = [.. Registered.Select(provider => provider.Profile.Id).Where(id => HasImitation(id))];

    public Task AdvanceUntilAsync(Func<Task<bool>> condition, string what) => Clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), condition, what);

    /// <summary>A tenant with one account of the provider on its sandbox, and a shop with a config where the provider wants one.</summary>
    public async Task<ContractMerchant> MerchantAsync(string providerId)
    {
        var driver = ProviderDriver.Of(providerId);
        var now = Clock.GetUtcNow();
        var credentials = driver.Credentials(IdSource.NewId(now).ToString("N")[8..]);
        var tenant = new Tenant { Id = IdSource.NewId(now), Slug = "t" + IdSource.NewToken(12).ToLowerInvariant(), Name = "A shop", TimeZone = "UTC", Currency = "USD", CreatedAt = now };
        var provider = App.Get<ProviderRegistry>()[providerId];
        var account = AccountOf(tenant.Id, provider.Profile, credentials, now);
        await App.Store.WriteAsync(
            db =>
            {
                db.Tenants.Add(tenant);
                db.ProviderAccounts.Add(account);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        if (provider.Profile.NeedsShopConfig)
        {
            var config = new SaveShopConfigRequest { TenantId = tenant.Id, Mode = Mode.Test, Provider = providerId, ShopId = 8, OrganizationBin = "210440028324", DeviceToken = IdSource.NewId(now).ToString(), IsActive = true };
            Assert.Null((await App.Get<SaveShopConfig>().CreateAsync(config, Actor.System("test"), CancellationToken.None)).Problem);
        }
        var key = await App.CreateKeyAsync(tenant.Id, Mode.Test);
        return new ContractMerchant(this, driver, provider, account, credentials, App.Client(key.Text));
    }

    private ProviderAccount AccountOf(Guid tenantId, ProviderProfile profile, IReadOnlyDictionary<string, string> credentials, DateTimeOffset now)
    {
        var accounts = App.Get<ProviderAccounts>();
        var id = IdSource.NewId(now);
        var (hash, cipher) = accounts.NewWebhookKey(id, tenantId);
        return new ProviderAccount
        {
            Id = id,
            TenantId = tenantId,
            Provider = profile.Id,
            Mode = Mode.Test,
            Endpoint = AccountEndpoint.Sandbox,
            Name = profile.Name,
            IsEnabled = true,
            IsForAllShops = !profile.NeedsShopConfig,
            SecretsCipher = accounts.Seal(id, tenantId, credentials),
            WebhookKeyHash = hash,
            WebhookKeyCipher = cipher,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    // The imitation's constructor may want the database; its registration tells its type, and its type lies in the provider's folder.
    private static bool HasImitation(string providerId)
    {
        var provider = Registered.Single(one => one.Profile.Id == providerId);
        return Services().Any(service => service.ServiceType == typeof(ISandbox) && service.ImplementationType?.Namespace == provider.GetType().Namespace);
    }

    private static ServiceProvider Registration() => Services().BuildServiceProvider();

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(TimeProvider.System).AddProviders();
        return services;
    }
}

/// <summary>An account of one provider, and what its owner, its payers and its provider do.</summary>
public sealed class ContractMerchant(ContractWorld world, ProviderDriver driver, IPaymentProvider provider, ProviderAccount account, IReadOnlyDictionary<string, string> credentials, HttpClient client) : IDisposable
{
    private int keys;

    public ContractWorld World => world;

    public ProviderDriver Driver => driver;

    public IPaymentProvider Provider => provider;

    public IReadOnlyDictionary<string, string> Credentials => credentials;

    public Guid AccountId => account.Id;

    public string WebhookPath => new Uri(world.App.Get<ProviderAccounts>().WebhookUrlOf(account)).AbsolutePath;

    public ProviderAccountSnapshot Snapshot => world.App.Get<ProviderAccounts>().Open(account, route: null);

    /// <summary>A currency that the tests use when nothing is said about it.</summary>
    public string Currency => provider.Profile.Currencies[0];

    public void Dispose() => client.Dispose();

    /// <summary>The payment as the API gave it out, whatever became of the checkout.</summary>
    public async Task<ContractPayment> CreateAsync(Payer payer = Payer.Pays, string? currency = null)
    {
        var code = currency ?? Currency;
        var body = new JsonObject
        {
            ["order_reference"] = "order-" + IdSource.NewToken(12),
            ["amount_minor"] = driver.AmountMinor(code),
            ["currency"] = code,
            ["provider"] = driver.Provider,
            ["method"] = driver.Method,
            ["customer"] = new JsonObject { ["email"] = "payer@shop.test", ["phone"] = driver.Phone(payer) },
        };
        if (provider.Profile.NeedsShopConfig)
            body["shop_id"] = 8;
        var created = await SendAsync(HttpMethod.Post, "/v1/payments", body.ToJsonString());
        Assert.True(created.Status == HttpStatusCode.Created, $"{(int)created.Status}: {created.Text}");
        return new ContractPayment(this, created.Json);
    }

    /// <summary>A payment that the payer has paid and that succeeded here.</summary>
    public async Task<ContractPayment> PaidAsync(string? currency = null)
    {
        var payment = await CreateAsync(Payer.Pays, currency);
        await driver.DecideAsync(payment, Payer.Pays);
        await payment.BecomesAsync("succeeded");
        return payment;
    }

    public async Task<(HttpStatusCode Status, string Text, JsonNode Json)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Get)
        {
            request.Headers.Add("Idempotency-Key", $"{account.Id}-{Interlocked.Increment(ref keys)}");
            request.Content = new StringContent(json ?? "{}", Encoding.UTF8, "application/json");
        }
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text, JsonNode.Parse(text.Length == 0 ? "{}" : text)!);
    }

    /// <summary>The next call of this kind, or the next webhook, goes wrong.</summary>
    public async Task SetFaultAsync(string fault, string? path = null, int remaining = 1)
    {
        var asked = JsonSerializer.Serialize(new { fault, remaining, merchant = credentials[driver.Bearer], path });
        var set = await SendAsync(HttpMethod.Post, $"/sandbox/{driver.Provider}/_faults", asked);
        Assert.Equal(HttpStatusCode.Created, set.Status);
    }

    /// <summary>The webhooks that the imitation planned for this account, oldest first.</summary>
    public Task<List<SandboxDelivery>> DeliveriesAsync() =>
        world.App.ReadAsync(db => db.SandboxDeliveries.Where(row => row.Url.StartsWith(WebhookPath)).OrderBy(row => row.DueAt).ThenBy(row => row.Id).ToListAsync());

    public Task<int> StoredEventsAsync() => world.App.ReadAsync(db => db.WebhookEvents.CountAsync(row => row.AccountId == account.Id));

    /// <summary>Brings a delivery to the server, changed as the test wants it.</summary>
    public async Task<HttpStatusCode> DeliverAsync(string url, IEnumerable<KeyValuePair<string, string>> headers, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, world.App.Url + url) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var outside = world.App.Client();
        using var answer = await outside.SendAsync(request);
        return answer.StatusCode;
    }
}

/// <summary>A payment of the contract tests, with its payer's browser.</summary>
public sealed class ContractPayment(ContractMerchant merchant, JsonNode created)
{
    private readonly HttpClient browser = merchant.World.App.Client();

    public ContractMerchant Merchant => merchant;

    public JsonNode Created => created;

    public Guid Id { get; } = Guid.Parse(created["id"]!.GetValue<string>());

    public long AmountMinor { get; } = created["amount_minor"]!.GetValue<long>();

    public string Currency { get; } = created["currency"]!.GetValue<string>();

    /// <summary>Path and query of the hosted page that the payer is sent to.</summary>
    public string Page => new Uri(created["next_action"]!["url"]!.GetValue<string>()).PathAndQuery;

    public async Task<JsonNode> ReadAsync() => (await merchant.SendAsync(HttpMethod.Get, $"/v1/payments/{Id}")).Json;

    public async Task<string> StatusAsync() => (await ReadAsync())["status"]!.GetValue<string>();

    /// <summary>Time passes until the payment has this status.</summary>
    public Task BecomesAsync(string status) => merchant.World.AdvanceUntilAsync(async () => await StatusAsync() == status, $"the payment is {status}");

    /// <summary>Asks the provider, after the time in which one payment is asked about once.</summary>
    public async Task<string> VerifyAsync()
    {
        merchant.World.Clock.Advance(SettlePayment.AskAtMostEvery + TimeSpan.FromSeconds(1));
        var answer = await merchant.SendAsync(HttpMethod.Post, $"/v1/payments/{Id}/verify");
        Assert.True(answer.Status == HttpStatusCode.OK, $"{(int)answer.Status}: {answer.Text}");
        return await StatusAsync();
    }

    public Task<PaymentAttempt> AttemptAsync() => merchant.World.App.ReadAsync(db => db.PaymentAttempts.OrderByDescending(row => row.CreatedAt).FirstAsync(row => row.PaymentId == Id));

    public Task<List<Receipt>> ReceiptsAsync() => merchant.World.App.ReadAsync(db => db.Receipts.Where(row => row.PaymentId == Id).ToListAsync());

    public Task<List<ProviderCall>> CallsAsync() => merchant.World.App.ReadAsync(db => db.ProviderCalls.Where(row => row.PaymentId == Id).ToListAsync());

    public Task<List<WebhookEvent>> EventsAsync() => merchant.World.App.ReadAsync(db => db.WebhookEvents.Where(row => row.PaymentId == Id).ToListAsync());

    /// <summary>The provider's books about this payment, by whichever of our references it keeps.</summary>
    public async Task<IReadOnlyList<JsonNode>> LedgerAsync()
    {
        var attempt = await AttemptAsync();
        string?[] names = [attempt.Id.ToString(), attempt.Id.ToString("N"), Id.ToString(), Id.ToString("N"), created["order_reference"]!.GetValue<string>(), created["payment_code"]!.GetValue<string>()];
        var rows = (await merchant.SendAsync(HttpMethod.Get, $"/sandbox/{merchant.Driver.Provider}/_ledger")).Json.AsArray();
        return [.. rows.Select(row => row!).Where(row => names.Contains(row["merchant_reference"]?.GetValue<string>()) || (attempt.ProviderReference is { } theirs && row["reference"]!.GetValue<string>() == theirs))];
    }

    /// <summary>A page as the payer's browser gets it, redirects inside of the imitation followed; the way back to the merchant ends it.</summary>
    public Task<ContractPage> OpenAsync(string path) => FollowAsync(HttpMethod.Get, path, fields: null);

    /// <summary>Submits a form of the page.</summary>
    public Task<ContractPage> SubmitAsync(string path, params (string Name, string Value)[] fields) => FollowAsync(HttpMethod.Post, path, fields);

    private async Task<ContractPage> FollowAsync(HttpMethod method, string path, (string Name, string Value)[]? fields)
    {
        for (var hop = 0; hop < 10; hop++)
        {
            using var request = new HttpRequestMessage(method, path);
            if (fields is not null)
                request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            using var answer = await browser.SendAsync(request);
            if (answer.Headers.Location is not { } location)
                return new ContractPage(path, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
            var next = new Uri(new Uri(merchant.World.App.Url), location);
            if (!next.AbsolutePath.StartsWith("/sandbox/", StringComparison.Ordinal))
                return new ContractPage(next.PathAndQuery, (int)answer.StatusCode, "");
            (method, path, fields) = (HttpMethod.Get, next.PathAndQuery, null);
        }
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The pages of {merchant.Driver.Provider} lead in a circle."));
    }
}

/// <param name="Path">Where the browser is: a page of the imitation, or the merchant's page that it was sent back to.</param>
public sealed record ContractPage(string Path, int Status, string Html);
