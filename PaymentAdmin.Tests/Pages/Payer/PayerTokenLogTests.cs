using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Endpoints;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Pages.Payer;

/// <summary>The token in a payer's address opens the payment to whoever reads it, so no log has it, however much is logged.</summary>
public sealed class PayerTokenLogTests : IAsyncLifetime
{
    private readonly Source001World.LogLines log = new();
    private SourceWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await SourceWorld.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?> { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft"] = "Trace", ["Logging:LogLevel:System.Net.Http"] = "Trace" },
            ConfigureServices = services => services.AddLogging(logging => logging.AddProvider(log)),
            MapEndpoints = routes => routes.MapGet("/pay/breaks", (HttpContext _) => { throw new InvalidOperationException("It broke."); }).AllowAnonymous(),
        });
        await world.AccountAsync("stripe", credentials: [("secret_key", "sk_test_your_test_key" + IdSource.NewId(TestClock.DefaultStart).ToString("N")), ("webhook_secret", "whsec_your_webhook_secret")]);
        await world.AccountAsync("manual");
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Token_reaches_no_log_when_pages_open_fail_or_break()
    {
        var payment = await world.PaymentAsync("ORD-" + IdSource.NewToken(8), 2500, "USD");
        var token = world.App.Get<PaymentObjects>().TokenFor(Guid.Parse(payment));
        var stale = token[..^4] + "beef";

        await OpensAsync($"/pay/{payment}?t={token}", HttpStatusCode.OK);
        await OpensAsync($"/payment/status?payment_id={payment}&t={token}", HttpStatusCode.OK);
        await OpensAsync($"/pay/{payment}?t={stale}", HttpStatusCode.NotFound);
        // Where nothing is, strangers are asked to sign in, as everywhere.
        await OpensAsync($"/pay/{payment}/nowhere?t={token}", HttpStatusCode.Found);
        await OpensAsync($"/pay/breaks?t={token}", HttpStatusCode.InternalServerError);
        await SendsAsync($"/pay/{payment}/start?t={token}", "nobody.card");
        await SendsAsync($"/pay/{payment}/start?t={token}", "stripe.card");
        await SendsAsync($"/pay/{payment}/cancel?t={token}", "");

        Assert.NotEmpty(log.All);
        Assert.Contains(log.All, line => line.Contains("It broke.", StringComparison.Ordinal));
        Assert.DoesNotContain(log.All, line => line.Contains(token[4..], StringComparison.Ordinal) || line.Contains(stale[4..], StringComparison.Ordinal));
        Assert.Equal(0, await world.App.ReadAsync(db => db.AuditEntries.CountAsync(row => (row.After != null && row.After.Contains(token)) || (row.Reason != null && row.Reason.Contains(token)))));
    }

    private async Task OpensAsync(string url, HttpStatusCode status)
    {
        using var answer = await world.Stranger.GetAsync(url);
        Assert.Equal((url, status), (url, answer.StatusCode));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }

    private async Task SendsAsync(string url, string way)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("way", way)]);
        using var answer = await world.Stranger.PostAsync(url, form);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }
}
