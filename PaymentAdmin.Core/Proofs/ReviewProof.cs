using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Proofs;

/// <param name="ExpectedVersion">What the reviewer saw; a decision about another version is refused.</param>
public sealed record ProofDecision(Guid TenantId, Guid ProofId, int ExpectedVersion);

/// <summary>
/// Decides proofs: only signed-in persons do, never the one who brought it, and above the tenant's limit two of them. The money goes through
/// the same funnel as a provider's: an amount that differs waits for a person's second decision, it never completes by itself.
/// </summary>
public sealed class ReviewProof(PaymentStore store, ProviderRegistry providers, TypedReceipts typed, SubmitProof submit, ApplyObservation apply, TimeProvider clock, LiveUpdates updates)
{
    public static readonly TimeSpan ClaimTime = TimeSpan.FromMinutes(15);

    /// <summary>A shift: who was given proofs finds them there until then.</summary>
    public static readonly TimeSpan AssignedTime = TimeSpan.FromHours(8);
    private const int OtherReasonLengthMin = 10;

    /// <summary>What the payer reads for each reason.</summary>
    private static readonly Dictionary<ProofRejection, string> Answers = new()
    {
        [ProofRejection.NotReceived] = "The money has not arrived.",
        [ProofRejection.AmountMismatch] = "The amount is not the one that was asked for.",
        [ProofRejection.CurrencyMismatch] = "The currency is not the one that was asked for.",
        [ProofRejection.ReferenceDuplicate] = "This reference was used before.",
        [ProofRejection.ReferenceNotFound] = "The reference cannot be found.",
        [ProofRejection.UnreadableImage] = "The picture cannot be read.",
        [ProofRejection.WrongRecipient] = "The money went to somebody else.",
        [ProofRejection.WrongOrder] = "The proof belongs to another order.",
        [ProofRejection.DateOutOfRange] = "The date does not fit the order.",
        [ProofRejection.SuspectedForgery] = "The proof could not be accepted.",
        [ProofRejection.Incomplete] = "Something is missing on the proof.",
        [ProofRejection.Other] = "The proof could not be accepted.",
    };

    public static string AnswerOf(ProofRejection rejection) => Answers[rejection];

