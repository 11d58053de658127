using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Providers;

/// <summary>
/// The one place where signatures and shared secrets are compared: decoded, length checked, in constant time. A missing or short secret
/// verifies nothing; text that does not decode is a wrong signature, never an exception.
/// </summary>
public static class Signature
{
    /// <summary>Shorter ones count as missing.</summary>
    public const int SecretBytesMin = 16;

    /// <summary>The source documents' own secret: short, and all the same good enough on a sandbox account. No other account opens with it.</summary>
    public const string DemoSecret = "demo_secret";

    /// <summary>Long enough to prove anything.</summary>
    public static bool IsUsable(string secret) => secret == DemoSecret || Encoding.UTF8.GetByteCount(secret) >= SecretBytesMin;

    /// <summary>Compares a hexadecimal signature.</summary>
    public static WebhookVerification Check(string secret, string givenHex, Func<byte[], byte[]> compute) => Check(secret, FromHex(givenHex), compute);

    /// <summary>Compares a base64 signature.</summary>
    public static WebhookVerification CheckBase64(string secret, string givenBase64, Func<byte[], byte[]> compute) => Check(secret, FromBase64(givenBase64), compute);

    /// <summary>Compares decoded bytes; null: the header was missing or did not decode.</summary>
    public static WebhookVerification Check(string secret, byte[]? given, Func<byte[], byte[]> compute)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        if (!IsUsable(secret))
            return new WebhookVerification.Rejected("no webhook secret is configured");
        if (given is null || given.Length == 0)
            return new WebhookVerification.Rejected("the signature is missing or malformed");
        var expected = compute(key);
        return expected.Length == given.Length && CryptographicOperations.FixedTimeEquals(expected, given)
            ? new WebhookVerification.Verified("body signature")
            : new WebhookVerification.Rejected("the signature does not match");
    }

    /// <summary>Compares a secret that travels along as it is.</summary>
    public static WebhookVerification CheckShared(string secret, string given)
    {
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        return !IsUsable(secret) ? new WebhookVerification.Rejected("no webhook secret is configured")
            : CryptographicOperations.FixedTimeEquals(expected, SHA256.HashData(Encoding.UTF8.GetBytes(given))) ? new WebhookVerification.Verified("shared secret")
            : new WebhookVerification.Rejected("the secret does not match");
    }

    public static byte[]? FromHex(string text)
    {
        if (text.Length is 0 or > 256 || text.Length % 2 != 0)
            return null;
        var bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out var written) == OperationStatus.Done && written == bytes.Length ? bytes : null;
    }

    public static byte[]? FromBase64(string text)
    {
        var bytes = new byte[256];
        return text.Length is > 0 and <= 340 && Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }
}
