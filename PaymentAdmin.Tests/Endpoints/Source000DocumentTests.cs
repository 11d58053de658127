using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Source document 000 line by line: Ioka's checkout of a donation, with a token and as a guest, its webhook, its error cases.</summary>
public sealed class Source000DocumentTests(SourceServer server) : IClassFixture<SourceServer>, IAsyncLifetime
{
    /// <summary>As the document writes it, with something behind that no other test has.</summary>
    private readonly string webhookSecret = "your_webhook_secret_here" + IdSource.NewToken(8);
    private SourceWorld world = null!;

    public async Task InitializeAsync() => world = await SourceWorld.OnAsync(server);

    public async Task DisposeAsync() => await world.DisposeAsync();

    private Task<ProviderAccount> AccountAsync(string? apiKey = null, bool isEnabled = true) =>
        world.AccountAsync("ioka", isEnabled: isEnabled, credentials: [("api_key", apiKey ?? "test_key_" + webhookSecret), ("webhook_secret", webhookSecret)]);

    private static string Event(string order, string donation, string type = "payment.succeeded", string status = "succeeded") =>
        $$"""
        {
          "event": "{{type}}",
          "object": {
            "id": "{{order}}",
            "external_id": "{{donation}}",
            "amount": 5000,
            "currency": "KZT",
            "status": "{{status}}"
          }
        }
        """;

    private Task<ApiAnswer> HookAsync(string body, string? signature = null) =>
        world.DeliverAsync("/api/webhooks/ioka", body, "X-Ioka-Signature", signature ?? SourceWorld.Hex256(webhookSecret, body));

    [Fact]
    public async Task Signed_in_donor_pays_as_the_document_says()
    {
        await AccountAsync();
        var donation = IdSource.NewId(TestClock.DefaultStart).ToString();
        var payment = await world.PaymentAsync(donation, kind: "donation");
        Assert.Equal("created", await world.StatusAsync(payment));

        var started = (await world.PostAsync($"/api/donations/{donation}/payment")).Is(200);
        Assert.Equal(["success", "checkout_url", "order_id", "donation_id", "status"], started.Members);
        Assert.Equal(("True", donation, "awaiting_payment"), (started["success"], started["donation_id"], started["status"]));
        Assert.StartsWith("ord_", started["order_id"]);

        var back = await world.SubmitAsync(started["checkout_url"]!, ("card", "4242 4242 4242 4242"), ("expiry", "12/26"), ("cvc", "123"), ("action", "pay"));
        Assert.StartsWith($"{world.App.Url}/payment/status?", back);
        var hook = Event(started["order_id"]!, donation);
        Assert.Equal("""{"status":"success"}""", (await HookAsync(hook)).Is(200).Text);
        await world.BecomesAsync(payment, "succeeded");

        Assert.Equal("""{"status":"success"}""", (await HookAsync(hook)).Is(200).Text);
        (await world.PostAsync($"/api/donations/{donation}/payment")).IsProblem(409, "payment_final");
        (await world.PostAsync($"/v1/payments/{payment}/verify")).Is(200);
        Assert.Equal(500_000, (await world.GetAsync($"/v1/payments/{payment}")).Json.GetProperty("received_minor").GetInt64());
    }

    [Fact]
    public async Task Donation_can_be_named_by_our_id_and_answers_it()
    {
        await AccountAsync();
        var payment = await world.PaymentAsync("donation-7");

        Assert.Equal(payment, (await world.PostAsync($"/api/donations/{payment}/payment/")).Is(200)["donation_id"]);
        Assert.Equal("donation-7", (await world.PostAsync("/api/donations/donation-7/payment")).Is(200)["donation_id"]);
        Assert.Equal(1, await world.CheckoutsAsync(payment));
    }

