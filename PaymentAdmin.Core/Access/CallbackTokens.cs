using System.Buffers.Text;
using System.Security.Cryptography;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Access;

/// <summary>
/// Secret parts of callback URLs that name one attempt or refund. Derived, so that a question asked later can give out the same URL again;
/// looked up by the hash that its row keeps.
/// </summary>
public sealed class CallbackTokens(SecretBox secrets)
{
    private readonly IReadOnlyList<byte[]> keys = secrets.DeriveAll("callback-token/1");

    public string For(Guid id) => Token(keys[0], id);

    /// <summary>The token whose hash the row keeps; null when there is none, or the master key that made it is gone.</summary>
    public string? For(Guid id, string? hash) => hash is null ? null : keys.Select(key => Token(key, id)).FirstOrDefault(token => ApiKey.HashOf(token) == hash);

    private static string Token(byte[] key, Guid id) => Base64Url.EncodeToString(HMACSHA256.HashData(key, id.ToByteArray(bigEndian: true)));
}
