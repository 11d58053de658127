using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Approvals;

/// <summary>The rule as it is to be: when a second person must agree, and above which amounts.</summary>
/// <param name="Limits">By currency, minor units; a currency that is not named has the limit 0.</param>
public sealed record TwoPersonSettings(TwoPersonRule Rule, IReadOnlyDictionary<string, long> Limits);

/// <summary>
/// Reads and changes a tenant's two-person rule. It cannot be switched on while fewer than two people may approve, and whatever would let money
/// out more easily (a lower rule, a higher limit) needs the second person itself.
/// </summary>
public sealed class SetTwoPersons(PaymentStore store, AskApproval approvals, LiveUpdates updates, TimeProvider clock)
{
    /// <summary>The rule, and how many people may approve.</summary>
    public Task<(TwoPersonSettings Settings, int Approvers)> ReadAsync(Guid tenantId, CancellationToken cancellationToken) =>
        store.ReadAsync(async db => (await SettingsAsync(db, tenantId, cancellationToken), await TwoPersons.Approvers(db, tenantId).CountAsync(cancellationToken)), cancellationToken);

    public async Task<Result<TwoPersonSettings>> RunAsync(Guid tenantId, TwoPersonSettings wanted, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.SettingsManage) is { } missing)
            return missing;
        if (wanted.Limits.Keys.FirstOrDefault(currency => !Currency.IsKnown(currency)) is { } unknown)
            return Problem.Invalid("limits", $"'{unknown}' is no known currency");
        if (wanted.Limits.Values.Any(limit => limit is < 0 or > Money.MinorMax))
            return Problem.Invalid("limits", "must be 0 or more");
        return await store.WriteAsync<TwoPersonSettings>(
            async db =>
            {
                await db.LockNameAsync($"two-persons:{tenantId}", cancellationToken);
                var present = await SettingsAsync(db, tenantId, cancellationToken);
                if (present.Rule == TwoPersonRule.Off && wanted.Rule != TwoPersonRule.Off && await TwoPersons.Approvers(db, tenantId).CountAsync(cancellationToken) < TwoPersons.ApproversMin)
                    return Problem.Invalid("rule", "needs two active people who may approve; create or promote a second one first");
                if (await TwoPersons.AreNeededAsync(db, tenantId, actor, cancellationToken) && IsEasier(present, wanted))
                {
                    var change = new ProposedChange(ApprovalKind.TwoPersonRule, tenantId, Mode: null, tenantId.ToString(), "Ask for a second person less often") { Before = SeenOf(present), After = SeenOf(wanted) };
                    return await approvals.AskAsync(db, change, wanted, actor, cancellationToken);
                }
                await SetAsync(db, tenantId, present, wanted, actor, cancellationToken);
                return wanted;
            },
            cancellationToken);
    }

    /// <summary>A second person agreed; in the transaction of the decision.</summary>
    internal async Task ApproveAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken)
    {
        await db.LockNameAsync($"two-persons:{request.TenantId}", cancellationToken);
        var present = await SettingsAsync(db, request.TenantId, cancellationToken);
        if (SeenOf(present) != request.Before)
            throw new RefusedException(new Problem(Codes.ChangedMeanwhile, "The rule was changed meanwhile; what was asked for would undo that."));
        await SetAsync(db, request.TenantId, present, approvals.Open<TwoPersonSettings>(request), AskApproval.Both(request, actor), cancellationToken);
    }

    private static async Task<TwoPersonSettings> SettingsAsync(PaymentDb db, Guid tenantId, CancellationToken cancellationToken)
    {
        var rule = await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.TwoPersonRule).SingleAsync(cancellationToken);
        var limits = await db.ApprovalLimits.AsNoTracking().Where(row => row.TenantId == tenantId).ToDictionaryAsync(row => row.Currency, row => row.AmountMinor, StringComparer.Ordinal, cancellationToken);
        return new TwoPersonSettings(rule, limits);
    }

    /// <summary>Money gets out with fewer eyes on it than now.</summary>
    private static bool IsEasier(TwoPersonSettings present, TwoPersonSettings wanted) =>
        Strictness(wanted.Rule) < Strictness(present.Rule) || wanted.Limits.Any(limit => limit.Value > present.Limits.GetValueOrDefault(limit.Key));

    private static int Strictness(TwoPersonRule rule) => rule switch { TwoPersonRule.Off => 0, TwoPersonRule.OverLimit => 1, _ => 2 };

    private async Task SetAsync(PaymentDb db, Guid tenantId, TwoPersonSettings present, TwoPersonSettings wanted, Actor actor, CancellationToken cancellationToken)
    {
        if (SeenOf(present) == SeenOf(wanted))
            return;
        var tenant = await db.Tenants.SingleAsync(row => row.Id == tenantId, cancellationToken);
        tenant.TwoPersonRule = wanted.Rule;
        var rows = await db.ApprovalLimits.Where(row => row.TenantId == tenantId).ToListAsync(cancellationToken);
        db.ApprovalLimits.RemoveRange(rows.Where(row => !wanted.Limits.ContainsKey(row.Currency)));
        foreach (var (currency, minor) in wanted.Limits)
        {
            if (rows.Find(row => row.Currency == currency) is { } row)
                row.AmountMinor = minor;
            else
                db.ApprovalLimits.Add(new ApprovalLimit { TenantId = tenantId, Currency = currency, AmountMinor = minor });
        }
        db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "two_persons.changed", "tenant", tenantId.ToString(), before: SeenOf(present), after: SeenOf(wanted)));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "approval", null)));
    }

    private static string SeenOf(TwoPersonSettings settings) =>
        AuditJson.Of(new { Rule = Words.Of(settings.Rule), Limits = settings.Limits.OrderBy(limit => limit.Key, StringComparer.Ordinal).ToDictionary(limit => limit.Key, limit => limit.Value) });
}
