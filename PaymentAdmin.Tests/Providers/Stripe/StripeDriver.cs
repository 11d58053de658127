using PaymentAdmin.Core;
using PaymentAdmin.Core.Providers.Stripe;

namespace PaymentAdmin.Tests.Providers.Stripe;

/// <summary>The payer types a test card on the hosted page, and may try another one.</summary>
internal sealed class StripeDriver : ProviderDriver
{
    public override string Provider => "stripe";

    public override string Bearer => StripeProvider.SecretKey;

    public override string CreatePath => "/v1/checkout/sessions";

    public override string StatusPath => "/v1/checkout/sessions/";

    public override string ProofHeader => "Stripe-Signature";

    public override TimeSpan? ProofLifetime => TimeSpan.FromSeconds(300);

    public override bool DeclineEnds => false;

    public override IReadOnlyDictionary<string, string> Credentials(string unique) =>
        new Dictionary<string, string> { [StripeProvider.SecretKey] = "sk_test_" + unique, [StripeProvider.WebhookSecret] = "whsec_" + unique };

    // Three-decimal amounts end in 0 at Stripe.
    public override long AmountMinor(string currency) => Currency.Exponent(currency) == 3 ? 123_450 : 123_457;

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        var page = await payment.OpenAsync(payment.Page);
        await payment.SubmitAsync(page.Path, ("number", payer == Payer.Pays ? "4242 4242 4242 4242" : "4000 0000 0000 0002"), ("expiry", "12 / 34"), ("cvc", "123"), ("action", "pay"));
    }
}
