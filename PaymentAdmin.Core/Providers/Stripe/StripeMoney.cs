using System.Collections.Frozen;

namespace PaymentAdmin.Core.Providers.Stripe;

/// <summary>
/// Amounts as Stripe counts them: whole numbers of its own smallest unit, which is not everywhere the currency's. UGX and ISK travel with
/// two decimals that must be 00, MGA with none, and three-decimal currencies end in 0.
/// </summary>
internal static class StripeMoney
{
    private const long WireMax = Money.MinorMax * 100;

    private static readonly FrozenSet<string> WithoutDecimals = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Null when Stripe cannot express the amount.</summary>
    public static long? ToWire(Money money)
    {
        var ours = Currency.Exponent(money.Currency);
        var theirs = Exponent(money.Currency);
        if (theirs == 3 && money.Minor % 10 != 0)
            return null;
        if (theirs >= ours)
            return money.Minor * Currency.Scale(theirs - ours);
        var scale = Currency.Scale(ours - theirs);
        return money.Minor % scale == 0 ? money.Minor / scale : null;
    }

    /// <summary>Null when the currency is none of ours or the amount is no whole number of its minor unit.</summary>
    public static Money? FromWire(long? wire, string? currency)
    {
        var code = currency?.ToUpperInvariant();
        if (wire is null or > WireMax or < -WireMax || code is null || !Currency.IsKnown(code))
            return null;
        var ours = Currency.Exponent(code);
        var theirs = Exponent(code);
        if (theirs <= ours)
            return new Money(wire.Value * Currency.Scale(ours - theirs), code);
        var scale = Currency.Scale(theirs - ours);
        return wire.Value % scale == 0 ? new Money(wire.Value / scale, code) : null;
    }

    private static int Exponent(string currency) =>
        WithoutDecimals.Contains(currency) ? 0 : currency is "UGX" or "ISK" ? 2 : Currency.Exponent(currency);
}
