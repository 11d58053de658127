using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>
/// Works through the inbox: claims events under a lease with a fencing token, counts the try before it begins, lets each take effect once,
/// and puts aside what fails again and again. Where the proof is weak an event only makes the reconciler ask.
/// </summary>
public sealed partial class ProcessWebhook(
    PaymentStore store,
    ProviderRegistry providers,
    ProviderAccounts accounts,
    ApplyObservation apply,
    TypedReceipts typedReceipts,
    RefundPayment refunds,
    IdSource ids,
    LiveUpdates updates,
    TimeProvider clock,
    FailPoints failPoints,
    ILogger<ProcessWebhook> logger)
{
    private const int BatchSize = 50;
    private const int AttemptsMax = 20;

    /// <summary>A worker that did not come back twice takes the event down with it a third time: it is put aside instead.</summary>
    private const int CrashesMax = 2;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UnmatchedFor = TimeSpan.FromDays(7);

    /// <summary>One round; true when there was something to do.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // A look costs less than the writing transaction of a claim, and mostly nothing is due.
        var soon = clock.GetUtcNow();
        if (!await store.ReadAsync(db => db.WebhookEvents.AnyAsync(row => (row.State == WebhookState.Pending || row.State == WebhookState.Unmatched) && row.NextAttemptAt <= soon, cancellationToken), cancellationToken))
            return false;
        var claimed = await ClaimAsync(cancellationToken);
        if (claimed.Count == 0)
            return false;
        await failPoints.HitAsync("apply.lease_taken");
        try
        {
            await store.WriteAsync(
                async db =>
                {
                    foreach (var (eventId, token) in claimed)
                    {
                        await ProcessAsync(db, eventId, token, cancellationToken);
                        await db.SaveChangesAsync(cancellationToken);
                    }
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One of them is bad: each alone, so that it costs itself only.
            foreach (var (eventId, token) in claimed)
                await ProcessAloneAsync(eventId, token, cancellationToken);
        }
        await failPoints.HitAsync("apply.after_commit");
        return true;
    }

    /// <summary>
    /// Makes an event due that waits for nothing or for its payment, in the caller's transaction; 0 when it took effect, or is due already.
    /// An orphan that is due by itself in a moment counts as waiting for its payment.
    /// </summary>
    internal static Task<int> WakeAsync(PaymentDb db, Guid eventId, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.WebhookEvents.Where(row => row.Id == eventId && row.State != WebhookState.Applied && row.State != WebhookState.Pending)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, WebhookState.Pending).SetProperty(row => row.NextAttemptAt, now).SetProperty(row => row.SettledAt, (DateTimeOffset?)null).SetProperty(row => row.Attempts, 0).SetProperty(row => row.Crashes, 0).SetProperty(row => row.LeaseUntil, (DateTimeOffset?)null), cancellationToken);

    private Task<List<(Guid EventId, long Token)>> ClaimAsync(CancellationToken cancellationToken) =>
        store.WriteAsync(
            async db =>
            {
                var now = await db.NowAsync(clock, cancellationToken);
                var due = db.IsPostgres
                    ? await db.WebhookEvents.FromSql($"SELECT * FROM webhook_events WHERE state IN ('pending', 'unmatched') AND next_attempt_at <= {now.UtcTicks} AND (lease_until IS NULL OR lease_until < {now.UtcTicks}) ORDER BY next_attempt_at LIMIT {BatchSize} FOR UPDATE SKIP LOCKED").ToListAsync(cancellationToken)
                    : await db.WebhookEvents.Where(row => (row.State == WebhookState.Pending || row.State == WebhookState.Unmatched) && row.NextAttemptAt <= now && (row.LeaseUntil == null || row.LeaseUntil < now)).OrderBy(row => row.NextAttemptAt).Take(BatchSize).ToListAsync(cancellationToken);
                var claimed = new List<(Guid, long)>(due.Count);
                foreach (var received in due)
                {
                    received.Crashes += received.LeaseUntil is null ? 0 : 1;
                    received.Attempts++;
                    received.LeaseToken++;
                    received.LeaseUntil = now + LeaseTime;
                    if (received.Crashes >= CrashesMax)
                        Settle(received, WebhookState.Quarantined, "Workers ended three times while they processed it", now);
                    else
                        claimed.Add((received.Id, received.LeaseToken));
                }
                return claimed;
            },
            cancellationToken);

    private async Task ProcessAloneAsync(Guid eventId, long token, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(db => ProcessAsync(db, eventId, token, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(logger, eventId, exception);
            await store.WriteAsync(db => PutOffAsync(db, eventId, token, exception.GetType().Name, cancellationToken), cancellationToken);
        }
    }

    private async Task PutOffAsync(PaymentDb db, Guid eventId, long token, string fault, CancellationToken cancellationToken)
    {
        var received = await db.WebhookEvents.SingleAsync(row => row.Id == eventId, cancellationToken);
        if (received.LeaseToken != token)
            return;
        var now = clock.GetUtcNow();
        if (received.Attempts >= AttemptsMax)
        {
            Settle(received, WebhookState.Quarantined, $"Failed {received.Attempts} times: {fault}", now);
            return;
        }
        received.Outcome = $"Try {received.Attempts} failed: {fault}";
        received.LeaseUntil = null;
        received.NextAttemptAt = now + IdSource.WithJitter(TimeSpan.FromSeconds(Math.Min(900, Math.Pow(2, received.Attempts - 1))));
    }

    /// <summary>One event, in the caller's transaction; nothing when another holder has it by now.</summary>
    internal async Task ProcessAsync(PaymentDb db, Guid eventId, long token, CancellationToken cancellationToken)
    {
        if (db.IsPostgres)
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM webhook_events WHERE id = {eventId} FOR UPDATE", cancellationToken);
        var received = await db.WebhookEvents.SingleAsync(row => row.Id == eventId, cancellationToken);
        // Fencing: a stale holder's work must not count.
        if (received.LeaseToken != token || received.State is not (WebhookState.Pending or WebhookState.Unmatched))
            return;
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(received.TenantId, "webhook", received.PaymentId)));
        var account = await db.ProviderAccounts.AsNoTracking().SingleAsync(row => row.Id == received.AccountId, cancellationToken);
        var reading = Read(received);
        var now = clock.GetUtcNow();
        if (Contradiction(reading, account) is { } verdict)
        {
            received.Integrity = verdict;
            Settle(received, verdict == IntegrityVerdict.Unreadable ? WebhookState.Quarantined : WebhookState.Ignored, OutcomeOf(verdict), now);
            return;
        }
        switch (reading)
        {
            case WebhookReading.Irrelevant:
                Settle(received, WebhookState.Ignored, "Of a kind that changes nothing here", now);
                break;
            case WebhookReading.ReceiptSays receipt:
                await TakeReceiptAsync(db, received, receipt, account, cancellationToken);
                break;
            default:
                await TakeAboutAttemptAsync(db, received, reading, cancellationToken);
                break;
        }
    }

    /// <summary>What the stored event says; also used by the page's dry run.</summary>
    public WebhookReading Read(WebhookEvent received)
    {
        if (providers[received.Provider] is not IReadsWebhooks reader)
            return new WebhookReading.Unreadable("This build reads no webhooks of the provider") { DedupeKey = received.DedupeKey };
        return reader.Parse(new InboundRequest(received.Body, new Dictionary<string, string>(), "", "", received.Kind, null, received.ReceivedAt) { IsAboutRefund = received.RefundId is not null });
    }

    private IntegrityVerdict? Contradiction(WebhookReading reading, ProviderAccount account)
    {
        if (reading is WebhookReading.Unreadable)
            return IntegrityVerdict.Unreadable;
        if (reading.Mode is { } mode && mode != account.Mode)
            return IntegrityVerdict.WrongMode;
        if (reading.MerchantAccount is not { } named || providers[account.Provider].Profile.MerchantAccountField is not { } field)
            return null;
        var ours = accounts.Open(account, route: null).Credential(field);
        return ours.Length > 0 && ours != named ? IntegrityVerdict.WrongAccount : null;
    }

    private async Task TakeAboutAttemptAsync(PaymentDb db, WebhookEvent received, WebhookReading reading, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var attempt = await FindAttemptAsync(db, received, reading, cancellationToken);
        if (attempt is null)
        {
            WaitForPayment(received, now);
            return;
        }
        if (received is { AttemptId: not null, RefundId: null } && reading.Reference is not null)
        {
            // The callback may be faster than the answer to our own call, which brings the reference that it must fit.
            if (attempt is { ProviderReference: null, Status: AttemptStatus.Created })
            {
                WaitForPayment(received, now);
                return;
            }
            if (Differs(reading.Reference, attempt.ProviderReference) || Differs(reading.Reference2, attempt.ProviderReference2))
            {
                received.Integrity = IntegrityVerdict.WrongReference;
                Settle(received, WebhookState.Ignored, "Names another checkout than the one whose address it came to", now);
                return;
            }
        }
        received.PaymentId = attempt.PaymentId;
        received.ProviderReference ??= attempt.ProviderReference;
        switch (reading)
        {
            case WebhookReading.PaymentSays says:
                var applied = await apply.InTransactionAsync(db, ObservationOf(received, attempt, says.Status), cancellationToken);
                received.Integrity = applied.Integrity;
                Take(db, received, attempt.PaymentId, applied.Sentence, now);
                break;
            case WebhookReading.AskProvider ask:
                if (await RefusedClaimAsync(db, attempt, ask, cancellationToken) is { } refused)
                {
                    if (refused.Verdict == IntegrityVerdict.Agrees)
                        attempt.Learn(reading.Reference, reading.Reference2, providerStatus: null, now);
                    received.Integrity = refused.Verdict;
                    Settle(received, refused.State, refused.Outcome, now);
                    return;
                }
                // A checkout whose answer was lost is known by its address; from here on it can be asked about.
                attempt.Learn(reading.Reference, reading.Reference2, providerStatus: null, now);
                if (ask.Claim is { } claim)
                    attempt.SetClaim(claim.Reference, claim.Amount.Minor, now);
                attempt.ScheduleCheck(now, attempt.Checks, now);
                await AskAboutRefundsAsync(db, attempt, now, cancellationToken);
                Take(db, received, attempt.PaymentId, "The provider is asked before anything changes", now);
                break;
            case WebhookReading.RefundSays refund:
                await TakeRefundAsync(db, received, attempt, refund, cancellationToken);
                break;
            case WebhookReading.DisputeSays dispute:
                await TakeDisputeAsync(db, received, attempt, dispute, cancellationToken);
                break;
            default:
                Settle(received, WebhookState.Ignored, "Of a kind that changes nothing here", now);
                break;
        }
    }

    private static bool Differs(string? said, string? known) => said is not null && known is not null && said != known;

    /// <summary>
    /// A claim about an attempt whose money is counted already, and a claim in other money. The first receipt of a checkout stands; another
    /// one is put before a person.
    /// </summary>
    private static async Task<(IntegrityVerdict Verdict, WebhookState State, string Outcome)?> RefusedClaimAsync(PaymentDb db, PaymentAttempt attempt, WebhookReading.AskProvider ask, CancellationToken cancellationToken)
    {
        if (ask.Claim is not { } claim)
            return null;
        if (claim.Amount.Currency != attempt.Currency)
            return (IntegrityVerdict.CurrencyDiffers, WebhookState.Quarantined, $"Claims {claim.Amount.Currency} where {attempt.Currency} was asked");
        var counted = await db.Receipts.Where(row => row.AttemptId == attempt.Id && row.State == ReceiptState.Counted).Select(row => row.Reference).ToListAsync(cancellationToken);
        if (counted.Contains(claim.Reference))
            return (IntegrityVerdict.Agrees, WebhookState.Ignored, "Said again; this money is counted already");
        return counted.Exists(reference => !ApplyObservation.IsProvisional(reference))
            ? (IntegrityVerdict.WrongReference, WebhookState.Quarantined, "Claims another receipt for a checkout whose receipt is counted already")
            : null;
    }

    /// <summary>An event that only makes us ask may be about a refund: those that are under way are asked about as well.</summary>
    private async Task AskAboutRefundsAsync(PaymentDb db, PaymentAttempt attempt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (providers[attempt.Provider] is not IQueriesRefunds)
            return;
        var open = await db.Refunds.Where(row => row.AttemptId == attempt.Id && row.SentAt != null && (row.Status == RefundStatus.Pending || row.Status == RefundStatus.Unknown)).ToListAsync(cancellationToken);
        foreach (var refund in open)
            refund.ScheduleCheck(now, refund.Checks, now);
    }

    private static async Task<PaymentAttempt?> FindAttemptAsync(PaymentDb db, WebhookEvent received, WebhookReading reading, CancellationToken cancellationToken) =>
        received.AttemptId is { } attemptId
            ? await db.PaymentAttempts.FirstOrDefaultAsync(row => row.AccountId == received.AccountId && row.Id == attemptId, cancellationToken)
            : await WebhookAttempt.FindAsync(db, received.AccountId, reading, cancellationToken);

    private static PaymentObservation ObservationOf(WebhookEvent received, PaymentAttempt attempt, StatusReading status) => new()
    {
        PaymentId = attempt.PaymentId,
        AttemptId = attempt.Id,
        Fact = status.Fact,
        Source = ObservationSource.Webhook,
        Actor = Actor.Provider(received.Provider),
        Received = status.Received,
        ReceiptReference = status.ReceiptReference,
        ProviderReference = status.Reference,
        ProviderReference2 = status.Reference2,
        ProviderStatus = status.StatusWord,
        ErrorCode = status.Fact is ObservedFact.Failed or ObservedFact.Cancelled or ObservedFact.Expired ? Codes.ProviderRejected : null,
        ErrorMessage = status.ErrorMessage,
        ProviderErrorCode = status.ProviderErrorCode,
        Payer = status.Payer,
        SourceId = received.Id.ToString(),
    };

    private async Task TakeRefundAsync(PaymentDb db, WebhookEvent received, PaymentAttempt attempt, WebhookReading.RefundSays says, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var payment = await db.LockPaymentAsync(attempt.PaymentId, cancellationToken) ?? throw new InvalidOperationException("An attempt without its payment.");
        var ours = Guid.TryParse(says.OurRefundReference, out var refundId) ? refundId : (Guid?)null;
        var named = received.RefundId;
        var refund = await db.Refunds.FirstOrDefaultAsync(row => row.AttemptId == attempt.Id && (row.Id == named || row.ProviderReference == says.RefundReference || row.Id == ours), cancellationToken);
        if (refund is not null && named is not null && says.Status == RefundStatus.Failed && Differs(says.RefundReference, refund.ProviderReference))
        {
            Settle(received, WebhookState.Ignored, "A question about the refund failed; that says nothing about the refund", now);
            return;
        }
        if (refund is null && says.Amount is null)
        {
            WaitForPayment(received, now);
            return;
        }
        if (refund is null)
        {
            var amount = says.Amount!.Value;
            // A refund of ours may be on the wire with its reference not stored yet: one of the same amount without a reference is that one.
            refund = await db.Refunds.FirstOrDefaultAsync(row => row.AttemptId == attempt.Id && row.ProviderReference == null && row.SentAt != null && row.AmountMinor == amount.Minor && row.Status != RefundStatus.Failed, cancellationToken);
            if (refund is null && amount.Minor > payment.ReceivedMinor - payment.RefundReservedMinor)
            {
                // Money cannot go back that has not come: the payment's own event is still on its way.
                WaitForPayment(received, now);
                return;
            }
        }
        var actor = Actor.Provider(received.Provider);
        if (refund is null)
            await refunds.AddForeignAsync(db, payment, attempt, says.RefundReference, says.Amount!.Value.Minor, says.Status, actor, cancellationToken);
        else
            await refunds.SettleAsync(db, refund.Id, says.Status, says.RefundReference, says.Status == RefundStatus.Failed ? Codes.ProviderRejected : null, says.FailureMessage, actor, reason: null, cancellationToken);
        received.Integrity = refund is not null && says.Amount is { } said && said.Minor != refund.AmountMinor ? IntegrityVerdict.AmountDiffers : IntegrityVerdict.Agrees;
        Take(db, received, payment.Id, $"Refund {Words.Of(says.Status)}", now);
    }

    private async Task TakeDisputeAsync(PaymentDb db, WebhookEvent received, PaymentAttempt attempt, WebhookReading.DisputeSays says, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var payment = await db.LockPaymentAsync(attempt.PaymentId, cancellationToken) ?? throw new InvalidOperationException("An attempt without its payment.");
        var dispute = await db.Disputes.FirstOrDefaultAsync(row => row.AccountId == received.AccountId && row.ProviderReference == says.DisputeReference, cancellationToken);
        var isNew = dispute is null;
        if (dispute is null)
        {
            dispute = new Dispute { Id = ids.NewId(), TenantId = payment.TenantId, Mode = payment.Mode, PaymentId = payment.Id, AccountId = received.AccountId, ProviderReference = says.DisputeReference, AmountMinor = says.Amount.Minor, Currency = says.Amount.Currency, OpenedAt = now };
            db.Disputes.Add(dispute);
        }
        var wasClosed = dispute.ClosedAt is not null;
        dispute.Reason = says.Reason ?? dispute.Reason;
        dispute.DueAt = says.DueAt ?? dispute.DueAt;
        if (!wasClosed)
        {
            dispute.Status = says.Status;
            dispute.ClosedAt = says.Status == DisputeStatus.Open ? null : now;
        }
        await db.SaveChangesAsync(cancellationToken);
        var open = await db.Disputes.Where(row => row.PaymentId == payment.Id && row.Status == DisputeStatus.Open).SumAsync(row => row.AmountMinor, cancellationToken);
        payment.SetDisputed(open, now);
        payment.Flag(PaymentExceptions.Disputed, PaymentExceptions.None, now);
        var type = dispute.ClosedAt is null ? "dispute.opened" : "dispute.closed";
        if (isNew || (dispute.ClosedAt is not null && !wasClosed))
        {
            var sentence = dispute.ClosedAt is null ? $"The payer disputes {MoneyFormat.Text(dispute.AmountMinor, dispute.Currency)}" : $"The dispute is {Words.Of(dispute.Status)}";
            var data = JsonSerializer.Serialize(new { id = dispute.Id, payment_id = payment.Id, provider_reference = dispute.ProviderReference, amount_minor = dispute.AmountMinor, currency = dispute.Currency, reason = dispute.Reason, due_at = dispute.DueAt, status = Words.Of(dispute.Status) }, ApiJson.Options);
            var actor = Actor.Provider(received.Provider);
            db.AuditEntries.Add(AuditEntry.By(actor, payment.TenantId, now, type, "payment", payment.Id.ToString(), dispute.Reason, after: data));
            apply.WriteNote(db, payment, new PaymentObservation { PaymentId = payment.Id, AttemptId = attempt.Id, Fact = ObservedFact.Unrecognised, Source = ObservationSource.Webhook, Actor = actor, SourceId = received.Id.ToString() }, type, sentence, now);
            apply.Announce(db, payment, shown: null, type, dispute.Id.ToString(), now, data);
        }
        Take(db, received, payment.Id, type, now);
    }

    /// <summary>Money at a paybill: matched by what the payer typed, else kept as an unallocated receipt. Counts once whoever reports it.</summary>
    private async Task TakeReceiptAsync(PaymentDb db, WebhookEvent received, WebhookReading.ReceiptSays says, ProviderAccount account, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var typed = says.BillReference.Trim();
        var known = await db.Receipts.AsNoTracking().FirstOrDefaultAsync(row => row.AccountId == account.Id && row.Reference == says.ReceiptReference, cancellationToken)
            ?? await typedReceipts.CountedByProofAsync(db, account.TenantId, account.Mode, account.Provider, says.ReceiptReference, cancellationToken);
        if (known is { State: ReceiptState.Unallocated or ReceiptState.Returned })
        {
            Settle(received, WebhookState.Ignored, "Said again; a person decides, or has decided, about this money", now);
            return;
        }
        // Whoever reported the money first has found its payment; else what the payer typed names it.
        var payment = known?.PaymentId is { } counted
            ? await db.Payments.AsNoTracking().SingleAsync(row => row.Id == counted, cancellationToken)
            : await BilledPayment.FindAsync(db, account.TenantId, account.Mode, account.Provider, account.Id, typed, cancellationToken);
        if (payment is not null)
        {
            var attempt = await AttemptForAsync(db, payment.Id, account.Id, says.ReceiptReference, known?.AttemptId, cancellationToken);
            var applied = await apply.InTransactionAsync(db, ReceiptObservation(received, payment.Id, attempt, account, says), cancellationToken);
            received.PaymentId = payment.Id;
            received.Integrity = applied.Integrity;
            Take(db, received, payment.Id, applied.Sentence, now);
            return;
        }
        db.Receipts.Add(new Receipt
        {
            Id = ids.NewId(),
            TenantId = account.TenantId,
            Mode = account.Mode,
            Provider = account.Provider,
            AccountId = account.Id,
            Reference = says.ReceiptReference,
            AmountMinor = says.Amount.Minor,
            Currency = says.Amount.Currency,
            Payer = says.Payer,
            BillReference = typed[..Math.Min(typed.Length, 100)],
            ReceivedAt = now,
            State = ReceiptState.Unallocated,
        });
        received.Integrity = IntegrityVerdict.WrongReference;
        Settle(received, WebhookState.Applied, "Money without a payment: kept as an unallocated receipt", now);
        db.WebhookApplications.Add(new WebhookApplication { EventId = received.Id, PaymentId = Guid.Empty, LeaseToken = received.LeaseToken, At = now });
    }

    /// <summary>The checkout whose money this is: the one that claimed or counted the receipt, else the newest at this account.</summary>
    private static async Task<PaymentAttempt?> AttemptForAsync(PaymentDb db, Guid paymentId, Guid accountId, string receipt, Guid? countedFor, CancellationToken cancellationToken)
    {
        var own = await db.PaymentAttempts.Where(row => row.PaymentId == paymentId && row.AccountId == accountId).OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
        return own.Find(row => row.Id == countedFor) ?? own.Find(row => row.ClaimedReceipt == receipt) ?? own.FirstOrDefault();
    }

    private static PaymentObservation ReceiptObservation(WebhookEvent received, Guid paymentId, PaymentAttempt? attempt, ProviderAccount account, WebhookReading.ReceiptSays says) => new()
    {
        PaymentId = paymentId,
        AttemptId = attempt?.Id,
        ReceivedAt = new ReceivingAccount(account.Id, account.Provider),
        Fact = ObservedFact.Succeeded,
        Source = ObservationSource.Webhook,
        Actor = Actor.Provider(received.Provider),
        Received = says.Amount,
        ReceiptReference = says.ReceiptReference,
        Payer = says.Payer,
        SourceId = received.Id.ToString(),
    };

    private static void WaitForPayment(WebhookEvent received, DateTimeOffset now)
    {
        received.State = WebhookState.Unmatched;
        received.LeaseUntil = null;
        received.Outcome = "Its payment is not here yet";
        var age = now - received.ReceivedAt;
        var pause = received.Attempts switch { <= 5 => TimeSpan.FromSeconds(1), <= 10 => TimeSpan.FromSeconds(10), <= 15 => TimeSpan.FromMinutes(2), _ => TimeSpan.FromHours(1) };
        received.NextAttemptAt = age > UnmatchedFor ? null : now + IdSource.WithJitter(pause);
    }

    private static void Take(PaymentDb db, WebhookEvent received, Guid paymentId, string outcome, DateTimeOffset now)
    {
        db.WebhookApplications.Add(new WebhookApplication { EventId = received.Id, PaymentId = paymentId, LeaseToken = received.LeaseToken, At = now });
        Settle(received, WebhookState.Applied, outcome, now);
    }

    private static void Settle(WebhookEvent received, WebhookState state, string outcome, DateTimeOffset now)
    {
        received.State = state;
        received.Outcome = outcome;
        received.SettledAt = now;
        received.NextAttemptAt = null;
        received.LeaseUntil = null;
    }

    private static string OutcomeOf(IntegrityVerdict verdict) => verdict switch
    {
        IntegrityVerdict.WrongMode => "An event of the other mode: no effect",
        IntegrityVerdict.WrongAccount => "An event for another merchant account: no effect",
        IntegrityVerdict.Unreadable => "The body could not be read",
        _ => Words.Of(verdict),
    };

    [LoggerMessage(EventId = 420, Level = LogLevel.Error, Message = "Event {EventId} could not be processed")]
    private static partial void LogFailed(ILogger logger, Guid eventId, Exception exception);
}
