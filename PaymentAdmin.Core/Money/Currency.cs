namespace PaymentAdmin.Core;

/// <summary>The ISO 4217 currencies that the rails of this product take, with the number of decimals of their minor unit.</summary>
public static class Currency
{
    private static readonly Dictionary<string, int> Exponents = new(StringComparer.Ordinal)
    {
        ["AED"] = 2, ["AMD"] = 2, ["AUD"] = 2, ["AZN"] = 2, ["BHD"] = 3, ["BIF"] = 0, ["BRL"] = 2, ["BWP"] = 2, ["BYN"] = 2, ["CAD"] = 2,
        ["CHF"] = 2, ["CLP"] = 0, ["CNY"] = 2, ["CZK"] = 2, ["DJF"] = 0, ["DKK"] = 2, ["EGP"] = 2, ["ETB"] = 2, ["EUR"] = 2, ["GBP"] = 2,
        ["GEL"] = 2, ["GHS"] = 2, ["GNF"] = 0, ["HKD"] = 2, ["HUF"] = 2, ["ILS"] = 2, ["INR"] = 2, ["ISK"] = 0, ["JOD"] = 3, ["JPY"] = 0,
        ["KES"] = 2, ["KGS"] = 2, ["KMF"] = 0, ["KRW"] = 0, ["KWD"] = 3, ["KZT"] = 2, ["LSL"] = 2, ["MAD"] = 2, ["MDL"] = 2, ["MGA"] = 2,
        ["MWK"] = 2, ["MXN"] = 2, ["MYR"] = 2, ["MZN"] = 2, ["NAD"] = 2, ["NGN"] = 2, ["NOK"] = 2, ["NZD"] = 2, ["OMR"] = 3, ["PLN"] = 2,
        ["PYG"] = 0, ["QAR"] = 2, ["RON"] = 2, ["RUB"] = 2, ["RWF"] = 0, ["SAR"] = 2, ["SEK"] = 2, ["SGD"] = 2, ["SLE"] = 2, ["SZL"] = 2,
        ["THB"] = 2, ["TJS"] = 2, ["TND"] = 3, ["TRY"] = 2, ["TZS"] = 2, ["UAH"] = 2, ["UGX"] = 0, ["USD"] = 2, ["UZS"] = 2, ["VND"] = 0,
        ["VUV"] = 0, ["XAF"] = 0, ["XOF"] = 0, ["XPF"] = 0, ["ZAR"] = 2, ["ZMW"] = 2,
    };

    public static IReadOnlyCollection<string> Codes => Exponents.Keys;

    /// <summary>True for an upper-case code of the table; "kzt" is not one.</summary>
    public static bool IsKnown(string? code) => code is not null && Exponents.ContainsKey(code);

    /// <summary>Decimals of the minor unit: 2 for KZT, 0 for JPY, 3 for KWD. Throws for a code outside the table.</summary>
    public static int Exponent(string code) =>
        Exponents.TryGetValue(code, out var exponent) ? exponent : throw new ArgumentException($"Unknown currency {code}.", nameof(code));

    /// <summary>10 to the power of <paramref name="exponent"/>: minor units in one major unit.</summary>
    public static long Scale(int exponent) => exponent switch { 0 => 1, 1 => 10, 2 => 100, 3 => 1000, _ => throw new ArgumentOutOfRangeException(nameof(exponent)) };
}
