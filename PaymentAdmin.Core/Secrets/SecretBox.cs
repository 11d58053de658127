using System.Security.Cryptography;
using System.Text;

namespace PaymentAdmin.Core.Secrets;

/// <summary>
/// Secrets at rest: <c>v1|keyId|nonce|ciphertext|tag</c>, AES-256-GCM under a key derived from the master key. The place where a value
/// belongs (table, row, column, tenant) is authenticated with it: a ciphertext that is moved to another row does not open.
/// </summary>
public sealed class SecretBox(MasterKey current, IReadOnlyList<MasterKey>? previous = null)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public string CurrentKeyId => current.Id;

    /// <summary>A purpose's own keys: that of the current master key first, then those of keys that were replaced and are still configured.</summary>
    public IReadOnlyList<byte[]> DeriveAll(string purpose) => [current.Derive(purpose), .. (previous ?? []).Select(old => old.Derive(purpose))];

    /// <summary>Sealed under the current master key, so that a rotation has nothing to do.</summary>
    public string CurrentPrefix => $"v1|{current.Id}|";

    public string Seal(string plain, string place)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var bytes = Encoding.UTF8.GetBytes(plain);
        var cipher = new byte[bytes.Length];
        var tag = new byte[TagBytes];
        using var aes = new AesGcm(current.Derive("secrets"), TagBytes);
        aes.Encrypt(nonce, bytes, cipher, tag, Encoding.UTF8.GetBytes(place));
        CryptographicOperations.ZeroMemory(bytes);
        return $"{CurrentPrefix}{Convert.ToBase64String(nonce)}|{Convert.ToBase64String(cipher)}|{Convert.ToBase64String(tag)}";
    }

    /// <summary>The plain text. Throws <see cref="CryptographicException"/> when the key is another one or the value was touched or moved.</summary>
    public string Open(string envelope, string place)
    {
        var parts = envelope.Split('|');
        if (parts.Length != 5 || parts[0] != "v1")
            throw new CryptographicException("The value is no sealed secret.");
        var key = FindKey(parts[1])
            ?? throw new CryptographicException($"The master key {parts[1]} that sealed this secret is not configured; {current.Id} is.");
        var cipher = Convert.FromBase64String(parts[3]);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key.Derive("secrets"), TagBytes);
        aes.Decrypt(Convert.FromBase64String(parts[2]), cipher, Convert.FromBase64String(parts[4]), plain, Encoding.UTF8.GetBytes(place));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>Whether the key that sealed it is configured; says nothing about whether it was touched.</summary>
    public bool IsOfKnownKey(string envelope) => KeyIdOf(envelope) is { } id && FindKey(id) is not null;

    /// <summary>Null for what is no sealed secret.</summary>
    public static string? KeyIdOf(string envelope) => envelope.Split('|') is ["v1", var id, ..] ? id : null;

    private MasterKey? FindKey(string id) => id == current.Id ? current : previous?.FirstOrDefault(old => old.Id == id);

    public static string Place(string table, object row, string column, Guid tenantId) => $"{table}|{row}|{column}|{tenantId}";
}
