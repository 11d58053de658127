using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Events;

/// <summary>Delivers events to an endpoint once more, now; the earlier tries stay in the log. One that is due already is not sent twice.</summary>
public sealed class ResendEvents(PaymentStore store, LiveUpdates updates, TimeProvider clock)
{
    /// <summary>Deliveries of one request; more are another one.</summary>
    public const int Max = 10_000;

    /// <summary>Answers how many deliveries are due again.</summary>
    public async Task<Result<int>> RunAsync(Guid tenantId, Mode mode, Guid endpointId, long fromSequence, long toSequence, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.WebhooksReplay) is { } missing)
            return missing;
        if (fromSequence < 1 || toSequence < fromSequence)
            return Problem.Invalid("to_sequence", "the range runs from a sequence to the same or a later one");
        if (toSequence - fromSequence >= Max)
            return Problem.Invalid("to_sequence", $"at most {Max} events are sent again at a time");
        return await store.WriteAsync<int>(
            async db =>
            {
                var endpoint = await db.EventEndpoints.AsNoTracking().FirstOrDefaultAsync(row => row.Id == endpointId && row.TenantId == tenantId && row.Mode == mode, cancellationToken);
                if (endpoint is null)
                    return new Problem(Codes.NotFound, "No such endpoint.");
                if (!endpoint.IsEnabled)
                    return 0;
                var now = clock.GetUtcNow();
                var count = await db.EventDeliveries.Where(row => row.EndpointId == endpointId && row.Sequence >= fromSequence && row.Sequence <= toSequence && (row.State != DeliveryState.Pending || row.NextAttemptAt > now))
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, DeliveryState.Pending).SetProperty(row => row.Attempts, 0).SetProperty(row => row.NextAttemptAt, now).SetProperty(row => row.LeaseUntil, (DateTimeOffset?)null), cancellationToken);
                if (count > 0)
                    db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "event_endpoint.resent", "event_endpoint", endpointId.ToString(), after: AuditJson.Of(new { FromSequence = fromSequence, ToSequence = toSequence, Deliveries = count })));
                db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "delivery", null)));
                return count;
            },
            cancellationToken);
    }
}
