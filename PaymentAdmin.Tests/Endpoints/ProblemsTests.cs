using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Every error of a route for programs is problem+json with its code, and every answer has our request id.</summary>
public sealed class ProblemsTests(ProblemsTests.Server server) : IClassFixture<ProblemsTests.Server>
{
    private static readonly Guid PaymentId = new("0193ac00-0000-7000-8000-000000000001");

    public static TheoryData<string> AllCodes => [.. typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(code => (string)code.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(AllCodes))]
    public void Every_code_has_a_status(string code) => Assert.InRange(Problems.StatusOf(code), code == Codes.WaitingForApproval ? 202 : 400, 504);

    [Theory]
    [InlineData(Codes.ValidationFailed, 400)]
    [InlineData(Codes.Unauthenticated, 401)]
    [InlineData(Codes.ScopeMissing, 403)]
    [InlineData(Codes.PaymentNotFound, 404)]
    [InlineData(Codes.RateLimited, 429)]
    [InlineData(Codes.PaymentDisputed, 409)]
    [InlineData(Codes.ReturnUrlNotAllowed, 422)]
    [InlineData(Codes.ProviderRejected, 502)]
    [InlineData(Codes.Unavailable, 503)]
    [InlineData(Codes.ProviderOutcomeUnknown, 504)]
    public void Status_is_the_contracts(string code, int status) => Assert.Equal(status, Problems.StatusOf(code));

    [Fact]
    public async Task Problem_has_all_members()
    {
        using var answer = await server.App.Client().GetAsync("/v1/test/refused");

        var problem = await ReadAsync(answer);
        Assert.Equal(["type", "title", "status", "code", "detail", "request_id", "errors", "payment_id"], problem.EnumerateObject().Select(member => member.Name));
        Assert.Equal((409, "order_reference_in_use", "It is in use."), (problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString(), problem.GetProperty("detail").GetString()));
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("errors").ValueKind);
        Assert.Equal(PaymentId, problem.GetProperty("payment_id").GetGuid());
        Assert.Equal(answer.Headers.GetValues("Request-Id").Single(), problem.GetProperty("request_id").GetString());
        Assert.Equal("7", answer.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task Errors_are_lists_of_texts_by_member()
    {
        var problem = await ReadAsync(await server.App.Client().GetAsync("/v1/test/invalid"));

        Assert.Equal("must be Ä", problem.GetProperty("errors").GetProperty("customer.email")[0].GetString());
    }

    [Theory]
    [InlineData("/api/test/refused", true)]
    [InlineData("/v1/test/refused", false)]
    public async Task Source_routes_say_success_false(string path, bool says)
    {
        var problem = await ReadAsync(await server.App.Client().GetAsync(path));

        Assert.Equal(says, problem.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.False);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", 404, "not_found")]
    [InlineData("GET", "/api/nothing/", 404, "not_found")]
    [InlineData("GET", "/v1/payments/no-id", 404, "not_found")]
    [InlineData("POST", "/v1/payments/no-id/cancel", 404, "not_found")]
    [InlineData("DELETE", "/v1/payments", 405, "method_not_allowed")]
    [InlineData("POST", "/health/live", 405, "method_not_allowed")]
    [InlineData("POST", "/v1/test/body", 415, "unsupported_media_type")]
    [InlineData("GET", "/v1/test/broken", 500, "internal_error")]
    [InlineData("GET", "/v1/test/locked", 503, "unavailable")]
    [InlineData("GET", "/v1/test/bare/413", 413, "too_large")]
    [InlineData("GET", "/v1/test/bare/401", 401, "unauthenticated")]
    [InlineData("GET", "/v1/test/bare/418", 400, "invalid_parameter")]
    public async Task Framework_errors_are_problems_too(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await server.App.Client().SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(code, (await ReadAsync(answer)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Broken_route_says_nothing_about_itself()
    {
        using var answer = await server.App.Client().GetAsync("/v1/test/broken");

        var text = await answer.Content.ReadAsStringAsync();

        Assert.DoesNotContain("secret detail", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_over_the_cap_is_413()
    {
        using var content = new StringContent($"{{\"name\":\"{new string('x', RequestBody.ApiBytesMax)}\"}}", null, "application/json");

        using var answer = await server.App.Client().PostAsync("/v1/test/body", content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("too_large", (await ReadAsync(answer)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Client_that_reads_only_after_it_has_sent_everything_hears_of_the_413()
    {
        const int Bytes = 24 * 1024 * 1024;
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, new Uri(server.App.Url).Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/test/body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Bytes}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(new byte[Bytes]);

        using var reader = new StreamReader(stream);

        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Body_without_a_length_is_capped_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/test/body") { Content = new StringContent($"{{\"name\":\"{new string('x', RequestBody.ApiBytesMax)}\"}}", null, "application/json") };
        request.Headers.TransferEncodingChunked = true;

        using var answer = await server.App.Client().SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/v1/nothing")]
    [InlineData("/")]
    [InlineData("/account/sign-in")]
    [InlineData("/css/app.css")]
    public async Task Every_answer_has_a_request_id_of_ours_and_careful_headers(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Request-Id", "mine");

        using var answer = await server.App.Client().SendAsync(request);

        Assert.True(answer.Content.Headers.ContentLength != 0 || answer.StatusCode == HttpStatusCode.Redirect, "The answer is empty.");
        Assert.StartsWith("req_", answer.Headers.GetValues("Request-Id").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task Circuit_takes_nobody_from_another_site(string origin, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", origin);

        using var answer = await server.App.Client().SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Circuit_takes_our_own_pages()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", server.App.Url);

        using var answer = await server.App.Client().SendAsync(request);

        Assert.NotEqual(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    private static void Map(IEndpointRouteBuilder routes)
    {
        var refused = new Problem(Codes.OrderReferenceInUse, "It is in use.") { PaymentId = PaymentId, RetryAfterSeconds = 7 };
        routes.MapGet("/v1/test/refused", () => refused.ToHttp()).AllowAnonymous();
        routes.MapGet("/api/test/refused", () => refused.ToHttp()).AllowAnonymous();
        routes.MapGet("/v1/test/invalid", () => Problem.Invalid("customer.email", "must be Ä").ToHttp()).AllowAnonymous();
        routes.MapGet("/v1/test/broken", string () => throw new InvalidOperationException("secret detail")).AllowAnonymous();
        routes.MapGet("/v1/test/locked", string () => throw new SqliteException("locked", 5)).AllowAnonymous();
        foreach (var status in (int[])[401, 413, 418])
            routes.MapGet($"/v1/test/bare/{status}", () => Results.StatusCode(status)).AllowAnonymous();
        routes.MapPost("/v1/test/body", async (HttpContext http) => (await http.ReadStrictAsync<Body>(http.RequestAborted)).Problem is { } problem ? problem.ToHttp() : Results.Ok()).AllowAnonymous();
    }

    internal sealed record Body(string Name);

    public sealed class Server : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async Task InitializeAsync() => App = await TestApp.StartAsync(new TestAppOptions { MapEndpoints = Map });

        public async Task DisposeAsync() => await App.DisposeAsync();
    }
}
