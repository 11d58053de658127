using PaymentAdmin.Core.Providers.CloudPayments;

namespace PaymentAdmin.Tests.Providers.CloudPayments;

/// <summary>The payer types a test card on the order's page, and may try another one.</summary>
internal sealed class CloudPaymentsDriver : ProviderDriver
{
    public override string Provider => "cloudpayments";

    public override string Bearer => CloudPaymentsProvider.PublicId;

    public override string CreatePath => "/orders/create";

    public override string StatusPath => "/payments/find";

    public override string ProofHeader => "Content-HMAC";

    public override string OtherProofHeader => "X-Content-HMAC";

    public override bool DeclineEnds => false;

    public override IReadOnlyDictionary<string, string> Credentials(string unique) =>
        new Dictionary<string, string> { [CloudPaymentsProvider.PublicId] = "pk_" + unique, [CloudPaymentsProvider.ApiSecret] = "secret" + unique };

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        var page = await payment.OpenAsync(payment.Page);
        await payment.SubmitAsync(page.Path, ("action", "pay"), ("card", payer == Payer.Pays ? "4000 0000 0000 3055" : "4000 0566 5566 5556"), ("expiry", "12 / 30"), ("cvv", "123"));
    }
}
