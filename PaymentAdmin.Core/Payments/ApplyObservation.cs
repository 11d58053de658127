using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// The funnel: the one method that changes a payment's status. Reads what is so, asks <see cref="PaymentDecision"/>, and writes payment,
/// attempt, receipt, transition, audit entry, timeline and outgoing event in one transaction.
/// </summary>
public sealed class ApplyObservation(PaymentStore store, PaymentObjects objects, TypedReceipts typed, IdSource ids, TimeProvider clock, FailPoints failPoints, LiveUpdates updates)
{
    /// <summary>A receipt without an id of the provider's own: one per attempt.</summary>
    private const string ProvisionalPrefix = "attempt:";

    /// <summary>Stands for a receipt whose own id is not known yet.</summary>
    public static bool IsProvisional(string reference) => reference.StartsWith(ProvisionalPrefix, StringComparison.Ordinal);

    public Task<AppliedObservation> RunAsync(PaymentObservation observation, CancellationToken cancellationToken) =>
        store.WriteAsync(db => InTransactionAsync(db, observation, cancellationToken), cancellationToken);

    /// <summary>The same inside the caller's transaction, so that the caller's own rows (call, inbox, refund) commit with it.</summary>
    public async Task<AppliedObservation> InTransactionAsync(PaymentDb db, PaymentObservation observation, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var payment = await db.LockPaymentAsync(observation.PaymentId, cancellationToken)
            ?? throw new InvalidOperationException($"Payment {observation.PaymentId} does not exist.");
        var attempts = await db.PaymentAttempts.Where(attempt => attempt.PaymentId == payment.Id).ToListAsync(cancellationToken);
        var attempt = observation.AttemptId is { } attemptId ? attempts.Single(row => row.Id == attemptId) : null;

        var (receipt, alreadyCounted, elsewhere) = await FindReceiptAsync(db, payment, attempt, observation, cancellationToken);
        if (elsewhere)
            return Refuse(db, payment, observation, IntegrityVerdict.WrongReference, "This receipt is counted for another payment; nothing was changed", now);
        var applied = Take(db, payment, attempts, new(receipt, alreadyCounted), observation, now);
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(payment.TenantId, "payment", payment.Id)));
        await failPoints.HitAsync("apply.before_commit");
        return applied;
    }

    /// <summary>
    /// Decides and writes about rows that are loaded (or about to be inserted) already, at a moment that may lie in the past:
    /// demo data goes through the same funnel as everything else.
    /// </summary>
    internal AppliedObservation Take(PaymentDb db, Payment payment, List<PaymentAttempt> attempts, KnownReceipt known, PaymentObservation observation, DateTimeOffset now)
    {
        var attempt = observation.AttemptId is { } attemptId ? attempts.Single(row => row.Id == attemptId) : null;
        var decision = PaymentDecision.For(FactsOf(payment, attempt, attempts), FactsOf(attempt), new(observation.Fact, known.IsCounted ? null : observation.Received, known.IsCounted));
        var wordChanged = attempt is not null && observation.ProviderStatus is not null && observation.ProviderStatus != attempt.ProviderStatus;
        var before = (payment.Status, payment.Exceptions, payment.ReceivedMinor);

        // A person did not believe what was claimed, so the provider's next word stands alone.
        if (observation.Fact is ObservedFact.EvidenceRejected or ObservedFact.EvidenceRejectedForGood)
            attempts.ForEach(row => row.SetClaim(null, null, now));
        if (attempt is not null)
            ChangeAttempt(payment, attempt, attempts, observation, decision, now);
        CountMoney(db, payment, attempt, known.Receipt, observation, decision, now);
        payment.Flag(decision.Add, decision.Remove, now);
        var next = decision.Status ?? payment.Status;
        payment.SetOpenReviews(next == PaymentStatus.InReview ? decision.OpenReviews : PaymentExceptions.None, now);
        if (observation.ErrorCode is not null && decision.Attempt is AttemptStatus.Failed or AttemptStatus.Cancelled or AttemptStatus.Expired or AttemptStatus.Unknown)
            payment.SetLastError(observation.ErrorCode, observation.ErrorMessage, observation.ProviderErrorCode, now);
        else if (next == PaymentStatus.Succeeded)
            payment.SetLastError(null, null, null, now);

        if (decision.Status is { } status)
            Enter(db, payment, status, observation, decision.Sentence, now);
        var newExceptions = payment.Exceptions & ~before.Exceptions;
        var shown = attempts.FirstOrDefault(row => row.Id == payment.AttemptId);
        var isNews = observation.Source != ObservationSource.Import;
        if (isNews && decision.Status is not null)
            Announce(db, payment, shown, "payment." + Words.Of(payment.Status), payment.TransitionCount.ToString(System.Globalization.CultureInfo.InvariantCulture), now);
        if (isNews && newExceptions != PaymentExceptions.None)
            Announce(db, payment, shown, "payment.exception", $"{payment.Version}", now);

        var changed = decision.Status is not null || newExceptions != PaymentExceptions.None || payment.ReceivedMinor != before.ReceivedMinor;
        if (changed || wordChanged || decision.Attempt is not null || observation.Source is ObservationSource.Webhook or ObservationSource.Operator or ObservationSource.Proof)
            WriteNote(db, payment, observation, changed ? "payment." + Words.Of(payment.Status) : "evidence", decision.Sentence, now);
        return new AppliedObservation(decision.Status is not null, payment.ReceivedMinor != before.ReceivedMinor, payment.Status, decision.Integrity, decision.Sentence);
    }

    /// <summary>The first transition of a new payment, with its audit entry and event; used by whoever inserts one.</summary>
    public void Begin(PaymentDb db, Payment payment, PaymentAttempt? shown, Actor actor, string sentence, DateTimeOffset now)
    {
        var observation = new PaymentObservation { PaymentId = payment.Id, Fact = ObservedFact.Pending, Source = payment.IsDemo ? ObservationSource.Demo : payment.IsImported ? ObservationSource.Import : ObservationSource.Api, Actor = actor };
        Enter(db, payment, PaymentStatus.Created, observation, sentence, now);
        if (!payment.IsImported)
            Announce(db, payment, shown, "payment.created", "1", now);
        WriteNote(db, payment, observation, "payment.created", sentence, now);
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(payment.TenantId, "payment", payment.Id)));
    }

    /// <summary>An event about the payment, unless the row is demo data.</summary>
    public void Announce(PaymentDb db, Payment payment, PaymentAttempt? shown, string type, string dedupeKey, DateTimeOffset now, string? dataJson = null)
    {
        if (payment.IsDemo)
            return;
        db.ToTell.Add(new OutgoingEvent
        {
            Id = ids.NewId(),
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Type = type,
            PaymentId = payment.Id,
            DedupeKey = dedupeKey,
            DataJson = dataJson ?? objects.JsonOf(payment, shown),
            CreatedAt = now,
        });
    }

    public void WriteNote(PaymentDb db, Payment payment, PaymentObservation observation, string type, string sentence, DateTimeOffset now) =>
        db.PaymentNotes.Add(new PaymentNote
        {
            Id = ids.NewId(),
            TenantId = payment.TenantId,
            PaymentId = payment.Id,
            AttemptId = observation.AttemptId,
            At = now,
            Type = type,
            Text = sentence,
            Detail = DetailOf(observation),
            Actor = observation.Actor.Name,
            Source = observation.Source,
            SourceId = observation.SourceId,
        });

    private AppliedObservation Refuse(PaymentDb db, Payment payment, PaymentObservation observation, IntegrityVerdict verdict, string sentence, DateTimeOffset now)
    {
        WriteNote(db, payment, observation, "evidence", sentence, now);
        return new AppliedObservation(Changed: false, Counted: false, payment.Status, verdict, sentence);
    }

    /// <summary>
    /// Has this money been counted? By the provider's receipt id; a report without one stands for the attempt's only receipt,
    /// and gives way to the id once a later report brings it.
    /// </summary>
    private async Task<(Receipt? Receipt, bool AlreadyCounted, bool Elsewhere)> FindReceiptAsync(PaymentDb db, Payment payment, PaymentAttempt? attempt, PaymentObservation observation, CancellationToken cancellationToken)
    {
        if (observation.Received is null || observation.Fact is not (ObservedFact.Succeeded or ObservedFact.ProofApproved))
            return (null, false, false);
        var accountId = attempt?.AccountId ?? observation.ReceivedAt?.Id ?? payment.AccountId;
        if (observation.ReceiptReference is { } reference)
        {
            var known = await db.Receipts.FirstOrDefaultAsync(row => row.AccountId == accountId && row.Reference == reference, cancellationToken);
            if (known is { State: ReceiptState.Unallocated })
                return (known, false, false);
            if (known is null && observation.Fact == ObservedFact.Succeeded && (attempt?.Provider ?? observation.ReceivedAt?.Provider) is { } provider)
            {
                await typed.LockAsync(db, payment.TenantId, provider, reference, cancellationToken);
                known = await typed.CountedByProofAsync(db, payment.TenantId, payment.Mode, provider, reference, cancellationToken);
            }
            if (known is not null)
                return (known, known.PaymentId == payment.Id, known.PaymentId != payment.Id);
        }
        if (attempt is null)
            return (null, false, false);
        var own = await db.Receipts.FirstOrDefaultAsync(row => row.AttemptId == attempt.Id && row.State == ReceiptState.Counted, cancellationToken);
        var provisional = own is not null && IsProvisional(own.Reference);
        if (own is not null && provisional && observation.ReceiptReference is { } learnt)
        {
            await db.Receipts.Where(row => row.Id == own.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Reference, learnt), cancellationToken);
            return (own, true, false);
        }
        return (own, own is not null && observation.ReceiptReference is null, false);
    }

    private static PaymentFacts FactsOf(Payment payment, PaymentAttempt? attempt, List<PaymentAttempt> attempts) => new(
        payment.Status,
        payment.OpenReviews,
        payment.AmountMinor,
        payment.Currency,
        payment.ReceivedMinor,
        payment.EndsWithFirstAttempt,
        HoldsForRisk: payment.HoldsForRisk,
        OtherOpenAttempts: attempts.Count(row => row.Id != attempt?.Id && row.IsOpen),
        AnotherAttemptPaid: attempts.Any(row => row.Id != attempt?.Id && row.Status == AttemptStatus.Succeeded));

    private static AttemptFacts? FactsOf(PaymentAttempt? attempt) => attempt is null ? null : new(attempt.Status, attempt.AmountMinor, attempt.ReceivedMinor);

    private static void ChangeAttempt(Payment payment, PaymentAttempt attempt, List<PaymentAttempt> attempts, PaymentObservation observation, PaymentDecision decision, DateTimeOffset now)
    {
        attempt.Learn(observation.ProviderReference, observation.ProviderReference2, observation.ProviderStatus, now);
        if (observation.NextActionJson is not null || observation.AttemptExpiresAt is not null)
            attempt.Offer(observation.NextActionJson ?? attempt.NextActionJson, observation.AttemptExpiresAt ?? attempt.ExpiresAt, now);
        if (decision.Attempt is { } status)
        {
            attempt.Enter(status, now);
            if (status is AttemptStatus.Failed or AttemptStatus.Cancelled or AttemptStatus.Expired or AttemptStatus.Unknown)
                attempt.SetLastError(observation.ErrorCode ?? Words.Of(status), observation.ErrorMessage, observation.ProviderErrorCode, now);
            if (!attempt.IsOpen)
                attempt.ScheduleCheck(null, attempt.Checks, now);
        }
        var shown = attempts.FirstOrDefault(row => row.Id == payment.AttemptId);
        if (shown is null || shown.Id == attempt.Id || (shown.Status != AttemptStatus.Succeeded && (attempt.Status == AttemptStatus.Succeeded || attempt.CreatedAt > shown.CreatedAt)))
            payment.Show(attempt, now);
    }

    private void CountMoney(PaymentDb db, Payment payment, PaymentAttempt? attempt, Receipt? receipt, PaymentObservation observation, PaymentDecision decision, DateTimeOffset now)
    {
        if (observation.Received is not { } money || (decision.CountMinor == 0 && !decision.HoldsReceipt))
            return;
        var state = decision.HoldsReceipt ? ReceiptState.Held : ReceiptState.Counted;
        if (receipt is { State: ReceiptState.Unallocated })
        {
            receipt.Allocate(payment.Id, attempt?.Id, state);
        }
        else
        {
            var added = new Receipt
            {
                Id = ids.NewId(),
                TenantId = payment.TenantId,
                Mode = payment.Mode,
                Provider = attempt?.Provider ?? observation.ReceivedAt?.Provider ?? payment.Provider ?? "manual",
                AccountId = attempt?.AccountId ?? observation.ReceivedAt?.Id ?? payment.AccountId,
                Reference = observation.ReceiptReference ?? (attempt is null ? $"payment:{payment.Id}" : ProvisionalPrefix + attempt.Id),
                AmountMinor = money.Minor,
                Currency = money.Currency,
                Payer = observation.Payer,
                ReceivedAt = now,
                ProofId = observation.ProofId,
                State = state,
            };
            added.Allocate(payment.Id, attempt?.Id, state);
            db.Receipts.Add(added);
        }
        // Money without any attempt: the account is kept, so that a refund finds it.
        if (attempt is null && payment.AccountId is null && observation.ReceivedAt is { } at)
            payment.ShowAccount(at.Id, at.Provider);
        payment.Receive(decision.CountMinor, now);
        attempt?.Receive(decision.CountMinor, now);
    }

    private void Enter(PaymentDb db, Payment payment, PaymentStatus next, PaymentObservation observation, string sentence, DateTimeOffset now)
    {
        var from = payment.TransitionCount == 0 ? (PaymentStatus?)null : payment.Status;
        var sequence = payment.Enter(next, now);
        var audit = AuditEntry.By(
            observation.Actor,
            payment.TenantId,
            now,
            "payment." + Words.Of(next),
            "payment",
            payment.Id.ToString(),
            observation.Reason ?? sentence,
            before: from is null ? null : JsonSerializer.Serialize(new { status = Words.Of(from.Value) }),
            after: JsonSerializer.Serialize(new { status = Words.Of(next), amount_minor = payment.AmountMinor, received_minor = payment.ReceivedMinor, currency = payment.Currency, mode = Words.Of(payment.Mode), order_reference = payment.OrderReference }));
        db.AuditEntries.Add(audit);
        db.PaymentTransitions.Add(new PaymentTransition
        {
            Id = ids.NewId(),
            TenantId = payment.TenantId,
            PaymentId = payment.Id,
            Sequence = sequence,
            FromStatus = from,
            ToStatus = next,
            Cause = observation.Source,
            CauseId = observation.SourceId,
            Audit = audit,
            At = now,
        });
    }

    private static string? DetailOf(PaymentObservation observation)
    {
        var parts = new List<string>();
        if (observation.ProviderStatus is not null)
            parts.Add($"The provider's word: {observation.ProviderStatus}.");
        if (observation.ErrorMessage is not null)
            parts.Add(observation.ErrorMessage);
        if (observation.Reason is not null)
            parts.Add($"Reason: {observation.Reason}");
        return parts.Count == 0 ? null : string.Join(" ", parts);
    }
}

/// <summary>The row of the money that an observation tells of, where there is one, and whether it is counted already.</summary>
internal readonly record struct KnownReceipt(Receipt? Receipt, bool IsCounted);
