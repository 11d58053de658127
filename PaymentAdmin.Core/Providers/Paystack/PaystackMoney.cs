namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>Paystack's hundredths: of every currency, also of XOF, which has no subunit.</summary>
internal static class PaystackMoney
{
    private const int Hundredths = 100;

    public static long ToWire(Money money) => money.Minor * (Hundredths / Currency.Scale(Currency.Exponent(money.Currency)));

    /// <summary>Null for a currency outside of our table and for what is no amount. Hundredths of a currency without a subunit are dropped, as Paystack drops them.</summary>
    public static Money? FromWire(long? hundredths, string? currency) =>
        hundredths is >= 0 and <= Money.MinorMax * Hundredths && Currency.IsKnown(currency) && Currency.Exponent(currency!) <= 2 // known, so not null
            ? new Money(hundredths.Value / (Hundredths / Currency.Scale(Currency.Exponent(currency!))), currency!)
            : null;
}
