using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Secrets;

/// <summary>
/// The 32 bytes of <c>Security:MasterKey</c>. Nothing is encrypted under it directly: every use has its own key, derived by HKDF.
/// </summary>
public sealed class MasterKey
{
    private readonly byte[] key;

    public MasterKey(byte[] key)
    {
        if (key.Length != 32)
            throw new ArgumentException("A master key has 32 bytes.", nameof(key));
        this.key = key;
        Id = Convert.ToHexStringLower(SHA256.HashData([.. "paymentadmin key id"u8, .. key]))[..8];
    }

    /// <summary>Names the key in what it encrypted; tells nothing about it.</summary>
    public string Id { get; }

    /// <summary>Base64 of exactly 32 bytes; null and a reason otherwise.</summary>
    public static MasterKey? TryParse(string? base64, out string? fault)
    {
        fault = null;
        var bytes = new byte[64];
        if (string.IsNullOrWhiteSpace(base64) || !Convert.TryFromBase64String(base64.Trim(), bytes, out var count) || count != 32)
        {
            fault = "must be 32 bytes in base64";
            return null;
        }
        return new MasterKey(bytes[..32]);
    }

    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, salt: null, Encoding.UTF8.GetBytes("paymentadmin/" + purpose));
}
