using System.Globalization;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>Major units with a dot and at most two decimals that are not zero; numbers in calls, text in notifications.</summary>
internal static class CloudPaymentsMoney
{
    private const int TextLengthMax = 20;

    /// <summary>Null for an unknown currency and for what is no exact amount of it.</summary>
    public static Money? FromWire(string? figure, string? currency) =>
        figure is { Length: > 0 and <= TextLengthMax }
        && Currency.IsKnown(currency)
        && decimal.TryParse(figure, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major)
        && Money.TryFromMajor(major, currency!, out var money) // known, so not null
            ? money
            : null;
}
