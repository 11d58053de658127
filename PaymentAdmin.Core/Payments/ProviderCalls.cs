using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>What a finished call leaves in its row.</summary>
public sealed record CallOutcome(ProviderCallState State, string? ExternalId, string? StatusWord, string? ErrorMessage);

/// <summary>A call's answer together with what was said on the wire.</summary>
public sealed record CallRecord<T>(T Result, string Requests, string Responses, int? HttpStatus, DateTimeOffset StartedAt);

/// <summary>
/// Keeps the record of provider calls: intent committed before the bytes leave, the answer stored with what it changed.
/// A row that stays <see cref="ProviderCallState.Sent"/> past its deadline is an unknown outcome that the reconciler takes up.
/// </summary>
public sealed partial class ProviderCalls(TimeProvider clock, ILogger<ProviderCalls> logger)
{
    /// <summary>Nobody waits for an answer longer than this after the call began.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Writes the intent; the caller commits before it calls <see cref="SendAsync{T}"/>.</summary>
    public ProviderCall Prepare(PaymentDb db, Payment payment, PaymentAttempt? attempt, Refund? refund, ProviderOperation operation, string idempotencyKey, long amountMinor)
    {
        var now = clock.GetUtcNow();
        var call = new ProviderCall
        {
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = refund?.Provider ?? attempt!.Provider,
            AccountId = refund?.AccountId ?? attempt!.AccountId,
            PaymentId = payment.Id,
            AttemptId = attempt?.Id,
            RefundId = refund?.Id,
            Operation = operation,
            IdempotencyKey = idempotencyKey,
            ShopNumber = payment.ShopNumber,
            OrganizationBin = refund?.OrganizationBin ?? attempt?.OrganizationBin,
            AmountMinor = amountMinor,
            StartedAt = now,
            DeadlineAt = now + Patience,
        };
        db.ProviderCalls.Add(call);
        return call;
    }

    /// <summary>
    /// Makes the call with no transaction open. A fault in our own code after the bytes may have left is an unknown outcome like any other,
    /// so it becomes <paramref name="fault"/> instead of an exception.
    /// </summary>
    public async Task<CallRecord<T>> SendAsync<T>(Func<Task<T>> call, Func<string, T> fault)
    {
        var started = clock.GetUtcNow();
        var transcript = CallTranscript.Open();
        try
        {
            T result;
            try
            {
                result = await call();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogFault(logger, exception);
                result = fault(exception.GetType().Name);
            }
            return new CallRecord<T>(result, transcript.Requests, transcript.Responses, transcript.HttpStatus, started);
        }
        finally
        {
            CallTranscript.Close();
        }
    }

    /// <summary>Stores the answer in the prepared row, in the caller's transaction.</summary>
    public async Task FinishAsync<T>(PaymentDb db, long callId, CallRecord<T> record, CallOutcome outcome, CancellationToken cancellationToken)
    {
        var call = await db.ProviderCalls.SingleAsync(row => row.Id == callId, cancellationToken);
        call.Finish(outcome.State, clock.GetUtcNow(), outcome.ExternalId, outcome.StatusWord, outcome.ErrorMessage, record.HttpStatus, record.Requests, record.Responses);
    }

    /// <summary>Stores a query after the fact: reading moves no money, so it needs no intent.</summary>
    public void Write<T>(PaymentDb db, Payment payment, PaymentAttempt attempt, Refund? refund, ProviderOperation operation, CallRecord<T> record, CallOutcome outcome)
    {
        var call = new ProviderCall
        {
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Provider = attempt.Provider,
            AccountId = attempt.AccountId,
            PaymentId = payment.Id,
            AttemptId = attempt.Id,
            RefundId = refund?.Id,
            Operation = operation,
            IdempotencyKey = attempt.Id.ToString(),
            ShopNumber = payment.ShopNumber,
            OrganizationBin = attempt.OrganizationBin,
            AmountMinor = attempt.AmountMinor,
            StartedAt = record.StartedAt,
            DeadlineAt = record.StartedAt + Patience,
        };
        call.Finish(outcome.State, clock.GetUtcNow(), outcome.ExternalId, outcome.StatusWord, outcome.ErrorMessage, record.HttpStatus, record.Requests, record.Responses);
        db.ProviderCalls.Add(call);
    }

    [LoggerMessage(EventId = 310, Level = LogLevel.Error, Message = "A provider call ended in a fault of our own; its outcome is treated as unknown")]
    private static partial void LogFault(ILogger logger, Exception exception);
}
