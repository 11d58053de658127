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

    /// <summary>What stands in the audit of an act that one person did alone, where a second one may be asked for.</summary>
    public const string SinglePerson = "single_person";

    public const int ApproversMin = 2;

    private static readonly string[] ApproverRoles = [.. Roles.All.Where(role => Permissions.IsAllowed(role, Permissions.Approve))];

    /// <summary>Who may be the second person, in words: "superadmin, admin or finance".</summary>
    public static string RolesInWords => $"{string.Join(", ", ApproverRoles[..^1])} or {ApproverRoles[^1]}";

    /// <summary>What to add to "a second person must agree" when there is none; null when there is one.</summary>
    public static async Task<string?> NobodyElseAsync(PaymentDb db, Guid tenantId, Actor actor, CancellationToken cancellationToken) =>
        await Approvers(db, tenantId).AnyAsync(row => row.Id != actor.AnswerableUserId, cancellationToken)
            ? null
            : $"Nobody else may agree yet: another active user with the role {RolesInWords} must exist (page Users). After 72 hours the request ends.";

    /// <summary>A reason with the mark of a single person.</summary>
    public static string Marked(string? reason) => string.IsNullOrWhiteSpace(reason) ? SinglePerson : $"{reason.Trim()} ({SinglePerson})";

    /// <summary>Whether an act without an amount needs a second person. Whoever runs a verb on the machine itself is past all such rules.</summary>
    public static async Task<bool> AreNeededAsync(PaymentDb db, Guid tenantId, Actor actor, CancellationToken cancellationToken) =>
        actor.Kind != ActorKind.System && await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.TwoPersonRule).SingleAsync(cancellationToken) != TwoPersonRule.Off;

    /// <summary>Active people who may approve for this tenant; superadmins count, because they may.</summary>
    public static IQueryable<User> Approvers(PaymentDb db, Guid tenantId) =>
        db.Users.Where(row => !row.IsDisabled && (row.TenantId == tenantId || row.TenantId == null) && ApproverRoles.Contains(row.Role));

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
