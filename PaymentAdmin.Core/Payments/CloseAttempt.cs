using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>Closes an open checkout at its provider, so that it takes no money any more.</summary>
public sealed class CloseAttempt(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, ReconcilePayments reconcile, ApplyObservation apply, ProviderCalls calls)
{
    /// <summary>What an attempt is closed with does not matter to the provider; a provider without the ability is left alone, and the attempt stays watched.</summary>
    public bool Can(PaymentAttempt attempt) => providers[attempt.Provider] is ICancels;

    /// <param name="fact">Why it is closed: <see cref="ObservedFact.Cancelled"/> or <see cref="ObservedFact.Replaced"/>.</param>
    /// <returns>Null when it is closed, or the provider cannot; else why it may still take money.</returns>
    public async Task<Problem?> RunAsync(PaymentAttempt attempt, string orderReference, ObservedFact fact, Actor actor, CancellationToken cancellationToken)
    {
        if (providers[attempt.Provider] is not ICancels cancels)
            return null;
        var account = await store.ReadAsync(db => accounts.OpenForAsync(db, attempt, cancellationToken), cancellationToken);
        var record = await calls.SendAsync(() => cancels.CancelAsync(account, ReconcilePayments.ReferenceOf(attempt, orderReference), CancellationToken.None), fault => new CancelResult.Unknown(fault));
        if (record.Result is CancelResult.Cancelled)
        {
            await apply.RunAsync(new PaymentObservation { PaymentId = attempt.PaymentId, AttemptId = attempt.Id, Fact = fact, Source = ObservationSource.Api, Actor = actor }, CancellationToken.None);
            return null;
        }
        await reconcile.AskNowAsync(attempt.Id, actor, CancellationToken.None);
        return record.Result is CancelResult.TooLate
            ? new Problem(Codes.AttemptInProgress, "The provider is taking this payment right now.") { PaymentId = attempt.PaymentId, RetryAfterSeconds = 5 }
            : new Problem(Codes.AttemptOutcomeUnknown, "The provider did not say whether the checkout is closed.") { PaymentId = attempt.PaymentId };
    }
}
