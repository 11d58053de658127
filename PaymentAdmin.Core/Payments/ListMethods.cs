using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>One way to pay: a provider that takes this payment now, and one of its methods.</summary>
/// <param name="IsByHand">Money moves outside of any provider, and a person checks a proof of it.</param>
public sealed record OfferedMethod(ProviderProfile Provider, string Method, bool IsByHand)
{
    /// <summary>The payer's phone is asked.</summary>
    public bool NeedsPhone => Provider.NeedsPayerPhone && Method == "phone";
}

/// <summary>Which ways to pay a payer may choose from: what an account of the shop takes in this currency, amount and mode.</summary>
public sealed class ListMethods(PaymentStore store, ProviderRegistry providers, ChooseAccount chooseAccount, ProviderAccounts accounts)
{
    /// <summary>Those that ask the provider first, those that a person must check last. Empty when nobody takes it.</summary>
    public Task<List<OfferedMethod>> RunAsync(Guid paymentId, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var payment = await db.Payments.SingleAsync(row => row.Id == paymentId, cancellationToken);
            var offered = new List<OfferedMethod>();
            foreach (var provider in providers.All.OrderBy(provider => provider is not IQueriesStatus))
            {
                var rest = new Money(payment.AmountMinor - payment.ReceivedMinor, payment.Currency);
                if (StartAttempt.Refusal(provider.Profile, method: null, rest) is not null)
                    continue;
                var route = await chooseAccount.RunAsync(db, payment.TenantId, payment.Mode, provider.Profile.Id, payment.ShopId, cancellationToken);
                if (route.IsOk)
                    offered.AddRange(MethodsOf(provider, route.Value, rest.Currency).Select(method => new OfferedMethod(provider.Profile, method, provider is not IQueriesStatus)));
            }
            return offered;
        },
        cancellationToken);

    private IReadOnlyList<string> MethodsOf(IPaymentProvider provider, AccountRoute route, string currency) =>
        provider is IChoosesMethods chooses ? chooses.MethodsFor(accounts.Open(route.Account, route.Config), currency) : provider.Profile.Methods;
}
