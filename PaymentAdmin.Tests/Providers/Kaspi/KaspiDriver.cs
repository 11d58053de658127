namespace PaymentAdmin.Tests.Providers.Kaspi;

/// <summary>The payer decides on the phone, by its last digits.</summary>
internal sealed class KaspiDriver : ProviderDriver
{
    public override string Provider => "kaspi";

    public override string Bearer => "access_token";

    public override string CreatePath => "/create/";

    public override string StatusPath => "/status/";

    public override string Method => "phone";

    public override IReadOnlyDictionary<string, string> Credentials(string unique) => new Dictionary<string, string> { ["access_token"] = "access-" + unique };

    public override string Phone(Payer payer) => payer == Payer.Pays ? "77010001234" : "77010000001";
}
