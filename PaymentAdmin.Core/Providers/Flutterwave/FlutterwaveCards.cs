namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>What a test card asks for before anything is decided.</summary>
internal enum FlutterwaveCardQuestion
{
    Nothing,

    /// <summary>The PIN, then the one-time password.</summary>
    Pin,

    /// <summary>The one-time password on the bank's page.</summary>
    Otp,
}

/// <param name="Refusal">Why it is declined; null for a card that pays.</param>
internal sealed record FlutterwaveCard(string Number, string Expiry, string Cvv, FlutterwaveCardQuestion Question, string? Refusal)
{
    public string Digits => Number.Replace(" ", "", StringComparison.Ordinal);
}

/// <summary>Flutterwave's own test cards.</summary>
internal static class FlutterwaveCards
{
    /// <summary>The provider's; source document 003 has the other one, and the sandbox takes both.</summary>
    public const string Pin = "3310";
    public const string DocumentPin = "1234";
    public const string Otp = "12345";
    public const string WrongOtp = "5548";
    public const string PoorOtp = "6648";

    public static IReadOnlyList<FlutterwaveCard> Known { get; } =
    [
        new("5531 8866 5214 2950", "09/32", "564", FlutterwaveCardQuestion.Pin, null),
        new("5438 8980 1456 0229", "10/31", "564", FlutterwaveCardQuestion.Otp, null),
        new("4187 4274 1556 4246", "09/32", "828", FlutterwaveCardQuestion.Otp, null),
        new("5061 4604 1012 0223 210", "10/31", "780", FlutterwaveCardQuestion.Pin, null),
        new("5061 4601 6697 6054 667", "10/29", "564", FlutterwaveCardQuestion.Nothing, null),
        new("4556 0527 0417 2643", "09/32", "899", FlutterwaveCardQuestion.Otp, null),
        new("5143 0105 2233 9965", "08/32", "276", FlutterwaveCardQuestion.Pin, "Do not honour"),
        new("5590 1317 4329 4314", "11/32", "887", FlutterwaveCardQuestion.Pin, "Transaction has been flagged as fraudulent"),
        new("5258 5859 2266 6506", "09/31", "883", FlutterwaveCardQuestion.Pin, "Insufficient Funds"),
        new("5551 6516 3038 1384", "08/31", "276", FlutterwaveCardQuestion.Nothing, "Restricted Card"),
        new("5551 6581 5765 3822", "08/31", "276", FlutterwaveCardQuestion.Nothing, "Invalid transaction"),
        new("5258 5820 5472 9020", "11/30", "887", FlutterwaveCardQuestion.Nothing, "Transaction not permitted to cardholder"),
        new("5258 5882 6456 5682", "11/30", "887", FlutterwaveCardQuestion.Nothing, "Transaction not permitted on terminal"),
        new("5258 5891 3014 9016", "11/30", "887", FlutterwaveCardQuestion.Nothing, "Transaction Error"),
        new("5399 8346 9789 4723", "09/31", "883", FlutterwaveCardQuestion.Pin, "Incorrect PIN"),
    ];

    public static IReadOnlyList<TestInstrument> Instruments { get; } =
    [
        .. Known.Select(card => new TestInstrument("Card", card.Number, $"{(card.Refusal is { } why ? $"Declined: {why}" : "Pays")}; {card.Expiry}, CVV {card.Cvv}{Questions(card.Question)}")),
        new TestInstrument("Mobile money", "any number", "Pays"),
        new TestInstrument("Mobile money", "+233 121 212 121", "Fails"),
    ];

    /// <summary>Null for a number that is none of Flutterwave's test cards.</summary>
    public static FlutterwaveCard? Of(string digits) => Known.FirstOrDefault(card => card.Digits == digits);

    private static string Questions(FlutterwaveCardQuestion question) => question switch
    {
        FlutterwaveCardQuestion.Pin => $", PIN {Pin}, OTP {Otp}",
        FlutterwaveCardQuestion.Otp => $", on the bank's page OTP {Otp}",
        _ => "",
    };
}
