using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Settlement;

/// <summary>A person says why the provider's books and ours disagree, so that the difference leaves the list. Moves no money; opens again when the figures change.</summary>
public sealed class ExplainDifference(PaymentStore store, LiveUpdates updates, TimeProvider clock)
{
    public async Task<Result<Guid>> RunAsync(Guid tenantId, Guid differenceId, int expectedVersion, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } missing)
            return missing;
        if (Texts.Fault(reason, 255, isRequired: true) is { } fault)
            return Problem.Invalid("reason", fault);
        return await store.WriteAsync<Guid>(
            async db =>
            {
                if (await db.BookDifferences.FirstOrDefaultAsync(row => row.Id == differenceId && row.TenantId == tenantId, cancellationToken) is not { } difference)
                    return new Problem(Codes.NotFound, "No such difference.");
                if (difference.State != DifferenceState.Open || difference.Version != expectedVersion)
                    return new Problem(Codes.ChangedMeanwhile, difference.State == DifferenceState.Open ? "The figures changed meanwhile. Look at them again." : $"This difference is {Words.Of(difference.State)} already.");
                var now = clock.GetUtcNow();
                difference.Decide(DifferenceState.Explained, reason.Trim(), actor.Name, now);
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "books.difference_explained", "difference", differenceId.ToString(), reason.Trim(), after: AuditJson.Of(new { difference.Provider, difference.Reference, difference.Day, difference.TheirsMinor, difference.OursMinor, difference.Currency })));
                db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "settlement", difference.PaymentId)));
                return difference.Id;
            },
            cancellationToken);
    }
}
