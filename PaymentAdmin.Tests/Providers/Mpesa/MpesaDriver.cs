using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>The payer decides on the phone, by its last digits.</summary>
internal sealed class MpesaDriver : ProviderDriver
{
    public override string Provider => "mpesa";

    public override string Bearer => "consumer_key";

    public override string CreatePath => "/mpesa/stkpush/";

    public override string StatusPath => "/mpesa/stkpushquery/";

    public override string Method => "phone";

    public override IReadOnlyDictionary<string, string> Credentials(string unique) => new Dictionary<string, string>
    {
        ["consumer_key"] = "consumer-key-" + unique,
        ["consumer_secret"] = "consumer-secret-" + unique,
        ["shortcode"] = (1_000_000 + BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(unique))) % 9_000_000).ToString(CultureInfo.InvariantCulture),
        ["passkey"] = "passkey-" + unique,
        ["initiator_name"] = "operator",
        ["security_credential"] = "security-credential-" + unique,
    };

    public override string Phone(Payer payer) => payer == Payer.Pays ? "0712 345 678" : "+254700000001";

    public override long AmountMinor(string currency) => 120_300;
}
