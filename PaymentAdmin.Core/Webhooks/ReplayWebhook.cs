using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>How far a bulk retry is. <paramref name="Skipped"/>: had moved on meanwhile, so nothing was done about them.</summary>
public sealed record RetryProgress(int Total, int Replayed, int Skipped)
{
    public int Done => Replayed + Skipped;
}

/// <summary>
/// A person has an event taken up again. What it then does is decided as always, and at most once: an event that took effect is refused,
/// and of two who press at once one is told that the other was faster.
/// </summary>
public sealed class ReplayWebhook(PaymentStore store, WebhookSearch search, LiveUpdates updates, TimeProvider clock)
{
    /// <summary>Events of one bulk retry; more are another one.</summary>
    public const int BulkMax = 10_000;

    public Task<Result<bool>> RunAsync(Guid tenantId, Guid eventId, Actor actor, CancellationToken cancellationToken) =>
        Permissions.Missing(actor, Permissions.WebhooksReplay) is { } missing
            ? Task.FromResult<Result<bool>>(missing)
            : store.WriteAsync<bool>(db => TakeUpAsync(db, tenantId, eventId, reason: null, actor, cancellationToken), cancellationToken);

    /// <summary>All events of a filter that can be taken up again, one by one, so that stopping half-way leaves each either done or not.</summary>
    public async IAsyncEnumerable<RetryProgress> RunAllAsync(SearchScope scope, WebhookFilter filter, Actor actor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.WebhooksReplay) is not null)
            yield break;
        var ids = await search.ReplayableAsync(scope, filter, BulkMax, cancellationToken);
        var (replayed, skipped) = (0, 0);
        yield return new RetryProgress(ids.Count, 0, 0);
        foreach (var id in ids)
        {
            if (cancellationToken.IsCancellationRequested)
                yield break;
            var taken = await store.WriteAsync<bool>(db => TakeUpAsync(db, scope.TenantId, id, "bulk retry", actor, cancellationToken), cancellationToken);
            (replayed, skipped) = taken.IsOk ? (replayed + 1, skipped) : (replayed, skipped + 1);
            yield return new RetryProgress(ids.Count, replayed, skipped);
        }
    }

    private async Task<Result<bool>> TakeUpAsync(PaymentDb db, Guid tenantId, Guid eventId, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var received = await db.WebhookEvents.AsNoTracking().FirstOrDefaultAsync(row => row.Id == eventId && row.TenantId == tenantId, cancellationToken);
        if (received is null)
            return new Problem(Codes.NotFound, "No such event.");
        if (await ProcessWebhook.WakeAsync(db, eventId, now, cancellationToken) == 0)
            return received.State == WebhookState.Applied || await db.WebhookEvents.AnyAsync(row => row.Id == eventId && row.State == WebhookState.Applied, cancellationToken)
                ? new Problem(Codes.ChangedMeanwhile, "It has taken effect, and no event does so twice.")
                : new Problem(Codes.ChangedMeanwhile, "It waits to be processed already: somebody was faster.");
        db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "webhook.replayed", "webhook", eventId.ToString(), reason, before: AuditJson.Of(new { state = Words.Of(received.State), received.Outcome })));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "webhook", received.PaymentId)));
        return true;
    }
}
