using System.Security.Cryptography;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Access;

/// <summary>
/// <c>pct_</c> tokens of one payment for its payer: an HMAC of payment id and key version under a derived key. Nothing is stored.
/// </summary>
public sealed class ClientTokens(SecretBox secrets)
{
    public const string Prefix = "pct_";
    private const byte KeyVersion = 1;
    private readonly IReadOnlyList<byte[]> keys = secrets.DeriveAll("client-token/1");

    public string For(Guid paymentId) => Prefix + Convert.ToHexStringLower(Mac(keys[0], paymentId));

    public bool IsFor(string? token, Guid paymentId)
    {
        if (token is null || token.Length != Prefix.Length + 64 || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var given = new byte[32];
        return Convert.FromHexString(token.AsSpan(Prefix.Length), given, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == given.Length
            && keys.Any(key => CryptographicOperations.FixedTimeEquals(given, Mac(key, paymentId)));
    }

    private static byte[] Mac(byte[] key, Guid paymentId) => HMACSHA256.HashData(key, (byte[])[KeyVersion, .. paymentId.ToByteArray(bigEndian: true)]);
}
