using System.Globalization;

namespace PaymentAdmin.Core;

/// <summary>Amounts as people type them: "5000", "5 000.00", "5000,50". Read exactly, or not at all.</summary>
public static class MoneyInput
{
    /// <summary>Null when the text was read; else what is wrong with it, for the person who typed it.</summary>
    public static string? Fault(string? text, string currency, out Money money)
    {
        money = default;
        var plain = string.Concat((text ?? "").Where(c => !char.IsWhiteSpace(c)));
        if (plain.Length == 0)
            return "An amount is required.";
        var exponent = Currency.Exponent(currency);
        if (plain.Any(c => !char.IsAsciiDigit(c) && c is not ('.' or ',')) || !char.IsAsciiDigit(plain[0]) || plain.Count(c => c is '.' or ',') > 1)
            return $"Write it like {Money.ToPlain(500_000, exponent)}.";
        if (plain.Length > 20 || !decimal.TryParse(plain.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major))
            return "That is more than a payment can be.";
        var point = plain.IndexOfAny(['.', ',']);
        if (point >= 0 && plain.Length - point - 1 > exponent)
            return exponent == 0 ? $"{currency} has no decimals." : $"{currency} has {exponent.ToString(CultureInfo.InvariantCulture)} decimals.";
        if (!Money.TryFromMajor(major, currency, out money) || money.Minor > Money.MinorMax)
            return "That is more than a payment can be.";
        return money.Minor == 0 ? "The amount must be more than nothing." : null;
    }
}
