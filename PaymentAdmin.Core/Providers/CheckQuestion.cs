using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Providers;

/// <summary>"May this be paid?", as a provider asks before it takes the money.</summary>
public sealed record CheckQuestion
{
    /// <summary>The provider's id of the payment.</summary>
    public string? Reference { get; init; }

    /// <summary>What names the payment on our side: attempt or payment id, payment code or order reference, as it was sent or typed.</summary>
    public string? OurReference { get; init; }

    /// <summary>What is about to be taken; null when it does not say.</summary>
    public Money? Amount { get; init; }

    /// <summary>Live or test as the question says it; null when it does not.</summary>
    public Mode? Mode { get; init; }

    /// <summary>The merchant's account as the question names it and as it must equal the account's own; null when it does not say.</summary>
    public string? MerchantAccount { get; init; }
}

/// <summary>How a check ends. Closed.</summary>
public abstract record CheckOutcome
{
    private CheckOutcome()
    {
    }

    /// <summary>Known, open and of this amount.</summary>
    public sealed record Payable(Guid PaymentId) : CheckOutcome;

    /// <summary>Nothing of this account is called so; also a question of the other mode or about another merchant.</summary>
    public sealed record UnknownReference : CheckOutcome;

    public sealed record WrongAmount(Money Expected) : CheckOutcome;

    /// <summary>Final, or its time is over.</summary>
    public sealed record Ended(PaymentStatus Status) : CheckOutcome;

    /// <summary>We cannot tell: unreadable, out of time, or our database is away. The answer is the provider's own default.</summary>
    public sealed record NotAnswerable(string Reason) : CheckOutcome;
}
