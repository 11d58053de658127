using PaymentAdmin.Core.Providers.Ikhokha;

namespace PaymentAdmin.Tests.Providers.Ikhokha;

/// <summary>The payer types one of the sandbox's cards on the page; a declined one leaves it open.</summary>
internal sealed class IkhokhaDriver : ProviderDriver
{
    public override string Provider => "ikhokha";

    public override string Bearer => IkhokhaProvider.AppId;

    public override string CreatePath => "/public-api/v1/api/payment";

    public override string StatusPath => "/public-api/v1/api/getStatus/";

    public override string ProofHeader => "ik-sign";

    public override bool DeclineEnds => false;

    public override IReadOnlyDictionary<string, string> Credentials(string unique) =>
        new Dictionary<string, string> { [IkhokhaProvider.AppId] = "IKTEST" + unique.ToUpperInvariant() + "00", [IkhokhaProvider.AppSecret] = "app-secret-" + unique };

    public override async Task DecideAsync(ContractPayment payment, Payer payer)
    {
        var page = await payment.OpenAsync(payment.Page);
        await payment.SubmitAsync(page.Path, ("action", "pay"), ("card", payer == Payer.Pays ? "4111 1111 1111 1111" : "4000 0000 0000 0002"));
    }
}
