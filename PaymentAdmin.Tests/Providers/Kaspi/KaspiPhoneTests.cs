using PaymentAdmin.Core.Providers.Kaspi;

namespace PaymentAdmin.Tests.Providers.Kaspi;

public sealed class KaspiPhoneTests
{
    [Theory]
    [InlineData("77015211545")]
    [InlineData("+77015211545")]
    [InlineData("+7 (701) 521-15-45")]
    [InlineData("87015211545")]
    [InlineData("8 701 521 15 45")]
    [InlineData("7015211545")]
    public void Number_of_the_zone_is_written_one_way(string phone) => Assert.Equal("77015211545", KaspiPhone.Normalise(phone));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("+87015211545")]
    [InlineData("+254701521154")]
    [InlineData("770152115456")]
    [InlineData("770152115")]
    [InlineData("7701521154x")]
    [InlineData("7701+5211545")]
    [InlineData("٧٧٠١٥٢١١٥٤٥")]
    [InlineData("8015211545")]
    public void Anything_else_is_no_number(string? phone) => Assert.Null(KaspiPhone.Normalise(phone));
}
