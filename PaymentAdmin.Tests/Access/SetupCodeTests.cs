using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Access;

public sealed class SetupCodeTests : IAsyncLifetime
{
    private const string Password = "correct-horse-battery";

    private readonly TestClock clock = new();
    private TestDatabase database = null!;
    private ServiceProvider services = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        services = Build(database, clock);
        await using var db = await services.GetRequiredService<IDbContextFactory<PaymentDb>>().CreateDbContextAsync();
        await db.Database.EnsureCreatedAsync();
    }

    public async Task DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Printed_code_makes_the_superadmin_and_closes_set_up()
    {
        var code = await IssueAsync();
        var made = await RunAsync(code.ToLowerInvariant().Replace('-', ' '));
        Assert.Equal(1, await Count(db => db.Users.CountAsync(user => user.Id == made.Value && user.Role == Roles.Superadmin)));
        Assert.False(await Setup(setup => setup.IsOpenAsync(CancellationToken.None)));
        Assert.Null(await Setup(setup => setup.IssueAsync(CancellationToken.None)));
        Assert.NotNull((await RunAsync(code)).Problem);
        Assert.Equal(1, await Count(db => db.Users.CountAsync()));
        Assert.Equal(1, await Count(db => db.AuditEntries.CountAsync(entry => entry.Action == "user.created")));
    }

    [Fact]
    public async Task New_code_makes_the_old_one_void()
    {
        var old = await IssueAsync();
        await IssueAsync();
        Assert.Contains("code", (await RunAsync(old)).Problem!.Errors!.Keys);
    }

    [Fact]
    public async Task Code_dies_after_half_an_hour()
    {
        var code = await IssueAsync();
        clock.Advance(SetupCode.Lifetime);
        Assert.NotNull((await RunAsync(code)).Problem);
    }

    [Fact]
    public async Task Code_dies_after_ten_wrong_tries()
    {
        var code = await IssueAsync();
        for (var i = 0; i < 10; i++)
            Assert.NotNull((await RunAsync("WRONG")).Problem);
        Assert.NotNull((await RunAsync(code)).Problem);
        Assert.Equal(0, await Count(db => db.Users.CountAsync()));
    }

    [Theory]
    [InlineData("nobody", Password, "email")]
    [InlineData("root@example.test", "short", "password")]
    public async Task Fault_is_named_and_costs_no_try(string email, string password, string member)
    {
        var code = await IssueAsync();
        var made = await Setup(setup => setup.RunAsync(email, password, code, Actor.System("setup"), CancellationToken.None));
        Assert.Equal([member], made.Problem!.Errors!.Keys);
        Assert.Null((await RunAsync(code)).Problem);
    }

    [Fact]
    public async Task Two_at_once_make_one_superadmin()
    {
        var code = await IssueAsync();
        var results = await Task.WhenAll(
            Setup(setup => setup.RunAsync("a@example.test", Password, code, Actor.System("setup"), CancellationToken.None)),
            Setup(setup => setup.RunAsync("b@example.test", Password, code, Actor.System("setup"), CancellationToken.None)));
        Assert.Single(results, result => result.IsOk);
        Assert.Equal(1, await Count(db => db.Users.CountAsync()));
    }

    private async Task<string> IssueAsync() => await Setup(setup => setup.IssueAsync(CancellationToken.None)) ?? throw new InvalidOperationException("Set-up is closed.");

    private Task<Result<Guid>> RunAsync(string code) => Setup(setup => setup.RunAsync("root@example.test", Password, code, Actor.System("setup"), CancellationToken.None));

    private Task<T> Setup<T>(Func<SetupCode, Task<T>> act) => act(services.GetRequiredService<SetupCode>());

    private Task<int> Count(Func<PaymentDb, Task<int>> count) => services.GetRequiredService<PaymentStore>().ReadAsync(count, CancellationToken.None);

    private static ServiceProvider Build(TestDatabase database, TestClock clock)
    {
        var all = new ServiceCollection();
        all.AddLogging();
        all.AddSingleton<TimeProvider>(clock);
        all.AddSingleton<IdSource>();
        all.AddDatabase(new DatabaseSettings(database.Engine == TestEngine.Postgres ? DatabaseProvider.Postgres : DatabaseProvider.Sqlite, database.ConnectionString));
        all.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        all.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        all.AddSingleton(new SecretBox(new MasterKey(new byte[32])));
        all.AddSingleton<LiveUpdates>();
        all.AddSingleton<AskApproval>();
        all.AddSingleton<ChangeUser>();
        all.AddSingleton<CreateUser>();
        all.AddSingleton<SetupCode>();
        return all.BuildServiceProvider();
    }
}
