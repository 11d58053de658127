using PaymentAdmin.Core;

namespace PaymentAdmin.Tests;

public sealed class MoneyInputTests
{
    [Theory]
    [InlineData("5000", "KZT", 500_000)]
    [InlineData("5 000.00", "KZT", 500_000)]
    [InlineData("5\u00a0000,5", "KZT", 500_050)]
    [InlineData("0.01", "KZT", 1)]
    [InlineData("7", "JPY", 7)]
    [InlineData("1.234", "KWD", 1_234)]
    [InlineData("9999999999.99", "KZT", 999_999_999_999)]
    public void Amount_is_read_exactly(string text, string currency, long minor)
    {
        Assert.Null(MoneyInput.Fault(text, currency, out var money));
        Assert.Equal(new Money(minor, currency), money);
    }

    [Theory]
    [InlineData("", "KZT", "An amount is required.")]
    [InlineData(null, "KZT", "An amount is required.")]
    [InlineData("0", "KZT", "The amount must be more than nothing.")]
    [InlineData("0.001", "KZT", "KZT has 2 decimals.")]
    [InlineData("1.5", "JPY", "JPY has no decimals.")]
    [InlineData("-5", "KZT", "Write it like 5000.00.")]
    [InlineData("1,000.00", "KZT", "Write it like 5000.00.")]
    [InlineData("five", "KZT", "Write it like 5000.00.")]
    [InlineData(".5", "KZT", "Write it like 5000.00.")]
    [InlineData("٥", "KZT", "Write it like 5000.00.")]
    [InlineData("10000000000", "KZT", "That is more than a payment can be.")]
    [InlineData("99999999999999999999999999", "KZT", "That is more than a payment can be.")]
    public void Anything_else_is_refused_with_the_way_to_write_it(string? text, string currency, string fault) =>
        Assert.Equal(fault, MoneyInput.Fault(text, currency, out _));
}
