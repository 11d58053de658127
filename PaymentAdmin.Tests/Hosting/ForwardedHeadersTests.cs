using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>What a proxy says about the caller is believed of the configured proxies alone.</summary>
public sealed class ForwardedHeadersTests
{
    [Theory]
    [InlineData("", "127.0.0.1 http", false)]
    [InlineData("10.0.0.0/8", "127.0.0.1 http", false)]
    [InlineData("127.0.0.1", "192.0.2.7 https", true)]
    [InlineData("127.0.0.0/8,::1", "192.0.2.7 https", true)]
    public async Task Caller_is_who_a_known_proxy_says(string proxies, string caller, bool isStrict)
    {
        await using var app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["ForwardedHeaders:KnownProxies"] = proxies },
            MapEndpoints = routes => routes.MapGet("/test/caller", (HttpContext http) => $"{http.Connection.RemoteIpAddress?.MapToIPv4()} {http.Request.Scheme}").AllowAnonymous(),
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/test/caller");
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var answer = await app.Client().SendAsync(request);

        Assert.Equal(caller, await answer.Content.ReadAsStringAsync());
        Assert.Equal(isStrict, answer.Headers.Contains("Strict-Transport-Security"));
    }
}
