using Bunit;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Tests.Components.Shared;

public sealed class MoneyTextTests : BunitContext
{
    [Theory]
    [InlineData(500000, "KZT", "5\u00a0000.00KZT")]
    [InlineData(-59755, "KZT", "\u2212597.55KZT")]
    [InlineData(1200, "JPY", "1\u00a0200JPY")]
    [InlineData(1500, "KWD", "1.500KWD")]
    public void Figure_has_the_decimals_of_its_currency_and_the_code_after_it(long minor, string currency, string text)
    {
        var money = Render<MoneyText>(money => money.Add(m => m.Minor, minor).Add(m => m.Currency, currency));
        Assert.Equal(text, money.Find(".money").TextContent);
    }
}
