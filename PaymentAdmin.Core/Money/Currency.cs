namespace PaymentAdmin.Core;

/// <summary>The ISO 4217 currencies that the rails of this product take, with the number of decimals of their minor unit.</summary>
public static class Currency
{
    private static readonly Dictionary<string, int> Exponents = Table(
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (2, "AED AMD AUD AZN BRL BWP BYN CAD CHF CNY CZK DKK EGP ETB EUR GBP GEL GHS HKD HUF ILS INR KES KGS KZT LSL MAD MDL "
            + "MGA MWK MXN MYR MZN NAD NGN NOK NZD PLN QAR RON RUB SAR SEK SGD SLE SZL THB TJS TRY TZS UAH USD UZS ZAR ZMW"),
        (3, "BHD JOD KWD OMR TND"));

    public static IReadOnlyCollection<string> Codes => Exponents.Keys;

    /// <summary>True for an upper-case code of the table; "kzt" is not one.</summary>
    public static bool IsKnown(string? code) => code is not null && Exponents.ContainsKey(code);

    /// <summary>Decimals of the minor unit: 2 for KZT, 0 for JPY, 3 for KWD. Throws for a code outside the table.</summary>
    public static int Exponent(string code) =>
        Exponents.TryGetValue(code, out var exponent) ? exponent : throw new ArgumentException($"Unknown currency {code}.", nameof(code));

    /// <summary>10 to the power of <paramref name="exponent"/>: minor units in one major unit.</summary>
    public static long Scale(int exponent) => exponent switch { 0 => 1, 1 => 10, 2 => 100, 3 => 1000, _ => throw new ArgumentOutOfRangeException(nameof(exponent)) };

    private static Dictionary<string, int> Table(params (int Exponent, string Codes)[] rows) =>
        rows.SelectMany(row => row.Codes.Split(' ').Select(code => (code, row.Exponent))).ToDictionary(StringComparer.Ordinal);
}
