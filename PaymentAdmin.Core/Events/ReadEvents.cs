using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Events;

/// <param name="NextCursor">The next <c>after</c>; the same as before when nothing came.</param>
public sealed record EventsPage(IReadOnlyList<OutgoingEvent> Events, bool HasMore, string? NextCursor);

/// <summary>The catch-up feed: by sequence, exclusive. A reader that has seen n misses nothing that is numbered up to n.</summary>
public sealed class ReadEvents(PaymentStore store, TimeProvider clock)
{
    public const int LimitMax = 1000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    /// <summary>Forgets events after 90 days, with what was noted of their delivery.</summary>
    public Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - KeptFor;
        return store.WriteAsync(
            async db =>
            {
                await db.EventDeliveryTries.Where(row => db.EventDeliveries.Any(delivery => delivery.Id == row.DeliveryId && delivery.CreatedAt < before)).ExecuteDeleteAsync(cancellationToken);
                await db.EventDeliveries.Where(row => row.CreatedAt < before).ExecuteDeleteAsync(cancellationToken);
                await db.OutgoingEvents.Where(row => row.CreatedAt < before && !db.EventDeliveries.Any(delivery => delivery.EventId == row.Id)).ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }

    public async Task<Result<EventsPage>> RunAsync(Guid tenantId, Mode mode, string? after, IReadOnlyList<string> types, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > LimitMax)
            return new Problem(Codes.InvalidParameter, $"limit must be from 1 to {LimitMax}.");
        if (types.FirstOrDefault(type => !EventTypes.All.Contains(type)) is { } unknown)
            return new Problem(Codes.InvalidParameter, $"'{unknown}' is no event type.");
        return await store.ReadAsync(db => ReadAsync(db, tenantId, mode, after, types, limit, cancellationToken), cancellationToken);
    }

    private static async Task<Result<EventsPage>> ReadAsync(PaymentDb db, Guid tenantId, Mode mode, string? after, IReadOnlyList<string> types, int limit, CancellationToken cancellationToken)
    {
        var own = db.OutgoingEvents.Where(row => row.TenantId == tenantId && row.Mode == mode);
        long position;
        if (string.IsNullOrEmpty(after))
            position = 0;
        else if (Guid.TryParse(after, out var id) && await own.Where(row => row.Id == id).Select(row => (long?)row.Sequence).FirstOrDefaultAsync(cancellationToken) is { } sequence)
            position = sequence;
        else if (!long.TryParse(after, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out position))
            return new Problem(Codes.InvalidParameter, "after is no event id and no sequence.");

        var wanted = own.Where(row => row.Sequence > position);
        if (types.Count > 0)
            wanted = wanted.Where(row => types.Contains(row.Type));
        var rows = await wanted.OrderBy(row => row.Sequence).Take(limit + 1).ToListAsync(cancellationToken);
        var page = rows.Take(limit).ToList();
        var next = page.Count > 0 ? page[^1].Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture) : after;
        return new EventsPage(page, rows.Count > limit, next);
    }
}
