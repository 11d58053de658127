using System.Globalization;

namespace PaymentAdmin.Core;

/// <summary>How amounts read on screen and in sentences: groups parted by U+00A0, minus U+2212, the code after the figure.</summary>
public static class MoneyFormat
{
    private static readonly NumberFormatInfo Screen = new()
    {
        NumberGroupSeparator = "\u00a0",
        NumberDecimalSeparator = ".",
        NegativeSign = "\u2212",
        NumberGroupSizes = [3],
        NumberNegativePattern = 1,
    };

    /// <summary>"5 000.00" for 500000 KZT.</summary>
    public static string Figure(Money money) => Figure(money.Minor, money.Currency);

    public static string Figure(long minor, string currency)
    {
        var exponent = Currency.IsKnown(currency) ? Currency.Exponent(currency) : 2;
        return ((decimal)minor / Currency.Scale(exponent)).ToString("N" + exponent.ToString(CultureInfo.InvariantCulture), Screen);
    }

    /// <summary>"5 000.00 KZT".</summary>
    public static string Text(long minor, string currency) => $"{Figure(minor, currency)}\u00a0{currency}";
}
