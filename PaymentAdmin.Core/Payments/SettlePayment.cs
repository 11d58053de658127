using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// What a caller or an operator does to a payment that is not final: ask the provider now, cancel it, name the provider's reference
/// of an attempt whose answer was lost, or decide about money that came differently. Each ends in <see cref="ApplyObservation"/>.
/// </summary>
public sealed class SettlePayment(PaymentStore store, ReconcilePayments reconcile, CloseAttempt close, ApplyObservation apply, AskApproval approvals, TimeProvider clock)
{
    /// <summary>Between two questions about one payment, whoever asks.</summary>
    public static readonly TimeSpan AskAtMostEvery = TimeSpan.FromSeconds(5);

    /// <summary>Asks the provider about every open attempt, at most once per 5 s and payment; answers from our state otherwise.</summary>
    public async Task<Result<bool>> VerifyAsync(Guid tenantId, Mode? mode, Guid paymentId, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsRead) is { } missing)
            return missing;
        Result<List<Guid>> due = await store.WriteAsync<List<Guid>>(
            async db =>
            {
                var payment = await db.LockPaymentAsync(paymentId, cancellationToken);
                if (payment is null || payment.TenantId != tenantId || (mode is not null && payment.Mode != mode))
                    return new Problem(Codes.PaymentNotFound, "No such payment.");
                var now = clock.GetUtcNow();
                if (payment.AskedAt > now - AskAtMostEvery)
                    return new List<Guid>();
                payment.MarkAsked(now);
                return await db.PaymentAttempts.Where(row => row.PaymentId == paymentId && row.Status != AttemptStatus.Succeeded && row.Status != AttemptStatus.Created).OrderByDescending(row => row.CreatedAt).Take(5).Select(row => row.Id).ToListAsync(cancellationToken);
            },
            cancellationToken);
        if (!due.IsOk)
            return due.Problem!;
        var asked = false;
        foreach (var attemptId in due.Value)
            asked |= await reconcile.AskNowAsync(attemptId, actor, cancellationToken) is not null;
        return asked;
    }

    /// <summary>
    /// Closes open attempts at the provider where it can, then cancels. Where it cannot, the payment is cancelled and still watched:
    /// late money makes it succeeded, flagged as late.
    /// </summary>
    public async Task<Result<bool>> CancelAsync(Guid tenantId, Mode? mode, Guid paymentId, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsWrite) is { } missing)
            return missing;
        var payment = await store.ReadAsync(db => db.Payments.FirstOrDefaultAsync(row => row.Id == paymentId && row.TenantId == tenantId, cancellationToken), cancellationToken);
        if (payment is null || (mode is not null && payment.Mode != mode))
            return new Problem(Codes.PaymentNotFound, "No such payment.");
        if (payment.Status == PaymentStatus.Cancelled)
            return false;
        if (payment.IsFinal)
            return Final(payment);
        var open = await store.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == paymentId && (row.Status == AttemptStatus.Created || row.Status == AttemptStatus.Pending || row.Status == AttemptStatus.Unknown)).ToListAsync(cancellationToken), cancellationToken);
        if (open.Any(attempt => attempt.Status is AttemptStatus.Unknown or AttemptStatus.Created))
            return new Problem(Codes.AttemptOutcomeUnknown, "An attempt's outcome is not known yet, so the payment cannot be cancelled.") { PaymentId = paymentId };
        foreach (var attempt in open)
        {
            if (await close.RunAsync(attempt, payment.OrderReference, ObservedFact.Cancelled, actor, cancellationToken) is { } refused)
                return refused;
        }
        return await store.WriteAsync<bool>(
            async db =>
            {
                var locked = await db.LockPaymentAsync(paymentId, cancellationToken);
                if (locked is null || locked.Status == PaymentStatus.Cancelled)
                    return false;
                if (locked.IsFinal)
                    return Final(locked);
                await apply.InTransactionAsync(db, new PaymentObservation { PaymentId = paymentId, Fact = ObservedFact.CancelRequested, Source = actor.Kind == ActorKind.User ? ObservationSource.Operator : ObservationSource.Api, Actor = actor, Reason = reason }, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <summary>
    /// An operator has looked the lost checkout up at the provider: its reference is kept and the provider is asked about it.
    /// The amount, and whether it was paid, is the provider's word, not the operator's.
    /// </summary>
    public async Task<Result<AppliedObservation?>> AttachReferenceAsync(Guid tenantId, Guid paymentId, Guid attemptId, string reference, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } missing)
            return missing;
        reference = reference.Trim();
        if (Texts.Fault(reference, 100, isRequired: true) is { } fault)
            return Problem.Invalid("provider_reference", fault);
        if (Texts.Fault(reason, 255, isRequired: true) is { } reasonFault)
            return Problem.Invalid("reason", reasonFault);
        Result<Guid> attached = await store.WriteAsync<Guid>(
            async db =>
            {
                var payment = await db.LockPaymentAsync(paymentId, cancellationToken);
                var attempt = await db.PaymentAttempts.FirstOrDefaultAsync(row => row.Id == attemptId && row.PaymentId == paymentId && row.TenantId == tenantId, cancellationToken);
                if (payment is null || attempt is null)
                    return new Problem(Codes.PaymentNotFound, "No such payment.");
                if (attempt.Status != AttemptStatus.Unknown || attempt.ProviderReference is not null)
                    return new Problem(Codes.ChangedMeanwhile, "This attempt's outcome is not unknown any more.") { PaymentId = paymentId };
                if (await db.PaymentAttempts.AnyAsync(row => row.AccountId == attempt.AccountId && row.ProviderReference == reference, cancellationToken))
                    return Problem.Invalid("provider_reference", "belongs to another payment already");
                var now = clock.GetUtcNow();
                attempt.Learn(reference, null, null, now);
                payment.Show(attempt, now);
                db.AuditEntries.Add(Audit.AuditEntry.By(actor, tenantId, now, "attempt.reference_attached", "payment", paymentId.ToString(), reason, after: System.Text.Json.JsonSerializer.Serialize(new { attempt_id = attemptId, provider_reference = reference })));
                apply.WriteNote(db, payment, new PaymentObservation { PaymentId = paymentId, AttemptId = attemptId, Fact = ObservedFact.Unrecognised, Source = ObservationSource.Operator, Actor = actor, Reason = reason }, "attempt.reference_attached", $"{actor.Name} attached the provider's reference {reference}", now);
                return attempt.Id;
            },
            cancellationToken);
        return attached.IsOk ? await reconcile.AskNowAsync(attached.Value, actor, cancellationToken) : attached.Problem!;
    }

    /// <summary>An operator decides about money that came differently, or a hold. Refused when the payment has moved on meanwhile.</summary>
    public async Task<Result<AppliedObservation>> DecideAsync(Guid tenantId, Guid paymentId, ObservedFact decision, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } missing)
            return missing;
        if (decision is not (ObservedFact.ReceivedAccepted or ObservedFact.DifferenceWrittenOff or ObservedFact.EvidenceRejected or ObservedFact.EvidenceRejectedForGood or ObservedFact.HoldReleased))
            return Problem.Invalid("decision", "is none that a person takes here");
        if (Texts.Fault(reason, 255, isRequired: true) is { } fault)
            return Problem.Invalid("reason", fault);
        return await store.WriteAsync<AppliedObservation>(
            async db =>
            {
                var payment = await db.LockPaymentAsync(paymentId, cancellationToken);
                if (payment is null || payment.TenantId != tenantId)
                    return new Problem(Codes.PaymentNotFound, "No such payment.");
                if (decision != ObservedFact.DifferenceWrittenOff)
                    return await TakeAsync(db, payment, decision, reason, actor, cancellationToken);
                var difference = payment.AmountMinor - payment.ReceivedMinor;
                if (payment.Status == PaymentStatus.InReview && difference > 0 && await TwoPersons.AreNeededAsync(db, tenantId, difference, payment.Currency, cancellationToken))
                {
                    var change = new ProposedChange(ApprovalKind.WriteOff, tenantId, payment.Mode, paymentId.ToString(), $"Write off {MoneyFormat.Text(difference, payment.Currency)} of {payment.OrderReference}") { PaymentId = paymentId, AmountMinor = difference, Currency = payment.Currency, Reason = reason.Trim() };
                    return await approvals.AskAsync(db, change, payment.ReceivedMinor, actor, cancellationToken);
                }
                return await TakeAsync(db, payment, decision, TwoPersons.Marked(reason), actor, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>A second person agreed to write the difference off; in the transaction of the decision, while the payment still lacks just that.</summary>
    internal async Task ApproveAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var payment = await db.LockPaymentAsync(request.PaymentId!.Value, cancellationToken) ?? throw new InvalidOperationException("A request without its payment.");
        if (payment.Status != PaymentStatus.InReview || payment.ReceivedMinor != approvals.Open<long>(request))
            throw new RefusedException(new Problem(Codes.ChangedMeanwhile, $"The payment is {Words.Of(payment.Status)} with {MoneyFormat.Text(payment.ReceivedMinor, payment.Currency)} received; the difference is another one now.") { PaymentId = payment.Id });
        var applied = await TakeAsync(db, payment, ObservedFact.DifferenceWrittenOff, request.Reason ?? "", AskApproval.Both(request, actor), cancellationToken);
        if (!applied.Changed)
            throw new RefusedException(new Problem(Codes.ChangedMeanwhile, applied.Sentence) { PaymentId = payment.Id });
    }

    private async Task<AppliedObservation> TakeAsync(PaymentDb db, Payment payment, ObservedFact decision, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var applied = await apply.InTransactionAsync(db, new PaymentObservation { PaymentId = payment.Id, Fact = decision, Source = ObservationSource.Operator, Actor = actor, Reason = reason }, cancellationToken);
        if (!applied.Changed && payment.Status == PaymentStatus.Succeeded)
            throw new RefusedException(Final(payment));
        return applied;
    }

    private static Problem Final(Payment payment) => new(Codes.PaymentFinal, $"The payment is {Words.Of(payment.Status)}.") { PaymentId = payment.Id };
}
