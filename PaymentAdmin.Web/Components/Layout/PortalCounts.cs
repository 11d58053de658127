using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>A figure beside a menu item: how many wait there for a person, said to screen readers with its meaning.</summary>
public sealed record PortalCount(int Number, string Meaning, bool IsUrgent = false);

/// <summary>What waits behind the menu items, by their address. Only what the user may open is counted.</summary>
public sealed class PortalCounts(PaymentStore store)
{
    public static IReadOnlyDictionary<string, PortalCount> None { get; } = new Dictionary<string, PortalCount>(StringComparer.Ordinal);

    public async Task<IReadOnlyDictionary<string, PortalCount>> LoadAsync(PortalFrame frame, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, PortalCount>(StringComparer.Ordinal);
        if (frame.TenantId is not { } tenantId)
            return counts;
        await store.ReadAsync(
            async db =>
            {
                if (frame.IsAllowed(Permissions.WebhooksRead))
                    counts["/webhooks"] = new(await WebhooksAsync(db, tenantId, frame, cancellationToken), "need a person", IsUrgent: true);
                if (frame.IsAllowed(Permissions.ProofsReview))
                    counts["/proofs"] = new(await db.ManualProofs.CountAsync(row => row.TenantId == tenantId && row.Mode == frame.Mode && (row.Status == ProofStatus.Submitted || row.Status == ProofStatus.Claimed || row.Status == ProofStatus.ApprovedFirst), cancellationToken), "wait");
                if (frame.IsAllowed(Permissions.PaymentsRead))
                    counts["/approvals"] = new(await db.ApprovalRequests.CountAsync(row => row.TenantId == tenantId && (row.Mode == null || row.Mode == frame.Mode) && row.Status == ApprovalStatus.Waiting, cancellationToken), "wait");
                return true;
            },
            cancellationToken);
        return counts;
    }

    private static Task<int> WebhooksAsync(PaymentDb db, Guid tenantId, PortalFrame frame, CancellationToken cancellationToken) =>
        db.WebhookEvents.CountAsync(
            received => (received.State == WebhookState.Unmatched || received.State == WebhookState.Quarantined) && received.TenantId == tenantId && received.Mode == frame.Mode,
            cancellationToken);
}
