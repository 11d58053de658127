using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>A person writes something down about a payment; it changes nothing else.</summary>
public sealed class AddPaymentNote(PaymentStore store, IdSource ids, TimeProvider clock, LiveUpdates updates)
{
    public const int TextMax = 1000;

    public async Task<Result<bool>> RunAsync(Guid tenantId, Guid paymentId, string text, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsWrite) is { } refused)
            return refused;
        if (Texts.Fault(text, TextMax, isRequired: true) is { } fault)
            return Problem.Invalid("text", fault);
        return await store.WriteAsync<bool>(
            async db =>
            {
                if (!await db.Payments.AnyAsync(row => row.Id == paymentId && row.TenantId == tenantId, cancellationToken))
                    return new Problem(Codes.PaymentNotFound, "No such payment.");
                var now = clock.GetUtcNow();
                db.PaymentNotes.Add(new PaymentNote { Id = ids.NewId(), TenantId = tenantId, PaymentId = paymentId, At = now, Type = "note", Text = text.Trim(), Actor = actor.Name });
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "payment.noted", "payment", paymentId.ToString(), text.Trim()));
                db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "payment", paymentId)));
                return true;
            },
            cancellationToken);
    }
}
