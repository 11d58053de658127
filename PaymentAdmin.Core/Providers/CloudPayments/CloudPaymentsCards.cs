namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>CloudPayments' own test cards; any expiry date to come and any CVV.</summary>
internal static class CloudPaymentsCards
{
    private static readonly (string Number, string Type, bool AsksFirst, bool Pays)[] Known =
    [
        ("4242 4242 4242 4242", "Visa", AsksFirst: true, Pays: true),
        ("5555 5555 5555 4444", "MasterCard", AsksFirst: true, Pays: true),
        ("4012 8888 8888 1881", "Visa", AsksFirst: true, Pays: false),
        ("5105 1051 0510 5100", "MasterCard", AsksFirst: true, Pays: false),
        ("4000 0000 0000 3055", "Visa", AsksFirst: false, Pays: true),
        ("5205 0000 0000 3055", "MasterCard", AsksFirst: false, Pays: true),
        ("4111 1111 1111 1111", "Visa", AsksFirst: false, Pays: true),
        ("5200 8282 8282 8210", "MasterCard", AsksFirst: false, Pays: true),
        ("4000 0566 5566 5556", "Visa", AsksFirst: false, Pays: false),
        ("5404 0000 0000 0043", "MasterCard", AsksFirst: false, Pays: false),
    ];

    public static IReadOnlyList<TestInstrument> Instruments { get; } =
        [.. Known.Select(card => new TestInstrument(card.Type, card.Number, $"{(card.AsksFirst ? "3-D Secure, then " : "")}{(card.Pays ? "success" : "insufficient funds")}"))];

    /// <summary>Null for a number that is none of the test cards.</summary>
    public static (string Type, bool AsksFirst, bool Pays)? Find(string digits)
    {
        var known = Known.FirstOrDefault(card => card.Number.Replace(" ", "", StringComparison.Ordinal) == digits);
        return known.Number is null ? null : (known.Type, known.AsksFirst, known.Pays);
    }
}
