using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers;

/// <summary>What a provider is asked to collect.</summary>
public sealed record CheckoutRequest
{
    public required Guid PaymentId { get; init; }

    /// <summary>Our id of the attempt: idempotency key and merchant reference.</summary>
    public required Guid AttemptId { get; init; }
    public required Money Amount { get; init; }
    public required string OrderReference { get; init; }
    public required string PaymentCode { get; init; }
    public string? Description { get; init; }
    public string? Method { get; init; }
    public string? CustomerName { get; init; }
    public string? CustomerEmail { get; init; }
    public string? Phone { get; init; }

    /// <summary>Where the payer's browser comes back to; proves nothing.</summary>
    public required string ReturnUrl { get; init; }
    public required string CancelUrl { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Secret part of this attempt's own callback URL, where the provider's callbacks carry no proof.</summary>
    public string? CallbackToken { get; init; }
}

/// <summary>How a checkout began. Closed: these six are all there are.</summary>
public abstract record CheckoutResult
{
    private CheckoutResult()
    {
    }

    /// <summary>The provider's id of the payment, where it gave one.</summary>
    public string? Reference { get; init; }
    public string? Reference2 { get; init; }

    /// <summary>The provider's status word.</summary>
    public string? StatusWord { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The payer's browser goes to the provider's page.</summary>
    public sealed record Redirect(string Url) : CheckoutResult;

    /// <summary>The payer answers on the phone.</summary>
    public sealed record PhonePrompt(string Phone) : CheckoutResult;

    public sealed record QrCode(string Content, string? Url) : CheckoutResult;

    /// <summary>The payer does something outside of any API (bank transfer, cash).</summary>
    public sealed record Instructions(string Text, IReadOnlyList<InstructionField> Fields) : CheckoutResult;

    /// <summary>Surely not started. <paramref name="Code"/> is one of our codes.</summary>
    public sealed record Declined(string Code, string Message, string? ProviderCode = null) : CheckoutResult;

    /// <summary>The request left and no usable answer came.</summary>
    public sealed record Unknown(string Reason) : CheckoutResult;
}

public sealed record InstructionField(string Label, string Value);

/// <summary>What a provider says about a payment, in our words and its own.</summary>
public sealed record StatusReading(ObservedFact Fact, string? StatusWord)
{
    public Money? Received { get; init; }
    public string? ReceiptReference { get; init; }
    public string? Reference { get; init; }
    public string? Reference2 { get; init; }
    public string? ErrorMessage { get; init; }
    public string? ProviderErrorCode { get; init; }
    public string? Payer { get; init; }

    /// <summary>Refunded so far as the provider tells, for refunds that were made in its dashboard; null when it does not tell.</summary>
    public Money? Refunded { get; init; }

    /// <summary>No answer, or an unusable one: nothing is known that was not known before.</summary>
    public static StatusReading NoAnswer(string reason) => new(ObservedFact.Unrecognised, null) { ErrorMessage = reason, IsAnswer = false };

    public bool IsAnswer { get; init; } = true;
}

public sealed record RefundRequest
{
    public required Guid RefundId { get; init; }
    public required AttemptReference Attempt { get; init; }
    public required Money Amount { get; init; }
    public required string Reason { get; init; }

    /// <summary>The whole received amount goes back: some providers have another call for it.</summary>
    public required bool IsFull { get; init; }

    /// <summary>What the provider called paid-back money before this refund, for providers whose refunds are checked by the sum.</summary>
    public required long RefundedBeforeMinor { get; init; }

    /// <summary>The attempt's other refunds that have not failed, under way or done.</summary>
    public long OtherRefundsMinor { get; init; }

    /// <summary>The provider's id of the movement of money that is given back, where it told one.</summary>
    public string? ReceiptReference { get; init; }

    /// <summary>Secret part of this refund's own callback URL, where the provider's callbacks carry no proof.</summary>
    public string? CallbackToken { get; init; }
}

/// <summary>How a refund stands. Closed.</summary>
public abstract record RefundResult
{
    private RefundResult()
    {
    }

    public string? Reference { get; init; }
    public string? StatusWord { get; init; }

    public sealed record Succeeded : RefundResult;

    public sealed record Pending : RefundResult;

    /// <summary>Surely not paid back.</summary>
    public sealed record Failed(string Code, string Message, string? ProviderCode = null) : RefundResult;

    /// <summary>The request left and no usable answer came.</summary>
    public sealed record Unknown(string Reason) : RefundResult;
}

/// <summary>Whether an open checkout was closed. Closed.</summary>
public abstract record CancelResult
{
    private CancelResult()
    {
    }

    public sealed record Cancelled : CancelResult;

    /// <summary>Too late: it is paid, or being paid.</summary>
    public sealed record TooLate(string Message) : CancelResult;

    public sealed record Unknown(string Reason) : CancelResult;
}

/// <summary>Whether our addresses are registered. Closed.</summary>
public abstract record RegistrationResult
{
    private RegistrationResult()
    {
    }

    /// <param name="Message">The provider's own words.</param>
    public sealed record Registered(string Message) : RegistrationResult;

    public sealed record Refused(string Code, string Message, string? ProviderCode = null) : RegistrationResult;

    public sealed record Unknown(string Reason) : RegistrationResult;
}

/// <summary>One movement in the provider's own books.</summary>
public sealed record SettlementLine(string Reference, Money Amount, string StatusWord, ObservedFact Fact, DateTimeOffset At)
{
    /// <summary>Our reference as the provider has it.</summary>
    public string? OurReference { get; init; }
    public long? FeeMinor { get; init; }
    public long? RefundedMinor { get; init; }
}
