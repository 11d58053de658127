namespace PaymentAdmin.Tests.Providers.Paystack;

/// <summary>The payer types one of Paystack's test cards on the checkout page.</summary>
internal sealed class PaystackDriver : ProviderDriver
{
    public override string Provider => "paystack";

    public override string Bearer => "secret_key";

    public override string CreatePath => "/transaction/initialize";

    public override string StatusPath => "/transaction/verify/";

    public override string ProofHeader => "x-paystack-signature";

    public override IReadOnlyDictionary<string, string> Credentials(string unique) => new Dictionary<string, string> { ["secret_key"] = "sk_test_" + unique };

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        var page = await payment.OpenAsync(payment.Page);
        await payment.SubmitAsync(page.Path, ("action", "pay"), ("card", payer == Payer.Pays ? "4084 0840 8408 4081" : "4084 0800 0000 5408"));
    }
}
