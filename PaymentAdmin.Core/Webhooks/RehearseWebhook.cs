using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>A payment at one moment of a rehearsal.</summary>
public sealed record RehearsedPayment(Guid Id, string OrderReference, PaymentStatus Status, long ReceivedMinor, long RefundedMinor, string Currency, PaymentExceptions Exceptions);

/// <summary>What an event would do if it were processed now. Nothing of it has happened.</summary>
/// <param name="Before">Null when it would find no payment.</param>
/// <param name="Tells">Types of the events that the tenant's backend would be told.</param>
/// <param name="Fault">The processing would fail, with this kind of fault.</param>
public sealed record RehearsedWebhook(WebhookState State, IntegrityVerdict Integrity, string? Outcome, RehearsedPayment? Before, RehearsedPayment? After, IReadOnlyList<string> Tells, string? Fault)
{
    public bool ChangesNothing => Fault is null && Before == After && Tells.Count == 0;
}

/// <summary>
/// The dry run: processes an event for real, by the same code, in a transaction that is always rolled back. No provider is asked, nobody is
/// told, no worker is woken.
/// </summary>
public sealed class RehearseWebhook(PaymentStore store, ProcessWebhook process)
{
    private static readonly Problem RolledBack = new(Codes.ChangedMeanwhile, "A rehearsal is rolled back.");

    public async Task<Result<RehearsedWebhook>> RunAsync(Guid tenantId, Guid eventId, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.WebhooksRead) is { } missing)
            return missing;
        RehearsedWebhook? rehearsed = null;
        Guid? paymentId = null;
        Result<bool> ended = await store.WriteAsync<bool>(
            async db =>
            {
                if (!await db.WebhookEvents.AnyAsync(row => row.Id == eventId && row.TenantId == tenantId, cancellationToken))
                    return new Problem(Codes.NotFound, "No such event.");
                (rehearsed, paymentId) = await PlayAsync(db, eventId, cancellationToken);
                throw new RefusedException(RolledBack);
            },
            cancellationToken);
        if (rehearsed is null)
            return ended.Problem!;
        // Read again after the rollback: this is how it was, and is.
        return paymentId is { } id ? rehearsed with { Before = await store.ReadAsync(db => PaymentAsync(db, id, cancellationToken), cancellationToken) } : rehearsed;
    }

    private async Task<(RehearsedWebhook Rehearsed, Guid? PaymentId)> PlayAsync(PaymentDb db, Guid eventId, CancellationToken cancellationToken)
    {
        await db.WebhookApplications.Where(row => row.EventId == eventId).ExecuteDeleteAsync(cancellationToken);
        await db.WebhookEvents.Where(row => row.Id == eventId).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, WebhookState.Pending).SetProperty(row => row.LeaseToken, row => row.LeaseToken + 1), cancellationToken);
        var token = await db.WebhookEvents.Where(row => row.Id == eventId).Select(row => row.LeaseToken).SingleAsync(cancellationToken);
        try
        {
            await process.ProcessAsync(db, eventId, token, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or DbException or DbUpdateException))
        {
            // Whatever a body makes the reader throw: the worker would put the event off, and aside in the end.
            return (new RehearsedWebhook(WebhookState.Pending, IntegrityVerdict.Unchecked, null, null, null, [], exception.GetType().Name), null);
        }
        var received = await db.WebhookEvents.AsNoTracking().SingleAsync(row => row.Id == eventId, cancellationToken);
        var after = received.PaymentId is { } id ? await PaymentAsync(db, id, cancellationToken) : null;
        return (new RehearsedWebhook(received.State, received.Integrity, received.Outcome, Before: null, after, [.. db.ToTell.Select(told => told.Type).Distinct()], Fault: null), received.PaymentId);
    }

    private static Task<RehearsedPayment?> PaymentAsync(PaymentDb db, Guid id, CancellationToken cancellationToken) =>
        db.Payments.AsNoTracking().Where(row => row.Id == id).Select(row => new RehearsedPayment(row.Id, row.OrderReference, row.Status, row.ReceivedMinor, row.RefundedMinor, row.Currency, row.Exceptions)).FirstOrDefaultAsync(cancellationToken);
}
