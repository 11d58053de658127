using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// Finds out what became of everything that is open: asks providers on schedule, takes up calls whose process died, expires what nobody
/// paid, and puts before a person what cannot be found out. Runs on every instance at once; leases keep two from asking the same.
/// </summary>
public sealed partial class ReconcilePayments(
    PaymentStore store,
    ProviderRegistry providers,
    ProviderAccounts accounts,
    ProviderCalls calls,
    ApplyObservation apply,
    RefundPayment refunds,
    AccountThrottle throttle,
    CallbackTokens callbackTokens,
    TimeProvider clock,
    ILogger<ReconcilePayments> logger)
{
    private const int BatchSize = 20;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(90);

    private static readonly Actor Job = Actor.System("reconciler");

    /// <summary>One round; true when there was something to do, so that the caller comes again at once.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var lost = await TakeUpLostCallsAsync(cancellationToken);
        var asked = await AskDueAttemptsAsync(cancellationToken);
        var askedRefunds = await AskDueRefundsAsync(cancellationToken);
        var expired = await ExpireAsync(cancellationToken);
        return lost + asked + askedRefunds + expired > 0;
    }

    /// <summary>Asks now, whatever the schedule says; null when the provider cannot be asked about this attempt.</summary>
    public async Task<AppliedObservation?> AskNowAsync(Guid attemptId, Actor actor, CancellationToken cancellationToken)
    {
        var attempt = await store.ReadAsync(db => db.PaymentAttempts.FirstOrDefaultAsync(row => row.Id == attemptId, cancellationToken), cancellationToken);
        return attempt is null ? null : await AskAsync(attempt, leaseToken: null, actor, cancellationToken);
    }

    private async Task<int> AskDueAttemptsAsync(CancellationToken cancellationToken)
    {
        // A look costs less than the writing transaction of a claim, and mostly nothing is due.
        var now = clock.GetUtcNow();
        if (!await store.ReadAsync(db => db.PaymentAttempts.AnyAsync(row => row.NextCheckAt <= now, cancellationToken), cancellationToken))
            return 0;
        var due = await LeaseAttemptsAsync(cancellationToken);
        foreach (var (attempt, leaseToken) in due)
        {
            if (throttle.TryEnter(attempt.AccountId, out var wait))
                await AskAsync(attempt, leaseToken, Job, cancellationToken);
            else
                await PostponeAsync(attempt.Id, leaseToken, wait, cancellationToken);
        }
        return due.Count;
    }

    private Task<List<(PaymentAttempt Attempt, long LeaseToken)>> LeaseAttemptsAsync(CancellationToken cancellationToken) =>
        store.WriteAsync(
            async db =>
            {
                var now = await db.NowAsync(clock, cancellationToken);
                var due = db.IsPostgres
                    ? await db.PaymentAttempts.FromSql($"SELECT * FROM payment_attempts WHERE next_check_at <= {now.UtcTicks} AND (lease_until IS NULL OR lease_until < {now.UtcTicks}) ORDER BY next_check_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED").ToListAsync(cancellationToken)
                    : await db.PaymentAttempts.Where(row => row.NextCheckAt <= now && (row.LeaseUntil == null || row.LeaseUntil < now)).OrderBy(row => row.NextCheckAt).Take(BatchSize).ToListAsync(cancellationToken);
                return due.ConvertAll(attempt => (attempt, attempt.Lease(now + LeaseTime, now)));
            },
            cancellationToken);

    private async Task<AppliedObservation?> AskAsync(PaymentAttempt attempt, long? leaseToken, Actor actor, CancellationToken cancellationToken)
    {
        var provider = providers[attempt.Provider];
        if (provider is not IQueriesStatus queries || !CheckSchedule.CanAsk(attempt, provider.Profile))
            return null;
        var (account, reference) = await store.ReadAsync(
            async db =>
            {
                var orderReference = await db.Payments.Where(row => row.Id == attempt.PaymentId).Select(row => row.OrderReference).SingleAsync(cancellationToken);
                return (await accounts.OpenForAsync(db, attempt, cancellationToken), ReferenceOf(attempt, orderReference) with { CallbackToken = callbackTokens.For(attempt.Id, attempt.CallbackTokenHash) });
            },
            cancellationToken);
        var record = await calls.SendAsync(() => queries.QueryPaymentAsync(account, reference, cancellationToken), StatusReading.NoAnswer);
        throttle.Report(attempt.AccountId, record.Result.IsAnswer);
        return await store.WriteAsync(db => TakeAnswerAsync(db, attempt, leaseToken, provider, record, actor, CancellationToken.None), CancellationToken.None);
    }

    private async Task<AppliedObservation?> TakeAnswerAsync(PaymentDb db, PaymentAttempt asked, long? leaseToken, IPaymentProvider provider, CallRecord<StatusReading> record, Actor actor, CancellationToken cancellationToken)
    {
        var reading = record.Result;
        var attempt = await db.PaymentAttempts.SingleAsync(row => row.Id == asked.Id, cancellationToken);
        // Fencing: whoever lost the lease while the provider was slow has no say any more.
        if (leaseToken is not null && attempt.LeaseToken != leaseToken)
            return null;
        var payment = await db.LockPaymentAsync(attempt.PaymentId, cancellationToken) ?? throw new InvalidOperationException("An attempt without its payment.");
        var now = clock.GetUtcNow();
        if (leaseToken is null || !reading.IsAnswer || reading.StatusWord != attempt.ProviderStatus)
            calls.Write(db, payment, attempt, refund: null, ProviderOperation.Status, record, new CallOutcome(reading.IsAnswer ? ProviderCallState.Answered : ProviderCallState.Unknown, attempt.ProviderReference, reading.StatusWord, reading.ErrorMessage));

        var fact = FactOf(attempt, reading, provider, now);
        AppliedObservation? applied = null;
        if (fact is { } said)
        {
            applied = await apply.InTransactionAsync(
                db,
                new PaymentObservation
                {
                    PaymentId = attempt.PaymentId,
                    AttemptId = attempt.Id,
                    Fact = said,
                    Source = ObservationSource.StatusQuery,
                    Actor = actor,
                    Received = said == ObservedFact.Succeeded ? reading.Received : null,
                    ReceiptReference = reading.ReceiptReference,
                    ProviderReference = reading.Reference,
                    ProviderReference2 = reading.Reference2,
                    ProviderStatus = reading.StatusWord,
                    ErrorCode = said is ObservedFact.Failed or ObservedFact.Cancelled or ObservedFact.Expired or ObservedFact.NeverStarted ? Codes.ProviderRejected : said == ObservedFact.OutcomeUnresolvable ? Codes.ProviderOutcomeUnknown : null,
                    ErrorMessage = reading.ErrorMessage,
                    ProviderErrorCode = reading.ProviderErrorCode,
                    Payer = reading.Payer,
                },
                cancellationToken);
        }
        // A webhook may have wished for a question while this one was under way, whose answer may be from before: the wish stays.
        var isWishedAgain = attempt.NextCheckAt != asked.NextCheckAt && attempt.NextCheckAt <= now;
        if (!isWishedAgain && (attempt.IsOpen || !reading.IsAnswer))
            CheckSchedule.Continue(attempt, provider.Profile, now);
        else if (!isWishedAgain)
            attempt.ScheduleCheck(null, attempt.Checks, now);
        attempt.Release(now);
        return applied;
    }

    /// <summary>What an answer means for this attempt; null when it means nothing new.</summary>
    private static ObservedFact? FactOf(PaymentAttempt attempt, StatusReading reading, IPaymentProvider provider, DateTimeOffset now)
    {
        var age = now - attempt.CreatedAt;
        if (reading.IsAnswer && reading.Fact != ObservedFact.NeverStarted)
            return reading.Fact;
        if (attempt.Status == AttemptStatus.Unknown && age >= CheckSchedule.UnknownAtMost)
            return reading.Fact == ObservedFact.NeverStarted ? ObservedFact.NeverStarted : ObservedFact.OutcomeUnresolvable;
        // "Not found" is believed once the provider has had time to book a request that was slow on its way.
        var believable = age > TimeSpan.FromMinutes(2) && attempt.Checks >= 3;
        return reading.Fact == ObservedFact.NeverStarted && (believable || attempt.ExpiresAt < now) ? ObservedFact.NeverStarted : null;
    }

    private Task PostponeAsync(Guid attemptId, long leaseToken, TimeSpan wait, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                var attempt = await db.PaymentAttempts.SingleAsync(row => row.Id == attemptId, cancellationToken);
                if (attempt.LeaseToken != leaseToken)
                    return;
                attempt.ScheduleCheck(now + IdSource.WithJitter(wait), attempt.Checks, now);
                attempt.Release(now);
            },
            cancellationToken);

    private async Task<int> AskDueRefundsAsync(CancellationToken cancellationToken)
    {
        var soon = clock.GetUtcNow();
        if (!await store.ReadAsync(db => db.Refunds.AnyAsync(row => row.NextCheckAt <= soon, cancellationToken), cancellationToken))
            return 0;
        var due = await store.WriteAsync(
            async db =>
            {
                var now = await db.NowAsync(clock, cancellationToken);
                var rows = db.IsPostgres
                    ? await db.Refunds.FromSql($"SELECT * FROM refunds WHERE next_check_at <= {now.UtcTicks} AND (lease_until IS NULL OR lease_until < {now.UtcTicks}) ORDER BY next_check_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED").ToListAsync(cancellationToken)
                    : await db.Refunds.Where(row => row.NextCheckAt <= now && (row.LeaseUntil == null || row.LeaseUntil < now)).OrderBy(row => row.NextCheckAt).Take(BatchSize).ToListAsync(cancellationToken);
                return rows.ConvertAll(refund => (refund, refund.Lease(now + LeaseTime, now)));
            },
            cancellationToken);
        foreach (var (refund, leaseToken) in due)
            await AskRefundAsync(refund, leaseToken, cancellationToken);
        return due.Count;
    }

    private async Task AskRefundAsync(Refund refund, long leaseToken, CancellationToken cancellationToken)
    {
        var provider = providers[refund.Provider];
        if (provider is not IQueriesRefunds queries)
            return;
        var (account, request) = await store.ReadAsync(
            async db =>
            {
                var attempt = await db.PaymentAttempts.SingleAsync(row => row.Id == refund.AttemptId, cancellationToken);
                var payment = await db.Payments.SingleAsync(row => row.Id == refund.PaymentId, cancellationToken);
                return (await accounts.OpenForAsync(db, attempt, cancellationToken), await refunds.RequestForAsync(db, payment, attempt, refund, cancellationToken));
            },
            cancellationToken);
        var record = await calls.SendAsync(() => queries.QueryRefundAsync(account, request, refund.ProviderReference, cancellationToken), fault => new RefundResult.Unknown(fault));
        await store.WriteAsync(
            async db =>
            {
                var row = await db.Refunds.SingleAsync(found => found.Id == refund.Id, CancellationToken.None);
                if (row.LeaseToken != leaseToken)
                    return;
                row.Release(clock.GetUtcNow());
                await refunds.TakeAsync(db, refund.Id, provider, record.Result, Actor.Provider(refund.Provider), CancellationToken.None);
            },
            CancellationToken.None);
    }

    /// <summary>
    /// Calls that were sent by a process that is no more, and refunds that were reserved and never sent. Nothing is sent again: a create becomes
    /// unknown, a refund becomes unknown unless it never left.
    /// </summary>
    private async Task<int> TakeUpLostCallsAsync(CancellationToken cancellationToken)
    {
        var lost = await store.ReadAsync(
            async db =>
            {
                var now = await db.NowAsync(clock, cancellationToken);
                return await db.ProviderCalls.Where(call => call.State == ProviderCallState.Sent && call.DeadlineAt < now).OrderBy(call => call.Id).Take(BatchSize).ToListAsync(cancellationToken);
            },
            cancellationToken);
        foreach (var call in lost)
            await store.WriteAsync(db => TakeUpAsync(db, call.Id, cancellationToken), cancellationToken);

        var stale = clock.GetUtcNow() - ProviderCalls.Patience;
        var unsent = await store.ReadAsync(db => db.Refunds.Where(row => row.Status == RefundStatus.Requested && row.ActionRequired == null && row.SentAt == null && row.UpdatedAt < stale && !row.IsDemo).OrderBy(row => row.UpdatedAt).Select(row => row.Id).Take(BatchSize).ToListAsync(cancellationToken), cancellationToken);
        foreach (var refundId in unsent)
            await refunds.ContinueAsync(refundId, cancellationToken);
        return lost.Count + unsent.Count;
    }

    private async Task TakeUpAsync(PaymentDb db, long callId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (db.IsPostgres)
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM provider_calls WHERE id = {callId} FOR UPDATE", cancellationToken);
        var call = await db.ProviderCalls.SingleAsync(row => row.Id == callId, cancellationToken);
        if (call.State != ProviderCallState.Sent)
            return;
        const string reason = "The process ended before the answer was stored.";
        call.Finish(ProviderCallState.Unknown, now, null, "unknown", reason, null, null, null);
        LogLost(logger, call.Operation, call.Id);
        if (call.Operation == ProviderOperation.Create && call is { PaymentId: { } paymentId, AttemptId: { } attemptId })
        {
            var provider = providers[call.Provider];
            await apply.InTransactionAsync(
                db,
                new PaymentObservation
                {
                    PaymentId = paymentId,
                    AttemptId = attemptId,
                    Fact = provider.Profile.QueriesByOurReference ? ObservedFact.OutcomeUnknown : ObservedFact.OutcomeUnresolvable,
                    Source = ObservationSource.Clock,
                    Actor = Job,
                    SourceId = callId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ErrorCode = Codes.ProviderOutcomeUnknown,
                    ErrorMessage = reason,
                },
                cancellationToken);
            var attempt = db.PaymentAttempts.Local.Single(row => row.Id == attemptId);
            if (attempt.IsOpen)
                CheckSchedule.Begin(attempt, provider, now);
        }
        else if (call.Operation == ProviderOperation.Refund && call.RefundId is { } refundId)
        {
            await refunds.TakeAsync(db, refundId, providers[call.Provider], new RefundResult.Unknown(reason), Job, cancellationToken);
        }
    }

    /// <summary>Payments whose time is over: the provider is asked first where an attempt is open; unpaid ones expire.</summary>
    private async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await store.ReadAsync(
            db => db.Payments.Where(row => (row.Status == PaymentStatus.Created || row.Status == PaymentStatus.Pending) && row.ExpiresAt <= now && !row.IsDemo && row.CreatedBy != Payment.ImportedBy)
                .OrderBy(row => row.ExpiresAt).Select(row => row.Id).Take(BatchSize).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (var paymentId in due)
            await ExpireOneAsync(paymentId, cancellationToken);
        return due.Count;
    }

    private async Task ExpireOneAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        var open = await store.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == paymentId && (row.Status == AttemptStatus.Created || row.Status == AttemptStatus.Pending || row.Status == AttemptStatus.Unknown)).ToListAsync(cancellationToken), cancellationToken);
        foreach (var attempt in open)
            await AskAsync(attempt, leaseToken: null, Job, cancellationToken);
        await store.WriteAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                var payment = await db.LockPaymentAsync(paymentId, cancellationToken);
                if (payment is null || payment.ExpiresAt > now || payment.Status is not (PaymentStatus.Created or PaymentStatus.Pending))
                    return;
                // A call in flight may still bring money: the expiry waits for its answer.
                if (await db.ProviderCalls.AnyAsync(call => call.PaymentId == paymentId && call.State == ProviderCallState.Sent, cancellationToken))
                    return;
                var observation = new PaymentObservation { PaymentId = paymentId, Fact = ObservedFact.DeadlinePassed, Source = ObservationSource.Clock, Actor = Job };
                await apply.InTransactionAsync(db, observation, cancellationToken);
            },
            cancellationToken);
    }

    internal static AttemptReference ReferenceOf(PaymentAttempt attempt, string orderReference) =>
        new(attempt.Id, attempt.ProviderReference, attempt.ProviderReference2, new Money(attempt.AmountMinor, attempt.Currency), attempt.CreatedAt, attempt.Method, orderReference, attempt.PageUrl)
        {
            Claim = attempt is { ClaimedReceipt: { } receipt, ClaimedMinor: { } minor } ? new ReceiptClaim(receipt, new Money(minor, attempt.Currency)) : null,
        };

    [LoggerMessage(EventId = 320, Level = LogLevel.Warning, Message = "The {Operation} call {CallId} was sent and never answered; its outcome is unknown")]
    private static partial void LogLost(ILogger logger, ProviderOperation operation, long callId);
}
