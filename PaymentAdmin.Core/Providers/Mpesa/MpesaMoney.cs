using System.Globalization;
using System.Text.Json;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>Whole shillings out; numbers, decimals and texts in.</summary>
internal static class MpesaMoney
{
    public const string Shilling = "KES";
    public const long StepMinor = 100;

    /// <summary>Shillings for the wire; null when there are cents: they cannot be charged, and are never dropped.</summary>
    public static long? ToWire(Money amount) => amount is { Currency: Shilling, Minor: > 0 } && amount.Minor % StepMinor == 0 ? amount.Minor / StepMinor : null;

    /// <summary>1, 100.00, "5.00" or 233.8; null when it is no amount.</summary>
    public static Money? FromWire(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDecimal(out var number) => Exact(number),
        JsonValueKind.String when decimal.TryParse(MpesaMembers.TextOf(value), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) => Exact(number),
        _ => null,
    };

    private static Money? Exact(decimal shillings) => shillings > 0 && Money.TryFromMajor(shillings, Shilling, out var money) ? money : null;
}
