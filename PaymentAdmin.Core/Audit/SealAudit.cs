using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Audit;

/// <param name="Entries">Sealed entries that were read.</param>
public sealed record AuditVerdict(bool Ok, long Entries, long? FirstBadSequence, string? Reason);

/// <summary>
/// Chains audit entries: each carries the hash of the one before it. Entries are appended unsealed in the transaction of their change and
/// sealed in order by one owner at a time, so that appending never waits for a global lock (docs/decisions/0006-audit-sealing.md).
/// </summary>
public sealed class SealAudit(PaymentStore store, FailPoints failPoints)
{
    public const string Genesis = "genesis";
    private const int BatchSize = 500;

    /// <summary>Seals what has not been sealed; true when there was something.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken) =>
        await store.ReadAsync(db => db.AuditEntries.AnyAsync(entry => entry.Sequence == null, cancellationToken), cancellationToken)
        && await store.WriteAsync(
            async db =>
            {
                await db.LockNameAsync("audit-seal", cancellationToken);
                var head = await db.AuditEntries.AsNoTracking().Where(entry => entry.Sequence != null).OrderByDescending(entry => entry.Sequence).Select(entry => new { entry.Sequence, entry.Hash }).FirstOrDefaultAsync(cancellationToken);
                var open = await db.AuditEntries.Where(entry => entry.Sequence == null).OrderBy(entry => entry.Id).Take(BatchSize).ToListAsync(cancellationToken);
                var sequence = head?.Sequence ?? 0;
                var previous = head?.Hash ?? Genesis;
                foreach (var entry in open)
                {
                    var hash = HashOf(previous, ++sequence, entry);
                    entry.Seal(sequence, previous, hash);
                    previous = hash;
                }
                await db.SaveChangesAsync(cancellationToken);
                await failPoints.HitAsync("audit.appended");
                return open.Count > 0;
            },
            cancellationToken);

    /// <summary>Recomputes the chain from its start and names the first entry that does not fit.</summary>
    public async Task<AuditVerdict> VerifyAsync(CancellationToken cancellationToken)
    {
        while (await RunOnceAsync(cancellationToken))
        {
        }
        return await store.ReadAsync(db => VerifyAsync(db, cancellationToken), cancellationToken);
    }

    private static async Task<AuditVerdict> VerifyAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        var previous = Genesis;
        long expected = 1;
        await foreach (var entry in db.AuditEntries.AsNoTracking().Where(row => row.Sequence != null).OrderBy(row => row.Sequence).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (entry.Sequence != expected)
                return new AuditVerdict(false, expected - 1, expected, $"Entry {expected} is missing.");
            if (entry.PreviousHash != previous)
                return new AuditVerdict(false, expected - 1, expected, $"Entry {expected} does not follow the one before it.");
            var hash = HashOf(previous, expected, entry);
            if (entry.Hash != hash)
                return new AuditVerdict(false, expected - 1, expected, $"Entry {expected} was changed after it was sealed.");
            previous = hash;
            expected++;
        }
        return new AuditVerdict(true, expected - 1, null, null);
    }

    /// <summary>Every member takes part, each with its length, so that nothing can be moved from one to the next.</summary>
    private static string HashOf(string previous, long sequence, AuditEntry entry)
    {
        var text = new StringBuilder(512);
        foreach (var part in (string?[])[previous, $"{sequence}", $"{entry.Id}", entry.TenantId?.ToString(), $"{entry.At.UtcTicks}", Words.Of(entry.ActorKind), entry.ActorId, entry.ActorName, entry.Action, entry.Entity, entry.EntityId, entry.Reason, entry.Before, entry.After, entry.RequestId, entry.RemoteIp])
            text.Append(part?.Length ?? -1).Append(':').Append(part).Append('|');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
