using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// What a person does with money that matched no payment (an unallocated receipt): names the payment that it is for, so that it counts there
/// once, or notes that it was given back. With a reason, audited; decided once.
/// </summary>
public sealed class SettleReceipt(PaymentStore store, ApplyObservation apply, TimeProvider clock)
{
    /// <summary>Counts the money for the payment, under the rules for any money that comes: exact pays it, another amount goes into review.</summary>
    public async Task<Result<AppliedObservation>> AllocateAsync(Guid tenantId, Guid receiptId, Guid paymentId, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Refusal(reason, actor) is { } refused)
            return refused;
        return await store.WriteAsync<AppliedObservation>(
            async db =>
            {
                // Whoever counts money locks its payment first; the receipt's version sees to the rest.
                var payment = await db.LockPaymentAsync(paymentId, cancellationToken);
                var receipt = await db.Receipts.FirstOrDefaultAsync(row => row.Id == receiptId && row.TenantId == tenantId, cancellationToken);
                if (Fault(receipt) is { } fault)
                    return fault;
                if (payment is null || payment.TenantId != tenantId || payment.Mode != receipt!.Mode)
                    return new Problem(Codes.PaymentNotFound, "No such payment.");
                if (payment.Currency != receipt.Currency)
                    return Problem.Invalid("payment_id", $"is in {payment.Currency}, and this money is {receipt.Currency}");
                var attempt = await db.PaymentAttempts.Where(row => row.PaymentId == paymentId && row.AccountId == receipt.AccountId).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
                var applied = await apply.InTransactionAsync(
                    db,
                    new PaymentObservation
                    {
                        PaymentId = paymentId,
                        AttemptId = attempt?.Id,
                        ReceivedAt = receipt.AccountId is { } account ? new ReceivingAccount(account, receipt.Provider) : null,
                        Fact = ObservedFact.Succeeded,
                        Source = ObservationSource.Operator,
                        Actor = actor,
                        Received = new Money(receipt.AmountMinor, receipt.Currency),
                        ReceiptReference = receipt.Reference,
                        Payer = receipt.Payer,
                        Reason = reason.Trim(),
                        SourceId = receipt.Id.ToString(),
                    },
                    cancellationToken);
                if (receipt.State == ReceiptState.Unallocated)
                    throw new RefusedException(new Problem(Codes.ChangedMeanwhile, applied.Sentence) { PaymentId = paymentId });
                receipt.Decide(reason.Trim(), actor.Name);
                Audit(db, receipt, actor, "receipt.allocated", reason, paymentId);
                return applied;
            },
            cancellationToken);
    }

    /// <summary>The money was given back outside of any refund.</summary>
    public async Task<Result<Guid>> ReturnAsync(Guid tenantId, Guid receiptId, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Refusal(reason, actor) is { } refused)
            return refused;
        return await store.WriteAsync<Guid>(
            async db =>
            {
                var receipt = await db.Receipts.FirstOrDefaultAsync(row => row.Id == receiptId && row.TenantId == tenantId, cancellationToken);
                if (Fault(receipt) is { } fault)
                    return fault;
                receipt!.Return(reason.Trim(), actor.Name);
                Audit(db, receipt, actor, "receipt.returned", reason, paymentId: null);
                return receipt.Id;
            },
            cancellationToken);
    }

    private static Problem? Refusal(string reason, Actor actor) =>
        Permissions.Missing(actor, Permissions.PaymentsReview) ?? (Texts.Fault(reason, 255, isRequired: true) is { } fault ? Problem.Invalid("reason", fault) : null);

    private static Problem? Fault(Receipt? receipt) => receipt switch
    {
        null => new Problem(Codes.NotFound, "No such receipt."),
        { State: not ReceiptState.Unallocated } => new Problem(Codes.ChangedMeanwhile, $"This money is {Words.Of(receipt.State)} already."),
        _ => null,
    };

    private void Audit(PaymentDb db, Receipt receipt, Actor actor, string action, string reason, Guid? paymentId)
    {
        var after = JsonSerializer.Serialize(new { state = Words.Of(receipt.State), payment_id = paymentId, reference = receipt.Reference, amount_minor = receipt.AmountMinor, currency = receipt.Currency, provider = receipt.Provider, mode = Words.Of(receipt.Mode) });
        db.AuditEntries.Add(AuditEntry.By(actor, receipt.TenantId, clock.GetUtcNow(), action, "receipt", receipt.Id.ToString(), reason.Trim(), after: after));
    }
}
