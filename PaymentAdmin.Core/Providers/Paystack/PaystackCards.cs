namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>What a test card of Paystack's does.</summary>
internal enum PaystackCardOutcome
{
    Pays,

    /// <summary>Pays after a PIN, a one-time code or the bank's page.</summary>
    AsksFirst,
    Declined,
    NoToken,
    InsufficientFunds,
    RefundFails,
    RefundNeedsAttention,
}

/// <summary>Paystack's own test cards.</summary>
internal static class PaystackCards
{
    private static readonly (string Number, PaystackCardOutcome Outcome, string Text)[] Known =
    [
        ("4084 0840 8408 4081", PaystackCardOutcome.Pays, "Pays; CVV 408"),
        ("5078 5078 5078 5078 12", PaystackCardOutcome.AsksFirst, "Pays after a PIN; CVV 081, PIN 1111"),
        ("5060 6666 6666 6666 666", PaystackCardOutcome.AsksFirst, "Pays after PIN and code; CVV 123, PIN 1234, code 123456"),
        ("5078 5078 5078 5078 04", PaystackCardOutcome.AsksFirst, "Pays after PIN, phone and code; CVV 884, PIN 0000, code 123456"),
        ("5192 6027 2058 4796", PaystackCardOutcome.AsksFirst, "Pays after the bank's page; CVV 123"),
        ("4084 0800 0000 5408", PaystackCardOutcome.Declined, "Declined; CVV 001"),
        ("5078 5078 5078 5078 53", PaystackCardOutcome.NoToken, "Declined, token not generated; CVV 082, PIN 0000"),
        ("4084 0800 0067 0037", PaystackCardOutcome.InsufficientFunds, "Insufficient funds; CVV 787"),
        ("4084 0800 0067 1803", PaystackCardOutcome.RefundFails, "Pays; its refund fails; CVV 180"),
        ("4084 0800 0067 1902", PaystackCardOutcome.RefundNeedsAttention, "Pays; its refund needs attention; CVV 190"),
    ];

    public static IReadOnlyList<TestInstrument> Instruments { get; } = [.. Known.Select(card => new TestInstrument("Card", card.Number, card.Text))];

    /// <summary>Null for a number that is none of Paystack's test cards.</summary>
    public static PaystackCardOutcome? OutcomeOf(string digits)
    {
        var known = Known.FirstOrDefault(card => card.Number.Replace(" ", "", StringComparison.Ordinal) == digits);
        return known.Number is null ? null : known.Outcome;
    }
}
