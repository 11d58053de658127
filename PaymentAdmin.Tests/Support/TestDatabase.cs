using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Npgsql;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// A database of its own for one test host, on the engine under test, gone after it. <see cref="Settings"/> go into the host's configuration.
/// It starts empty, or as a copy of a <see cref="DatabaseTemplate"/>.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<Task> drop;

    private TestDatabase(TestEngine engine, string connectionString, Func<Task> drop)
    {
        Engine = engine;
        ConnectionString = connectionString;
        this.drop = drop;
    }

    public TestEngine Engine { get; }

    public string ConnectionString { get; }

    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Database:Provider"] = Engine.ToString(),
        ["Database:ConnectionString"] = ConnectionString,
    };

    public static Task<TestDatabase> CreateAsync(DatabaseTemplate? template = null) => CreateAsync(TestMachine.Engine, template);

    public static async Task<TestDatabase> CreateAsync(TestEngine engine, DatabaseTemplate? template = null)
    {
        var source = template is null ? null : await template.FilledAsync(engine);
        return engine == TestEngine.Sqlite ? CreateSqlite(source) : await CreatePostgresAsync(source);
    }

    public async ValueTask DisposeAsync() => await drop();

    /// <summary>Makes everything that was written part of what a copy sees, and lets go of the connections that would forbid the copy.</summary>
    internal async Task SettleAsync()
    {
        if (Engine == TestEngine.Postgres)
        {
            var name = new NpgsqlConnectionStringBuilder(ConnectionString).Database;
            await PostgresServer.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            NpgsqlConnection.ClearAllPools();
            return;
        }
        await using (var connection = new SqliteConnection(ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            await command.ExecuteNonQueryAsync();
        }
        SqliteConnection.ClearAllPools();
    }

    private static TestDatabase CreateSqlite(TestDatabase? source)
    {
        SystemSqlite.Require();
        var folder = Directory.CreateTempSubdirectory("payment-admin-test-").FullName;
        var file = Path.Combine(folder, "test.db");
        if (source is not null)
            File.Copy(new SqliteConnectionStringBuilder(source.ConnectionString).DataSource, file);
        var connectionString = new SqliteConnectionStringBuilder { DataSource = file }.ToString();
        return new TestDatabase(TestEngine.Sqlite, connectionString, () =>
        {
            using (var connection = new SqliteConnection(connectionString))
                SqliteConnection.ClearPool(connection);
            Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
    }

    private static async Task<TestDatabase> CreatePostgresAsync(TestDatabase? source)
    {
        var name = "payment_admin_test_" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        var template = source is null ? "" : " TEMPLATE " + new NpgsqlConnectionStringBuilder(source.ConnectionString).Database;
        await PostgresServer.ExecuteAsync($"CREATE DATABASE {name}{template}");
        var connectionString = PostgresServer.ConnectionString(name);
        return new TestDatabase(TestEngine.Postgres, connectionString, async () =>
        {
            await using (var connection = new NpgsqlConnection(connectionString))
                NpgsqlConnection.ClearPool(connection);
            await PostgresServer.ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        });
    }
}
