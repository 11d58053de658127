using System.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Data;

/// <summary>
/// The one way to write: one fresh context, one transaction, one commit. SQLite gets <c>BEGIN IMMEDIATE</c> behind a process-wide gate
/// (a deferred transaction that turns into a writer fails at once, whatever the busy timeout); on both engines a unit that met another
/// writer is run again from the start. Work passed in must therefore touch nothing outside of its context.
/// </summary>
public sealed class PaymentStore(IDbContextFactory<PaymentDb> contexts, WriteGate gate)
{
    private const int TriesMax = 12;

    /// <summary>A short read; nothing is tracked longer than the call.</summary>
    public async Task<T> ReadAsync<T>(Func<PaymentDb, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await read(db);
    }

    /// <summary>Runs <paramref name="work"/>, gives events their sequence, saves and commits. Everything or nothing.</summary>
    public async Task<T> WriteAsync<T>(Func<PaymentDb, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var run = 1; ; run++)
        {
            try
            {
                return await RunOnceAsync(work, cancellationToken);
            }
            catch (Exception exception) when (run < TriesMax && MetAnotherWriter(exception))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(IdSource.Next(4 << Math.Min(run, 6))), cancellationToken);
            }
        }
    }

    /// <summary>The same for work that may refuse half-way (<see cref="RefusedException"/>): rolled back, and the problem returned.</summary>
    public async Task<Result<T>> WriteAsync<T>(Func<PaymentDb, Task<Result<T>>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync<Result<T>>(work, cancellationToken);
        }
        catch (RefusedException refused)
        {
            return refused.Problem;
        }
    }

    public Task WriteAsync(Func<PaymentDb, Task> work, CancellationToken cancellationToken) =>
        WriteAsync(
            async db =>
            {
                await work(db);
                return true;
            },
            cancellationToken);

    /// <summary>The failure is a unique index that another writer met first.</summary>
    public static bool IsUniqueViolation(Exception exception) => exception is DbUpdateException { InnerException: { } inner } && inner switch
    {
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode is 2067 or 1555,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        _ => false,
    };

    private async Task<T> RunOnceAsync<T>(Func<PaymentDb, Task<T>> work, CancellationToken cancellationToken)
    {
        List<Action> afterCommit;
        T result;
        using (await gate.EnterAsync(cancellationToken))
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await using var transaction = await db.Database.BeginTransactionAsync(db.IsPostgres ? IsolationLevel.ReadCommitted : IsolationLevel.Serializable, cancellationToken);
            result = await work(db);
            await db.SaveChangesAsync(cancellationToken);
            await TellAsync(db, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            afterCommit = db.AfterCommit;
        }
        foreach (var action in afterCommit)
            action();
        return result;
    }

    /// <summary>
    /// Sequences are taken last and in a fixed order; the counter's row stays locked until the commit, so a reader
    /// who has seen n never meets a smaller one later.
    /// </summary>
    private static async Task TellAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        if (db.ToTell.Count == 0)
            return;
        foreach (var group in db.ToTell.GroupBy(told => (told.TenantId, told.Mode)).OrderBy(group => group.Key.TenantId).ThenBy(group => group.Key.Mode))
        {
            var next = await EventCounterRow.TakeAsync(db, group.Key.TenantId, group.Key.Mode, group.Count(), cancellationToken) - group.Count();
            foreach (var told in group)
                told.Sequence = ++next;
        }
        db.OutgoingEvents.AddRange(db.ToTell);
        await db.SaveChangesAsync(cancellationToken);
    }

    private static bool MetAnotherWriter(Exception exception) => exception switch
    {
        DbUpdateConcurrencyException => true,
        DbUpdateException when IsUniqueViolation(exception) => true,
        DbUpdateException { InnerException: { } inner } => MetAnotherWriter(inner),
        SqliteException sqlite => sqlite.SqliteErrorCode is 5 or 6,
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.LockNotAvailable,
        InvalidOperationException { InnerException: { } inner } => MetAnotherWriter(inner),
        _ => false,
    };
}

/// <summary>One writer at a time in this process on SQLite; open on PostgreSQL.</summary>
public sealed class WriteGate(bool isSingleWriter) : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(1, 1);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (!isSingleWriter)
            return Pass.Free;
        await semaphore.WaitAsync(cancellationToken);
        return new Pass(semaphore);
    }

    public void Dispose() => semaphore.Dispose();

    private sealed class Pass(SemaphoreSlim? semaphore) : IDisposable
    {
        public static readonly Pass Free = new(null);

        public void Dispose() => semaphore?.Release();
    }
}

/// <summary>The counter behind event sequences.</summary>
internal static class EventCounterRow
{
    /// <summary>Takes <paramref name="count"/> numbers and returns the last of them.</summary>
    public static async Task<long> TakeAsync(PaymentDb db, Guid tenantId, Mode mode, int count, CancellationToken cancellationToken)
    {
        var word = Words.Of(mode);
        var taken = await db.Database.SqlQuery<long>(
            $"""
             INSERT INTO event_counters (tenant_id, mode, last_sequence) VALUES ({tenantId}, {word}, {count})
             ON CONFLICT (tenant_id, mode) DO UPDATE SET last_sequence = event_counters.last_sequence + excluded.last_sequence
             RETURNING last_sequence AS "Value"
             """).ToListAsync(cancellationToken);
        return taken[0];
    }
}

/// <summary>Row locks, where the engine has them; SQLite's single writer needs none.</summary>
public static class RowLocks
{
    /// <summary>Loads a payment for change: on PostgreSQL its row is locked first, so that what is read is what will be changed.</summary>
    public static async Task<Payment?> LockPaymentAsync(this PaymentDb db, Guid paymentId, CancellationToken cancellationToken)
    {
        if (db.IsPostgres)
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM payments WHERE id = {paymentId} FOR UPDATE", cancellationToken);
        return await db.Payments.FirstOrDefaultAsync(payment => payment.Id == paymentId, cancellationToken);
    }

    /// <summary>The time that leases are measured by: the database's where instances share one, else this process's.</summary>
    public static async Task<DateTimeOffset> NowAsync(this PaymentDb db, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!db.IsPostgres || clock != TimeProvider.System)
            return clock.GetUtcNow();
        var now = await db.Database.SqlQuery<DateTime>($"""SELECT clock_timestamp() AS "Value" """).SingleAsync(cancellationToken);
        return new DateTimeOffset(DateTime.SpecifyKind(now, DateTimeKind.Utc));
    }

    /// <summary>Lets only one transaction at a time pass with this name, until it ends: for checks that no unique index can make.</summary>
    public static async Task LockNameAsync(this PaymentDb db, string name, CancellationToken cancellationToken)
    {
        if (!db.IsPostgres)
            return;
        var key = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({key})", cancellationToken);
    }
}
