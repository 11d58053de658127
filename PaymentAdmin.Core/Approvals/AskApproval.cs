using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Approvals;

/// <summary>A change as the second person sees it: one sentence, and what is masked of before and after.</summary>
/// <param name="SubjectId">The row it is about; one request at a time may wait for a kind and a subject.</param>
public sealed record ProposedChange(ApprovalKind Kind, Guid TenantId, Mode? Mode, string SubjectId, string Summary)
{
    public Guid? PaymentId { get; init; }
    public long? AmountMinor { get; init; }
    public string? Currency { get; init; }
    public string? Before { get; init; }
    public string? After { get; init; }
    public string? Reason { get; init; }
}

/// <summary>
/// Puts a change before a second person instead of making it. What was asked for is kept sealed, as it was asked, and is judged again when it
/// is approved. The use case that would have made the change returns what this answers, in the same transaction.
/// </summary>
public sealed class AskApproval(SecretBox secrets, IdSource ids, TimeProvider clock, LiveUpdates updates)
{
    /// <summary>The problem to answer: waiting for approval, or somebody has asked already.</summary>
    public async Task<Problem> AskAsync<T>(PaymentDb db, ProposedChange change, T request, Actor actor, CancellationToken cancellationToken)
    {
        await db.LockNameAsync($"approval:{change.Kind}:{change.SubjectId}", cancellationToken);
        if (await db.ApprovalRequests.FirstOrDefaultAsync(row => row.TenantId == change.TenantId && row.Kind == change.Kind && row.SubjectId == change.SubjectId && row.Status == ApprovalStatus.Waiting, cancellationToken) is { } waiting)
            return new Problem(Codes.ChangedMeanwhile, $"{waiting.RequestedBy} has asked for a change of this already; it waits for a second person.") { PaymentId = change.PaymentId };
        var now = clock.GetUtcNow();
        var id = ids.NewId();
        db.ApprovalRequests.Add(new ApprovalRequest
        {
            Id = id,
            TenantId = change.TenantId,
            Mode = change.Mode,
            Kind = change.Kind,
            SubjectId = change.SubjectId,
            PaymentId = change.PaymentId,
            Summary = change.Summary,
            AmountMinor = change.AmountMinor,
            Currency = change.Currency,
            Before = change.Before,
            After = change.After,
            ChangeCipher = secrets.Seal(JsonSerializer.Serialize(request), PlaceOf(id, change.TenantId)),
            RequestedBy = actor.Name,
            RequestedByUserId = actor.AnswerableUserId,
            Reason = change.Reason,
            RequestedAt = now,
            ExpiresAt = now + ApprovalRequest.Lifetime,
        });
        db.AuditEntries.Add(AuditEntry.By(actor, change.TenantId, now, "approval.requested", Words.Of(change.Kind), change.SubjectId, change.Reason, change.Before, change.After ?? AuditJson.Of(new { change.Summary })));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(change.TenantId, "approval", change.PaymentId)));
        var nobody = await TwoPersons.NobodyElseAsync(db, change.TenantId, actor, cancellationToken);
        return new Problem(Codes.WaitingForApproval, $"{change.Summary}: a second person must agree. Nothing has changed yet.{(nobody is null ? "" : " " + nobody)}") { ApprovalId = id, PaymentId = change.PaymentId };
    }

    /// <summary>What was asked for.</summary>
    public T Open<T>(ApprovalRequest request) =>
        JsonSerializer.Deserialize<T>(secrets.Open(request.ChangeCipher ?? throw new InvalidOperationException("The request holds no change."), PlaceOf(request.Id, request.TenantId)))
        ?? throw new InvalidOperationException("The change is empty.");

    /// <summary>Who answers for a change that two people made: both names, the second one's session.</summary>
    public static Actor Both(ApprovalRequest request, Actor second) => second with { Name = $"{request.RequestedBy} and {second.Name}" };

    public static string PlaceOf(Guid requestId, Guid tenantId) => SecretBox.Place("approval_requests", requestId, "change", tenantId);
}
