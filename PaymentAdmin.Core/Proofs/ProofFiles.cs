using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Proofs;

/// <summary>
/// The bytes of proofs: below the data directory, outside of anything that is served, under random names, encrypted. A file is written before
/// its row; one that never got a row is swept away a day later.
/// </summary>
public sealed class ProofFiles(Deployment deployment, SecretBox secrets, PaymentStore store, TimeProvider clock)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private static readonly TimeSpan OrphanAge = TimeSpan.FromDays(1);

    private readonly IReadOnlyList<byte[]> keys = secrets.DeriveAll("proof-files");

    private string Folder => Path.Combine(deployment.DataDirectory, "proofs");

    /// <summary>Writes and answers the random name; the bytes are on the disk when this returns.</summary>
    public async Task<string> WriteAsync(byte[] content, CancellationToken cancellationToken)
    {
        var name = IdSource.NewToken();
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var tag = new byte[TagBytes];
        var cipher = new byte[content.Length];
        using var aes = new AesGcm(keys[0], TagBytes);
        aes.Encrypt(nonce, content, cipher, tag, System.Text.Encoding.UTF8.GetBytes(name));
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
        await file.WriteAsync(nonce, cancellationToken);
        await file.WriteAsync(tag, cancellationToken);
        await file.WriteAsync(cipher, cancellationToken);
        file.Flush(flushToDisk: true);
        return name;
    }

    /// <summary>The original bytes; null when the file is gone.</summary>
    /// <exception cref="CryptographicException">The file was touched, or its key is not configured any more.</exception>
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        if (!File.Exists(PathOf(name)))
            return null;
        var stored = await File.ReadAllBytesAsync(PathOf(name), cancellationToken);
        var content = new byte[stored.Length - NonceBytes - TagBytes];
        for (var i = 0; ; i++)
        {
            using var aes = new AesGcm(keys[i], TagBytes);
            try
            {
                aes.Decrypt(stored.AsSpan(0, NonceBytes), stored.AsSpan(NonceBytes + TagBytes), stored.AsSpan(NonceBytes, TagBytes), content, System.Text.Encoding.UTF8.GetBytes(name));
                return content;
            }
            catch (AuthenticationTagMismatchException) when (i + 1 < keys.Count)
            {
                // Written under an older key.
            }
        }
    }

    public void Delete(string name) => File.Delete(PathOf(name));

    /// <summary>Removes files whose submission ended before its row; answers how many.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Folder))
            return 0;
        var before = clock.GetUtcNow() - OrphanAge;
        var swept = 0;
        foreach (var path in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(path => File.GetLastWriteTimeUtc(path) < before.UtcDateTime))
        {
            var name = Path.GetFileName(path);
            if (await store.ReadAsync(db => db.ProofFiles.AnyAsync(row => row.StoredName == name, cancellationToken), cancellationToken))
                continue;
            File.Delete(path);
            swept++;
        }
        return swept;
    }

    private string PathOf(string name) => Path.Combine(Folder, name[..2].ToLowerInvariant(), name);
}
