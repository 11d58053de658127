using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

public sealed class LocalUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/payments?status=failed&q=a%2Fb#evt-1")]
    public void Own_address_is_followed(string url) => Assert.Equal(url, LocalUrl.Or(url, "/fallback"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("payments")]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    public void Foreign_or_broken_address_is_not(string? url) => Assert.Equal("/fallback", LocalUrl.Or(url, "/fallback"));
}