    /// <summary>Puts the proof before this clerk for a while; refused while it is before another.</summary>
    public Task<Result<int>> ClaimAsync(Guid tenantId, Guid proofId, Actor actor, CancellationToken cancellationToken) => store.WriteAsync<int>(
        async db =>
        {
            var found = await OpenAsync(db, tenantId, proofId, expectedVersion: null, actor, cancellationToken);
            if (found.Problem is { } problem)
                return problem;
            var proof = found.Value.Proof;
            var now = clock.GetUtcNow();
            if (proof.ClaimedByUserId is { } other && other != actor.AnswerableUserId && proof.ClaimedUntil > now)
                return new Problem(Codes.ChangedMeanwhile, $"{proof.ClaimedBy} has this proof until {proof.ClaimedUntil:HH:mm} UTC.");
            proof.Claim(actor.AnswerableUserId, actor.Name, now + ClaimTime);
            db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "proof", proof.PaymentId)));
            return proof.Version;
        },
        cancellationToken);

    /// <summary>
    /// Gives waiting proofs to one person for a shift. A proof that this person brought, or that another has before them at this moment, is left
    /// where it is. Answers how many were given.
    /// </summary>
    public async Task<Result<int>> AssignAsync(Guid tenantId, IReadOnlyCollection<Guid> proofIds, Guid userId, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } missing)
            return missing;
        return await store.WriteAsync<int>(
            async db =>
            {
                var person = await db.Users.AsNoTracking().FirstOrDefaultAsync(row => row.Id == userId && !row.IsDisabled && (row.TenantId == tenantId || row.TenantId == null), cancellationToken);
                if (person is null || !Permissions.IsAllowed(person.Role, Permissions.ProofsReview))
                    return Problem.Invalid("user_id", "is nobody who decides proofs here");
                var now = clock.GetUtcNow();
                var proofs = await db.ManualProofs.Where(row => proofIds.Contains(row.Id) && row.TenantId == tenantId).ToListAsync(cancellationToken);
                var given = proofs.Where(row => row.IsOpen && row.SubmittedByUserId != userId && (row.ClaimedByUserId is null || row.ClaimedByUserId == userId || row.ClaimedUntil <= now)).ToList();
                foreach (var proof in given)
                    proof.Claim(userId, person.UserName, now + AssignedTime);
                if (given.Count > 0)
                    db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "proof.assigned", "user", userId.ToString(), after: AuditJson.Of(new { to = person.UserName, proofs = given.ConvertAll(proof => proof.Id) })));
                db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "proof", null)));
                return given.Count;
            },
            cancellationToken);
    }

    /// <summary>Gives it back to the queue; false when it was not before this clerk.</summary>
    public Task<bool> ReleaseAsync(Guid tenantId, Guid proofId, Actor actor, CancellationToken cancellationToken) => store.WriteAsync(
        async db =>
        {
            var proof = await db.ManualProofs.FirstOrDefaultAsync(row => row.Id == proofId && row.TenantId == tenantId, cancellationToken);
            if (proof is null || proof.ClaimedByUserId != actor.AnswerableUserId || !proof.IsOpen)
                return false;
            proof.Claim(null, null, null);
            db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(tenantId, "proof", proof.PaymentId)));
            return true;
        },
        cancellationToken);

    /// <summary>
    /// The money is there: <paramref name="receivedMinor"/> of the payment's currency. Answers the proof's new status; with two persons needed the
    /// first approval only prepares, and the second counts the money.
    /// </summary>
    public Task<Result<ProofStatus>> ApproveAsync(ProofDecision decision, long receivedMinor, string? note, Actor actor, CancellationToken cancellationToken) => store.WriteAsync<ProofStatus>(
        async db =>
        {
            if (receivedMinor is < 1 or > Money.MinorMax)
                return Problem.Invalid("received_minor", "must be a whole number of minor units, 1 at least");
            if (Texts.Fault(note, 500) is { } noteFault)
                return Problem.Invalid("note", noteFault);
            var found = await OpenAsync(db, decision.TenantId, decision.ProofId, decision.ExpectedVersion, actor, cancellationToken);
            if (found.Problem is { } problem)
                return problem;
            var (proof, payment) = found.Value;
            if (payment.Status is PaymentStatus.Succeeded or PaymentStatus.Failed)
                return new Problem(Codes.PaymentFinal, $"The payment is {Words.Of(payment.Status)} already; reject this proof, or refund what came twice.") { PaymentId = payment.Id };
            if (proof.Currency != payment.Currency)
                return Problem.Invalid("currency", $"is {proof.Currency} on the proof and {payment.Currency} on the payment; it cannot be approved, reject it");
            // Two proofs with one reference, approved at the same moment: one waits here and then finds the other.
            await db.LockNameAsync(TypedReceipts.NameOf(proof.TenantId, proof.ReferenceKey), cancellationToken);
            if (proof.ReferenceKey is { } key && await db.ManualProofs.Where(row => row.TenantId == proof.TenantId && row.Mode == proof.Mode && row.Type == proof.Type && row.ReferenceKey == key && row.Status == ProofStatus.Approved).Select(row => (Guid?)row.PaymentId).FirstOrDefaultAsync(cancellationToken) is { } elsewhere)
                return new Problem(Codes.DuplicateReference, "This reference was approved before, for another payment.") { PaymentId = elsewhere };
            if (await typed.ReportedByProviderAsync(db, proof, cancellationToken) is { } reported)
            {
                return reported.State == ReceiptState.Unallocated
                    ? new Problem(Codes.DuplicateReference, "The provider has reported this money itself, without a payment: allocate it on the reconciliation page, and reject this proof.")
                    : new Problem(Codes.DuplicateReference, "The provider has reported this money itself, and it is settled already.") { PaymentId = reported.PaymentId };
            }

            var now = clock.GetUtcNow();
            var proofFiles = await db.ProofFiles.Where(file => file.ProofId == proof.Id).OrderBy(file => file.Position).ToListAsync(cancellationToken);
            var isFirstOfTwo = proof.FirstApprovedByUserId is null && await TwoPersons.AreNeededAsync(db, proof.TenantId, Math.Max(receivedMinor, proof.AmountMinor), payment.Currency, cancellationToken);
            if (isFirstOfTwo)
            {
                proof.ApproveFirst(actor.AnswerableUserId!.Value, actor.Name, receivedMinor, note, now);
                submit.Tell(db, payment, proof, proofFiles, "proof.first_approved", actor, note, now);
                return proof.Status;
            }
            if (proof.Status == ProofStatus.ApprovedFirst && proof.ReceivedMinor != receivedMinor)
                return Problem.Invalid("received_minor", $"{proof.FirstApprovedBy} found {MoneyFormat.Text(proof.ReceivedMinor ?? 0, payment.Currency)}; two persons must find the same, or reject");
            proof.Approve(actor.AnswerableUserId!.Value, actor.Name, receivedMinor, note, now);
            // The attempt that only a person can settle, where there is one; a proof may also come for a payment that was tried elsewhere.
            var attempts = await db.PaymentAttempts.AsNoTracking().Where(row => row.PaymentId == payment.Id).OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
            var attempt = attempts.Find(row => providers[row.Provider] is not IQueriesStatus)?.Id;
            await apply.InTransactionAsync(
                db,
                new PaymentObservation
                {
                    PaymentId = payment.Id,
                    AttemptId = attempt,
                    Fact = ObservedFact.ProofApproved,
                    Source = ObservationSource.Proof,
                    Actor = actor,
                    Received = new Money(receivedMinor, payment.Currency),
                    ReceiptReference = proof.ApprovedClaim ?? $"proof:{proof.Id}",
                    ProofId = proof.Id,
                    SourceId = proof.Id.ToString(),
                    Reason = note,
                },
                cancellationToken);
            submit.Tell(db, payment, proof, proofFiles, "proof.approved", actor, proof.FirstApprovedBy is null ? "single_person" : $"first approved by {proof.FirstApprovedBy}", now);
            return proof.Status;
        },
        cancellationToken);

    /// <param name="text">What the payer reads besides the reason's own sentence; required for <see cref="ProofRejection.Other"/>.</param>
    public Task<Result<ProofStatus>> RejectAsync(ProofDecision decision, ProofRejection rejection, string? text, string? note, Actor actor, CancellationToken cancellationToken) => store.WriteAsync<ProofStatus>(
        async db =>
        {
            if (Texts.Fault(text, 500) is { } textFault)
                return Problem.Invalid("answer", textFault);
            if (Texts.Fault(note, 500) is { } noteFault)
                return Problem.Invalid("note", noteFault);
            if (rejection == ProofRejection.Other && (text?.Trim().Length ?? 0) < OtherReasonLengthMin)
                return Problem.Invalid("answer", $"must have {OtherReasonLengthMin} characters at least, so that the payer knows what to do");
            var found = await OpenAsync(db, decision.TenantId, decision.ProofId, decision.ExpectedVersion, actor, cancellationToken);
            if (found.Problem is { } problem)
                return problem;
            var (proof, payment) = found.Value;
            var now = clock.GetUtcNow();
            var answer = rejection == ProofRejection.Other ? text!.Trim() : string.IsNullOrWhiteSpace(text) || rejection == ProofRejection.SuspectedForgery ? Answers[rejection] : $"{Answers[rejection]} {text.Trim()}";
            proof.Reject(actor.AnswerableUserId!.Value, actor.Name, rejection, answer, note, now);
            await apply.InTransactionAsync(db, new PaymentObservation { PaymentId = payment.Id, Fact = ObservedFact.ProofRejected, Source = ObservationSource.Proof, Actor = actor, ProofId = proof.Id, SourceId = proof.Id.ToString(), Reason = answer }, cancellationToken);
            submit.Tell(db, payment, proof, await FilesAsync(db, proof.Id, cancellationToken), "proof.rejected", actor, $"{Words.Of(rejection)}: {note ?? answer}", now);
            return proof.Status;
        },
        cancellationToken);

    /// <summary>Sends it back with a question that the payer reads; the payment stays before a person.</summary>
    public Task<Result<ProofStatus>> AskForMoreAsync(ProofDecision decision, string question, Actor actor, CancellationToken cancellationToken) => store.WriteAsync<ProofStatus>(
        async db =>
        {
            if (Texts.Fault(question, 500, isRequired: true) is { } fault)
                return Problem.Invalid("answer", fault);
            var found = await OpenAsync(db, decision.TenantId, decision.ProofId, decision.ExpectedVersion, actor, cancellationToken);
            if (found.Problem is { } problem)
                return problem;
            var (proof, payment) = found.Value;
            var now = clock.GetUtcNow();
            proof.AskForMore(question.Trim());
            apply.WriteNote(db, payment, new PaymentObservation { PaymentId = payment.Id, Fact = ObservedFact.Unrecognised, Source = ObservationSource.Proof, Actor = actor, Reason = question }, "proof.more_info", $"{actor.Name} asked the payer for more", now);
            submit.Tell(db, payment, proof, await FilesAsync(db, proof.Id, cancellationToken), "proof.more_info", actor, question, now);
            return proof.Status;
        },
        cancellationToken);

    /// <summary>An open proof that this actor may decide, its payment locked.</summary>
    private static async Task<Result<(ManualProof Proof, Payment Payment)>> OpenAsync(PaymentDb db, Guid tenantId, Guid proofId, int? expectedVersion, Actor actor, CancellationToken cancellationToken)
    {
        var paymentId = await db.ManualProofs.Where(row => row.Id == proofId && row.TenantId == tenantId).Select(row => (Guid?)row.PaymentId).FirstOrDefaultAsync(cancellationToken);
        var payment = paymentId is null ? null : await db.LockPaymentAsync(paymentId.Value, cancellationToken);
        var proof = payment is null ? null : await db.ManualProofs.FirstOrDefaultAsync(row => row.Id == proofId, cancellationToken);
        if (payment is null || proof is null)
            return new Problem(Codes.NotFound, "No such proof.");
        if (await TwoPersons.FaultAsync(db, tenantId, actor, Permissions.ProofsReview, [proof.SubmittedByUserId, proof.FirstApprovedByUserId], cancellationToken) is { } fault)
            return fault;
        if (!proof.IsOpen)
            return new Problem(Codes.ChangedMeanwhile, proof.DecidedBy is null ? $"This proof is {Words.Of(proof.Status)}." : $"{proof.DecidedBy} has decided already: {Words.Of(proof.Status)}.") { PaymentId = payment.Id };
        if (expectedVersion is { } expected && expected != proof.Version)
            return new Problem(Codes.ChangedMeanwhile, "Somebody changed this proof meanwhile. Look at it again before you decide.") { PaymentId = payment.Id };
        return (proof, payment);
    }

    private static Task<List<ProofFile>> FilesAsync(PaymentDb db, Guid proofId, CancellationToken cancellationToken) =>
        db.ProofFiles.Where(file => file.ProofId == proofId).OrderBy(file => file.Position).ToListAsync(cancellationToken);
}
