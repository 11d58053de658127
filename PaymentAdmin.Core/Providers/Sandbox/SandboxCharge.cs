namespace PaymentAdmin.Core.Providers.Sandbox;

public enum SandboxState
{
    /// <summary>Waits for the payer.</summary>
    Open,
    Paid,
    Declined,
    Cancelled,
    Expired,
}

/// <summary>
/// A payment in the books of an imitated provider: its truth, kept apart from ours. Only the sandbox reads these tables.
/// </summary>
public sealed class SandboxCharge
{
    public required Guid Id { get; init; }
    public required string Provider { get; init; }

    /// <summary>The imitated merchant, by a hash of the credential that the calls carry.</summary>
    public required string Merchant { get; init; }

    /// <summary>The imitated provider's id; unique per provider.</summary>
    public required string Reference { get; init; }

    /// <summary>Our reference as the call carried it.</summary>
    public string? MerchantReference { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public SandboxState State { get; set; }
    public string? PayerPhone { get; init; }

    /// <summary>When a payer on the phone decides, and how; null when a page or nobody decides.</summary>
    public DateTimeOffset? DecidesAt { get; set; }
    public SandboxState? Decision { get; set; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? PaidAt { get; set; }
    public string? FailureCode { get; set; }
    public long RefundedMinor { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What else the imitation must remember, JSON.</summary>
    public string DataJson { get; set; } = "{}";
    public int Version { get; set; }
}

public sealed class SandboxRefund
{
    public required Guid Id { get; init; }
    public required Guid ChargeId { get; init; }
    public required string Provider { get; init; }
    public required string Reference { get; init; }
    public string? MerchantReference { get; init; }
    public required long AmountMinor { get; init; }
    public required string State { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string DataJson { get; set; } = "{}";
}

/// <summary>A webhook that the imitation sends at its time.</summary>
public sealed class SandboxDelivery
{
    public required Guid Id { get; init; }
    public required string Provider { get; init; }
    public required string Url { get; init; }
    public required string HeadersJson { get; init; }
    public required byte[] Body { get; init; }
    public required DateTimeOffset DueAt { get; set; }
    public int Attempts { get; set; }
    public int? LastStatus { get; set; }
    public bool IsDone { get; set; }
}

/// <summary>The fault dial: what goes wrong the next times.</summary>
public sealed class SandboxFault
{
    public required Guid Id { get; init; }
    public required string Provider { get; init; }

    /// <summary>The merchant it is for; null for all.</summary>
    public string? Merchant { get; init; }
    public required string Fault { get; init; }
    public required int Remaining { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
