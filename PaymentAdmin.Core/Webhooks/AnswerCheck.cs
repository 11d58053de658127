using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>
/// Answers a provider that asks "may this be paid?" from our state, within <see cref="TimeLimit"/>, and changes nothing. Whatever keeps us
/// from an answer leaves the decision to the provider's own default.
/// </summary>
public sealed partial class AnswerCheck(PaymentStore store, ProviderRegistry providers, FailPoints failPoints, TimeProvider clock, ILogger<AnswerCheck> logger)
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    public async Task<WebhookReply> RunAsync(ProviderAccountSnapshot account, IAnswersChecks provider, InboundRequest request, CancellationToken cancellationToken)
    {
        var outcome = await OutcomeAsync(account, provider, request, cancellationToken);
        LogAnswered(logger, account.Provider, account.AccountId, outcome.GetType().Name);
        return provider.Answer(account, outcome);
    }

    private async Task<CheckOutcome> OutcomeAsync(ProviderAccountSnapshot account, IAnswersChecks provider, InboundRequest request, CancellationToken cancellationToken)
    {
        if (provider.ReadCheck(request) is not { } question)
            return new CheckOutcome.NotAnswerable("the question cannot be read");
        if (IsOfAnother(account, question))
            return new CheckOutcome.UnknownReference();
        using var limit = new CancellationTokenSource(TimeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Waited for from outside as well: a database that hangs does not look at the token.
            return await LookUpAsync(account, question, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new CheckOutcome.NotAnswerable("our state was not there in time");
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException)
        {
            LogFailed(logger, account.Provider, account.AccountId, exception);
            return new CheckOutcome.NotAnswerable("our state cannot be read");
        }
    }

    private bool IsOfAnother(ProviderAccountSnapshot account, CheckQuestion question)
    {
        if (question.Mode is { } mode && mode != account.Mode)
            return true;
        var ours = providers[account.Provider].Profile.MerchantAccountField is { } field ? account.Credential(field) : "";
        return question.MerchantAccount is { } named && ours.Length > 0 && named != ours;
    }

    private async Task<CheckOutcome> LookUpAsync(ProviderAccountSnapshot account, CheckQuestion question, CancellationToken cancellationToken)
    {
        await failPoints.HitAsync("check.before_lookup");
        return await store.ReadAsync(
            async db =>
            {
                var attempt = await FindAttemptAsync(db, account.AccountId, question, cancellationToken);
                var payment = attempt is not null ? await db.Payments.SingleAsync(row => row.Id == attempt.PaymentId, cancellationToken)
                    : question.OurReference is { } typed ? await BilledPayment.FindAsync(db, account.TenantId, account.Mode, account.Provider, account.AccountId, typed, cancellationToken)
                    : null;
                if (payment is null)
                    return new CheckOutcome.UnknownReference();
                var others = await db.PaymentAttempts.AnyAsync(row => row.PaymentId == payment.Id && row.Id != (attempt == null ? Guid.Empty : attempt.Id) && row.Status == AttemptStatus.Succeeded, cancellationToken);
                return Judge(payment, attempt, others, question.Amount, clock.GetUtcNow());
            },
            cancellationToken);
    }

    private static async Task<PaymentAttempt?> FindAttemptAsync(PaymentDb db, Guid accountId, CheckQuestion question, CancellationToken cancellationToken)
    {
        var own = db.PaymentAttempts.Where(row => row.AccountId == accountId);
        if (question.Reference is { } reference && await own.FirstOrDefaultAsync(row => row.ProviderReference == reference || row.ProviderReference2 == reference, cancellationToken) is { } byReference)
            return byReference;
        if (!Guid.TryParse(question.OurReference, out var ours))
            return null;
        return await own.FirstOrDefaultAsync(row => row.Id == ours, cancellationToken)
            ?? await own.Where(row => row.PaymentId == ours).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>A failed try is no end: the payer may try again on the same page while nothing else has paid.</summary>
    private static CheckOutcome Judge(Payment payment, PaymentAttempt? attempt, bool anotherPaid, Money? asked, DateTimeOffset now)
    {
        if (payment.IsFinal || payment.ExpiresAt <= now || anotherPaid || attempt is { Status: AttemptStatus.Succeeded or AttemptStatus.Cancelled or AttemptStatus.Expired })
            return new CheckOutcome.Ended(payment.Status);
        var expected = new Money(attempt?.AmountMinor ?? payment.AmountMinor - payment.ReceivedMinor, payment.Currency);
        return asked is { } money && money != expected ? new CheckOutcome.WrongAmount(expected) : new CheckOutcome.Payable(payment.Id);
    }

    [LoggerMessage(EventId = 430, Level = LogLevel.Information, Message = "{Provider} asked account {AccountId} whether a payment may be made; the answer was {Outcome}")]
    private static partial void LogAnswered(ILogger logger, string provider, Guid accountId, string outcome);

    [LoggerMessage(EventId = 431, Level = LogLevel.Error, Message = "{Provider} asked account {AccountId} whether a payment may be made, and our state could not be read")]
    private static partial void LogFailed(ILogger logger, string provider, Guid accountId, Exception exception);
}
