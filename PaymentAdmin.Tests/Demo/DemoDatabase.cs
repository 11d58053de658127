using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Core.Integrity;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Demo;

/// <summary>A database of the engine under test with everything that fills and checks it, and no server.</summary>
public sealed class DemoDatabase : IAsyncDisposable
{
    private static readonly DatabaseTemplate Schema = new(async database =>
    {
        await using var empty = new DemoDatabase(database, "Test");
        await using var db = await empty.Get<IDbContextFactory<PaymentDb>>().CreateDbContextAsync();
        await db.Database.EnsureCreatedAsync();
        empty.isTemplate = true;
    });

    private readonly TestDatabase database;
    private readonly ServiceProvider services;
    private bool isTemplate;

    private DemoDatabase(TestDatabase database, string environment)
    {
        this.database = database;
        Folder = Directory.CreateTempSubdirectory("payment-admin-demo-").FullName;
        var master = new MasterKey(new byte[32]);
        services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IdSource>()
            .AddSingleton(master)
            .AddSingleton(new SecretBox(master))
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton(new Deployment
            {
                EnvironmentName = environment,
                DataDirectory = Folder,
                PublicUrl = "http://localhost:5080",
                FrontendUrl = "http://localhost:5080",
                SandboxEnabled = true,
                DemoEnabled = true,
                AllowPrivateTargets = true,
                RequireSecondFactor = false,
            })
            .AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>()
            .AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>()
            .AddSingleton<CreateUser>()
            .AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>))
            .AddDatabase(new DatabaseSettings(database.Engine == TestEngine.Sqlite ? DatabaseProvider.Sqlite : DatabaseProvider.Postgres, database.ConnectionString))
            .AddPayments()
            .AddProviders()
            .AddDemo()
            .BuildServiceProvider();
    }

    public TestClock Clock { get; } = new();

    public string Folder { get; }

    public SeedDemo Seed => services.GetRequiredService<SeedDemo>();

    public PaymentStore Store => services.GetRequiredService<PaymentStore>();

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public static async Task<DemoDatabase> CreateAsync(string environment = "Development") => new(await TestDatabase.CreateAsync(Schema), environment);

    public async Task<SeededDemo> SeededAsync() => (await Seed.RunAsync(CancellationToken.None)).Value;

    public Task<T> ReadAsync<T>(Func<PaymentDb, Task<T>> read) => Store.ReadAsync(read, CancellationToken.None);

    public Task<IReadOnlyList<InvariantResult>> CheckAsync() =>
        new CheckIntegrity(services.GetRequiredService<IDbContextFactory<PaymentDb>>()).RunAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (!isTemplate)
            await database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
