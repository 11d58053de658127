using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Shops;

/// <summary>Payers are led on to registered origins only, however the address is written.</summary>
public sealed class ReturnUrlsTests(ReturnUrlsTests.World world) : IClassFixture<ReturnUrlsTests.World>
{
    private static readonly Tenant Shop = new()
    {
        Id = Guid.CreateVersion7(),
        Slug = "shop",
        Name = "A shop",
        TimeZone = "UTC",
        Currency = "USD",
        ReturnOrigins = ["https://shop.example", "https://xn--e1afmkfd.example:8443", "http://localhost:3000", "http://plain.example"],
        CreatedAt = TestClock.DefaultStart,
    };

    public sealed class World : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await TestApp.StartAsync();

        public async Task DisposeAsync() => await App.DisposeAsync();
    }

    [Theory]
    [InlineData("https://shop.example/")]
    [InlineData("https://shop.example")]
    [InlineData("HTTPS://SHOP.EXAMPLE:443/back?basket=7")]
    [InlineData("https://пример.example:8443/")]
    [InlineData("http://localhost:3000/back")]
    public void Registered_origin_is_taken_however_it_is_written(string url) => Assert.Null(Check(url, Mode.Test));

    [Theory]
    [InlineData("https://shop.example.evil.example/")]
    [InlineData("https://evilshop.example/")]
    [InlineData("https://shop.example:444/")]
    [InlineData("https://sub.shop.example/")]
    [InlineData("http://shop.example/")]
    [InlineData("http://plain.example/")]
    [InlineData("https://shop.example@evil.example/")]
    [InlineData("https://user@shop.example/")]
    [InlineData("https://shop.example\\@evil.example/")]
    [InlineData("https://evil.example\\.shop.example/")]
    [InlineData("https://shop.example/#https://evil.example")]
    [InlineData("https://evil.example/?https://shop.example")]
    [InlineData("https://evil.example/shop.example")]
    [InlineData("https://shop.example%2eevil.example/")]
    [InlineData("//shop.example/")]
    [InlineData("/back")]
    [InlineData("javascript:alert(1)//https://shop.example")]
    [InlineData("data:text/html,shop.example")]
    [InlineData("https://shop.example/\r\nLocation: https://evil.example")]
    [InlineData("")]
    public void Stranger_is_refused(string url) => Assert.NotNull(Check(url, Mode.Test));

    [Fact]
    public void Loopback_without_tls_is_for_test_mode_only() => Assert.NotNull(Check("http://localhost:3000/back", Mode.Live));

    private Problem? Check(string url, Mode mode) => world.App.Get<ReturnUrls>().Check("return_url", url, Shop, mode);
}
