using System.Security.Cryptography;
using System.Text;

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
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? PaidAt { get; set; }
    public string? FailureCode { get; set; }
    public long RefundedMinor { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What else the imitation must remember, JSON.</summary>
    public string DataJson { get; set; } = "{}";
    public int Version { get; set; }

    /// <summary>The name under which the bearer of <paramref name="credential"/> stands in these books.</summary>
    public static string MerchantOf(string credential) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(credential)))[..32];

    /// <summary>Lets happen what time has brought: the payer on the phone decided, or nobody did until the end. Called whenever the charge is read.</summary>
    public void Settle(DateTimeOffset now)
    {
        if (State != SandboxState.Open)
            return;
        if (DecidesAt <= now && !(ExpiresAt < DecidesAt) && Decision is { } decision)
            Decide(decision, DecidesAt.Value);
        else if (ExpiresAt <= now)
            Decide(SandboxState.Expired, ExpiresAt.Value);
    }

    /// <summary>Ends the waiting.</summary>
    public void Decide(SandboxState decision, DateTimeOffset at)
    {
        if (State != SandboxState.Open || decision == SandboxState.Open)
            throw new InvalidOperationException($"A charge that is {State} cannot become {decision}.");
        State = decision;
        PaidAt = decision == SandboxState.Paid ? at : null;
        Version++;
    }

    /// <summary>Sends a part back; the caller has checked that it is there.</summary>
    public void Refund(long amountMinor)
    {
        if (State != SandboxState.Paid || amountMinor < 1 || amountMinor > AmountMinor - RefundedMinor)
            throw new InvalidOperationException($"{amountMinor} cannot be refunded of a charge that is {State}.");
        RefundedMinor += amountMinor;
        Version++;
    }
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

/// <summary>A device of the imitated provider's merchants: belongs to the organization that it was first used with.</summary>
public sealed class SandboxDevice
{
    public required string Provider { get; init; }
    public required string Merchant { get; init; }

    /// <summary>Hash of the device's token.</summary>
    public required string Token { get; init; }
    public required string Organization { get; init; }
}

/// <summary>Something that an imitated provider keeps about a merchant beside its charges: the token it gave out, addresses it was told.</summary>
public sealed class SandboxSetting
{
    public required string Provider { get; init; }
    public required string Merchant { get; init; }
    public required string Name { get; init; }
    public string ValueJson { get; set; } = "{}";
    public int Version { get; set; }
}

/// <summary>The fault dial: what goes wrong the next times.</summary>
public sealed class SandboxFault
{
    public required Guid Id { get; init; }
    public required string Provider { get; init; }

    /// <summary>The merchant it is for; null for all.</summary>
    public string? Merchant { get; init; }
    public required string Fault { get; init; }

    /// <summary>Meets only calls whose path starts so (<c>/create</c>); null: all. Keeps a status poll from using up a fault meant for a create call.</summary>
    public string? Path { get; init; }
    public required int Remaining { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
