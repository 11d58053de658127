using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>Each new access token ends the one before, so there is one for all calls of all instances.</summary>
[Collection(CrowdCollection.Name)]
public sealed class MpesaTokenTests
{
    [Fact]
    public async Task Fifty_parallel_pushes_of_two_instances_fetch_one_token()
    {
        await using var bench = await MpesaBench.StartAsync();
        await using var other = bench.Another();
        bench.Daraja.OnToken = () => Task.Delay(100);

        var created = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => (i % 2 == 0 ? bench : other).CreateAsync())));

        Assert.All(created, result => Assert.Null(result.Problem));
        Assert.Equal(1, bench.Daraja.TokensIssued);
        Assert.Equal(50, bench.Daraja.Bodies("/mpesa/stkpush/").Count());
        Assert.Equal(50, await bench.Core.ReadAsync(db => db.PaymentAttempts.CountAsync(row => row.Status == AttemptStatus.Pending)));
    }

    [Fact]
    public async Task Token_is_renewed_after_fifty_minutes_and_once()
    {
        await using var bench = await MpesaBench.StartAsync();
        await using var other = bench.Another();
        await bench.CreateAsync();
        bench.Core.Clock.Advance(TimeSpan.FromMinutes(49));
        await other.CreateAsync();
        Assert.Equal(1, bench.Daraja.TokensIssued);

        bench.Core.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => (i % 2 == 0 ? bench : other).CreateAsync())));

        Assert.Equal(2, bench.Daraja.TokensIssued);
        Assert.Equal(12, bench.Daraja.Bodies("/mpesa/stkpush/").Count());
    }

    [Fact]
    public async Task Token_that_somebody_ended_is_replaced_and_the_push_still_goes_out_once()
    {
        await using var bench = await MpesaBench.StartAsync();
        await bench.CreateAsync();
        bench.Daraja.EndToken();

        var payment = await bench.PromptedAsync();

        Assert.Equal(AttemptStatus.Pending, (await bench.AttemptAsync(payment.Id)).Status);
        Assert.Equal(2, bench.Daraja.TokensIssued);
        Assert.Equal(2, bench.Daraja.Bodies("/mpesa/stkpush/").Count());
    }

    [Fact]
    public async Task Token_is_sealed_at_rest()
    {
        await using var bench = await MpesaBench.StartAsync();
        await bench.CreateAsync();

        var row = await bench.Core.ReadAsync(db => db.ProviderTokens.SingleAsync());

        Assert.StartsWith("v1|", row.ValueCipher, StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", row.ValueCipher, StringComparison.Ordinal);
        Assert.DoesNotContain("consumer", row.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetcher_that_never_came_back_is_replaced_when_its_lease_is_over()
    {
        await using var bench = await MpesaBench.StartAsync();
        await bench.CreateAsync();
        // A process died while it fetched: the lease stands, nobody holds it.
        await bench.Core.Store.WriteAsync(
            async db =>
            {
                var row = await db.ProviderTokens.SingleAsync();
                row.Settle(null, null);
                row.Lease(bench.Core.Clock.GetUtcNow() + TimeSpan.FromSeconds(20));
            },
            CancellationToken.None);

        var creating = Task.Run(() => bench.CreateAsync());
        await Eventually.TrueAsync(async () => await bench.Core.ReadAsync(db => db.PaymentAttempts.CountAsync()) == 2, "the second attempt is about to be sent");
        Assert.Equal(1, bench.Daraja.TokensIssued);
        bench.Core.Clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Null((await creating).Problem);
        Assert.Equal(2, bench.Daraja.TokensIssued);
    }

    [Fact]
    public async Task Fifty_parallel_pushes_through_the_api_fetch_one_token()
    {
        await using var app = await TestApp.StartAsync();
        var account = await SandboxAccountAsync(app);

        await PushAsync(app, [app]);

        Assert.Equal(1, await IssuedAsync(app, account));
    }

    [PostgresFact]
    public async Task Fifty_parallel_pushes_through_two_servers_on_one_database_fetch_one_token()
    {
        await using var database = await TestDatabase.CreateAsync(TestEngine.Postgres);
        await using var first = await TestApp.StartOverAsync(database);
        await using var second = await TestApp.StartOverAsync(database);
        var account = await SandboxAccountAsync(first);

        await PushAsync(first, [first, second]);

        Assert.Equal(1, await IssuedAsync(first, account));
    }

    private static async Task PushAsync(TestApp app, TestApp[] servers)
    {
        var key = await app.CreateKeyAsync();
        var clients = servers.Select(server => server.Client(key)).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => CreateAsync(clients[i % clients.Count], i)));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.Created, "phone_prompt"), answer));
        clients.ForEach(client => client.Dispose());
    }

    private static async Task<(HttpStatusCode Status, string? Action)> CreateAsync(HttpClient client, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments")
        {
            Content = JsonContent.Create(new { order_reference = $"token-{number}", amount_minor = 10_000, currency = "KES", provider = "mpesa", method = "phone", customer = new { phone = $"0712345{number:000}" } }),
        };
        request.Headers.Add("Idempotency-Key", $"key-{number}");
        using var answer = await client.SendAsync(request);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, body?["next_action"]?["type"]?.GetValue<string>());
    }

    /// <summary>How many tokens the imitation gave out to this account.</summary>
    private static async Task<int> IssuedAsync(TestApp app, ProviderAccount account)
    {
        var setting = await app.ReadAsync(db => db.SandboxSettings.SingleAsync(row => row.Provider == account.Provider && row.Name == "token"));
        return JsonNode.Parse(setting.ValueJson)!["Issued"]!.GetValue<int>();
    }

    private static async Task<ProviderAccount> SandboxAccountAsync(TestApp app) => (await app.Get<SaveProviderAccount>().CreateAsync(
        new NewProviderAccount
        {
            TenantId = await app.TenantIdAsync(),
            Provider = "mpesa",
            Mode = Mode.Test,
            Endpoint = AccountEndpoint.Sandbox,
            Name = "M-Pesa",
            IsEnabled = true,
            IsForAllShops = true,
            Credentials = new MpesaDriver().Credentials("abcdefghijklmnopqrstuvwx"),
        },
        Actor.System("test"),
        CancellationToken.None)).Value;
}
