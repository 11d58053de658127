using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Access;

/// <summary>What is to change about a user; what is not given stays.</summary>
public sealed record UserChange(Guid UserId)
{
    public Given<string> Role { get; init; }
    public Given<bool> IsDisabled { get; init; }
}

/// <summary>
/// Gives a user another role, or takes the access away and gives it back. Where a tenant asks for two persons, a role that may do more, and the
/// last approver but one, need a second one. Whoever is signed in as that user is signed out.
/// </summary>
public sealed class ChangeUser(PaymentStore store, AskApproval approvals, TimeProvider clock)
{
    public async Task<Result<Guid>> RunAsync(UserChange request, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.UsersManage) is { } missing)
            return missing;
        if (request.Role.IsGiven && !Roles.All.Contains(request.Role.Value!))
            return Problem.Invalid("role", $"must be one of {string.Join(", ", Roles.All)}");
        return await store.WriteAsync<Guid>(
            async db =>
            {
                if (await FindAsync(db, request.UserId, actor, cancellationToken) is not { } user)
                    return new Problem(Codes.NotFound, "No such user.");
                if (actor.AnswerableUserId == user.Id)
                    return new Problem(Codes.FourEyes, "Nobody changes their own role or access.");
                if ((request.Role.Or(user.Role) == Roles.Superadmin) != (user.TenantId is null))
                    return Problem.Invalid("role", user.TenantId is null ? "a superadmin belongs to no tenant and stays one" : "a superadmin belongs to no tenant; create one instead");
                if (user.TenantId is { } tenantId && await NeedsSecondAsync(db, tenantId, user, request, actor, cancellationToken))
                {
                    var change = new ProposedChange(ApprovalKind.Role, tenantId, Mode: null, user.Id.ToString(), SentenceOf(user, request)) { Before = SeenOf(user.Role, user.IsDisabled), After = SeenOf(request.Role.Or(user.Role)!, request.IsDisabled.Or(user.IsDisabled)) };
                    return await approvals.AskAsync(db, change, request, actor, cancellationToken);
                }
                Change(db, user, request, IsElevation(user, request) ? TwoPersons.SinglePerson : null, actor);
                return user.Id;
            },
            cancellationToken);
    }

    /// <summary>A second person agreed; in the transaction of the decision.</summary>
    internal async Task ApproveAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var change = approvals.Open<UserChange>(request);
        // Whoever gains by it does not decide it.
        if (change.UserId == actor.AnswerableUserId)
            throw new RefusedException(new Problem(Codes.FourEyes, "Nobody decides about their own role."));
        var user = await db.Users.FirstAsync(row => row.Id == change.UserId, cancellationToken);
        Change(db, user, change, reason: null, AskApproval.Both(request, actor));
    }

    /// <summary>A new user who may approve is one only when a second person agrees; the caller has made the account without access.</summary>
    internal Task<Problem> AskForNewAsync(PaymentDb db, User user, Actor actor, CancellationToken cancellationToken)
    {
        var change = new ProposedChange(ApprovalKind.Role, user.TenantId ?? throw new InvalidOperationException("Superadmins wait for nobody."), Mode: null, user.Id.ToString(), $"Let {user.Email} in as {user.Role}") { After = SeenOf(user.Role, isDisabled: false) };
        return approvals.AskAsync(db, change, new UserChange(user.Id) { IsDisabled = false }, actor, cancellationToken);
    }

    private static Task<User?> FindAsync(PaymentDb db, Guid userId, Actor actor, CancellationToken cancellationToken) =>
        actor.Kind == ActorKind.System || actor.Role == Roles.Superadmin
            ? db.Users.FirstOrDefaultAsync(row => row.Id == userId, cancellationToken)
            : db.Users.FirstOrDefaultAsync(row => row.Id == userId && row.TenantId != null && row.TenantId == db.Users.Where(own => own.Id == actor.AnswerableUserId).Select(own => own.TenantId).FirstOrDefault(), cancellationToken);

    private static async Task<bool> NeedsSecondAsync(PaymentDb db, Guid tenantId, User user, UserChange request, Actor actor, CancellationToken cancellationToken)
    {
        if (!await TwoPersons.AreNeededAsync(db, tenantId, actor, cancellationToken))
            return false;
        if (IsElevation(user, request))
            return true;
        var mayStill = !request.IsDisabled.Or(user.IsDisabled) && Permissions.IsAllowed(request.Role.Or(user.Role), Permissions.Approve);
        var mayNow = !user.IsDisabled && Permissions.IsAllowed(user.Role, Permissions.Approve);
        return mayNow && !mayStill && await TwoPersons.Approvers(db, tenantId).CountAsync(row => row.Id != user.Id, cancellationToken) < TwoPersons.ApproversMin;
    }

    /// <summary>The user may do something that was not allowed before; access that comes back counts by its role.</summary>
    private static bool IsElevation(User user, UserChange request)
    {
        var isIn = !request.IsDisabled.Or(user.IsDisabled);
        var role = request.Role.Or(user.Role);
        return isIn && Permissions.All.Any(permission => Permissions.IsAllowed(role, permission) && (user.IsDisabled ? permission == Permissions.Approve : !Permissions.IsAllowed(user.Role, permission)));
    }

    private void Change(PaymentDb db, User user, UserChange request, string? reason, Actor actor)
    {
        var before = SeenOf(user.Role, user.IsDisabled);
        user.Role = request.Role.Or(user.Role)!;
        user.IsDisabled = request.IsDisabled.Or(user.IsDisabled);
        var after = SeenOf(user.Role, user.IsDisabled);
        if (before == after)
            return;
        user.SecurityStamp = IdSource.NewToken();
        db.AuditEntries.Add(AuditEntry.By(actor, user.TenantId, clock.GetUtcNow(), "user.changed", "user", user.Id.ToString(), reason, before, after));
    }

    private static string SentenceOf(User user, UserChange request) => request.Role.IsGiven && request.Role.Value != user.Role
        ? $"Make {user.Email} {request.Role.Value}, who is {user.Role}"
        : request.IsDisabled.Or(user.IsDisabled) ? $"Take the access of {user.Email}, {user.Role}" : $"Let {user.Email} in again as {user.Role}";

    private static string SeenOf(string role, bool isDisabled) => AuditJson.Of(new { Role = role, IsDisabled = isDisabled });
}
