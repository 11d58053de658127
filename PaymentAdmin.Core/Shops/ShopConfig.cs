using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Shops;

/// <summary>
/// Which organization, device token and account a shop uses at one provider in one mode. Unique on (shop, provider, mode).
/// Every change writes a <see cref="ShopConfigVersion"/>; payments keep the version they were made with.
/// </summary>
public sealed class ShopConfig
{
    /// <summary>An integer, as source system 001's <c>payment_config.id</c> is one.</summary>
    public long Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Guid ShopId { get; init; }
    public required string Provider { get; init; }
    public required Mode Mode { get; init; }
    public required Guid OrganizationId { get; set; }

    /// <summary>The account that serves this config; null: the tenant's only one of this provider and mode.</summary>
    public Guid? AccountId { get; set; }

    /// <summary>Encrypted device token (a UUID); null when the setup has none.</summary>
    public string? DeviceTokenCipher { get; set; }

    /// <summary>First 8 characters and an ellipsis: the only form that is ever shown.</summary>
    public string? DeviceTokenMask { get; set; }

    /// <summary>Hash of the token: tells whether two configs share a device without opening either.</summary>
    public string? DeviceTokenFingerprint { get; set; }
    public string? Description { get; set; }
    public required bool IsActive { get; set; }
    public int Version { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public required string UpdatedBy { get; set; }
}

/// <summary>A config as it was from one change to the next; never changed, so that refunds go where the money went.</summary>
public sealed class ShopConfigVersion
{
    public required Guid Id { get; init; }
    public required long ConfigId { get; init; }
    public required Guid TenantId { get; init; }
    public required int Version { get; init; }
    public required string OrganizationBin { get; init; }
    public Guid? AccountId { get; init; }
    public string? DeviceTokenCipher { get; init; }
    public string? DeviceTokenMask { get; init; }
    public string? Description { get; init; }
    public required bool IsActive { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
}
