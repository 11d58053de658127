using System.Globalization;
using System.Text.Json;

namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>Flutterwave's major units: a decimal number, sometimes written as text. Never through binary fractions.</summary>
internal static class FlutterwaveMoney
{
    /// <summary>Two decimals by ISO, whole shillings in practice.</summary>
    private const string WholeInPractice = "TZS";

    /// <summary>Null for what would be rounded on its way.</summary>
    public static decimal? ToWire(Money money) =>
        money.Currency == WholeInPractice && money.Minor % Currency.Scale(Currency.Exponent(money.Currency)) != 0 ? null : money.ToMajor();

    /// <summary>Null for a currency outside of our table, for what is no amount, and for more decimals than the currency has.</summary>
    public static Money? FromWire(JsonElement amount, string? currency)
    {
        var text = amount.ValueKind == JsonValueKind.Number ? amount.GetRawText() : amount.Spelled();
        return Currency.IsKnown(currency) && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var major) && major >= 0
            && Money.TryFromMajor(major, currency!, out var money) // known, so not null
            ? money
            : null;
    }
}
