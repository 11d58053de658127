using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Events;

/// <summary>The Standard Webhooks signature: <c>v1,base64(HMAC-SHA256(secret, id.timestamp.body))</c>, several parted by spaces while a secret is rotated.</summary>
public static class WebhookSignature
{
    public const string SecretPrefix = "whsec_";

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static string Sign(string secret, string id, long timestamp, string body)
    {
        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
    }
}
