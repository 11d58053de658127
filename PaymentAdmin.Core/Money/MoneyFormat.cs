using System.Globalization;

namespace PaymentAdmin.Core;

/// <summary>How amounts read on screen and in sentences: groups parted by U+00A0, minus U+2212, the code after the figure.</summary>
public static class MoneyFormat
{
    private static readonly NumberFormatInfo Screen = Format(decimals: ".");
    private static readonly NumberFormatInfo Comma = Format(decimals: ",");

    /// <summary>"5 000.00" for 500000 KZT.</summary>
    public static string Figure(Money money) => Figure(money.Minor, money.Currency);

    public static string Figure(long minor, string currency) => Figure(minor, currency, Screen);

    /// <summary>"5 000,00": for languages that part the decimals by a comma.</summary>
    public static string FigureWithComma(long minor, string currency) => Figure(minor, currency, Comma);

    /// <summary>"5 000.00 KZT".</summary>
    public static string Text(long minor, string currency) => $"{Figure(minor, currency)}\u00a0{currency}";

    private static string Figure(long minor, string currency, NumberFormatInfo format)
    {
        var exponent = Currency.IsKnown(currency) ? Currency.Exponent(currency) : 2;
        return ((decimal)minor / Currency.Scale(exponent)).ToString("N" + exponent.ToString(CultureInfo.InvariantCulture), format);
    }

    private static NumberFormatInfo Format(string decimals) => new()
    {
        NumberGroupSeparator = "\u00a0",
        NumberDecimalSeparator = decimals,
        NegativeSign = "\u2212",
        NumberGroupSizes = [3],
        NumberNegativePattern = 1,
    };
}
