using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Support;

/// <summary>Core's use cases over a database of their own on the engine under test, without a web server. The clock stands still.</summary>
public sealed class CoreBench : IAsyncDisposable
{
    public static readonly Actor Anna = new(ActorKind.User, "anna", "anna@shop.test");

    private static readonly DatabaseTemplate Schema = new(async database =>
    {
        await using var db = new Contexts(database).CreateDbContext();
        await db.Database.EnsureCreatedAsync();
    });

    private readonly TestDatabase database;
    private readonly ServiceProvider services;
    private readonly Action<IServiceCollection>? configure;
    private readonly bool ownsDatabase;

    private CoreBench(TestDatabase database, TestClock clock, Action<IServiceCollection>? configure, bool ownsDatabase)
    {
        (this.database, Clock, this.configure, this.ownsDatabase) = (database, clock, configure, ownsDatabase);
        var registered = new ServiceCollection();
        registered.AddLogging();
        registered.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        registered.AddSingleton<TimeProvider>(Clock);
        registered.AddSingleton<IdSource>();
        var key = new MasterKey([.. Enumerable.Range(1, 32).Select(number => (byte)number)]);
        registered.AddSingleton(key);
        registered.AddSingleton(new SecretBox(key));
        registered.AddSingleton(new WriteGate(isSingleWriter: database.Engine == TestEngine.Sqlite));
        registered.AddSingleton<PaymentStore>();
        registered.AddSingleton<IDbContextFactory<PaymentDb>>(new Contexts(database));
        registered.AddSingleton(new Deployment
        {
            EnvironmentName = "Test",
            DataDirectory = Path.GetTempPath(),
            PublicUrl = "http://shop.test",
            FrontendUrl = "http://shop.test",
            SandboxEnabled = true,
            DemoEnabled = false,
            AllowPrivateTargets = false,
            RequireSecondFactor = false,
        });
        registered.AddProviders();
        registered.AddPayments();
        configure?.Invoke(registered);
        services = registered.BuildServiceProvider();
    }

    public TestClock Clock { get; }

    public PaymentStore Store => Get<PaymentStore>();

    /// <param name="configure">What a test replaces of the services: the way to the providers, for example.</param>
    public static async Task<CoreBench> StartAsync(Action<IServiceCollection>? configure = null) => new(await TestDatabase.CreateAsync(Schema), new TestClock(), configure, ownsDatabase: true);

    /// <summary>Another instance on the same database: nothing is shared but database, clock and what the test replaced.</summary>
    public CoreBench Another() => new(database, Clock, configure, ownsDatabase: false);

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>A tenant of its own for the test.</summary>
    public async Task<Guid> TenantAsync(string slug = "shop")
    {
        var tenant = new Tenant { Id = IdSource.NewId(Clock.GetUtcNow()), Slug = slug, Name = slug, TimeZone = "Asia/Almaty", Currency = "KZT", CreatedAt = Clock.GetUtcNow() };
        await Store.WriteAsync(db => Task.FromResult(db.Tenants.Add(tenant)), CancellationToken.None);
        return tenant.Id;
    }

    public Task<T> ReadAsync<T>(Func<PaymentDb, Task<T>> read) => Store.ReadAsync(read, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (ownsDatabase)
            await database.DisposeAsync();
    }

    private sealed class Contexts(TestDatabase database) : IDbContextFactory<PaymentDb>
    {
        private readonly DbContextOptions<SqlitePaymentDb> sqlite = new DbContextOptionsBuilder<SqlitePaymentDb>().UseSqlite(database.ConnectionString).AddInterceptors(new SqlitePragmas()).Options;
        private readonly DbContextOptions<PostgresPaymentDb> postgres = new DbContextOptionsBuilder<PostgresPaymentDb>().UseNpgsql(database.ConnectionString).Options;

        public PaymentDb CreateDbContext() => database.Engine == TestEngine.Sqlite ? new SqlitePaymentDb(sqlite) : new PostgresPaymentDb(postgres);
    }
}
