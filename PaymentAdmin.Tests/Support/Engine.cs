using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Integrity;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// The money side without a web host: the real services over a database of the engine under test, a clock that the test moves, and a
/// provider that the test scripts. Several engines over one database stand for several instances, or for one before and after a crash.
/// </summary>
public sealed class Engine : IAsyncDisposable
{
    private static readonly DatabaseTemplate Template = new(async database =>
    {
        await using var db = NewContext(database);
        await db.Database.EnsureCreatedAsync();
    });

    private readonly ServiceProvider services;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task inboxWriter;
    private readonly bool ownsDatabase;

    private Engine(TestDatabase database, bool ownsDatabase, ScriptedProvider provider, TestClock clock, Deployment deployment)
    {
        Database = database;
        this.ownsDatabase = ownsDatabase;
        Provider = provider;
        Clock = clock;
        Deployment = deployment;
        services = Register(database, provider, clock, deployment);
        inboxWriter = Get<InboxWriter>().RunAsync(stopping.Token);
    }

    public TestDatabase Database { get; }

    public ScriptedProvider Provider { get; }

    public TestClock Clock { get; }

    public Deployment Deployment { get; }

    public Guid TenantId { get; private set; }

    public Guid AccountId { get; private set; }

    public string AccountKey { get; private set; } = "";

    public PaymentStore Store => Get<PaymentStore>();

    public static Actor Shop { get; } = new(ActorKind.ApiKey, "test-key", "test key");

    public static async Task<Engine> StartAsync(bool allowPrivateTargets = true)
    {
        var clock = new TestClock();
        var deployment = new Deployment
        {
            EnvironmentName = "Test",
            DataDirectory = Path.GetTempPath(),
            PublicUrl = "http://localhost:5080",
            FrontendUrl = "http://localhost:5080",
            SandboxEnabled = true,
            DemoEnabled = false,
            AllowPrivateTargets = allowPrivateTargets,
            RequireSecondFactor = false,
        };
        var engine = new Engine(await TestDatabase.CreateAsync(Template), ownsDatabase: true, new ScriptedProvider(), clock, deployment);
        await engine.SeedAsync();
        return engine;
    }

    /// <summary>Another instance on the same database, or this one after a restart: nothing is shared but database, provider and clock.</summary>
    public Engine Another()
    {
        var other = new Engine(Database, ownsDatabase: false, Provider, Clock, Deployment) { TenantId = TenantId, AccountId = AccountId, AccountKey = AccountKey };
        return other;
    }

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public Task<T> ReadAsync<T>(Func<PaymentDb, Task<T>> read) => Store.ReadAsync(read, CancellationToken.None);

    public CreatePaymentRequest Request(long amountMinor = 10_000, string? provider = ScriptedProvider.Id, string currency = "KZT") => new()
    {
        TenantId = TenantId,
        Mode = Mode.Test,
        OrderReference = "order-" + Guid.CreateVersion7(),
        AmountMinor = amountMinor,
        Currency = currency,
        Provider = provider,
    };

    /// <summary>A payment whose checkout is open at the provider.</summary>
    public async Task<Payment> PayingAsync(long amountMinor = 10_000, bool endsWithFirstAttempt = true)
    {
        var created = await Get<CreatePayment>().RunAsync(Request(amountMinor, endsWithFirstAttempt ? ScriptedProvider.Id : null), Shop, CancellationToken.None);
        Assert.Null(created.Problem);
        if (!endsWithFirstAttempt)
            Assert.Null((await Get<StartAttempt>().RunAsync(created.Value.PaymentId, new AttemptRequest(ScriptedProvider.Id, null, null), Shop, CancellationToken.None)).Problem);
        return await PaymentAsync(created.Value.PaymentId);
    }

