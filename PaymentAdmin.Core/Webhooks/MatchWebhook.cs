using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>
/// A person says which payment an orphaned event is about. That only names the checkout: what the event then does is decided as always, and
/// money in another amount still waits for a decision. A checkout at another account, or one that is known by another reference, is refused.
/// </summary>
public sealed class MatchWebhook(PaymentStore store, ProcessWebhook process, LiveUpdates updates, TimeProvider clock)
{
    public async Task<Result<bool>> RunAsync(Guid tenantId, Guid eventId, Guid paymentId, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } missing)
            return missing;
        if (Texts.Fault(reason, 255, isRequired: true) is { } fault)
            return Problem.Invalid("reason", fault);
        return await store.WriteAsync<bool>(db => MatchAsync(db, tenantId, eventId, paymentId, reason.Trim(), actor, cancellationToken), cancellationToken);
    }

    private async Task<Result<bool>> MatchAsync(PaymentDb db, Guid tenantId, Guid eventId, Guid paymentId, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var received = await db.WebhookEvents.AsNoTracking().FirstOrDefaultAsync(row => row.Id == eventId && row.TenantId == tenantId, cancellationToken);
        if (received is null)
            return new Problem(Codes.NotFound, "No such event.");
        var payment = await db.LockPaymentAsync(paymentId, cancellationToken);
        if (payment is null || payment.TenantId != tenantId || payment.Mode != received.Mode)
            return new Problem(Codes.PaymentNotFound, $"No such payment in {Words.Of(received.Mode)} mode.");
        if (received.State != WebhookState.Unmatched)
            return new Problem(Codes.ChangedMeanwhile, "The event is without a payment no longer: somebody, or the next try, was faster.") { PaymentId = received.PaymentId };
        var reference = process.Read(received).Reference;
        var attempts = await db.PaymentAttempts.AsNoTracking().Where(row => row.PaymentId == paymentId && row.AccountId == received.AccountId).OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
        if (attempts.Count == 0)
            return new Problem(Codes.ValidationFailed, "The payment has no checkout at the account that this event came to. Money at another account is never accepted by one person.") { PaymentId = paymentId };
        if (attempts.Find(row => reference is null || row.ProviderReference is null || row.ProviderReference == reference) is not { } attempt)
            return new Problem(Codes.ValidationFailed, $"The payment's checkout is known there as {attempts[0].ProviderReference}, the event is about {reference}: they are two checkouts.") { PaymentId = paymentId };
        var now = clock.GetUtcNow();
        if (await db.WebhookEvents.Where(row => row.Id == eventId && row.State == WebhookState.Unmatched).ExecuteUpdateAsync(set => set.SetProperty(row => row.AttemptId, attempt.Id), cancellationToken) == 0
            || await ProcessWebhook.WakeAsync(db, eventId, now, cancellationToken) == 0)
        {
            return new Problem(Codes.ChangedMeanwhile, "The event is without a payment no longer: somebody, or the next try, was faster.");
        }
        db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "webhook.matched", "webhook", eventId.ToString(), reason, after: AuditJson.Of(new { PaymentId = paymentId, AttemptId = attempt.Id })));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "webhook", paymentId)));
        return true;
    }
}
