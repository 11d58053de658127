using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Approvals;

/// <summary>
/// The second person's decision. Judged by what the database says at this moment: neither another role nor an API key makes somebody who asked
/// a second person. What was approved is done in the same transaction; a provider is called after it.
/// </summary>
public sealed class DecideApproval(
    PaymentStore store, RefundPayment refunds, SettlePayment payments, SaveProviderAccount accounts, SaveShopConfig configs, SetTestMode testMode, ChangeUser users, SetTwoPersons rule, LiveUpdates updates, TimeProvider clock)
{
    public const string Rejected = "approval_rejected";
    public const string Expired = "approval_expired";
    public const string Withdrawn = "approval_withdrawn";
    private const int BatchSize = 50;

    public async Task<Result<ApprovalStatus>> RunAsync(Guid tenantId, Guid requestId, int expectedVersion, bool isApproved, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Texts.Fault(reason, 255, isRequired: !isApproved) is { } fault)
            return Problem.Invalid("reason", fault);
        Result<Guid?> done = await store.WriteAsync<Guid?>(
            async db =>
            {
                await db.LockNameAsync($"approval:{requestId}", cancellationToken);
                if (await db.ApprovalRequests.FirstOrDefaultAsync(row => row.Id == requestId && row.TenantId == tenantId, cancellationToken) is not { } request)
                    return new Problem(Codes.NotFound, "No such request.");
                if (await TwoPersons.FaultAsync(db, tenantId, actor, Permissions.Approve, [request.RequestedByUserId], cancellationToken) is { } notHe)
                    return notHe;
                if (request.Status != ApprovalStatus.Waiting)
                    return new Problem(Codes.ChangedMeanwhile, $"{request.DecidedBy} has decided already: {Words.Of(request.Status)}.") { PaymentId = request.PaymentId };
                var now = clock.GetUtcNow();
                if (request.Version != expectedVersion || request.ExpiresAt <= now)
                    return new Problem(Codes.ChangedMeanwhile, request.ExpiresAt <= now ? "The time to decide is over." : "Somebody changed this request meanwhile.") { PaymentId = request.PaymentId };
                return await DecideAsync(db, request, isApproved ? ApprovalStatus.Approved : ApprovalStatus.Rejected, reason, actor, now, cancellationToken);
            },
            cancellationToken);
        if (!done.IsOk)
            return done.Problem!;
        if (done.Value is { } refundId)
            await refunds.ContinueAsync(refundId, CancellationToken.None);
        return isApproved ? ApprovalStatus.Approved : ApprovalStatus.Rejected;
    }

    /// <summary>Who asked takes it back, as long as nobody has decided. No permission is needed for that: nothing happens.</summary>
    public Task<Result<ApprovalStatus>> WithdrawAsync(Guid tenantId, Guid requestId, int expectedVersion, Actor actor, CancellationToken cancellationToken) => store.WriteAsync<ApprovalStatus>(
        async db =>
        {
            await db.LockNameAsync($"approval:{requestId}", cancellationToken);
            if (await db.ApprovalRequests.FirstOrDefaultAsync(row => row.Id == requestId && row.TenantId == tenantId, cancellationToken) is not { } request)
                return new Problem(Codes.NotFound, "No such request.");
            if (actor.Kind != ActorKind.User || actor.AnswerableUserId is not { } userId || request.RequestedByUserId != userId)
                return new Problem(Codes.PermissionMissing, "Only who asked takes a request back.");
            if (request.Status != ApprovalStatus.Waiting || request.Version != expectedVersion)
                return new Problem(Codes.ChangedMeanwhile, $"{request.DecidedBy ?? "Somebody"} has decided already: {Words.Of(request.Status)}.") { PaymentId = request.PaymentId };
            await DecideAsync(db, request, ApprovalStatus.Withdrawn, "Taken back by who asked.", actor, clock.GetUtcNow(), cancellationToken);
            return ApprovalStatus.Withdrawn;
        },
        cancellationToken);

    /// <summary>Ends what nobody decided in time; true when there was something.</summary>
    public async Task<bool> ExpireAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await store.ReadAsync(db => db.ApprovalRequests.Where(row => row.Status == ApprovalStatus.Waiting && row.ExpiresAt <= now).OrderBy(row => row.ExpiresAt).Take(BatchSize).Select(row => row.Id).ToListAsync(cancellationToken), cancellationToken);
        foreach (var id in due)
        {
            await store.WriteAsync(
                async db =>
                {
                    await db.LockNameAsync($"approval:{id}", cancellationToken);
                    if (await db.ApprovalRequests.FirstOrDefaultAsync(row => row.Id == id && row.Status == ApprovalStatus.Waiting, cancellationToken) is { } request)
                        await DecideAsync(db, request, ApprovalStatus.Expired, "Nobody decided in time.", Actor.System("approvals"), now, cancellationToken);
                },
                cancellationToken);
        }
        return due.Count > 0;
    }

    /// <summary>Answers the refund that may go now; null when nothing follows.</summary>
    private async Task<Guid?> DecideAsync(PaymentDb db, ApprovalRequest request, ApprovalStatus status, string? reason, Actor actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        request.Decide(status, actor.Name, actor.AnswerableUserId, reason, now);
        db.AuditEntries.Add(AuditEntry.By(actor, request.TenantId, now, "approval." + Words.Of(status), Words.Of(request.Kind), request.SubjectId, reason, after: AuditJson.Of(new { request.Summary, request.RequestedBy, RequestReason = request.Reason })));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(request.TenantId, "approval", request.PaymentId)));
        var isApproved = status == ApprovalStatus.Approved;
        switch (request.Kind)
        {
            case ApprovalKind.Refund:
                var refundId = Guid.Parse(request.SubjectId);
                await refunds.DecideAsync(db, refundId, isApproved, status switch { ApprovalStatus.Expired => Expired, ApprovalStatus.Withdrawn => Withdrawn, _ => Rejected }, reason, actor, cancellationToken);
                return isApproved ? refundId : null;
            default:
                // What is refused or too late leaves everything as it is.
                if (isApproved)
                    await MakeAsync(db, request, actor, cancellationToken);
                return null;
        }
    }

    /// <summary>Makes the change that was asked for, or throws <see cref="RefusedException"/> when it cannot be made any more.</summary>
    private Task MakeAsync(PaymentDb db, ApprovalRequest request, Actor actor, CancellationToken cancellationToken) => request.Kind switch
    {
        ApprovalKind.WriteOff => payments.ApproveAsync(db, request, actor, cancellationToken),
        ApprovalKind.LiveAccount => accounts.ApproveAsync(db, request, actor, cancellationToken),
        ApprovalKind.ShopConfig => configs.ApproveAsync(db, request, actor, cancellationToken),
        ApprovalKind.GoingLive => testMode.ApproveAsync(db, request, actor, cancellationToken),
        ApprovalKind.Role => users.ApproveAsync(db, request, actor, cancellationToken),
        ApprovalKind.TwoPersonRule => rule.ApproveAsync(db, request, actor, cancellationToken),
        _ => throw new InvalidOperationException($"Nobody asks for the approval of {Words.Of(request.Kind)}."),
    };
}
