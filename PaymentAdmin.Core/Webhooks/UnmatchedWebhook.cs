namespace PaymentAdmin.Core.Webhooks;

/// <summary>
/// A delivery to an alias address that could be given to no single account: several accounts prove it and none or several have its payment,
/// or nothing proves it and no attempt fits. It has no effect and belongs to no tenant; superadmins see it.
/// </summary>
public sealed class UnmatchedWebhook
{
    public required Guid Id { get; init; }
    public required string Provider { get; init; }

    /// <summary>Equal for equal events; unique per provider, so that a repeated delivery is one row.</summary>
    public required string DedupeKey { get; init; }

    /// <summary>Of a delivery that nothing proves, the first part only.</summary>
    public required byte[] Body { get; init; }
    public required int BodyLength { get; init; }
    public required string BodySha256 { get; init; }
    public required string HeadersJson { get; init; }
    public string? RemoteIp { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public string? EventType { get; init; }
    public string? ProviderReference { get; init; }

    /// <summary>At least one account proves it.</summary>
    public required bool IsAuthentic { get; init; }

    /// <summary>The accounts that prove it, a JSON array of ids.</summary>
    public required string AccountsJson { get; init; }

    /// <summary>Why it is nobody's, one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>How often the same event came again.</summary>
    public int Duplicates { get; set; }
}
