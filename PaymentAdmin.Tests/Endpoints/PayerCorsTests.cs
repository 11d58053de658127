using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Routing;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Scripts of other origins reach the payers' routes, from the origins that are named, and never with credentials.</summary>
public sealed class PayerCorsTests(PayerCorsTests.World shared) : IClassFixture<PayerCorsTests.World>
{
    private const string Shop = "https://shop.example";

    private readonly PaymentScene scene = shared.Scene;

    [Theory]
    [InlineData("GET", "/v1/payments", true)]
    [InlineData("POST", "/v1/payments", false)]
    [InlineData("GET", "/v1/payments/{id}", true)]
    [InlineData("POST", "/v1/payments/{id}/attempts", true)]
    [InlineData("POST", "/v1/payments/{id}/cancel", true)]
    [InlineData("POST", "/v1/payments/{id}/refunds", false)]
    [InlineData("POST", "/v1/payments/{id}/verify", false)]
    [InlineData("GET", "/v1/refunds", false)]
    [InlineData("GET", "/v1/events", false)]
    [InlineData("GET", "/admin/configs", false)]
    public async Task Preflight_is_answered_for_the_payers_routes_alone(string method, string path, bool isAllowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path.Replace("{id}", Guid.Empty.ToString(), StringComparison.Ordinal));
        request.Headers.Add("Origin", Shop);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,idempotency-key");

        var answer = await ApiReply.OfAsync(await scene.App.Client().SendAsync(request));

        Assert.Equal(isAllowed ? Shop : "", answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(isAllowed ? 204 : 405, answer.Status);
        Assert.Equal("", answer.Header("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Answer_and_refusal_can_be_read_from_the_named_origin_alone()
    {
        var payment = await scene.CreateAsync();
        var path = $"/v1/payments/{payment.Id}?t={scene.App.Get<ClientTokens>().For(payment.Id)}";

        var own = await FromAsync(Shop, path);
        var refused = await FromAsync(Shop, $"/v1/payments/{payment.Id}");
        var stranger = await FromAsync("https://stranger.example", path);
        var subdomain = await FromAsync("https://evil.shop.example", path);

        Assert.Equal((200, Shop), (own.Status, own.Header("Access-Control-Allow-Origin")));
        Assert.Equal((401, Shop), (refused.Status, refused.Header("Access-Control-Allow-Origin")));
        Assert.Equal("", stranger.Header("Access-Control-Allow-Origin"));
        Assert.Equal("", subdomain.Header("Access-Control-Allow-Origin"));
        Assert.Equal("", own.Header("Access-Control-Allow-Credentials"));
        Assert.Contains("Request-Id", own.Header("Access-Control-Expose-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_route_with_cors_is_a_payers_route()
    {
        var endpoints = scene.App.Get<EndpointDataSource>().Endpoints;

        var withCors = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<ICorsMetadata>() is not null).ToList();

        Assert.NotEmpty(withCors);
        Assert.All(withCors, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<PayerRoute>()));
    }

    private async Task<ApiReply> FromAsync(string origin, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", origin);
        return await ApiReply.OfAsync(await scene.App.Client().SendAsync(request));
    }

    public sealed class World : SharedPaymentScene
    {
        protected override (string Key, string? Value)[] Settings => [("Cors:AllowedOrigins:0", Shop)];
    }
}