    [Fact]
    public async Task Succeeded_webhook_alone_completes_nothing()
    {
        await AccountAsync();
        var payment = await world.PaymentAsync("unpaid");
        var order = (await world.PostAsync("/api/donations/unpaid/payment")).Is(200)["order_id"]!;

        (await HookAsync(Event(order, "unpaid"))).Is(200);

        // Ioka was asked, and its order is open.
        await Eventually.TrueAsync(() => world.App.ReadAsync(db => db.WebhookEvents.AnyAsync(row => row.TenantId == world.TenantId && row.State == WebhookState.Applied)), "the event is processed");
        await Eventually.TrueAsync(() => world.App.ReadAsync(db => db.PaymentAttempts.AnyAsync(row => row.TenantId == world.TenantId && row.Checks > 0)), "Ioka was asked");
        Assert.Equal("pending", await world.StatusAsync(payment));
    }

    [Theory]
    [InlineData("payment.failed", "failed")]
    [InlineData("payment.cancelled", "cancelled")]
    public async Task Other_events_of_the_document_are_taken(string type, string status)
    {
        await AccountAsync();
        await world.PaymentAsync("another");
        var order = (await world.PostAsync("/api/donations/another/payment")).Is(200)["order_id"]!;

        (await HookAsync(Event(order, "another", type, status))).Is(200);
    }

    [Fact]
    public async Task Guest_pays_without_any_token_and_sees_nothing_of_the_payer()
    {
        await AccountAsync();
        var payment = await world.PaymentAsync("guest-1", guest: true, kind: "donation");

        var started = (await world.PostAsync($"/api/guest-donations/{payment}/payment", with: world.Stranger)).Is(200);
        Assert.Equal(["success", "checkout_url", "order_id", "donation_id", "status"], started.Members);
        Assert.Equal((payment, "awaiting_payment"), (started["donation_id"], started["status"]));
        Assert.DoesNotContain("payer@shop.test", started.Text, StringComparison.Ordinal);

        await world.SubmitAsync(started["checkout_url"]!, ("card", "4242 4242 4242 4242"), ("expiry", "12/26"), ("cvc", "123"), ("action", "pay"));
        await world.BecomesAsync(payment, "succeeded");
    }

    [Fact]
    public async Task Guest_route_says_the_same_of_everything_that_is_not_a_guests_open_payment()
    {
        await AccountAsync();
        var member = await world.PaymentAsync("member");
        var over = await world.PaymentAsync("over", guest: true);
        (await world.PostAsync($"/v1/payments/{over}/cancel")).Is(200);
        await world.PaymentAsync("named", guest: true);

        var answers = new List<string>();
        foreach (var id in new[] { member, over, "named", IdSource.NewId(TestClock.DefaultStart).ToString(), "no-id" })
        {
            var answer = (await world.PostAsync($"/api/guest-donations/{id}/payment", with: world.Stranger)).IsProblem(404, "payment_not_found");
            answers.Add(answer.Text.Replace(answer["request_id"]!, "", StringComparison.Ordinal));
        }
        Assert.Single(answers.Distinct());
        Assert.Equal(0, await world.CheckoutsAsync(member));
    }

    [Fact]
    public async Task Eleventh_guest_call_in_a_minute_waits_and_other_payments_do_not()
    {
        await AccountAsync();
        var payment = await world.PaymentAsync("crowd", guest: true);
        var other = await world.PaymentAsync("quiet", guest: true);
        for (var i = 0; i < 10; i++)
            (await world.PostAsync($"/api/guest-donations/{payment}/payment", with: world.Stranger)).Is(200);

        var refused = (await world.PostAsync($"/api/guest-donations/{payment}/payment", with: world.Stranger)).IsProblem(429, "rate_limited");
        Assert.NotNull(refused.Headers.RetryAfter);
        (await world.PostAsync($"/api/guest-donations/{other}/payment", with: world.Stranger)).Is(200);
        (await world.PostAsync("/api/donations/crowd/payment")).Is(200);
        Assert.Equal(1, await world.CheckoutsAsync(payment));
    }

