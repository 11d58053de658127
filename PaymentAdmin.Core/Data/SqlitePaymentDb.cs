using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PaymentAdmin.Core.Data;

/// <summary>The model on SQLite.</summary>
public sealed class SqlitePaymentDb(DbContextOptions<SqlitePaymentDb> options) : PaymentDb(options)
{
    public override bool IsPostgres => false;

    /// <summary>A machine without a usable SQLite hears so before anything is opened.</summary>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => SystemSqlite.Require();

    /// <summary>SQLite stores 10.5 and 'abc' in an INTEGER column: money columns are checked.</summary>
    protected override void ConfigureEngine(ModelBuilder builder)
    {
        foreach (var entity in builder.Model.GetEntityTypes().ToList())
        {
            foreach (var property in entity.GetProperties().Where(property => property.Name.EndsWith("Minor", StringComparison.Ordinal)))
            {
                var column = property.GetColumnName();
                builder.Entity(entity.ClrType).ToTable(table => table.HasCheckConstraint($"ck_{entity.GetTableName()}_{column}_integer", $"typeof({column}) IN ('integer', 'null')"));
            }
        }
    }
}

/// <summary>Per connection: write-ahead log, full sync (an acknowledgement means durable), foreign keys, guarded triggers, a patient writer.</summary>
public sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Log = "PRAGMA journal_mode=WAL; ";
    private const string Pragmas = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA busy_timeout=5000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = PragmasOf(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = PragmasOf(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>EF looks first, by a connection that may not write: it cannot switch a restored file, which may have no log yet, to one.</summary>
    private static string PragmasOf(DbConnection connection) =>
        connection.ConnectionString.Contains("Mode=ReadOnly", StringComparison.OrdinalIgnoreCase) ? Pragmas : Log + Pragmas;
}
