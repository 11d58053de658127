using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Events;

namespace PaymentAdmin.Core.Payments;

/// <summary>Something that happened to a payment: a machine word, a sentence, a line of evidence, and who.</summary>
/// <param name="Type">"payment.succeeded", "refund.requested", "evidence", "note", "event.delivered".</param>
/// <param name="Source">Which way the fact came, where it is one.</param>
public sealed record TimelineItem(Guid Id, DateTimeOffset At, string Type, string Text, string? Detail, string Actor, ObservationSource? Source);

/// <summary>A payment's story, newest first: notes, changes of status that left none, and what the tenant's backend was told.</summary>
public static class PaymentTimeline
{
    private const int ItemsMax = 300;

    public static async Task<List<TimelineItem>> ReadAsync(PaymentDb db, Guid paymentId, CancellationToken cancellationToken)
    {
        var notes = await db.PaymentNotes.AsNoTracking().Where(note => note.PaymentId == paymentId)
            .OrderByDescending(note => note.At).ThenByDescending(note => note.Id).Take(ItemsMax)
            .Select(note => new TimelineItem(note.Id, note.At, note.Type, note.Text, note.Detail, note.Actor, note.Source))
            .ToListAsync(cancellationToken);
        var transitions = await db.PaymentTransitions.AsNoTracking().Where(transition => transition.PaymentId == paymentId)
            .OrderBy(transition => transition.Sequence).Select(transition => new { transition.Id, transition.At, transition.ToStatus, transition.Cause }).ToListAsync(cancellationToken);
        var deliveries = await (
            from delivery in db.EventDeliveries.AsNoTracking()
            join outgoing in db.OutgoingEvents on delivery.EventId equals outgoing.Id
            where delivery.PaymentId == paymentId
            orderby delivery.Sequence descending
            select new { delivery.Id, outgoing.Type, delivery.State, delivery.Attempts, delivery.CreatedAt, delivery.DeliveredAt, delivery.NextAttemptAt, Answer = db.EventDeliveryTries.Where(one => one.DeliveryId == delivery.Id).OrderByDescending(one => one.Number).Select(one => new { one.HttpStatus, one.Error }).FirstOrDefault() })
            .Take(50).ToListAsync(cancellationToken);

        // A change of status is told by the note that was written with it; imported rows have none.
        var told = notes.Select(note => (note.Type, note.At)).ToHashSet();
        var items = notes.Concat(transitions
            .Select(transition => new TimelineItem(transition.Id, transition.At, "payment." + Words.Of(transition.ToStatus), SentenceOf(transition.ToStatus), null, Words.Of(transition.Cause), transition.Cause))
            .Where(item => !told.Contains((item.Type, item.At))));
        items = items.Concat(deliveries.Select(delivery => delivery.State switch
        {
            DeliveryState.Delivered => new TimelineItem(delivery.Id, delivery.DeliveredAt ?? delivery.CreatedAt, "event.delivered", $"Your backend was told: {delivery.Type}", $"Delivered at the {Ordinal(delivery.Attempts)} try{StatusOf(delivery.Answer?.HttpStatus)}.", "events", null),
            DeliveryState.GivenUp => new TimelineItem(delivery.Id, delivery.CreatedAt, "event.given_up", $"Your backend could not be told: {delivery.Type}", $"Given up after {delivery.Attempts.ToString(CultureInfo.InvariantCulture)} tries{StatusOf(delivery.Answer?.HttpStatus)}.", "events", null),
            _ => new TimelineItem(delivery.Id, delivery.CreatedAt, "event.pending", $"Your backend is being told: {delivery.Type}", delivery.Attempts == 0 ? null : $"{delivery.Attempts.ToString(CultureInfo.InvariantCulture)} tries so far{StatusOf(delivery.Answer?.HttpStatus)}.", "events", null),
        }));
        return [.. items.OrderByDescending(item => item.At).ThenByDescending(item => item.Id)];
    }

    private static string StatusOf(int? status) => status is { } code ? $", answered {code.ToString(CultureInfo.InvariantCulture)}" : "";

    private static string Ordinal(int number) => number switch { <= 1 => "first", 2 => "second", 3 => "third", var n => n.ToString(CultureInfo.InvariantCulture) + "th" };

    private static string SentenceOf(PaymentStatus status) => status switch
    {
        PaymentStatus.Created => "Payment created",
        PaymentStatus.Pending => "Waits for the payer",
        PaymentStatus.InReview => "Held for review",
        PaymentStatus.Succeeded => "Paid",
        PaymentStatus.Failed => "Failed",
        PaymentStatus.Cancelled => "Cancelled",
        PaymentStatus.Expired => "Expired",
        _ => Words.Of(status),
    };
}
