using System.Net;
using System.Net.Http.Json;
using System.Text;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Sandbox;

/// <summary>The generic layer, seen from outside; Kaspi lends it a provider.</summary>
public sealed class SandboxHostTests
{
    private const string Create = "/sandbox/kaspi/create/?phone=77015211545&amount=100&message=ORD-1&organizationBin=210440028324&access_token=";

    [Fact]
    public async Task Sandbox_that_is_off_is_not_there()
    {
        await using var server = await SandboxServer.StartAsync(isEnabled: false);

        foreach (var path in new[] { "/sandbox/kaspi/_ledger", "/sandbox/kaspi/pay/1", Create + "one" })
        {
            using var answer = await server.Browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Provider_without_an_imitation_is_not_there()
    {
        await using var server = await SandboxServer.StartAsync();

        using var answer = await server.Browser.GetAsync("/sandbox/nobody/_ledger");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_over_the_limit_is_refused(bool hasLength)
    {
        await using var server = await SandboxServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sandbox/kaspi/_faults") { Content = new ByteArrayContent(new byte[256 * 1024 + 1]) };
        request.Headers.TransferEncodingChunked = !hasLength;

        using var answer = await server.Browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("server_error", HttpStatusCode.InternalServerError, 0)]
    [InlineData("server_error_after", HttpStatusCode.InternalServerError, 1)]
    [InlineData("garbage", HttpStatusCode.OK, 1)]
    public async Task Fault_meets_the_next_calls_and_is_used_up(string fault, HttpStatusCode status, int charges)
    {
        await using var server = await SandboxServer.StartAsync();
        await server.SetFaultAsync("kaspi", fault, remaining: 1);

        using (var answer = await server.Browser.GetAsync(Create + "one"))
        {
            Assert.Equal(status, answer.StatusCode);
            Assert.DoesNotContain("externalId", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(charges, (await server.LedgerAsync("kaspi")).Count);
        Assert.Contains("externalId", await server.Browser.GetStringAsync(Create + "one"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_back_answer_comes_after_the_work()
    {
        await using var server = await SandboxServer.StartAsync();
        await server.SetFaultAsync("kaspi", "timeout_then_success");

        var answering = server.Browser.GetStringAsync(Create + "one");
        await Eventually.TrueAsync(async () => (await server.LedgerAsync("kaspi")).Count == 1 && server.Clock.ArmedTimers == 1, "the work is done and the answer waits");
        Assert.False(answering.IsCompleted);
        server.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Contains("externalId", await answering, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_for_one_merchant_leaves_others_alone()
    {
        await using var server = await SandboxServer.StartAsync();
        await server.SetFaultAsync("kaspi", "server_error", merchant: "one");

        Assert.Contains("externalId", await server.Browser.GetStringAsync(Create + "two"), StringComparison.Ordinal);
        using var answer = await server.Browser.GetAsync(Create + "one");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task Fault_for_one_path_waits_for_it()
    {
        await using var server = await SandboxServer.StartAsync();
        await server.SetFaultAsync("kaspi", "server_error", path: "/create/");

        Assert.Contains("status", await server.Browser.GetStringAsync("/sandbox/kaspi/status/?externalId=1&access_token=one"), StringComparison.Ordinal);
        using var answer = await server.Browser.GetAsync(Create + "one");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task Cleared_faults_meet_nobody()
    {
        await using var server = await SandboxServer.StartAsync();
        await server.SetFaultAsync("kaspi", "server_error", remaining: 5);

        using (var answer = await server.Browser.PostAsync("/sandbox/kaspi/_faults/clear", content: null))
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        Assert.Contains("externalId", await server.Browser.GetStringAsync(Create + "one"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"fault":"earthquake","remaining":1}""")]
    [InlineData("""{"fault":"garbage","remaining":0}""")]
    [InlineData("""{"remaining":1}""")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task Fault_that_makes_no_sense_is_refused(string body)
    {
        await using var server = await SandboxServer.StartAsync();

        using var answer = await server.Browser.PostAsync("/sandbox/kaspi/_faults", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Ledger_finds_a_charge_by_either_reference()
    {
        await using var server = await SandboxServer.StartAsync();
        await server.Browser.GetStringAsync(Create + "one");
        var line = Assert.Single(await server.LedgerAsync("kaspi", "ORD-1"));

        Assert.Equal(("ORD-1", 10000, "KZT", "open", 0), (line.MerchantReference, line.AmountMinor, line.Currency, line.State, line.RefundedMinor));
        Assert.Equal([line], await server.LedgerAsync("kaspi", line.Reference));
        Assert.Empty(await server.LedgerAsync("kaspi", "ORD-2"));
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("paid", Assert.Single(await server.LedgerAsync("kaspi")).State);
    }

    [Fact]
    public async Task Fault_that_is_set_answers_what_it_set()
    {
        await using var server = await SandboxServer.StartAsync();

        using var answer = await server.Browser.PostAsJsonAsync("/sandbox/kaspi/_faults", new { fault = "garbage" });

        Assert.Equal("""{"fault":"garbage","remaining":1}""", await answer.Content.ReadAsStringAsync());
    }
}
