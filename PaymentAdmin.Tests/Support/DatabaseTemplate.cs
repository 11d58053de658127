using System.Collections.Concurrent;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// What many test databases start from: <paramref name="fill"/> (migrations, say) runs once per run and engine, each database is a copy.
/// Kept in a static field by whoever builds hosts.
/// </summary>
public sealed class DatabaseTemplate(Func<TestDatabase, Task> fill)
{
    private readonly ConcurrentDictionary<TestEngine, Lazy<Task<TestDatabase>>> filled = new();

    internal Task<TestDatabase> FilledAsync(TestEngine engine) =>
        filled.GetOrAdd(engine, key => new Lazy<Task<TestDatabase>>(() => FillAsync(key))).Value;

    private async Task<TestDatabase> FillAsync(TestEngine engine)
    {
        var database = await TestDatabase.CreateAsync(engine);
        // Later databases may still be copied while tests end, so the template goes last of all.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        await fill(database);
        await database.SettleAsync();
        return database;
    }
}
