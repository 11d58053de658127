using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Providers.Sandbox;

/// <summary>The sandbox alone on a loopback port, with its own database: real client, real HTTP, real imitation. The clock stands still.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TestDatabase database;
    private readonly LogLines log = new();

    private SandboxServer(TestDatabase database, bool isEnabled)
    {
        this.database = database;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // The settings file would keep the HTTP client's loggers quiet.
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddFilter("System.Net.Http", LogLevel.Trace).AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<IdSource>();
        builder.Services.AddSingleton(new WriteGate(isSingleWriter: database.Engine == TestEngine.Sqlite));
        builder.Services.AddSingleton<PaymentStore>();
        builder.Services.AddSingleton<IDbContextFactory<PaymentDb>>(new Contexts(database));
        builder.Services.AddSingleton(new Deployment
        {
            EnvironmentName = "Development",
            DataDirectory = Path.GetTempPath(),
            PublicUrl = "http://shop.test/portal",
            FrontendUrl = "http://shop.test/portal",
            SandboxEnabled = isEnabled,
            DemoEnabled = false,
            AllowPrivateTargets = false,
            RequireSecondFactor = false,
        });
        builder.Services.AddSingleton(new SecretBox(MasterKey.TryParse(TestApp.MasterKey, out _)!));
        builder.Services.AddSingleton<ProviderAccounts>();
        builder.Services.AddProviders();
        app = builder.Build();
        app.MapSandbox();
    }

    public TestClock Clock { get; } = new();

    public string Url => app.Urls.Single();

    /// <summary>Everything that was logged, down to traces, but for the web server's own lines about what came in.</summary>
    public IEnumerable<string> Log => log.Lines.Where(line => !line.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    public HttpClient Browser { get; private set; } = null!;

    public static async Task<SandboxServer> StartAsync(bool isEnabled = true)
    {
        var server = new SandboxServer(await TestDatabase.CreateAsync(), isEnabled);
        await using (var db = await server.app.Services.GetRequiredService<IDbContextFactory<PaymentDb>>().CreateDbContextAsync())
            await db.Database.EnsureCreatedAsync();
        await server.app.StartAsync();
        server.app.Services.GetRequiredService<Deployment>().SelfUrl = server.Url;
        server.Browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Url) };
        return server;
    }

    public T Provider<T>(string id) where T : class => app.Services.GetRequiredService<ProviderRegistry>()[id] as T ?? throw new InvalidOperationException($"{id} is no {typeof(T).Name}.");

    /// <summary>An account as the app opens it for the sandbox of this server.</summary>
    public ProviderAccountSnapshot Account(string provider, params (string Name, string Value)[] credentials) => new()
    {
        AccountId = IdSource.NewId(Clock.GetUtcNow()),
        TenantId = IdSource.NewId(Clock.GetUtcNow()),
        Provider = provider,
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Sandbox,
        BaseUrl = $"{Url}/sandbox/{provider}",
        Credentials = credentials.ToDictionary(credential => credential.Name, credential => credential.Value),
        WebhookUrl = "http://shop.test/portal/webhooks/none",
    };

    public async Task SetFaultAsync(string provider, string fault, int remaining = 1, string? merchant = null, string? path = null)
    {
        using var answer = await Browser.PostAsJsonAsync($"/sandbox/{provider}/_faults", new { fault, remaining, merchant, path });
        Assert.Equal(201, (int)answer.StatusCode);
    }

    public async Task<IReadOnlyList<LedgerLine>> LedgerAsync(string provider, string? reference = null) =>
        await Browser.GetFromJsonAsync<List<LedgerLine>>($"/sandbox/{provider}/_ledger?reference={Uri.EscapeDataString(reference ?? "")}", Snake) ?? [];

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
    }

    private static readonly JsonSerializerOptions Snake = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed class Contexts(TestDatabase database) : IDbContextFactory<PaymentDb>
    {
        private readonly DbContextOptions<SqlitePaymentDb> sqlite = new DbContextOptionsBuilder<SqlitePaymentDb>().UseSqlite(database.ConnectionString).AddInterceptors(new SqlitePragmas()).Options;
        private readonly DbContextOptions<PostgresPaymentDb> postgres = new DbContextOptionsBuilder<PostgresPaymentDb>().UseNpgsql(database.ConnectionString).Options;

        public PaymentDb CreateDbContext() => database.Engine == TestEngine.Sqlite ? new SqlitePaymentDb(sqlite) : new PostgresPaymentDb(postgres);
    }

    private sealed class LogLines : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IEnumerable<string> Lines => lines;

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

/// <summary>A row of the provider's own books.</summary>
public sealed record LedgerLine(string Reference, string? MerchantReference, long AmountMinor, string Currency, string State, long RefundedMinor);
