using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>What a payment's client token opens: a little of this payment, for a while.</summary>
public sealed class ClientTokenTests(SharedPaymentScene shared) : IClassFixture<SharedPaymentScene>
{
    private static readonly string[] Members = ["id", "status", "amount_minor", "received_minor", "currency", "description", "next_action", "expires_at", "merchant_name", "order_reference"];

    private readonly PaymentScene scene = shared.Scene;

    [Fact]
    public async Task Token_reads_a_little_of_its_payment_by_header_and_by_parameter()
    {
        var payment = await scene.CreateAsync(request => request with { CustomerEmail = "aigerim@example.kz", Metadata = new Dictionary<string, string> { ["cost"] = "secret" } });

        var byHeader = await ClientOf(payment).AskAsync($"/v1/payments/{payment.Id}");
        var byParameter = await scene.App.Client().AskAsync($"/v1/payments/{payment.Id}?t={TokenOf(payment)}");

        Assert.Equal(200, byHeader.Status);
        Assert.Equal(byHeader.Body, byParameter.Body);
        Assert.Equal(Members, byHeader.Json.AsObject().Select(member => member.Key));
        Assert.Equal("redirect", byHeader.Json["next_action"]!["type"]!.GetValue<string>());
        Assert.DoesNotContain("aigerim", byHeader.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Phone_that_is_asked_is_masked()
    {
        scene.Provider.OnCreate = charge => Task.FromResult<CheckoutResult?>(new CheckoutResult.PhonePrompt("+77015214109") { Reference = charge.Reference });
        var payment = await scene.CreateAsync();
        scene.Provider.OnCreate = null;

        var seen = await ClientOf(payment).AskAsync($"/v1/payments/{payment.Id}");

        Assert.Equal("+7 7•• ••• 41 09", seen.Json["next_action"]!["phone"]!.GetValue<string>());
    }

    [Fact]
    public async Task Token_starts_an_attempt_and_cancels_and_sees_no_more_for_it()
    {
        var payment = await scene.CreateAsync(request => request with { Provider = null });
        var client = ClientOf(payment);

        var started = await client.TellOnceAsync($"/v1/payments/{payment.Id}/attempts", """{"provider":"scripted"}""");
        var cancelled = await scene.App.Client().TellAsync($"/v1/payments/{payment.Id}/cancel?t={TokenOf(payment)}", "");

        Assert.Equal((201, "pending"), (started.Status, started.Text("status")));
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Text("status")));
        Assert.Equal(Members, started.Json.AsObject().Select(member => member.Key));
        Assert.Equal(Members, cancelled.Json.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Paid_payment_is_not_cancelled()
    {
        var payment = await scene.PaidAsync();

        var answer = await ClientOf(payment).TellAsync($"/v1/payments/{payment.Id}/cancel", "");

        Assert.Equal((409, "payment_final"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Token_opens_no_other_payment_and_no_other_route()
    {
        var payment = await scene.CreateAsync();
        var other = await scene.CreateAsync();
        var client = ClientOf(payment);

        Assert.Equal(401, (await client.AskAsync($"/v1/payments/{other.Id}")).Status);
        Assert.Equal(401, (await client.AskAsync($"/v1/payments/{Guid.CreateVersion7()}")).Status);
        Assert.Equal(401, (await client.AskAsync("/v1/payments")).Status);
        Assert.Equal(401, (await client.TellOnceAsync("/v1/payments", "{}")).Status);
        Assert.Equal(401, (await scene.App.Client().AskAsync($"/v1/payments?t={TokenOf(payment)}")).Status);
        foreach (var path in (string[])["refunds", "verify"])
        {
            var answer = await client.TellOnceAsync($"/v1/payments/{payment.Id}/{path}", "{}");
            Assert.Equal((403, "customer_token_not_allowed"), (answer.Status, answer.Code));
        }
    }

    [Theory]
    [InlineData("pct_")]
    [InlineData("pct_00")]
    [InlineData("pct_zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("pct_0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Invented_token_is_401(string token)
    {
        var payment = await scene.CreateAsync();

        Assert.Equal(401, (await scene.App.Client(token).AskAsync($"/v1/payments/{payment.Id}")).Status);
        Assert.Equal(401, (await scene.App.Client().AskAsync($"/v1/payments/{payment.Id}?t={token}")).Status);
    }

    [Fact]
    public async Task Token_ends_thirty_days_after_the_payment_did()
    {
        var clock = new TestClock();
        await using var own = await PaymentScene.StartAsync(new TestAppOptions { Clock = clock });
        var open = await own.CreateAsync(request => request with { ExpiresInMinutes = 43_200, Provider = null });
        var paid = await own.PaidAsync();
        async Task<int> AskAsync(Payment payment) => (await own.App.Client(own.App.Get<ClientTokens>().For(payment.Id)).AskAsync($"/v1/payments/{payment.Id}")).Status;

        clock.Correct(clock.GetUtcNow().AddDays(29.9));
        Assert.Equal((200, 200), (await AskAsync(paid), await AskAsync(open)));

        clock.Correct(clock.GetUtcNow().AddDays(0.2));
        Assert.Equal(401, await AskAsync(paid));
    }

    private string TokenOf(Payment payment) => scene.App.Get<ClientTokens>().For(payment.Id);

    private HttpClient ClientOf(Payment payment) => scene.App.Client(TokenOf(payment));
}
