using PaymentAdmin.Core.Providers.Flutterwave;

namespace PaymentAdmin.Tests.Providers.Flutterwave;

/// <summary>The payer types a test card, its PIN and the one-time password; a declined try leaves the link open.</summary>
internal sealed class FlutterwaveDriver : ProviderDriver
{
    public override string Provider => "flutterwave";

    public override string Bearer => FlutterwaveProvider.SecretKey;

    public override string CreatePath => "/v3/payments";

    public override string StatusPath => "/v3/transactions/";

    public override string ProofHeader => "verif-hash";

    public override bool DeclineEnds => false;

    public override IReadOnlyDictionary<string, string> Credentials(string unique) =>
        new Dictionary<string, string> { [FlutterwaveProvider.SecretKey] = "FLWSECK_TEST-" + unique + "-X", [FlutterwaveProvider.WebhookSecret] = "secret-hash-" + unique };

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        var page = await payment.OpenAsync(payment.Page);
        if (payer == Payer.Declines)
        {
            await payment.SubmitAsync(page.Path, ("action", "pay"), ("card", "5551 6516 3038 1384"));
            return;
        }
        await payment.SubmitAsync(page.Path, ("action", "pay"), ("card", "5531 8866 5214 2950"));
        await payment.SubmitAsync(page.Path, ("action", "pin"), ("pin", "3310"));
        await payment.SubmitAsync(page.Path, ("action", "otp"), ("otp", "12345"));
    }
}
