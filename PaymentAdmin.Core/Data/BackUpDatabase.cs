using Microsoft.Data.Sqlite;

namespace PaymentAdmin.Core.Data;

/// <summary>Copies a SQLite database as it is at one moment, beside whoever writes to it, into one file.</summary>
public sealed class BackUpDatabase(DatabaseSettings settings)
{
    /// <summary>The database's file; null where a server keeps it.</summary>
    public string? File => settings.Provider == DatabaseProvider.Sqlite ? new SqliteConnectionStringBuilder(settings.ConnectionString).DataSource : null;

    /// <exception cref="UnusableDatabaseException">The copy is damaged, so the database is.</exception>
    public async Task RunAsync(string target, CancellationToken cancellationToken)
    {
        await using var source = new SqliteConnection(settings.ConnectionString);
        await source.OpenAsync(cancellationToken);
        await using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = target, Pooling = false }.ToString());
        await copy.OpenAsync(cancellationToken);
        source.BackupDatabase(copy);
        await using var command = copy.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (await command.ExecuteScalarAsync(cancellationToken) is not "ok")
            throw new UnusableDatabaseException($"The copy of {File} is damaged, so the database is. Keep the backups that you have.");
    }
}