    [Fact]
    public async Task Equal_calls_at_once_start_one_checkout()
    {
        await AccountAsync();
        var payment = await world.PaymentAsync("double", guest: true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0
            ? world.PostAsync("/api/donations/double/payment")
            : world.PostAsync($"/api/guest-donations/{payment}/payment", with: world.Stranger)));

        Assert.Single(answers.Select(answer => (answer.Is(200)["order_id"], answer["checkout_url"])).Distinct());
        Assert.Equal(1, await world.CheckoutsAsync(payment));
    }

    [Fact]
    public async Task Errors_of_the_document_keep_their_statuses()
    {
        (await world.PostAsync("/api/donations/x/payment", with: world.Stranger)).IsProblem(401, "unauthenticated");
        (await world.PostAsync("/api/donations/nobodys/payment")).IsProblem(404, "payment_not_found");
        await world.PaymentAsync("early");
        (await world.PostAsync("/api/donations/early/payment")).IsProblem(422, "provider_not_configured");

        // A refusal of our own key is a fault between us and Ioka, not the caller's.
        await AccountAsync(apiKey: "wrong_key");
        (await world.PostAsync("/api/donations/early/payment")).IsProblem(502, "provider_rejected");
    }

    [Fact]
    public async Task Account_that_is_switched_off_completes_nothing()
    {
        await AccountAsync(isEnabled: false);
        var payment = await world.PaymentAsync("off", guest: true);

        (await world.PostAsync("/api/donations/off/payment")).IsProblem(422, "provider_not_configured");
        (await world.PostAsync($"/api/guest-donations/{payment}/payment", with: world.Stranger)).IsProblem(422, "provider_not_configured");
        Assert.Equal("created", await world.StatusAsync(payment));
    }

    [Fact]
    public async Task Webhook_with_a_wrong_signature_is_401_and_kept_out()
    {
        await AccountAsync();
        var body = Event("ord_1", "d");

        (await HookAsync(body, signature: SourceWorld.Hex256("another_webhook_secret", body))).IsProblem(401, "unauthenticated");
        (await HookAsync(body, signature: "")).IsProblem(401, "unauthenticated");
        (await HookAsync(body + " ", signature: SourceWorld.Hex256(webhookSecret, body))).IsProblem(401, "unauthenticated");
        Assert.Empty(await world.InboxAsync());
    }

    [Fact]
    public async Task Webhook_about_an_unknown_donation_is_404_in_the_documents_shape_and_200_in_iokas_own()
    {
        await AccountAsync();
        var document = Event("ord_nobody", IdSource.NewId(TestClock.DefaultStart).ToString());
        (await HookAsync(document)).IsProblem(404, "payment_not_found");
        (await HookAsync(document)).IsProblem(404, "payment_not_found");
        (await HookAsync("""{"event":"PAYMENT_CAPTURED","order":{"id":"ord_nobody","external_id":"x","status":"PAID"}}""")).Is(200);

        Assert.Equal(2, (await world.InboxAsync()).Count);
    }

    [Fact]
    public async Task Donation_of_another_tenant_or_mode_is_not_there()
    {
        await AccountAsync();
        var payment = await world.PaymentAsync("mine");
        using var live = await world.App.KeyClientAsync(Mode.Live);
        using var foreign = world.App.Client((await world.App.CreateKeyAsync(await world.TenantAsync(), Mode.Test)).Text);

        foreach (var client in new[] { live, foreign })
        {
            (await world.PostAsync($"/api/donations/{payment}/payment", with: client)).IsProblem(404, "payment_not_found");
            (await world.PostAsync("/api/donations/mine/payment", with: client)).IsProblem(404, "payment_not_found");
        }
    }

    [Fact]
    public async Task Key_without_the_scope_starts_nothing()
    {
        using var reader = await world.App.KeyClientAsync(Mode.Test, "payments:read");
        (await world.PostAsync("/api/donations/x/payment", with: reader)).IsProblem(403, "scope_missing");
    }
}
