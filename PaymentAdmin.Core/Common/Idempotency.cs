using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Common;

/// <summary>How a request with an Idempotency-Key stands. Closed.</summary>
public abstract record KeyClaim
{
    private KeyClaim()
    {
    }

    /// <summary>The caller's to run. What it creates takes <paramref name="ResourceId"/>, so that a continued request finds it.</summary>
    public sealed record Run(Guid ResourceId, int Version) : KeyClaim;

    /// <summary>Ran before: the stored answer, byte for byte.</summary>
    public sealed record Replay(int StatusCode, string ContentType, byte[] Body) : KeyClaim;

    public sealed record Refused(Problem Problem) : KeyClaim;
}

/// <summary>
/// Idempotency keys, scoped to tenant and mode: claimed by their insert, so that of any number of parallel requests one runs.
/// A claim whose process died may be continued after a minute, under the same resource id: never a second payment.
/// </summary>
public sealed class Idempotency(PaymentStore store, SecretBox secrets, IdSource ids, TimeProvider clock)
{
    public const int KeyMax = 255;
    private static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(55);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private readonly IReadOnlyList<byte[]> bodyKeys = secrets.DeriveAll("idempotency");

    /// <summary>1 to 255 visible ASCII characters.</summary>
    public static bool IsKey(string key) => key.Length is > 0 and <= KeyMax && key.All(c => c is > ' ' and <= '~');

    /// <summary>A key of one caller among many of a tenant: two callers' equal keys are different ones, and neither can take the other's.</summary>
    public static string OwnName(string caller, string key) => "payer:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")));

    /// <summary>What makes two requests the same: method, route with its values, body.</summary>
    public static string FingerprintOf(string method, string path, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{method} {path}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public Task<KeyClaim> ClaimAsync(Guid tenantId, Mode mode, string key, string fingerprint, CancellationToken cancellationToken) =>
        store.WriteAsync<KeyClaim>(
            async db =>
            {
                var now = clock.GetUtcNow();
                if (db.IsPostgres)
                    await db.Database.ExecuteSqlAsync($"SELECT 1 FROM idempotency_keys WHERE tenant_id = {tenantId} AND mode = {Words.Of(mode)} AND key = {key} FOR UPDATE", cancellationToken);
                var row = await db.IdempotencyKeys.FirstOrDefaultAsync(found => found.TenantId == tenantId && found.Mode == mode && found.Key == key, cancellationToken);
                if (row is not null && row.CreatedAt < now - KeptFor)
                {
                    db.IdempotencyKeys.Remove(row);
                    await db.SaveChangesAsync(cancellationToken);
                    row = null;
                }
                if (row is null)
                {
                    row = new IdempotencyKey { TenantId = tenantId, Mode = mode, Key = key, Fingerprint = fingerprint, CreatedAt = now, LockedUntil = now + ClaimTime, ResourceId = ids.NewId() };
                    db.IdempotencyKeys.Add(row);
                    return new KeyClaim.Run(row.ResourceId, row.Version);
                }
                if (row.Fingerprint != fingerprint)
                    return new KeyClaim.Refused(new Problem(Codes.IdempotencyKeyReused, "This Idempotency-Key was used for another request."));
                if (row is { StatusCode: { } status, BodyCipher: { } cipher })
                    return new KeyClaim.Replay(status, row.ContentType ?? "application/json", Open(cipher, row));
                if (row.LockedUntil > now)
                    return new KeyClaim.Refused(new Problem(Codes.IdempotencyInProgress, "The first request with this Idempotency-Key is still running.") { RetryAfterSeconds = 1 });
                row.LockedUntil = now + ClaimTime;
                row.Version++;
                return new KeyClaim.Run(row.ResourceId, row.Version);
            },
            cancellationToken);

    /// <summary>Keeps the answer; without effect when the claim has passed to another request meanwhile.</summary>
    public Task CompleteAsync(Guid tenantId, Mode mode, string key, int version, int statusCode, string contentType, byte[] body, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async db =>
            {
                var row = await db.IdempotencyKeys.FirstOrDefaultAsync(found => found.TenantId == tenantId && found.Mode == mode && found.Key == key && found.Version == version, cancellationToken);
                if (row is null || row.StatusCode is not null)
                    return;
                row.StatusCode = statusCode;
                row.ContentType = contentType;
                row.BodyCipher = Seal(body, row);
                row.Version++;
            },
            cancellationToken);

    /// <summary>Gives the key free: the request was refused before it ran.</summary>
    public Task ReleaseAsync(Guid tenantId, Mode mode, string key, int version, CancellationToken cancellationToken) =>
        store.WriteAsync(db => db.IdempotencyKeys.Where(row => row.TenantId == tenantId && row.Mode == mode && row.Key == key && row.Version == version && row.StatusCode == null).ExecuteDeleteAsync(cancellationToken), cancellationToken);

    /// <summary>Forgets keys after 30 days.</summary>
    public Task<int> ForgetOldAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - KeptFor;
        return store.WriteAsync(db => db.IdempotencyKeys.Where(row => row.CreatedAt < before).ExecuteDeleteAsync(cancellationToken), cancellationToken);
    }

    private byte[] Seal(byte[] body, IdempotencyKey row)
    {
        var nonce = RandomNumberGenerator.GetBytes(12);
        var cipher = new byte[body.Length];
        var tag = new byte[16];
        using var aes = new AesGcm(bodyKeys[0], tag.Length);
        aes.Encrypt(nonce, body, cipher, tag, PlaceOf(row));
        return [.. nonce, .. tag, .. cipher];
    }

    /// <summary>Answers live 30 days, so they are not sealed anew when the master key is: the keys that are configured are tried in turn.</summary>
    private byte[] Open(byte[] stored, IdempotencyKey row)
    {
        var body = new byte[stored.Length - 28];
        for (var i = 0; ; i++)
        {
            using var aes = new AesGcm(bodyKeys[i], 16);
            try
            {
                aes.Decrypt(stored.AsSpan(0, 12), stored.AsSpan(28), stored.AsSpan(12, 16), body, PlaceOf(row));
                return body;
            }
            catch (AuthenticationTagMismatchException) when (i + 1 < bodyKeys.Count)
            {
                // Sealed under an older key.
            }
        }
    }

    private static byte[] PlaceOf(IdempotencyKey row) => Encoding.UTF8.GetBytes($"{row.TenantId}|{row.Mode}|{row.Key}");
}
