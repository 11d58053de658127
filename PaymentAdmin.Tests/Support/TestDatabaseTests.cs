using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace PaymentAdmin.Tests.Support;

public sealed class TestDatabaseTests
{
    private static readonly DatabaseTemplate Template = new(async database =>
    {
        await using var connection = Connection(database);
        await RunAsync(connection, "CREATE TABLE marks (id integer PRIMARY KEY); INSERT INTO marks VALUES (7);");
    });

    [Fact]
    public async Task Database_of_the_engine_under_test_answers()
    {
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal(TestMachine.Engine.ToString(), database.Settings["Database:Provider"]);
        Assert.Equal(1L, await AskAsync(database, "SELECT 1"));
    }

    [Fact]
    public async Task Databases_of_one_template_do_not_see_each_other()
    {
        await using var first = await TestDatabase.CreateAsync(Template);
        await using var second = await TestDatabase.CreateAsync(Template);

        await using (var connection = Connection(first))
            await RunAsync(connection, "DELETE FROM marks");

        Assert.Equal(0L, await AskAsync(first, "SELECT count(*) FROM marks"));
        Assert.Equal(1L, await AskAsync(second, "SELECT count(*) FROM marks"));
    }

    [SqliteFact]
    public async Task Sqlite_file_is_gone_after_the_test()
    {
        var database = await TestDatabase.CreateAsync(TestEngine.Sqlite);
        await AskAsync(database, "SELECT 1");
        var file = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
        Assert.True(File.Exists(file));

        await database.DisposeAsync();

        Assert.False(Directory.Exists(Path.GetDirectoryName(file)));
    }

    [PostgresFact]
    public async Task Postgres_database_is_gone_after_the_test()
    {
        var database = await TestDatabase.CreateAsync(TestEngine.Postgres);
        Assert.Equal(1L, await AskAsync(database, "SELECT 1"));

        await database.DisposeAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(database, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, refused.SqlState);
    }

    private static DbConnection Connection(TestDatabase database) =>
        database.Engine == TestEngine.Sqlite ? new SqliteConnection(database.ConnectionString) : new NpgsqlConnection(database.ConnectionString);

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> AskAsync(TestDatabase database, string sql)
    {
        await using var connection = Connection(database);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
