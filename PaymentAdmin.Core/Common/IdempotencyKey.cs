using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Common;

/// <summary>
/// A caller's Idempotency-Key, scoped to tenant and mode, claimed by its insert and kept 30 days.
/// The stored answer is encrypted; the same request gets it back byte for byte.
/// </summary>
public sealed class IdempotencyKey
{
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required string Key { get; init; }

    /// <summary>SHA-256 of method, route and body.</summary>
    public required string Fingerprint { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The claim is the caller's until then; a crashed one may be continued afterwards.</summary>
    public required DateTimeOffset LockedUntil { get; set; }

    /// <summary>Id that the claimed request gives to what it creates, so that a continuation finds it.</summary>
    public required Guid ResourceId { get; init; }
    public int? StatusCode { get; set; }
    public string? ContentType { get; set; }
    public byte[]? BodyCipher { get; set; }
    public int Version { get; set; }
}
