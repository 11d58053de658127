using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers;

/// <summary>A request as it came in: raw bytes, nothing interpreted.</summary>
/// <param name="Path">Path of the URL that we gave to the provider, PublicUrl's path included: what signatures cover.</param>
/// <param name="Headers">Lower-case names.</param>
/// <param name="Kind">What follows the account's key in the path, where the provider has several addresses (<see cref="ProviderProfile.WebhookKinds"/>); without its token once the account is known.</param>
/// <param name="Token">The secret last segment of an address that names what the delivery is about.</param>
public sealed record InboundRequest(ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Headers, string Path, string Query, string? Kind, string? Token, DateTimeOffset ReceivedAt)
{
    /// <summary>The token named a refund, not an attempt.</summary>
    public bool IsAboutRefund { get; init; }

    public string Header(string name) => Headers.GetValueOrDefault(name) ?? "";
}

/// <summary>Whether the source is proven. A type, not a bool: there is no default that passes.</summary>
public abstract record WebhookVerification
{
    private WebhookVerification()
    {
    }

    /// <param name="How">Which secret or path proved it, in words; never the secret.</param>
    public sealed record Verified(string How) : WebhookVerification;

    public sealed record Rejected(string Reason) : WebhookVerification;
}

/// <summary>What an authentic delivery says. Closed.</summary>
public abstract record WebhookReading
{
    private WebhookReading()
    {
    }

    /// <summary>The provider's event type, for people and filters.</summary>
    public string? EventType { get; init; }

    /// <summary>The provider's event id, else text that is equal for equal events (type, object, status).</summary>
    public required string DedupeKey { get; init; }

    /// <summary>The provider's id of the payment.</summary>
    public string? Reference { get; init; }

    /// <summary>The provider's second id of the payment, where it has one: both must fit.</summary>
    public string? Reference2 { get; init; }

    /// <summary>Our attempt's id, or the order reference as the provider sends it back.</summary>
    public string? OurReference { get; init; }

    /// <summary>Live or test as the event says it; null when it does not.</summary>
    public Mode? Mode { get; init; }

    /// <summary>The merchant's account as the event names it and as it must equal the account's own; null when it does not say.</summary>
    public string? MerchantAccount { get; init; }

    /// <summary>The event carries the state, and its proof is strong enough to act on it.</summary>
    public sealed record PaymentSays(StatusReading Status) : WebhookReading;

    /// <summary>The proof is weak, or the amount is missing: the provider is asked before anything changes.</summary>
    public sealed record AskProvider : WebhookReading
    {
        /// <summary>What it claims to have come: kept beside the attempt, so that the provider's confirmation finds amount and receipt.</summary>
        public ReceiptClaim? Claim { get; init; }
    }

    public sealed record RefundSays(string RefundReference, RefundStatus Status, Money? Amount) : WebhookReading
    {
        /// <summary>Our refund's id as the provider sends it back.</summary>
        public string? OurRefundReference { get; init; }
        public string? FailureMessage { get; init; }
    }

    public sealed record DisputeSays(string DisputeReference, DisputeStatus Status, Money Amount, string? Reason, DateTimeOffset? DueAt) : WebhookReading;

    /// <summary>Money at a paybill: matched by the payment code or order reference that the payer typed.</summary>
    public sealed record ReceiptSays(string ReceiptReference, Money Amount, string BillReference, string? Payer) : WebhookReading;

    /// <summary>Authentic and of no interest.</summary>
    public sealed record Irrelevant : WebhookReading;

    public sealed record Unreadable(string Reason) : WebhookReading;
}

/// <summary>The answer that a provider wants to a delivery that was stored.</summary>
public sealed record WebhookReply(int StatusCode, string ContentType, string Body)
{
    public static readonly WebhookReply Ok = new(200, "application/json", "{\"status\":\"success\"}");
}
