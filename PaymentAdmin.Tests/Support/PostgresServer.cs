using Npgsql;

namespace PaymentAdmin.Tests.Support;

/// <summary>The PostgreSQL server that ./test started, or that PAYMENTADMIN_TEST_POSTGRES names.</summary>
public static class PostgresServer
{
    public static string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(Address) { Database = database, IncludeErrorDetail = true }.ToString();

    /// <summary>Runs one statement in the maintenance database.</summary>
    public static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Address => TestMachine.PostgresServer
        ?? throw new InvalidOperationException("This run has no PostgreSQL server: PAYMENTADMIN_TEST_POSTGRES is not set.");
}
