using System.Globalization;

namespace PaymentAdmin.Core;

/// <summary>An amount: <see cref="Minor"/> units of an ISO 4217 <see cref="Currency"/>. The only form money has inside the product.</summary>
public readonly record struct Money(long Minor, string Currency)
{
    /// <summary>Largest amount a payment may have, in minor units (contract.md section 4).</summary>
    public const long MinorMax = 999_999_999_999;

    /// <summary>The amount in major units, exact: 10050 KZT → 100.50.</summary>
    public decimal ToMajor() => ToMajor(Core.Currency.Exponent(Currency));

    /// <summary>Major units under a provider's own exponent (Stripe's two-decimal UGX, for example).</summary>
    public decimal ToMajor(int exponent) => (decimal)Minor / Core.Currency.Scale(exponent);

    /// <summary>Plain decimal text with '.', all decimals of the currency, no grouping: what goes on a wire or into a CSV.</summary>
    public string ToPlain() => ToPlain(Minor, Core.Currency.Exponent(Currency));

    public static string ToPlain(long minor, int exponent) =>
        ((decimal)minor / Core.Currency.Scale(exponent)).ToString("F" + exponent.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Exact conversion from major units; false when the value has more decimals than the currency, or does not fit.</summary>
    public static bool TryFromMajor(decimal major, string currency, out Money money) =>
        TryFromMajor(major, currency, Core.Currency.Exponent(currency), out money);

    public static bool TryFromMajor(decimal major, string currency, int exponent, out Money money)
    {
        money = default;
        if (Math.Abs(major) > MinorMax)
            return false;
        var minor = major * Core.Currency.Scale(exponent);
        if (minor != decimal.Truncate(minor))
            return false;
        money = new Money((long)minor, currency);
        return true;
    }

    public override string ToString() => $"{MoneyFormat.Figure(this)} {Currency}";
}
