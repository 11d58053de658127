using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Shops;

/// <summary>A shop config as it may be shown: the device token is masked.</summary>
public sealed record ShopConfigItem
{
    public required long Id { get; init; }
    public required int ShopId { get; init; }
    public required string? ShopName { get; init; }
    public required string OrganizationBin { get; init; }
    public required string? OrganizationName { get; init; }

    /// <summary>First 8 characters and an ellipsis; null when there is none.</summary>
    public required string? DeviceToken { get; init; }
    public required string? Description { get; init; }
    public required bool IsActive { get; init; }
    public required string Provider { get; init; }
    public required Mode Mode { get; init; }
    public required Guid? AccountId { get; init; }

    /// <summary>Rises with every change; sent back as the expected version, so that two editors notice each other.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string UpdatedBy { get; init; }

    /// <summary>When the shop's newest payment at this provider and in this mode was created.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A config as it was from one change to the next, masked.</summary>
public sealed record ShopConfigVersionItem(int Version, string OrganizationBin, string? DeviceToken, string? Description, bool IsActive, Guid? AccountId, DateTimeOffset CreatedAt, string CreatedBy);
