namespace PaymentAdmin.Tests.Providers.Ioka;

/// <summary>The payer types a card on the hosted page; a declined one leaves the order open.</summary>
internal sealed class IokaDriver : ProviderDriver
{
    public override string Provider => "ioka";

    public override string Bearer => "api_key";

    public override string CreatePath => "/v2/orders";

    public override string StatusPath => "/v2/orders/";

    public override string ProofHeader => "X-Signature";

    public override bool DeclineEnds => false;

    public override IReadOnlyDictionary<string, string> Credentials(string unique) => new Dictionary<string, string> { ["api_key"] = "stage-" + unique, ["webhook_secret"] = "hook-" + unique };

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        var page = await payment.OpenAsync(payment.Page);
        await payment.SubmitAsync(page.Path, ("card", payer == Payer.Pays ? "5555 5555 5555 5599" : "4444 4444 1111 1111"), ("expiry", "12/26"), ("cvc", "123"), ("action", "pay"));
    }
}
