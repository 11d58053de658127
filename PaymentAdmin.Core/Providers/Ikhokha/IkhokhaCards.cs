namespace PaymentAdmin.Core.Providers.Ikhokha;

/// <summary>What a card of the imitation does.</summary>
internal enum IkhokhaCardOutcome
{
    Pays,

    /// <summary>Pays after the bank's page.</summary>
    AsksFirst,
    Declined,
    InsufficientFunds,
}

/// <summary>The imitation's own cards: iKhokha has no test mode and publishes none.</summary>
internal static class IkhokhaCards
{
    private static readonly (string Number, IkhokhaCardOutcome Outcome, string Text)[] Known =
    [
        ("4111 1111 1111 1111", IkhokhaCardOutcome.Pays, "Pays"),
        ("5200 0000 0000 1096", IkhokhaCardOutcome.AsksFirst, "Asks for 3-D Secure, then pays"),
        ("4000 0000 0000 0002", IkhokhaCardOutcome.Declined, "Declined; the page stays open"),
        ("4000 0000 0000 9995", IkhokhaCardOutcome.InsufficientFunds, "Insufficient funds; the page stays open"),
    ];

    public static IReadOnlyList<TestInstrument> Instruments { get; } =
    [
        .. Known.Select(card => new TestInstrument("Card", card.Number, card.Text)),
        new TestInstrument("EFT", "any bank on the page", "Pays, or fails when it is refused there"),
    ];

    /// <summary>Null for a number that is none of these.</summary>
    public static IkhokhaCardOutcome? OutcomeOf(string digits)
    {
        var known = Known.FirstOrDefault(card => card.Number.Replace(" ", "", StringComparison.Ordinal) == digits);
        return known.Number is null ? null : known.Outcome;
    }
}