    /// <summary>A payment that the provider has been paid for and told us so.</summary>
    public async Task<Payment> PaidAsync(long amountMinor = 10_000)
    {
        var payment = await PayingAsync(amountMinor);
        Provider.Pay(payment.ProviderReference!);
        await WebhookAsync(new { id = $"paid-{payment.Id}", type = "paid", reference = payment.ProviderReference, amount_minor = amountMinor, currency = payment.Currency });
        await DrainAsync();
        var paid = await PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, paid.Status);
        return paid;
    }

    public Task<Payment> PaymentAsync(Guid id) => ReadAsync(db => db.Payments.SingleAsync(row => row.Id == id));

    public Task<Refund> RefundAsync(Guid id) => ReadAsync(db => db.Refunds.SingleAsync(row => row.Id == id));

    public Task<ReceivedWebhook> WebhookAsync(object body, string? secret = null) =>
        Get<ReceiveWebhook>().RunAsync(ScriptedProvider.Id, AccountKey, ScriptedProvider.Deliver(body, Clock.GetUtcNow(), secret), "127.0.0.1", CancellationToken.None);

    /// <summary>Lets the workers run until they find nothing to do at this moment.</summary>
    public async Task DrainAsync()
    {
        for (var round = 0; round < 100; round++)
        {
            var worked = await Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
            worked |= await Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None);
            if (!worked)
                return;
        }
        Assert.Fail("The workers found something to do a hundred times.");
    }

    /// <summary>Time passes in steps, with the workers running after each.</summary>
    public async Task PassAsync(TimeSpan time, TimeSpan step)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            Clock.Advance(step);
            await DrainAsync();
        }
    }

    public Task<List<string>> EventTypesAsync(Guid paymentId) =>
        ReadAsync(db => db.OutgoingEvents.Where(row => row.PaymentId == paymentId).OrderBy(row => row.Sequence).Select(row => row.Type).ToListAsync());

    /// <summary>The invariants hold, the audit chain verifies, and the provider's books equal ours.</summary>
    public async Task AssertSoundAsync()
    {
        var violated = (await Get<CheckIntegrity>().RunAsync(CancellationToken.None)).Where(result => result.Count > 0).Select(result => $"{result.Id} {result.Name}: {string.Join(", ", result.Violations)}").ToList();
        Assert.True(violated.Count == 0, string.Join("; ", violated));
        var audit = await Get<SealAudit>().VerifyAsync(CancellationToken.None);
        Assert.True(audit.Ok, audit.Reason);
        Assert.Equal(Provider.Requests.Count(request => request.StartsWith("create ", StringComparison.Ordinal)), Provider.Requests.Where(request => request.StartsWith("create ", StringComparison.Ordinal)).Distinct().Count());
        Assert.Equal(Provider.Requests.Count(request => request.StartsWith("refund ", StringComparison.Ordinal)), Provider.Requests.Where(request => request.StartsWith("refund ", StringComparison.Ordinal)).Distinct().Count());
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await inboxWriter;
        stopping.Dispose();
        await services.DisposeAsync();
        if (ownsDatabase)
            await Database.DisposeAsync();
    }

    private async Task SeedAsync()
    {
        var now = Clock.GetUtcNow();
        TenantId = Guid.CreateVersion7(now);
        await Store.WriteAsync(
            db =>
            {
                db.Tenants.Add(new Tenant { Id = TenantId, Slug = "tests", Name = "Tests", TimeZone = "Asia/Almaty", Currency = "KZT", CreatedAt = now });
                return Task.CompletedTask;
            },
            CancellationToken.None);
        (AccountId, AccountKey) = await ScriptedAccount.AddAsync(Store, Get<ProviderAccounts>(), Get<SecretBox>(), TenantId, now);
    }

    private static ServiceProvider Register(TestDatabase database, ScriptedProvider provider, TestClock clock, Deployment deployment)
    {
        var registered = new ServiceCollection();
        registered.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        registered.AddSingleton<TimeProvider>(clock);
        registered.AddSingleton(deployment);
        registered.AddSingleton<IdSource>();
        registered.AddSingleton(new MasterKey([.. Enumerable.Range(1, 32).Select(i => (byte)i)]));
        registered.AddSingleton(sources => new SecretBox(sources.GetRequiredService<MasterKey>()));
        registered.AddSingleton(new WriteGate(isSingleWriter: database.Engine == TestEngine.Sqlite));
        registered.AddSingleton<IDbContextFactory<PaymentDb>>(new Contexts(database));
        registered.AddSingleton<PaymentStore>();
        registered.AddSingleton<IPaymentProvider>(provider);
        registered.AddSingleton<ProviderRegistry>();
        registered.AddLogging(logging => logging.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance));
        registered.AddPayments();
        return registered.BuildServiceProvider();
    }

    private static PaymentDb NewContext(TestDatabase database) => database.Engine == TestEngine.Sqlite
        ? new SqlitePaymentDb(new DbContextOptionsBuilder<SqlitePaymentDb>().UseSqlite(database.ConnectionString).AddInterceptors(new SqlitePragmas()).Options)
        : new PostgresPaymentDb(new DbContextOptionsBuilder<PostgresPaymentDb>().UseNpgsql(database.ConnectionString).Options);

    private sealed class Contexts(TestDatabase database) : IDbContextFactory<PaymentDb>
    {
        public PaymentDb CreateDbContext() => NewContext(database);
    }
}
