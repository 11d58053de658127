using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>The real server with Kaspi's real client and its sandbox, shared by the tests of source system 001; each test has a merchant of its own.</summary>
public sealed class Source001World : IAsyncLifetime
{
    public TestApp App { get; private set; } = null!;

    public TestClock Clock { get; } = new();

    public LogLines Log { get; } = new();

    public async Task InitializeAsync() => App = await TestApp.StartAsync(new TestAppOptions
    {
        Clock = Clock,
        Settings = new Dictionary<string, string?> { ["Logging:LogLevel:Default"] = "Trace" },
        ConfigureServices = services => services.AddLogging(logging => logging.AddProvider(Log)),
    });

    public async Task DisposeAsync() => await App.DisposeAsync();

    /// <summary>It is later now, and no timer went off on the way: half an hour of the workers' rounds would take a minute of the test's.</summary>
    public void Later(TimeSpan by) => Clock.Correct(Clock.GetUtcNow() + by);

    /// <summary>A tenant with a Kaspi account on the sandbox and a key with all scopes.</summary>
    /// <param name="account">False: the tenant has no account.</param>
    public async Task<Merchant> MerchantAsync(Mode mode = Mode.Test, bool account = true, string? accessToken = null, params (string Name, string Value)[] settings)
    {
        var now = Clock.GetUtcNow();
        var tenant = new Tenant { Id = IdSource.NewId(now), Slug = "t" + IdSource.NewToken(12).ToLowerInvariant(), Name = "A shop", TimeZone = "Asia/Almaty", Currency = "KZT", CreatedAt = now };
        accessToken ??= "access-" + IdSource.NewToken(24);
        await App.Store.WriteAsync(
            db =>
            {
                db.Tenants.Add(tenant);
                if (account)
                    db.ProviderAccounts.Add(AccountOf(tenant.Id, mode, accessToken, settings, now));
                return Task.CompletedTask;
            },
            CancellationToken.None);
        var key = await App.CreateKeyAsync(tenant.Id, mode);
        return new Merchant(this, tenant.Id, accessToken, App.Client(key.Text));
    }

    private ProviderAccount AccountOf(Guid tenantId, Mode mode, string accessToken, (string Name, string Value)[] settings, DateTimeOffset now)
    {
        var accounts = App.Get<ProviderAccounts>();
        var id = IdSource.NewId(now);
        var (hash, cipher) = accounts.NewWebhookKey(id, tenantId);
        return new ProviderAccount
        {
            Id = id,
            TenantId = tenantId,
            Provider = "kaspi",
            Mode = mode,
            Endpoint = settings.Length == 0 ? AccountEndpoint.Sandbox : AccountEndpoint.Provider,
            Name = "Kaspi",
            IsEnabled = true,
            SecretsCipher = accounts.Seal(id, tenantId, new Dictionary<string, string> { ["access_token"] = accessToken }),
            SettingsJson = JsonSerializer.Serialize(settings.ToDictionary(setting => setting.Name, setting => setting.Value)),
            WebhookKeyHash = hash,
            WebhookKeyCipher = cipher,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>Everything that was logged, down to traces.</summary>
    public sealed class LogLines : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IEnumerable<string> All => lines;

        public ILogger CreateLogger(string categoryName) => new Category(categoryName, lines);

        public void Dispose()
        {
        }

        private sealed class Category(string name, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{name}: {formatter(state, exception)} {exception}");
        }
    }
}

[CollectionDefinition(Name)]
public sealed class Source001Collection : ICollectionFixture<Source001World>
{
    public const string Name = "Source system 001";
}

/// <summary>What came back: status, headers, the raw text and, where there is some, its JSON.</summary>
public sealed record ApiAnswer(int Status, HttpResponseHeaders Headers, string? ContentType, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? this[string member] => Json.GetProperty(member) is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : null;

    public IReadOnlyList<string> Members => [.. Json.EnumerateObject().Select(member => member.Name)];

    /// <summary>A problem with this status and code, in the form that source routes have.</summary>
    public ApiAnswer IsProblem(int status, string code)
    {
        Assert.True(status == Status, $"{Status} instead of {status}: {Text}");
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((code, "False", status.ToString(System.Globalization.CultureInfo.InvariantCulture)), (this["code"], this["success"], this["status"]));
        Assert.Equal(this["request_id"], Assert.Single(Headers.GetValues("Request-Id")));
        return this;
    }

    /// <summary>The members that the problem finds fault with.</summary>
    public IReadOnlyList<string> Faults => [.. Json.GetProperty("errors").EnumerateObject().Select(member => member.Name)];

    public ApiAnswer Is(int status)
    {
        Assert.True(status == Status, $"{Status} instead of {status}: {Text}");
        return this;
    }
}

/// <summary>A tenant with its key, and the calls of the document as its backend makes them.</summary>
public sealed class Merchant(Source001World world, Guid tenantId, string accessToken, HttpClient client)
{
    public const string Bin = "210440028324";
    public const string OtherBin = "991011000048";

