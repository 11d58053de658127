using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Data;

/// <summary>Several instances that start on one database at once.</summary>
public sealed class PrepareDatabaseTests
{
    [Fact]
    public async Task Instance_that_starts_while_another_migrates_takes_no_step_back()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var one = ServicesOf(database);
        await using var two = ServicesOf(database);
        var oneIsDone = new TaskCompletionSource();
        var twoHasMoved = new TaskCompletionSource();
        Task? late = null;
        // The second one begins after the first step of the first, and any step that it takes itself lasts until the first has done them all.
        two.GetRequiredService<FailPoints>().Armed = async _ =>
        {
            twoHasMoved.TrySetResult();
            await oneIsDone.Task;
        };
        one.GetRequiredService<FailPoints>().Armed = async _ =>
        {
            if (late is not null)
                return;
            late = Task.Run(() => PrepareAsync(two));
            await Task.WhenAny(twoHasMoved.Task, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        };

        await PrepareAsync(one);
        oneIsDone.SetResult();
        await late!;

        Assert.False(twoHasMoved.Task.IsCompleted, "the second instance took a step of the first's");
        await using var db = await one.GetRequiredService<IDbContextFactory<PaymentDb>>().CreateDbContextAsync();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        Assert.Equal(1, await db.Tenants.CountAsync());
    }

    [Fact]
    public async Task New_database_is_made_without_a_word_about_failures()
    {
        using var errors = new Errors();
        await using var database = await TestDatabase.CreateAsync();
        await using var services = ServicesOf(database, errors);

        await PrepareAsync(services);

        Assert.Empty(errors.Texts);
    }

    private static Task PrepareAsync(ServiceProvider services) => services.GetRequiredService<PrepareDatabase>().RunAsync(checksFile: false, CancellationToken.None);

    private static ServiceProvider ServicesOf(TestDatabase database, ILoggerProvider? log = null) => new ServiceCollection()
        .AddLogging(logging => logging.Services.AddSingleton(log ?? NullLoggerProvider.Instance))
        .AddSingleton(TimeProvider.System)
        .AddSingleton<IdSource>()
        .AddSingleton<FailPoints>()
        .AddDatabase(new DatabaseSettings(database.Engine == TestEngine.Sqlite ? DatabaseProvider.Sqlite : DatabaseProvider.Postgres, database.ConnectionString))
        .BuildServiceProvider();

    private sealed class Errors : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Texts.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
