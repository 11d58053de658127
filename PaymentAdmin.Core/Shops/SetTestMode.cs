using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Shops;

/// <summary>
/// The switch of one tenant and provider: while it is on, the live account takes no new attempts. It touches nothing that exists: open
/// attempts, refunds, polling and webhooks go on with their account.
/// </summary>
public sealed class SetTestMode(PaymentStore store, ProviderRegistry providers, AskApproval approvals, LiveUpdates updates, TimeProvider clock)
{
    /// <summary>Answers whether anything changed: the same position again is no change and leaves no audit entry.</summary>
    public async Task<Result<bool>> RunAsync(Guid tenantId, string provider, bool isOn, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.ConfigsWrite) is { } missing)
            return missing;
        if (!providers.TryFind(provider, out _))
            return Problem.Invalid("provider", $"No provider '{provider}' exists.");
        return await store.WriteAsync<bool>(
            async db =>
            {
                var position = await db.TestModeSwitches.FirstOrDefaultAsync(row => row.TenantId == tenantId && row.Provider == provider, cancellationToken);
                if ((position?.IsOn ?? false) == isOn)
                    return false;
                if (!isOn && await TwoPersons.AreNeededAsync(db, tenantId, actor, cancellationToken))
                {
                    var change = new ProposedChange(ApprovalKind.GoingLive, tenantId, Mode.Live, provider, $"Serve live payments by {providers[provider].Profile.Name}") { Before = AuditJson.Of(new { TestMode = true }), After = AuditJson.Of(new { TestMode = false }), Reason = reason };
                    return await approvals.AskAsync(db, change, provider, actor, cancellationToken);
                }
                Set(db, position, tenantId, provider, isOn, isOn ? reason : TwoPersons.Marked(reason), actor);
                return true;
            },
            cancellationToken);
    }

    /// <summary>A second person agreed to go live; in the transaction of the decision.</summary>
    internal async Task ApproveAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var provider = approvals.Open<string>(request);
        var position = await db.TestModeSwitches.FirstOrDefaultAsync(row => row.TenantId == request.TenantId && row.Provider == provider, cancellationToken);
        if (position is not { IsOn: true })
            throw new RefusedException(new Problem(Codes.ChangedMeanwhile, "The provider serves live payments already."));
        Set(db, position, request.TenantId, provider, isOn: false, request.Reason, AskApproval.Both(request, actor));
    }

    private void Set(PaymentDb db, TestModeSwitch? position, Guid tenantId, string provider, bool isOn, string? reason, Actor actor)
    {
        var now = clock.GetUtcNow();
        var wasOn = position?.IsOn ?? false;
        if (position is null)
            db.TestModeSwitches.Add(position = new TestModeSwitch { TenantId = tenantId, Provider = provider, IsOn = isOn, ChangedAt = now, ChangedBy = actor.Name });
        (position.IsOn, position.ChangedAt, position.ChangedBy) = (isOn, now, actor.Name);
        db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, isOn ? "test_mode.on" : "test_mode.off", "provider", provider, reason, before: AuditJson.Of(new { IsOn = wasOn }), after: AuditJson.Of(new { IsOn = isOn })));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "account", null)));
    }
}
