using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Approvals;

/// <summary>The tenant's rule about a second person, and who may be one.</summary>
public static class TwoPersons
{
    /// <summary>Whether this amount needs a second person: never, always, or above the tenant's limit for the currency (0 where none is set).</summary>
    public static async Task<bool> AreNeededAsync(PaymentDb db, Guid tenantId, long amountMinor, string currency, CancellationToken cancellationToken)
    {
        var rule = await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.TwoPersonRule).SingleAsync(cancellationToken);
        if (rule != TwoPersonRule.OverLimit)
            return rule == TwoPersonRule.Always;
        var limit = await db.ApprovalLimits.Where(row => row.TenantId == tenantId && row.Currency == currency).Select(row => (long?)row.AmountMinor).FirstOrDefaultAsync(cancellationToken);
        return amountMinor > (limit ?? 0);
    }

    /// <summary>
    /// The problem with this actor as a decider, judged by what the database says now: a signed-in person with the permission, still active,
    /// of this tenant, and none of <paramref name="others"/>, who asked or decided before.
    /// </summary>
    public static async Task<Problem?> FaultAsync(PaymentDb db, Guid tenantId, Actor actor, string permission, IEnumerable<Guid?> others, CancellationToken cancellationToken)
    {
        if (actor.Kind != ActorKind.User || actor.AnswerableUserId is not { } userId)
            return new Problem(Codes.PermissionMissing, "Only a signed-in person decides this.");
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(row => row.Id == userId && !row.IsDisabled && (row.TenantId == tenantId || row.TenantId == null), cancellationToken);
        if (user is null || !Permissions.IsAllowed(user.Role, permission))
            return new Problem(Codes.PermissionMissing, $"The role {user?.Role ?? "none"} does not allow this.");
        return others.Contains(userId)
            ? new Problem(Codes.FourEyes, "Who asked for it, brought it or approved it first cannot decide it; another person must.")
            : null;
    }
}
