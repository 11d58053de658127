using System.Data.Common;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Webhooks;

public enum StoredEvent
{
    New,

    /// <summary>The same event was here already.</summary>
    Known,

    /// <summary>Not stored: the queue is full, or the database refused.</summary>
    NotStored,
}

/// <summary>
/// Puts deliveries into the database: one bounded queue, one writer, natural batches. A batch is what has arrived while the last one was
/// being synced, so nobody waits for a timer and one sync serves many. A batch that fails is replayed row by row: a poison row costs itself only.
/// </summary>
public sealed partial class InboxWriter(IDbContextFactory<PaymentDb> contexts, WriteGate gate, LiveUpdates updates, ILogger<InboxWriter> logger)
{
    private const int BatchMax = 200;
    private const int QueueMax = 4096;

    private static readonly string[] Columns =
    [
        "id", "tenant_id", "account_id", "provider", "mode", "kind", "dedupe_key", "body", "body_sha256", "headers_json", "remote_ip", "received_at",
        "source_verdict", "attempt_id", "refund_id", "event_type", "provider_reference", "state", "integrity", "attempts", "crashes", "next_attempt_at", "lease_token", "duplicates",
    ];

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(QueueMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Completes when the row is durable. Never earlier.</summary>
    public async Task<StoredEvent> WriteAsync(WebhookEvent received, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(received);
        if (!queue.Writer.TryWrite(waiting))
            return StoredEvent.NotStored;
        return await waiting.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The writer's loop; ends when asked to, after the queue is drained.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var registration = stopping.Register(() => queue.Writer.TryComplete());
        var batch = new List<Waiting>(BatchMax);
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < BatchMax && queue.Reader.TryRead(out var waiting))
                batch.Add(waiting);
            await WriteBatchAsync(batch);
        }
    }

    private async Task WriteBatchAsync(List<Waiting> batch)
    {
        try
        {
            var stored = await InsertAsync(batch.ConvertAll(waiting => waiting.Event));
            foreach (var waiting in batch)
                waiting.Done.TrySetResult(stored.Contains(waiting.Event.Id) ? StoredEvent.New : StoredEvent.Known);
            updates.Tell(new LiveUpdate(null, "webhook", null));
        }
        catch (Exception exception) when (batch.Count > 1 && exception is DbException or InvalidOperationException or TimeoutException)
        {
            LogBatchFailed(logger, batch.Count, exception);
            foreach (var waiting in batch)
                await WriteBatchAsync([waiting]);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogRowFailed(logger, exception);
            foreach (var waiting in batch)
                waiting.Done.TrySetResult(StoredEvent.NotStored);
        }
    }

    /// <summary>One transaction; answers the ids that are new. Known events count a duplicate.</summary>
    private async Task<HashSet<Guid>> InsertAsync(List<WebhookEvent> events)
    {
        using (await gate.EnterAsync(CancellationToken.None))
        {
            await using var db = await contexts.CreateDbContextAsync();
            await db.Database.OpenConnectionAsync();
            var connection = db.Database.GetDbConnection();
            await using var transaction = await connection.BeginTransactionAsync();
            var added = connection is NpgsqlConnection postgres ? await InsertPostgresAsync(postgres, events) : await InsertRowsAsync(connection, transaction, events);
            await transaction.CommitAsync();
            return added;
        }
    }

    private static async Task<HashSet<Guid>> InsertRowsAsync(DbConnection connection, DbTransaction transaction, List<WebhookEvent> events)
    {
        var added = new HashSet<Guid>();
        await using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO webhook_events ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select(column => "@" + column))}) ON CONFLICT (account_id, dedupe_key) DO NOTHING";
        foreach (var column in Columns)
            insert.Parameters.Add(Parameter(insert, column));
        await using var again = connection.CreateCommand();
        again.Transaction = transaction;
        again.CommandText = "UPDATE webhook_events SET duplicates = duplicates + 1 WHERE account_id = @account_id AND dedupe_key = @dedupe_key";
        again.Parameters.Add(Parameter(again, "account_id"));
        again.Parameters.Add(Parameter(again, "dedupe_key"));
        foreach (var received in events)
        {
            var values = Values(received);
            for (var i = 0; i < Columns.Length; i++)
                insert.Parameters[i].Value = values[i] ?? DBNull.Value;
            if (await insert.ExecuteNonQueryAsync() == 1)
            {
                added.Add(received.Id);
                continue;
            }
            again.Parameters[0].Value = received.AccountId;
            again.Parameters[1].Value = received.DedupeKey;
            await again.ExecuteNonQueryAsync();
        }
        return added;
    }

    /// <summary>The same as one statement over arrays: one round trip for the whole batch.</summary>
    private static async Task<HashSet<Guid>> InsertPostgresAsync(NpgsqlConnection connection, List<WebhookEvent> events)
    {
        var rows = events.ConvertAll(Values);
        // Sorted by the unique key, so that two instances with the same deliveries never wait for each other in a circle.
        rows.Sort((a, b) => string.CompareOrdinal($"{a[2]}{a[6]}", $"{b[2]}{b[6]}"));
        await using var insert = connection.CreateCommand();
        insert.CommandText = $"INSERT INTO webhook_events ({string.Join(", ", Columns)}) SELECT * FROM unnest({string.Join(", ", Columns.Select((_, i) => "$" + (i + 1)))}) ON CONFLICT (account_id, dedupe_key) DO UPDATE SET duplicates = webhook_events.duplicates + 1 RETURNING id, duplicates";
        // ON CONFLICT DO UPDATE may touch a row once only: repeats inside the batch are dropped here.
        var unique = rows.DistinctBy(row => (row[2], row[6])).ToList();
        for (var i = 0; i < Columns.Length; i++)
            insert.Parameters.Add(new NpgsqlParameter { Value = ArrayOf(unique, i), NpgsqlDbType = NpgsqlDbType.Array | TypeOf(Columns[i]) });
        var added = new HashSet<Guid>();
        await using var reader = await insert.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            if (reader.GetInt32(1) == 0)
                added.Add(reader.GetGuid(0));
        }
        return added;
    }

    private static object?[] Values(WebhookEvent received) =>
    [
        received.Id, received.TenantId, received.AccountId, received.Provider, Words.Of(received.Mode), received.Kind, received.DedupeKey, received.Body, received.BodySha256, received.HeadersJson, received.RemoteIp,
        received.ReceivedAt.UtcTicks, received.SourceVerdict, received.AttemptId, received.RefundId, received.EventType, received.ProviderReference, Words.Of(received.State), Words.Of(received.Integrity), received.Attempts, received.Crashes,
        received.NextAttemptAt?.UtcTicks, received.LeaseToken, received.Duplicates,
    ];

    private static NpgsqlDbType TypeOf(string column) => column switch
    {
        "id" or "tenant_id" or "account_id" or "attempt_id" or "refund_id" => NpgsqlDbType.Uuid,
        "body" => NpgsqlDbType.Bytea,
        "received_at" or "next_attempt_at" or "lease_token" => NpgsqlDbType.Bigint,
        "attempts" or "crashes" or "duplicates" => NpgsqlDbType.Integer,
        _ => NpgsqlDbType.Text,
    };

    private static Array ArrayOf(List<object?[]> rows, int column) => TypeOf(Columns[column]) switch
    {
        NpgsqlDbType.Uuid => rows.Select(row => (Guid?)row[column]).ToArray(),
        NpgsqlDbType.Bytea => rows.Select(row => (byte[]?)row[column]).ToArray(),
        NpgsqlDbType.Bigint => rows.Select(row => (long?)row[column]).ToArray(),
        NpgsqlDbType.Integer => rows.Select(row => (int?)row[column]).ToArray(),
        _ => rows.Select(row => (string?)row[column]).ToArray(),
    };

    private static DbParameter Parameter(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        return parameter;
    }

    [LoggerMessage(EventId = 410, Level = LogLevel.Warning, Message = "A batch of {Count} deliveries could not be stored together; they are stored one by one")]
    private static partial void LogBatchFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(EventId = 411, Level = LogLevel.Error, Message = "A delivery could not be stored; the provider was asked to come again")]
    private static partial void LogRowFailed(ILogger logger, Exception exception);

    private sealed class Waiting(WebhookEvent received)
    {
        public WebhookEvent Event { get; } = received;

        public TaskCompletionSource<StoredEvent> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