    public Guid TenantId => tenantId;

    public string AccessToken => accessToken;

    /// <summary>A device token that nobody else has.</summary>
    public string DeviceToken { get; } = IdSource.NewId(TestClock.DefaultStart).ToString();

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? json = null, string contentType = "application/json", HttpClient? with = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, contentType);
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        using var answer = await (with ?? client).SendAsync(request);
        return new ApiAnswer((int)answer.StatusCode, answer.Headers, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
    }

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<ApiAnswer> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, json);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Shop 8 with the BIN of the document.</summary>
    public async Task<Merchant> WithShopAsync(int shopId = 8, string bin = Bin, bool hasToken = true)
    {
        (await PostAsync("/admin/configs", $$"""{"shop_id": {{shopId}}, "organization_bin": "{{bin}}", "device_token": {{(hasToken ? $"\"{DeviceToken}\"" : "null")}}, "is_active": true}""")).Is(201);
        return this;
    }

    public Task<ApiAnswer> CreateAsync(string amount = "10000", string phone = "77015211545", string message = "Order #12345", int shopId = 8) =>
        PostAsync("/payments/kaspi/create", $$"""{"shop_id": {{shopId}}, "amount": {{amount}}, "phone": "{{phone}}", "message": "{{message}}"}""");

    /// <summary>The number of a payment that the payer has paid.</summary>
    public async Task<string> PaidAsync(string amount = "10000", string message = "Order #12345")
    {
        var created = (await CreateAsync(amount, message: message)).Is(200);
        world.Later(TimeSpan.FromSeconds(6));
        var status = (await StatusAsync(created["external_id"]!)).Is(200);
        Assert.Equal("Processed", status["status"]);
        return created["external_id"]!;
    }

    public Task<ApiAnswer> StatusAsync(string externalId) => GetAsync($"/payments/kaspi/status/{externalId}");

    public Task<ApiAnswer> RefundAsync(string externalId, string amount = "50", int shopId = 8) =>
        PostAsync("/payments/kaspi/refund", $$"""{"shop_id": {{shopId}}, "external_id": "{{externalId}}", "amount": {{amount}}}""");

    public async Task<IReadOnlyList<JsonElement>> LogsAsync(string query = "") => [.. (await GetAsync("/admin/logs" + query)).Is(200).Json.EnumerateArray()];

    public Task<int> CallsAsync(ProviderOperation operation) => world.App.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.TenantId == tenantId && call.Operation == operation));

    public Task<int> PaymentsAsync() => world.App.ReadAsync(db => db.Payments.CountAsync(payment => payment.TenantId == tenantId));

    /// <summary>The next call of this kind goes wrong in the sandbox.</summary>
    public async Task SetFaultAsync(string fault, string path)
    {
        (await SendAsync(HttpMethod.Post, "/sandbox/kaspi/_faults", JsonSerializer.Serialize(new { fault, remaining = 1, merchant = accessToken, path }))).Is(201);
    }

    /// <summary>What the sandbox has in its own books under a number of its own or a message of ours.</summary>
    public async Task<IReadOnlyList<JsonElement>> LedgerAsync(string reference) => [.. (await GetAsync($"/sandbox/kaspi/_ledger?reference={Uri.EscapeDataString(reference)}")).Is(200).Json.EnumerateArray()];

    public async Task<long> RefundedAtKaspiAsync(string externalId) => Assert.Single(await LedgerAsync(externalId)).GetProperty("refunded_minor").GetInt64();

    /// <summary>A client with another key of the same tenant.</summary>
    public async Task<HttpClient> KeyAsync(Mode mode, params string[] scopes) => world.App.Client((await world.App.CreateKeyAsync(tenantId, mode, scopes)).Text);

    public static IReadOnlyList<string> AllBut(string scope) => [.. Scopes.All.Where(other => other != scope)];
}
