namespace PaymentAdmin.Core.Shops;

/// <summary>When a second person must agree to money-out and risky changes (contract.md section 7).</summary>
public enum TwoPersonRule
{
    Off,
    OverLimit,
    Always,
}

/// <summary>A customer of the portal; owns shops, accounts, payments and users.</summary>
public sealed class Tenant
{
    public const string DefaultSlug = "default";

    public required Guid Id { get; init; }
    public required string Slug { get; init; }
    public required string Name { get; set; }

    /// <summary>IANA zone; decides day buckets, filters, exports.</summary>
    public required string TimeZone { get; set; }

    /// <summary>The currency that forms start with, ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>Scheme, host and port that a return URL may have; PublicUrl is always one more.</summary>
    public List<string> ReturnOrigins { get; set; } = [];

    /// <summary>Of buttons and the mark on payers' pages, #rrggbb; null: the product's own.</summary>
    public string? BrandColor { get; set; }

    public string? CustomerJwtIssuer { get; set; }
    public string? CustomerJwtAlgorithm { get; set; }
    public string? CustomerJwtKeyCipher { get; set; }

    public TwoPersonRule TwoPersonRule { get; set; }

    /// <summary>A verified success that is flagged as risky waits for a person.</summary>
    public bool HoldRisky { get; set; }

    /// <summary>Paybill payments with an unknown reference are refused at validation instead of becoming unallocated receipts.</summary>
    public bool RefuseUnknownReferences { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

/// <summary>Above this amount of a currency a second person must agree, under <see cref="TwoPersonRule.OverLimit"/>.</summary>
public sealed class ApprovalLimit
{
    public required Guid TenantId { get; init; }
    public required string Currency { get; init; }
    public required long AmountMinor { get; set; }
}

/// <summary>One provider's live account is out of service for new attempts while its switch is on.</summary>
public sealed class TestModeSwitch
{
    public required Guid TenantId { get; init; }
    public required string Provider { get; init; }
    public required bool IsOn { get; set; }
    public required DateTimeOffset ChangedAt { get; set; }
    public required string ChangedBy { get; set; }
}
