using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <param name="AmountMinor">Null: all that is refundable.</param>
/// <param name="AttemptId">Null: the attempt that paid. Named to give a duplicate charge back.</param>
/// <param name="RefundId">Id that an idempotency key has set aside.</param>
/// <param name="RepeatWindow">
/// Source system 001 without a key: an equal refund of the attempt that is not settled stands in the way, and one that was settled
/// less than this ago is the answer, told by its id. Null: every request is a new refund.
/// </param>
public sealed record RefundRequestedBy(Guid TenantId, Mode Mode, Guid PaymentId, long? AmountMinor, Guid? AttemptId, string Reason, Guid? RefundId = null, TimeSpan? RepeatWindow = null);

/// <summary>A refund that is reserved and about to be sent.</summary>
public sealed record PreparedRefund(Guid RefundId, Guid PaymentId, long CallId, ProviderAccountSnapshot Account, RefundRequest Request);

/// <summary>
/// Gives money back. The amount is reserved and the intent committed before the provider is called, with the refund's id as idempotency key;
/// a definite failure releases it, an unknown outcome keeps it reserved until the provider's word, or a person's, settles it.
/// Goes to the account and BIN that took the money, whatever is configured today.
/// </summary>
public sealed class RefundPayment(
    PaymentStore store,
    ProviderRegistry providers,
    ProviderAccounts accounts,
    ProviderCalls calls,
    ApplyObservation apply,
    IdSource ids,
    TimeProvider clock,
    CallbackTokens callbackTokens,
    FailPoints failPoints,
    LiveUpdates updates)
{
    public async Task<Result<Guid>> RunAsync(RefundRequestedBy request, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.RefundsRequest) is { } refused)
            return refused;
        if (Texts.Fault(request.Reason, 255, isRequired: true) is { } fault)
            return Problem.Invalid("reason", fault);
        if (request.AmountMinor is <= 0 or > Money.MinorMax)
            return Problem.Invalid("amount_minor", "must be a whole number of minor units, 1 at least");
        Result<(Guid RefundId, PreparedRefund? Prepared)> stored = await store.WriteAsync(db => ReserveAsync(db, request, actor, cancellationToken), cancellationToken);
        if (!stored.IsOk)
            return stored.Problem!;
        await failPoints.HitAsync("refund.reserved");
        if (stored.Value.Prepared is { } prepared)
            await SendAsync(prepared);
        return stored.Value.RefundId;
    }

    /// <summary>Takes up a refund that is approved, or was reserved by a process that died before it sent it.</summary>
    public async Task ContinueAsync(Guid refundId, CancellationToken cancellationToken)
    {
        var prepared = await store.WriteAsync<PreparedRefund?>(
            async db =>
            {
                var found = await db.Refunds.AsNoTracking().FirstOrDefaultAsync(row => row.Id == refundId, cancellationToken);
                var payment = found is null ? null : await db.LockPaymentAsync(found.PaymentId, cancellationToken);
                var refund = await db.Refunds.FirstOrDefaultAsync(row => row.Id == refundId, cancellationToken);
                return refund is not { Status: RefundStatus.Requested, ActionRequired: null, SentAt: null } || payment is null ? null : await PrepareAsync(db, payment, refund, cancellationToken);
            },
            cancellationToken);
        if (prepared is not null)
            await SendAsync(prepared);
    }

    /// <summary>Takes what is known about a refund, from an answer, a query, a webhook or a person; in the caller's transaction.</summary>
    public async Task SettleAsync(PaymentDb db, Guid refundId, RefundStatus outcome, string? providerReference, string? failureCode, string? failureMessage, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        var refund = await db.Refunds.SingleAsync(row => row.Id == refundId, cancellationToken);
        var payment = await db.LockPaymentAsync(refund.PaymentId, cancellationToken) ?? throw new InvalidOperationException("A refund without its payment.");
        Settle(db, payment, refund, outcome, providerReference, failureCode, failureMessage, actor, reason, clock.GetUtcNow());
    }

    /// <summary>The same about rows that are loaded already, at a moment that may lie in the past (demo data).</summary>
    internal void Settle(PaymentDb db, Payment payment, Refund refund, RefundStatus outcome, string? providerReference, string? failureCode, string? failureMessage, Actor actor, string? reason, DateTimeOffset now)
    {
        var wasFailed = refund.Status == RefundStatus.Failed;
        if (!refund.TrySettle(outcome, providerReference, failureCode, failureMessage, now))
            return;
        if (wasFailed)
            payment.ReserveForeignRefund(refund.AmountMinor, now);
        if (outcome == RefundStatus.Failed)
            payment.ReleaseRefund(refund.AmountMinor, now);
        else if (outcome == RefundStatus.Succeeded)
            payment.CompleteRefund(refund.AmountMinor, now);
        if (refund.IsSettled)
            refund.ScheduleCheck(null, refund.Checks, now);
        var sentence = $"Refund of {MoneyFormat.Text(refund.AmountMinor, refund.Currency)}: {SentenceOf(outcome)}";
        Tell(db, payment, refund, actor, sentence, failureMessage ?? reason, now);
    }

    /// <summary>
    /// A person who looked says what became of a refund that no program can settle: one to be paid back by hand, or one whose outcome is unknown
    /// at a provider that cannot be asked. <paramref name="isPaidBack"/> false gives the amount free again.
    /// </summary>
    public async Task<Result<RefundStatus>> SettleByHandAsync(Guid tenantId, Guid refundId, bool isPaidBack, string? reference, string reason, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } refused)
            return refused;
        if (Texts.Fault(reason, 255, isRequired: true) is { } fault)
            return Problem.Invalid("reason", fault);
        if (Texts.Fault(reference, 100) is { } referenceFault)
            return Problem.Invalid("provider_reference", referenceFault);
        return await store.WriteAsync<RefundStatus>(
            async db =>
            {
                var refund = await db.Refunds.FirstOrDefaultAsync(row => row.Id == refundId && row.TenantId == tenantId, cancellationToken);
                if (refund is null)
                    return new Problem(Codes.NotFound, "No such refund.");
                if (refund.Status != RefundStatus.Unknown && refund is not { Status: RefundStatus.Pending, ActionRequired: RefundAction.Manual })
                    return new Problem(Codes.ChangedMeanwhile, $"This refund is {Words.Of(refund.Status)} and waits for no person.") { PaymentId = refund.PaymentId };
                var outcome = isPaidBack ? RefundStatus.Succeeded : RefundStatus.Failed;
                await SettleAsync(db, refundId, outcome, string.IsNullOrWhiteSpace(reference) ? null : reference.Trim(), isPaidBack ? null : "settled_by_hand", isPaidBack ? null : reason, actor, reason, cancellationToken);
                return outcome;
            },
            cancellationToken);
    }

    /// <summary>Stores a refund that was made in the provider's dashboard, once; in the caller's transaction.</summary>
    public async Task<Refund?> AddForeignAsync(PaymentDb db, Payment payment, PaymentAttempt attempt, string providerReference, long amountMinor, RefundStatus status, Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.Refunds.AnyAsync(row => row.AccountId == attempt.AccountId && row.ProviderReference == providerReference, cancellationToken))
            return null;
        var refund = NewRefund(payment, attempt, ids.NewId(), amountMinor, "Made in the provider's dashboard", "provider", requestedByUserId: null, now);
        db.Refunds.Add(refund);
        payment.ReserveForeignRefund(amountMinor, now);
        refund.TrySettle(status, providerReference, null, null, now);
        if (status == RefundStatus.Succeeded)
            payment.CompleteRefund(amountMinor, now);
        if (status == RefundStatus.Failed)
            payment.ReleaseRefund(amountMinor, now);
        Tell(db, payment, refund, actor, $"A refund of {MoneyFormat.Text(amountMinor, refund.Currency)} was made in the provider's dashboard", null, now);
        return refund;
    }

    private async Task<Result<(Guid, PreparedRefund?)>> ReserveAsync(PaymentDb db, RefundRequestedBy request, Actor actor, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (request.RefundId is { } reserved && await db.Refunds.AnyAsync(row => row.Id == reserved, cancellationToken))
            return (reserved, null);
        var payment = await db.LockPaymentAsync(request.PaymentId, cancellationToken);
        if (payment is null || payment.TenantId != request.TenantId || payment.Mode != request.Mode)
            return new Problem(Codes.PaymentNotFound, "No such payment.");
        if (request.RepeatWindow is { } window && await FindEqualAsync(db, request, now - window, cancellationToken) is { } equal)
            return equal.IsSettled ? (equal.Id, null) : new Problem(Codes.RefundInProgress, "An equal refund of this payment is not settled yet.") { PaymentId = payment.Id, RetryAfterSeconds = 5 };

        var attempts = await db.PaymentAttempts.Where(row => row.PaymentId == payment.Id).ToListAsync(cancellationToken);
        var attempt = request.AttemptId is { } named ? attempts.FirstOrDefault(row => row.Id == named) : attempts.Where(row => row.ReceivedMinor > 0).OrderBy(row => row.Id == payment.AttemptId ? 0 : 1).FirstOrDefault();
        if (request.AttemptId is not null && attempt is null)
            return Problem.Invalid("attempt_id", "is no attempt of this payment");
        var amount = request.AmountMinor ?? payment.RefundableMinor;
        if (await CheckAsync(db, payment, attempt, amount, cancellationToken) is { } refused)
            return refused;
        if (attempt is not null && providers[attempt.Provider] is IRefunds && providers[attempt.Provider].Profile.StepFault(new Money(amount, payment.Currency)) is { } fault)
            return fault;
        if (!payment.TryReserveRefund(amount, now))
            return Exceeds(payment);

        var refund = NewRefund(payment, attempt, request.RefundId ?? ids.NewId(), amount, request.Reason, $"{Words.Of(actor.Kind)}:{actor.Id}", actor.AnswerableUserId, now);
        var isManual = attempt is null || providers[attempt.Provider] is not IRefunds;
        if (await TwoPersons.AreNeededAsync(db, payment.TenantId, amount, payment.Currency, cancellationToken))
        {
            refund.Await(RefundAction.Approval, now);
            db.ApprovalRequests.Add(RequestOf(payment, refund, ids.NewId(), actor, now));
        }
        else
        {
            refund.IsSinglePerson = true;
            if (isManual)
                refund.Await(RefundAction.Manual, now);
        }
        Add(db, payment, refund, actor, now);
        await db.SaveChangesAsync(cancellationToken);
        return (refund.Id, refund.ActionRequired is null ? await PrepareAsync(db, payment, refund, cancellationToken) : null);
    }

    /// <summary>What a second person is asked about a refund that waits for one.</summary>
    internal static ApprovalRequest RequestOf(Payment payment, Refund refund, Guid id, Actor actor, DateTimeOffset now) => new()
    {
        Id = id,
        TenantId = payment.TenantId,
        Mode = payment.Mode,
        Kind = ApprovalKind.Refund,
        SubjectId = refund.Id.ToString(),
        PaymentId = payment.Id,
        Summary = $"Refund {MoneyFormat.Text(refund.AmountMinor, refund.Currency)} of {payment.OrderReference}",
        AmountMinor = refund.AmountMinor,
        Currency = refund.Currency,
        RequestedBy = actor.Name,
        RequestedByUserId = actor.AnswerableUserId,
        Reason = refund.Reason,
        RequestedAt = now,
        ExpiresAt = now + ApprovalRequest.Lifetime,
    };

    /// <summary>
    /// What a second person (or the end of the time for one) decided about a refund that waits; in the caller's transaction. Approved, it is free
    /// to go: <see cref="ContinueAsync"/> sends it after the commit, or the reconciler does.
    /// </summary>
    public async Task DecideAsync(PaymentDb db, Guid refundId, bool isApproved, string failureCode, string? reason, Actor actor, CancellationToken cancellationToken)
    {
        var found = await db.Refunds.AsNoTracking().SingleAsync(row => row.Id == refundId, cancellationToken);
        var payment = await db.LockPaymentAsync(found.PaymentId, cancellationToken) ?? throw new InvalidOperationException("A refund without its payment.");
        var refund = await db.Refunds.SingleAsync(row => row.Id == refundId, cancellationToken);
        if (refund is not { Status: RefundStatus.Requested, ActionRequired: RefundAction.Approval })
            throw new RefusedException(new Problem(Codes.ChangedMeanwhile, $"This refund is {Words.Of(refund.Status)} and waits for nobody.") { PaymentId = payment.Id });
        if (!isApproved)
        {
            await SettleAsync(db, refundId, RefundStatus.Failed, null, failureCode, reason, actor, reason, cancellationToken);
            return;
        }
        var now = clock.GetUtcNow();
        refund.Approve(actor.Name, now);
        Tell(db, payment, refund, actor, $"{actor.Name} approved the refund of {MoneyFormat.Text(refund.AmountMinor, refund.Currency)}", reason, now, "refund.approved", isAnnounced: false);
    }

    /// <summary>The newest refund of the same attempt and amount that is not settled, or was settled since then.</summary>
    private static Task<Refund?> FindEqualAsync(PaymentDb db, RefundRequestedBy request, DateTimeOffset settledSince, CancellationToken cancellationToken) =>
        db.Refunds.AsNoTracking()
            .Where(row => row.PaymentId == request.PaymentId && row.AttemptId == request.AttemptId && row.AmountMinor == request.AmountMinor && (row.SettledAt == null || row.SettledAt >= settledSince))
            .OrderBy(row => row.SettledAt == null ? 0 : 1).ThenByDescending(row => row.CreatedAt)
            .FirstOrDefaultAsync(cancellationToken);

    private static async Task<Problem?> CheckAsync(PaymentDb db, Payment payment, PaymentAttempt? attempt, long amount, CancellationToken cancellationToken)
    {
        if (amount <= 0 || payment.ReceivedMinor == 0)
            return Exceeds(payment);
        if (payment.DisputedMinor > 0 && amount > payment.RefundableMinor && amount <= payment.RefundableMinor + payment.DisputedMinor)
            return new Problem(Codes.PaymentDisputed, "Part of this payment is disputed; what is disputed cannot be refunded.") { PaymentId = payment.Id };
        if (attempt is null)
            return null;
        var goneBack = await db.Refunds.Where(row => row.AttemptId == attempt.Id && row.Status != RefundStatus.Failed).SumAsync(row => row.AmountMinor, cancellationToken);
        return goneBack + amount > attempt.ReceivedMinor ? Exceeds(payment) : null;
    }

    private static Problem Exceeds(Payment payment) =>
        new(Codes.RefundExceedsPayment, $"{MoneyFormat.Text(payment.RefundableMinor, payment.Currency)} can be refunded.") { PaymentId = payment.Id };

    /// <summary>Stores a refund whose amount is reserved.</summary>
    internal void Add(PaymentDb db, Payment payment, Refund refund, Actor actor, DateTimeOffset now)
    {
        db.Refunds.Add(refund);
        Tell(db, payment, refund, actor, $"{actor.Name} asked to refund {MoneyFormat.Text(refund.AmountMinor, payment.Currency)}", refund.Reason, now, "refund.requested");
    }

    internal static Refund NewRefund(Payment payment, PaymentAttempt? attempt, Guid id, long amount, string reason, string requestedBy, Guid? requestedByUserId, DateTimeOffset now) => new()
    {
        Id = id,
        TenantId = payment.TenantId,
        Mode = payment.Mode,
        PaymentId = payment.Id,
        AttemptId = attempt?.Id,
        AccountId = attempt?.AccountId,
        Endpoint = attempt?.Endpoint,
        Provider = attempt?.Provider ?? payment.Provider ?? "manual",
        OrganizationBin = attempt?.OrganizationBin,
        AmountMinor = amount,
        Currency = payment.Currency,
        Reason = reason,
        CreatedAt = now,
        RequestedBy = requestedBy,
        RequestedByUserId = requestedByUserId,
        IsDemo = payment.IsDemo,
    };

    private async Task<PreparedRefund?> PrepareAsync(PaymentDb db, Payment payment, Refund refund, CancellationToken cancellationToken)
    {
        if (refund.AttemptId is null || providers[refund.Provider] is not IRefunds)
        {
            refund.Await(RefundAction.Manual, clock.GetUtcNow());
            return null;
        }
        var attempt = await db.PaymentAttempts.SingleAsync(row => row.Id == refund.AttemptId, cancellationToken);
        var token = providers[refund.Provider].Profile.WebhookTrust == WebhookTrust.SecretPath ? callbackTokens.For(refund.Id) : null;
        refund.MarkSent(clock.GetUtcNow(), token is null ? null : ApiKey.HashOf(token));
        var call = calls.Prepare(db, payment, attempt, refund, ProviderOperation.Refund, idempotencyKey: refund.Id.ToString(), refund.AmountMinor);
        await db.SaveChangesAsync(cancellationToken);
        return new PreparedRefund(refund.Id, payment.Id, call.Id, await accounts.OpenForAsync(db, attempt, cancellationToken), await RequestForAsync(db, payment, attempt, refund, cancellationToken));
    }

    internal async Task<RefundRequest> RequestForAsync(PaymentDb db, Payment payment, PaymentAttempt attempt, Refund refund, CancellationToken cancellationToken)
    {
        var others = await db.Refunds.Where(row => row.AttemptId == attempt.Id && row.Id != refund.Id && row.Status != RefundStatus.Failed).Select(row => new { row.Status, row.AmountMinor }).ToListAsync(cancellationToken);
        var receipts = await db.Receipts.Where(row => row.AttemptId == attempt.Id && row.State == ReceiptState.Counted).OrderBy(row => row.ReceivedAt).Select(row => row.Reference).ToListAsync(cancellationToken);
        return new RefundRequest
        {
            RefundId = refund.Id,
            Attempt = ReconcilePayments.ReferenceOf(attempt, payment.OrderReference),
            Amount = new Money(refund.AmountMinor, refund.Currency),
            Reason = refund.Reason,
            IsFull = refund.AmountMinor == attempt.ReceivedMinor,
            RefundedBeforeMinor = others.Where(row => row.Status == RefundStatus.Succeeded).Sum(row => row.AmountMinor),
            OtherRefundsMinor = others.Sum(row => row.AmountMinor),
            ReceiptReference = receipts.Find(reference => !ApplyObservation.IsProvisional(reference)),
            CallbackToken = callbackTokens.For(refund.Id, refund.CallbackTokenHash),
        };
    }

    private async Task SendAsync(PreparedRefund prepared)
    {
        await failPoints.HitAsync("refund.before_send");
        var provider = providers[prepared.Account.Provider];
        var refunds = provider as IRefunds ?? throw new InvalidOperationException($"{provider.Profile.Id} cannot refund.");
        var record = await calls.SendAsync<RefundResult>(
            () => refunds.RefundAsync(prepared.Account, prepared.Request, CancellationToken.None),
            fault => new RefundResult.Unknown(fault));
        await failPoints.HitAsync("refund.after_answer");
        var actor = Actor.Provider(provider.Profile.Id);
        await store.WriteAsync(
            async db =>
            {
                await calls.FinishAsync(db, prepared.CallId, record, CallOutcomeOf(record.Result), CancellationToken.None);
                await TakeAsync(db, prepared.RefundId, provider, record.Result, actor, CancellationToken.None);
            },
            CancellationToken.None);
        await failPoints.HitAsync("refund.answer_committed");
    }

    /// <summary>Stores a provider's word about a refund and plans the next question; in the caller's transaction.</summary>
    internal async Task TakeAsync(PaymentDb db, Guid refundId, IPaymentProvider provider, RefundResult result, Actor actor, CancellationToken cancellationToken)
    {
        var (status, code, message) = result switch
        {
            RefundResult.Succeeded => (RefundStatus.Succeeded, (string?)null, (string?)null),
            RefundResult.Pending => (RefundStatus.Pending, null, null),
            RefundResult.Failed failed => (RefundStatus.Failed, failed.Code, failed.Message),
            RefundResult.Unknown unknown => (RefundStatus.Unknown, null, unknown.Reason),
            _ => throw new InvalidOperationException($"Unknown refund result {result.GetType().Name}."),
        };
        await SettleAsync(db, refundId, status, result.Reference, code, message, actor, reason: null, cancellationToken);
        var refund = db.Refunds.Local.Single(row => row.Id == refundId);
        if (!refund.IsSettled && provider is IQueriesRefunds)
        {
            var now = clock.GetUtcNow();
            var pause = CheckSchedule.Pause(provider.Profile, refund.Checks, now - refund.CreatedAt);
            refund.ScheduleCheck(pause is { } span ? now + IdSource.WithJitter(span) : null, refund.Checks + 1, now);
        }
    }

    internal static CallOutcome CallOutcomeOf(RefundResult result) => result switch
    {
        RefundResult.Failed { Code: Codes.ProviderUnavailable } failed => new(ProviderCallState.NotSent, null, null, failed.Message),
        RefundResult.Failed failed => new(ProviderCallState.Answered, failed.Reference, failed.StatusWord ?? "failed", failed.Message),
        RefundResult.Unknown unknown => new(ProviderCallState.Unknown, null, "unknown", unknown.Reason),
        RefundResult.Pending => new(ProviderCallState.Answered, result.Reference, result.StatusWord ?? "pending", null),
        _ => new(ProviderCallState.Answered, result.Reference, result.StatusWord ?? "succeeded", null),
    };

    private void Tell(PaymentDb db, Payment payment, Refund refund, Actor actor, string sentence, string? detail, DateTimeOffset now, string? type = null, bool isAnnounced = true)
    {
        var word = type ?? "refund." + Words.Of(refund.Status);
        db.AuditEntries.Add(AuditEntry.By(actor, payment.TenantId, now, word, "refund", refund.Id.ToString(), detail ?? refund.Reason, after: JsonSerializer.Serialize(new { payment_id = payment.Id, status = Words.Of(refund.Status), amount_minor = refund.AmountMinor, currency = refund.Currency, organization_bin = refund.OrganizationBin, mode = Words.Of(refund.Mode), single_person = refund.IsSinglePerson })));
        db.PaymentNotes.Add(new PaymentNote { Id = ids.NewId(), TenantId = payment.TenantId, PaymentId = payment.Id, AttemptId = refund.AttemptId, RefundId = refund.Id, At = now, Type = word, Text = sentence, Detail = detail, Actor = actor.Name });
        if (isAnnounced)
            apply.Announce(db, payment, shown: null, word, $"{refund.Id}:{refund.Version.ToString(CultureInfo.InvariantCulture)}", now, JsonSerializer.Serialize(RefundObject.From(refund), ApiJson.Options));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(payment.TenantId, "refund", payment.Id)));
    }

    private static string SentenceOf(RefundStatus status) => status switch
    {
        RefundStatus.Succeeded => "paid back",
        RefundStatus.Failed => "refused; the money can be refunded again",
        RefundStatus.Pending => "on its way",
        RefundStatus.Unknown => "no answer, so the outcome is unknown; the amount stays reserved",
        _ => Words.Of(status),
    };
}
