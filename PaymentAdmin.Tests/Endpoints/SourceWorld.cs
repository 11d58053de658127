using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>One server on the machine's clock for the tests of a class; each has a merchant of its own on it.</summary>
public sealed class SourceServer : IAsyncLifetime
{
    public TestApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await TestApp.StartAsync(("FrontendUrl", "http://localhost:3000"));

    public async Task DisposeAsync() => await App.DisposeAsync();
}

/// <summary>
/// A merchant for the source systems' documents: a tenant with accounts on the sandbox, its backend with a key, its payers with a browser,
/// and senders of webhooks.
/// </summary>
public sealed class SourceWorld : IAsyncDisposable
{
    private static readonly Actor Tester = Actor.System("test");
    private readonly bool ownsApp;

    private SourceWorld(TestApp app, bool ownsApp, Guid tenantId, HttpClient merchant)
    {
        App = app;
        this.ownsApp = ownsApp;
        TenantId = tenantId;
        Merchant = merchant;
        Stranger = app.Client();
    }

    public TestApp App { get; }

    public Guid TenantId { get; }

    /// <summary>Has a key with all scopes.</summary>
    public HttpClient Merchant { get; }

    /// <summary>Has nothing: a payer's browser, or whoever sends webhooks.</summary>
    public HttpClient Stranger { get; }

    /// <summary>The tenant <c>default</c> of a server of its own.</summary>
    public static Task<SourceWorld> StartAsync(params (string Key, string? Value)[] settings) =>
        StartAsync(new TestAppOptions { Settings = settings.ToDictionary(pair => pair.Key, pair => pair.Value) });

    public static async Task<SourceWorld> StartAsync(TestAppOptions options)
    {
        var app = await TestApp.StartAsync(options);
        return new SourceWorld(app, ownsApp: true, await app.TenantIdAsync(), await app.KeyClientAsync());
    }

    /// <summary>A new tenant of a server that others use too.</summary>
    public static async Task<SourceWorld> OnAsync(SourceServer server)
    {
        var tenantId = await AddTenantAsync(server.App);
        return new SourceWorld(server.App, ownsApp: false, tenantId, server.App.Client((await server.App.CreateKeyAsync(tenantId, Mode.Test)).Text));
    }

    /// <summary>An account for all shops on the sandbox.</summary>
    public async Task<ProviderAccount> AccountAsync(string provider, Guid? tenantId = null, bool isEnabled = true, params (string Name, string Value)[] credentials)
    {
        var request = new NewProviderAccount
        {
            TenantId = tenantId ?? TenantId,
            Provider = provider,
            Mode = Mode.Test,
            Endpoint = AccountEndpoint.Sandbox,
            Name = provider,
            IsEnabled = isEnabled,
            IsForAllShops = true,
            Credentials = credentials.ToDictionary(field => field.Name, field => field.Value),
        };
        var created = await App.Get<SaveProviderAccount>().CreateAsync(request, Tester, CancellationToken.None);
        Assert.True(created.IsOk, JsonSerializer.Serialize(created.Problem));
        return created.Value;
    }

    /// <summary>Another tenant.</summary>
    public Task<Guid> TenantAsync() => AddTenantAsync(App);

    /// <summary>What this tenant has in its inbox.</summary>
    public Task<List<WebhookEvent>> InboxAsync() => App.ReadAsync(db => db.WebhookEvents.Where(row => row.TenantId == TenantId).ToListAsync());

    private static async Task<Guid> AddTenantAsync(TestApp app)
    {
        var now = TestClock.DefaultStart;
        var tenant = new Tenant { Id = IdSource.NewId(now), Slug = "t" + IdSource.NewToken(12).ToLowerInvariant(), Name = "A shop", TimeZone = "UTC", Currency = "USD", ReturnOrigins = ["http://localhost:3000"], CreatedAt = now };
        await app.Store.WriteAsync(
            db =>
            {
                db.Tenants.Add(tenant);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return tenant.Id;
    }

    /// <summary>A payment as the merchant's backend makes it; no checkout is started.</summary>
    public async Task<string> PaymentAsync(string orderReference, long amountMinor = 500_000, string currency = "KZT", bool guest = false, string kind = "order", string? returnUrl = null, string? cancelUrl = null, string? customer = null, HttpClient? with = null)
    {
        var body = new JsonObject
        {
            ["order_reference"] = orderReference,
            ["amount_minor"] = amountMinor,
            ["currency"] = currency,
            ["guest"] = guest,
            ["kind"] = kind,
            ["return_url"] = returnUrl,
            ["cancel_url"] = cancelUrl,
            ["customer"] = new JsonObject { ["id"] = customer, ["email"] = "payer@shop.test" },
        };
        var created = await SendAsync(HttpMethod.Post, "/v1/payments", body.ToJsonString(), with ?? Merchant, ("Idempotency-Key", IdSource.NewToken(16)));
        return created.Is(201)["id"]!;
    }

    public Task<ApiAnswer> PostAsync(string path, string? json = null, HttpClient? with = null) => SendAsync(HttpMethod.Post, path, json, with ?? Merchant);

    public Task<ApiAnswer> GetAsync(string path, HttpClient? with = null) => SendAsync(HttpMethod.Get, path, null, with ?? Merchant);

    public static async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? json, HttpClient with, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await with.SendAsync(request);
        return new ApiAnswer((int)answer.StatusCode, answer.Headers, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A delivery as its sender makes it: these bytes, this signature.</summary>
    public Task<ApiAnswer> DeliverAsync(string path, string body, string header, string signature) => SendAsync(HttpMethod.Post, path, body, Stranger, (header, signature));

    /// <summary>The payer fills the provider's page; answers where the page leads.</summary>
    public async Task<string?> SubmitAsync(string page, params (string Name, string Value)[] fields)
    {
        using var opened = await Stranger.GetAsync(page);
        Assert.True(opened.IsSuccessStatusCode, $"{page} answered {(int)opened.StatusCode}.");
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await Stranger.PostAsync(page.Split('?')[0], form);
        return answer.Headers.Location?.ToString();
    }

    public async Task<string> StatusAsync(string paymentId) => (await GetAsync($"/v1/payments/{paymentId}")).Is(200)["status"]!;

    public Task BecomesAsync(string paymentId, string status) => Eventually.TrueAsync(async () => await StatusAsync(paymentId) == status, $"payment {paymentId} is {status}");

    public Task<int> CheckoutsAsync(string paymentId)
    {
        var id = Guid.Parse(paymentId);
        return App.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.PaymentId == id && call.Operation == ProviderOperation.Create));
    }

    public static string Hex256(string secret, string body) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    public static string Hex512(string secret, string body) => Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    /// <summary>Stripe-Signature of now.</summary>
    public static string StripeSignature(string secret, string body)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return $"t={time},v1={Hex256(secret, $"{time}.{body}")}";
    }

    public async ValueTask DisposeAsync()
    {
        Merchant.Dispose();
        Stranger.Dispose();
        if (ownsApp)
            await App.DisposeAsync();
    }
}
