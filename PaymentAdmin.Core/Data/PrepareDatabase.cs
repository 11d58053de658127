using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Data;

/// <summary>
/// Makes the database ready at the start of a server and of every verb: the schema of this build and the tenant <c>default</c>; a server
/// also looks whether a SQLite file is sound. Several processes may do so at once.
/// </summary>
public sealed partial class PrepareDatabase(IDbContextFactory<PaymentDb> contexts, PaymentStore store, DatabaseSettings settings, IdSource ids, TimeProvider clock, FailPoints failPoints, ILogger<PrepareDatabase> logger)
{
    /// <param name="checksFile">Reads a SQLite file through, which takes a second per gigabyte or so.</param>
    /// <exception cref="UnusableDatabaseException">The database cannot be used; the message is for the operator.</exception>
    public async Task RunAsync(bool checksFile, CancellationToken cancellationToken)
    {
        try
        {
            if (SqliteFile is { } file)
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file)) ?? ".");
            if (checksFile)
                await CheckFileAsync(cancellationToken);
            await MigrateAsync(cancellationToken);
        }
        catch (DbException exception)
        {
            throw new UnusableDatabaseException($"The database cannot be opened ({Place}): {exception.Message}", exception);
        }
        await EnsureDefaultTenantAsync(cancellationToken);
    }

    /// <summary>Path of the SQLite file; null on PostgreSQL and for databases in memory.</summary>
    public string? SqliteFile => FileOf(settings);

    public static string? FileOf(DatabaseSettings settings)
    {
        if (settings.Provider != DatabaseProvider.Sqlite)
            return null;
        var connection = new SqliteConnectionStringBuilder(settings.ConnectionString);
        return connection.Mode == SqliteOpenMode.Memory || connection.DataSource is "" or ":memory:" ? null : connection.DataSource;
    }

    private string Place => SqliteFile ?? "Database:ConnectionString";

    private async Task CheckFileAsync(CancellationToken cancellationToken)
    {
        if (SqliteFile is not { } file || !File.Exists(file))
            return;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var verdicts = await db.Database.SqlQuery<string>($"SELECT quick_check AS Value FROM pragma_quick_check(5)").ToListAsync(cancellationToken);
        if (verdicts is not ["ok"])
            throw new UnusableDatabaseException($"The database {file} is damaged ({string.Join("; ", verdicts)}). Restore it from a backup; it was not opened for writing.");
    }

    /// <summary>
    /// One process at a time, from the list of steps to the last of them: EF takes "migrate to this step" for "take the later ones back" when another
    /// process has gone further meanwhile. EF's own lock covers single steps, and on SQLite it is a row that a killed process leaves behind for ever;
    /// whoever holds ours removes such a left-over.
    /// </summary>
    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
            return;
        using var turn = SqliteFile is { } file ? await FileLock.WaitAsync(file + ".migrate.lock", clock, cancellationToken) : null;
        if (turn is not null)
            await db.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        await using var door = await contexts.CreateDbContextAsync(cancellationToken);
        if (door.IsPostgres)
            await HoldDoorAsync(door, cancellationToken);
        foreach (var step in (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList())
        {
            await db.Database.MigrateAsync(step, cancellationToken);
            LogMigrated(step);
            await failPoints.HitAsync("migrate.step");
        }
    }

    /// <summary>Until the context goes, or its process does.</summary>
    private static async Task HoldDoorAsync(PaymentDb door, CancellationToken cancellationToken)
    {
        var server = door.GetService<IRelationalDatabaseCreator>();
        try
        {
            if (!await server.ExistsAsync(cancellationToken))
                await server.CreateAsync(cancellationToken);
        }
        catch (DbException exception) when (exception.SqlState is "42P04" or "23505")
        {
            // Somebody else has made it in this moment.
        }
        await door.Database.BeginTransactionAsync(cancellationToken);
        await door.LockNameAsync("migrate", cancellationToken);
    }

    private Task EnsureDefaultTenantAsync(CancellationToken cancellationToken) => store.WriteAsync(
        async db =>
        {
            if (await db.Tenants.AnyAsync(tenant => tenant.Slug == Tenant.DefaultSlug, cancellationToken))
                return;
            db.Tenants.Add(new Tenant
            {
                Id = ids.NewId(),
                Slug = Tenant.DefaultSlug,
                Name = "Default",
                TimeZone = "Asia/Almaty",
                Currency = "KZT",
                CreatedAt = clock.GetUtcNow(),
            });
        },
        cancellationToken);

    [LoggerMessage(1001, LogLevel.Debug, "The database was migrated to {Migration}.")]
    private partial void LogMigrated(string migration);
}

/// <summary>The database cannot be used as it is; the message tells the operator what to do.</summary>
public sealed class UnusableDatabaseException(string message, Exception? inner = null) : Exception(message, inner);
