using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Source document 004 line by line: Stripe's checkout of an order, both ways to start it, the return page, its state, its webhook.</summary>
public sealed class Source004DocumentTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    private readonly string webhookSecret = "whsec_your_webhook_secret" + IdSource.NewId(TestClock.DefaultStart).ToString("N");
    private SourceWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await SourceWorld.OnAsync(server);
        await world.AccountAsync("stripe", credentials: [("secret_key", "sk_test_your_test_key" + IdSource.NewId(TestClock.DefaultStart).ToString("N")), ("webhook_secret", webhookSecret)]);
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    private Task<string> OrderAsync(string reference) => world.PaymentAsync(reference, amountMinor: 2500, currency: "USD");

    private Task<string?> PayAsync(ApiAnswer session, string card = "4242 4242 4242 4242") =>
        world.SubmitAsync(session["checkout_url"]!, ("number", card), ("expiry", "12 / 34"), ("cvc", "123"), ("action", "pay"));

    private Task<ApiAnswer> CheckAsync(string session, HttpClient? with = null) => world.GetAsync($"/api/payments/check_status/?session_id={session}", with);

    [Fact]
    public async Task Order_is_paid_as_the_document_says()
    {
        var order = IdSource.NewId(TestClock.DefaultStart).ToString();
        var payment = await OrderAsync(order);

        var session = (await world.PostAsync($"/api/orders/{order}/pay/")).Is(200);
        Assert.Equal(["payment_id", "checkout_session_id", "checkout_url"], session.Members);
        Assert.Equal(payment, session["payment_id"]);
        // The page of a session shows the payment to whoever knows its id: 128 bits that nobody guesses.
        Assert.Matches("^cs_test_[0-9a-f]{32,}$", session["checkout_session_id"]!);
        var id = session["checkout_session_id"]!;

        var open = (await CheckAsync(id)).Is(200);
        Assert.Equal(["payment_id", "order_id", "checkout_session_id", "status", "amount", "currency", "provider", "error_message", "created_at", "updated_at"], open.Members);
        Assert.Equal((payment, order, id, "PENDING", "25.00", "USD", "stripe", null), (open["payment_id"], open["order_id"], open["checkout_session_id"], open["status"], open["amount"], open["currency"], open["provider"], open["error_message"]));

        Assert.Equal($"http://localhost:3000/payment/status?session_id={id}&status=success", await PayAsync(session));
        await Eventually.TrueAsync(async () => (await CheckAsync(id)).Is(200)["status"] == "COMPLETED", "the order is paid");
        (await world.PostAsync($"/api/orders/{order}/pay/")).IsProblem(409, "payment_final");
    }

    [Fact]
    public async Task Direct_creation_takes_the_order_and_a_return_url()
    {
        var payment = await OrderAsync("direct");

        var session = (await world.PostAsync("/api/payments/create_checkout_session/", """{"order_id": "direct", "return_url": "http://localhost:3000/payment/callback"}""")).Is(200);

        Assert.Equal(payment, session["payment_id"]);
        Assert.Equal($"http://localhost:3000/payment/callback?session_id={session["checkout_session_id"]}&status=success", await PayAsync(session));
    }

    [Fact]
    public async Task Payer_who_leaves_comes_back_to_the_cancel_url()
    {
        await OrderAsync("left");
        var session = (await world.PostAsync("/api/orders/left/pay")).Is(200);

        Assert.Equal("http://localhost:3000/payment/status?status=cancelled", await world.SubmitAsync(session["checkout_url"]!, ("action", "leave")));
        Assert.Equal("PENDING", (await CheckAsync(session["checkout_session_id"]!))["status"]);
    }

    [Theory]
    [InlineData("http://localhost.attacker.example:3000/x")]
    [InlineData("https://your-frontend.com/payment/callback")]
    [InlineData("http://user@localhost:3000/")]
    public async Task Return_url_of_a_stranger_is_refused_and_nothing_is_started(string url)
    {
        var payment = await OrderAsync("redirected");

        (await world.PostAsync("/api/payments/create_checkout_session/", $$"""{"order_id": "redirected", "return_url": "{{url}}"}""")).IsProblem(422, "return_url_not_allowed");
        Assert.Equal(0, await world.CheckoutsAsync(payment));
    }

    [Fact]
    public async Task Declined_card_leaves_the_session_open_for_another()
    {
        await OrderAsync("declined");
        var session = (await world.PostAsync("/api/orders/declined/pay/")).Is(200);

        Assert.Null(await PayAsync(session, "4000 0000 0000 0002"));
        Assert.Equal("PENDING", (await CheckAsync(session["checkout_session_id"]!))["status"]);
        Assert.NotNull(await PayAsync(session));
        await Eventually.TrueAsync(async () => (await CheckAsync(session["checkout_session_id"]!))["status"] == "COMPLETED", "the order is paid");
    }

    [Fact]
    public async Task Both_routes_at_once_make_one_session()
    {
        var payment = await OrderAsync("double");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0
            ? world.PostAsync("/api/orders/double/pay/")
            : world.PostAsync("/api/payments/create_checkout_session/", """{"order_id": "double"}""")));

        Assert.Single(answers.Select(answer => answer.Is(200).Text).Distinct());
        Assert.Equal(1, await world.CheckoutsAsync(payment));
    }

    [Fact]
    public async Task Requests_that_cannot_be_served_say_why()
    {
        (await world.PostAsync("/api/orders/x/pay/", with: world.Stranger)).IsProblem(401, "unauthenticated");
        (await world.PostAsync("/api/orders/nobodys/pay/")).IsProblem(404, "payment_not_found");
        (await world.PostAsync("/api/payments/create_checkout_session/", "{}")).IsProblem(400, "validation_failed");
        (await world.PostAsync("/api/payments/create_checkout_session/", "no json")).IsProblem(400, "invalid_json");
        (await world.PostAsync("/api/payments/create_checkout_session/", """{"order_id": 5}""")).IsProblem(400, "validation_failed");
        (await CheckAsync("")).IsProblem(400, "invalid_parameter");
        (await world.GetAsync("/api/payments/check_status/")).IsProblem(400, "invalid_parameter");
        (await CheckAsync("cs_test_nobodys_session_at_all")).IsProblem(404, "payment_not_found");
        (await CheckAsync("x", world.Stranger)).IsProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task Session_of_another_tenant_or_mode_is_not_there()
    {
        await OrderAsync("mine");
        var session = (await world.PostAsync("/api/orders/mine/pay/")).Is(200);
        using var live = await world.App.KeyClientAsync(Mode.Live);
        using var foreign = world.App.Client((await world.App.CreateKeyAsync(await world.TenantAsync(), Mode.Test)).Text);

        foreach (var client in new[] { live, foreign })
        {
            (await CheckAsync(session["checkout_session_id"]!, client)).IsProblem(404, "payment_not_found");
            (await world.PostAsync("/api/orders/mine/pay/", with: client)).IsProblem(404, "payment_not_found");
            (await world.PostAsync($"/api/orders/{session["payment_id"]}/pay/", with: client)).IsProblem(404, "payment_not_found");
        }
    }

    [Fact]
    public async Task Webhook_completes_the_order_and_a_wrong_signature_is_400()
    {
        var payment = await OrderAsync("hooked");
        var session = (await world.PostAsync("/api/orders/hooked/pay/")).Is(200);
        var attempt = await world.App.ReadAsync(db => db.PaymentAttempts.SingleAsync(row => row.TenantId == world.TenantId));
        var body = JsonSerializer.Serialize(new
        {
            id = "evt_004_1",
            type = "checkout.session.completed",
            livemode = false,
            data = new { @object = new { id = session["checkout_session_id"], mode = "payment", status = "complete", payment_status = "paid", amount_total = 2500, currency = "usd", client_reference_id = attempt.Id, payment_intent = "pi_004_1" } },
        });

        (await world.DeliverAsync("/api/payments/webhook/", body, "Stripe-Signature", SourceWorld.StripeSignature("whsec_of_somebody_else", body))).IsProblem(400, "invalid_signature");
        (await world.DeliverAsync("/api/payments/webhook/", body, "Stripe-Signature", "")).IsProblem(400, "invalid_signature");
        Assert.Equal("pending", await world.StatusAsync(payment));

        (await world.DeliverAsync("/api/payments/webhook/", body, "Stripe-Signature", SourceWorld.StripeSignature(webhookSecret, body))).Is(200);
        await world.BecomesAsync(payment, "succeeded");
        (await world.DeliverAsync("/api/payments/webhook/", body, "Stripe-Signature", SourceWorld.StripeSignature(webhookSecret, body))).Is(200);
        Assert.Single(await world.InboxAsync());
    }

    [Fact]
    public async Task Customer_pays_and_looks_with_a_token_of_the_shop_and_nobody_elses_order_is_there()
    {
        var issuer = "https://" + IdSource.NewToken(12).ToLowerInvariant() + ".example";
        var slug = await world.App.ReadAsync(db => db.Tenants.Where(row => row.Id == world.TenantId).Select(row => row.Slug).SingleAsync());
        await CustomerToken.RegisterAsync(world.App, slug, issuer);
        await world.PaymentAsync("of-anna", amountMinor: 2500, currency: "USD", customer: "anna");
        using var anna = world.App.Client(CustomerToken.For("anna", issuer));
        using var boris = world.App.Client(CustomerToken.For("boris", issuer));

        var session = (await world.PostAsync("/api/orders/of-anna/pay/", with: anna)).Is(200);
        Assert.Equal(session.Text, (await world.PostAsync("/api/payments/create_checkout_session/", """{"order_id": "of-anna"}""", anna)).Is(200).Text);
        Assert.Equal("PENDING", (await CheckAsync(session["checkout_session_id"]!, anna)).Is(200)["status"]);

        (await world.PostAsync("/api/orders/of-anna/pay/", with: boris)).IsProblem(404, "payment_not_found");
        (await world.PostAsync("/api/payments/create_checkout_session/", """{"order_id": "of-anna"}""", boris)).IsProblem(404, "payment_not_found");
        (await CheckAsync(session["checkout_session_id"]!, boris)).IsProblem(404, "payment_not_found");
        (await world.PostAsync("/api/donations/of-anna/payment", with: boris)).IsProblem(404, "payment_not_found");
    }
}
