using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Events;

/// <summary>One page of an endpoint's deliveries, newest first. <paramref name="OlderBefore"/>: the sequence that the next page ends before; null on the last one.</summary>
public sealed record DeliveryPage(IReadOnlyList<DeliveryLog> Rows, long? OlderBefore, bool IsNewest);

/// <summary>An endpoint with what its deliveries come to.</summary>
/// <param name="Behind">Events that have no delivery made out yet.</param>
public sealed record EndpointSummary(EventEndpoint Endpoint, CappedCount Waiting, CappedCount GivenUp, DateTimeOffset? LastDeliveredAt, DateTimeOffset? NextAttemptAt, long Behind);

/// <summary>Reads endpoints and deliveries for the portal, bounded: by sequence within one endpoint.</summary>
public sealed class DeliverySearch(PaymentStore store)
{
    public const int PageSize = 50;

    public Task<List<EndpointSummary>> EndpointsAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var summaries = new List<EndpointSummary>();
            var last = await db.EventCounters.Where(row => row.TenantId == tenantId && row.Mode == mode).Select(row => row.LastSequence).FirstOrDefaultAsync(cancellationToken);
            foreach (var endpoint in await db.EventEndpoints.Where(row => row.TenantId == tenantId && row.Mode == mode).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken))
            {
                var own = db.EventDeliveries.Where(row => row.EndpointId == endpoint.Id);
                var waiting = own.Where(row => row.State == DeliveryState.Pending);
                summaries.Add(new EndpointSummary(
                    endpoint,
                    await CappedAsync(waiting, cancellationToken),
                    await CappedAsync(own.Where(row => row.State == DeliveryState.GivenUp), cancellationToken),
                    await own.Where(row => row.State == DeliveryState.Delivered).OrderByDescending(row => row.Sequence).Select(row => row.DeliveredAt).FirstOrDefaultAsync(cancellationToken),
                    await waiting.OrderBy(row => row.NextAttemptAt).Select(row => row.NextAttemptAt).FirstOrDefaultAsync(cancellationToken),
                    last - endpoint.EnqueuedSequence));
            }
            return summaries;
        },
        cancellationToken);

    /// <param name="before">Only sequences below it; null: from the newest on.</param>
    public Task<Result<DeliveryPage>> PageAsync(Guid tenantId, Mode mode, Guid endpointId, DeliveryState? state, long? before, CancellationToken cancellationToken) => store.ReadAsync<Result<DeliveryPage>>(
        async db =>
        {
            if (!await db.EventEndpoints.AnyAsync(row => row.Id == endpointId && row.TenantId == tenantId && row.Mode == mode, cancellationToken))
                return new Problem(Codes.NotFound, "No such endpoint.");
            var own = db.EventDeliveries.Where(row => row.EndpointId == endpointId);
            if (state is { } wanted)
                own = own.Where(row => row.State == wanted);
            if (before is { } end)
                own = own.Where(row => row.Sequence < end);
            var rows = await own.OrderByDescending(row => row.Sequence).Take(PageSize + 1)
                .Join(db.OutgoingEvents, delivery => delivery.EventId, told => told.Id, (delivery, told) => new { Delivery = delivery, told.Type }).ToListAsync(cancellationToken);
            rows.Sort((a, b) => b.Delivery.Sequence.CompareTo(a.Delivery.Sequence));
            var hasMore = rows.Count > PageSize;
            if (hasMore)
                rows.RemoveAt(PageSize);
            var shown = rows.ConvertAll(row => row.Delivery.Id);
            var tries = await db.EventDeliveryTries.Where(row => shown.Contains(row.DeliveryId)).OrderBy(row => row.At).ToListAsync(cancellationToken);
            return new DeliveryPage(rows.ConvertAll(row => new DeliveryLog(row.Delivery, row.Type, tries.FindAll(attempt => attempt.DeliveryId == row.Delivery.Id))), hasMore ? rows[^1].Delivery.Sequence : null, before is null);
        },
        cancellationToken);

    private static async Task<CappedCount> CappedAsync(IQueryable<EventDelivery> rows, CancellationToken cancellationToken) => new(await rows.OrderByDescending(row => row.Sequence).Take(CappedCount.CountMax + 1).CountAsync(cancellationToken));
}
