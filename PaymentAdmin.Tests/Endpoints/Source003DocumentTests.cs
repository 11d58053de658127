using System.Text.Json;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Source document 003 line by line: payments at our own API with its providers, and the simulated webhooks of its chapter on testing.</summary>
public sealed class Source003DocumentTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    private readonly string paystackKey = "sk_test_your_paystack_secret_key" + IdSource.NewId(TestClock.DefaultStart).ToString("N");
    private SourceWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await SourceWorld.OnAsync(server);
        await world.AccountAsync("paystack", credentials: [("secret_key", paystackKey)]);
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    private Task<ApiAnswer> HookAsync(string body, string? signature = null, string path = "/api/v1/payments/webhook/paystack") =>
        world.DeliverAsync(path, body, "x-paystack-signature", signature ?? SourceWorld.Hex512(paystackKey, body));

    private async Task<ApiAnswer> PaymentAsync(string order)
    {
        var body = $$"""{"order_reference": "{{order}}", "amount_minor": 100000, "currency": "NGN", "provider": "paystack", "customer": {"email": "customer@shop.test"} }""";
        return (await SourceWorld.SendAsync(HttpMethod.Post, "/v1/payments", body, world.Merchant, ("Idempotency-Key", IdSource.NewToken(16)))).Is(201);
    }

    private static string Charge(string? reference, long amount = 100_000) =>
        JsonSerializer.Serialize(new { @event = "charge.success", data = new { reference, amount, status = "success" } });

    [Theory]
    [InlineData("/api/v1/payments/webhook/paystack")]
    [InlineData("/webhook/paystack")]
    public async Task Simulated_webhook_of_the_document_is_taken_once(string path)
    {
        var payment = await PaymentAsync("order-1");
        var body = Charge(payment["provider_reference"]);

        Assert.Equal("""{"status":"success"}""", (await HookAsync(body, path: path)).Is(200).Text);
        Assert.Equal("""{"status":"success","message":"Already processed"}""", (await HookAsync(body, path: path)).Is(200).Text);
        Assert.Single(await world.InboxAsync());
    }

    [Fact]
    public async Task Parallel_deliveries_are_processed_once()
    {
        var body = Charge((await PaymentAsync("order-2"))["provider_reference"]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => HookAsync(body)));

        Assert.Single(answers, answer => answer.Is(200).Text == """{"status":"success"}""");
        Assert.Single(await world.InboxAsync());
    }

    [Fact]
    public async Task Invalid_signature_is_400_with_the_documents_words()
    {
        var body = Charge((await PaymentAsync("order-3"))["provider_reference"]);

        var refused = (await HookAsync(body, SourceWorld.Hex512("sk_test_of_somebody_else", body))).IsProblem(400, "invalid_signature");
        Assert.Equal("Invalid signature", refused["detail"]);
        (await HookAsync(body, "")).IsProblem(400, "invalid_signature");
        (await HookAsync(body, "no hex at all")).IsProblem(400, "invalid_signature");
        (await HookAsync(body.Replace("100000", "100001", StringComparison.Ordinal), SourceWorld.Hex512(paystackKey, body))).IsProblem(400, "invalid_signature");
        Assert.Empty(await world.InboxAsync());
    }

    [Theory]
    [InlineData("/api/v1/payments/webhook/flutterwave")]
    [InlineData("/webhook/flutterwave")]
    public async Task Flutterwaves_event_is_taken_once_and_only_with_our_text(string path)
    {
        var text = "a-text-of-our-own-" + IdSource.NewToken(12);
        await world.AccountAsync("flutterwave", credentials: [("secret_key", "FLWSECK_TEST-" + IdSource.NewId(TestClock.DefaultStart).ToString("N") + "-X"), ("webhook_secret", text)]);
        const string body = """{"event":"charge.completed","data":{"id":4711,"tx_ref":"nobodys","status":"successful"}}""";

        Assert.Equal("Invalid signature", (await world.DeliverAsync(path, body, "verif-hash", "another-text-of-the-length")).IsProblem(400, "invalid_signature")["detail"]);
        Assert.Equal("""{"status":"success"}""", (await world.DeliverAsync(path, body, "verif-hash", text)).Is(200).Text);
        Assert.Equal("""{"status":"success","message":"Already processed"}""", (await world.DeliverAsync(path, body, "verif-hash", text)).Is(200).Text);
        Assert.Single(await world.InboxAsync());
    }

    [Theory]
    [InlineData("/api/v1/payments/webhook/stripe")]
    [InlineData("/webhook/stripe")]
    public async Task Stripes_event_is_taken_once_and_only_signed(string path)
    {
        var secret = "whsec_" + IdSource.NewId(TestClock.DefaultStart).ToString("N");
        await world.AccountAsync("stripe", credentials: [("secret_key", "sk_test_" + IdSource.NewId(TestClock.DefaultStart).ToString("N")), ("webhook_secret", secret)]);
        const string body = """{"id":"evt_003","type":"checkout.session.completed","livemode":false,"data":{"object":{"id":"cs_test_nobodys"}}}""";

        (await world.DeliverAsync(path, body, "Stripe-Signature", SourceWorld.StripeSignature("whsec_of_somebody_else", body))).IsProblem(400, "invalid_signature");
        Assert.Equal("""{"status":"success"}""", (await world.DeliverAsync(path, body, "Stripe-Signature", SourceWorld.StripeSignature(secret, body))).Is(200).Text);
        Assert.Equal("""{"status":"success","message":"Already processed"}""", (await world.DeliverAsync(path, body, "Stripe-Signature", SourceWorld.StripeSignature(secret, body))).Is(200).Text);
        Assert.Single(await world.InboxAsync());
    }

    [Fact]
    public async Task Event_about_an_unknown_transaction_is_kept_and_answered_as_success() =>
        Assert.Equal("""{"status":"success"}""", (await HookAsync(Charge("nobodys-reference"))).Is(200).Text);

    [Fact]
    public async Task Forgeries_are_limited_and_genuine_events_are_not()
    {
        await using var limited = await SourceWorld.StartAsync(("RateLimits:FailedWebhooksPerMinute", "3"));
        await limited.AccountAsync("paystack", credentials: [("secret_key", paystackKey)]);
        for (var i = 0; i < 3; i++)
            (await limited.DeliverAsync("/webhook/paystack", "{}", "x-paystack-signature", "00")).IsProblem(400, "invalid_signature");

        Assert.NotNull((await limited.DeliverAsync("/webhook/paystack", "{}", "x-paystack-signature", "00")).IsProblem(429, "rate_limited").Headers.RetryAfter);
        var body = Charge("x");
        (await limited.DeliverAsync("/webhook/paystack", body, "x-paystack-signature", SourceWorld.Hex512(paystackKey, body))).Is(200);
    }
}
