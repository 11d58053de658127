using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Links;

/// <summary>How many payments a link is for.</summary>
public enum LinkUse
{
    /// <summary>One: it closes when that one succeeds.</summary>
#pragma warning disable CA1720 // the API's word is "single", and words are made of names
    Single,
#pragma warning restore CA1720
    Multi,
}

public enum LinkStatus
{
    Active,
    Used,
    Expired,
    Disabled,
}

/// <summary>An address that a shop sends or shows, and that becomes a payment when somebody presses Pay. Its amount is fixed, or between two bounds.</summary>
public sealed class PaymentLink
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }

    /// <summary>The unguessable part of the address. No secret: a shop prints it.</summary>
    public required string Token { get; init; }
    public required LinkUse Use { get; init; }

    /// <summary>Null: the payer chooses, between <see cref="MinMinor"/> and <see cref="MaxMinor"/>.</summary>
    public long? AmountMinor { get; init; }
    public long? MinMinor { get; init; }
    public long? MaxMinor { get; init; }
    public required string Currency { get; init; }
    public string? Description { get; init; }
    public int? ShopNumber { get; init; }

    /// <summary>Of its payment; the payments of a link for many get a suffix each.</summary>
    public required string OrderReference { get; init; }

    /// <summary>Where the payer is led in the end; null: the payer stays with us.</summary>
    public string? ReturnUrl { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public Guid? AnswerableUserId { get; init; }
    public DateTimeOffset? DisabledAt { get; private set; }
    public string? DisabledBy { get; private set; }
    public int Version { get; private set; }

    /// <param name="isPaid">A payment of it has succeeded.</param>
    public LinkStatus StatusAt(DateTimeOffset now, bool isPaid) =>
        Use == LinkUse.Single && isPaid ? LinkStatus.Used
        : DisabledAt is not null ? LinkStatus.Disabled
        : ExpiresAt <= now ? LinkStatus.Expired
        : LinkStatus.Active;

    public void Disable(string by, DateTimeOffset now)
    {
        (DisabledAt, DisabledBy) = (now, by);
        Version++;
    }
}
