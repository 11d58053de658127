using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Stripe;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Stripe;

/// <summary>The whole server with an account on its own imitation of Stripe: our API, the hosted page, signed events, refunds.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class StripeCheckoutTests(Chromium chromium)
{
    private const string Good = "4242 4242 4242 4242";

    [Fact]
    public async Task Good_card_pays_and_parts_go_back()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var shown = await rig.Browser.GetAsync(page);
        var html = await shown.Content.ReadAsStringAsync();
        using var paid = await rig.SubmitAsync(page, Good);

        Assert.Contains("Test cards", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.SeeOther, paid.StatusCode);
        Assert.Contains("/payment/status?", paid.Headers.Location!.ToString(), StringComparison.Ordinal);
        await rig.ReachesAsync(id, "succeeded");
        // Session and intent report the same money.
        await rig.EventsAsync("payment_intent.succeeded", "checkout.session.completed");
        var receipt = await rig.App.ReadAsync(db => db.Receipts.SingleAsync());
        Assert.StartsWith("pi_", receipt.Reference, StringComparison.Ordinal);
        Assert.Equal(500_000, receipt.AmountMinor);

        var part = await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":200000,"reason":"late"}""");
        Assert.Equal("succeeded", part["status"]!.ToString());
        Assert.Equal("refund_exceeds_payment", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":300001,"reason":"too much"}"""))["code"]!.ToString());
        Assert.Equal("succeeded", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"reason":"rest"}"""))["status"]!.ToString());
        await rig.EventsAsync("refund.created", "refund.created", "charge.refunded", "charge.refunded");
        Assert.Equal(2, await rig.App.ReadAsync(db => db.Refunds.CountAsync()));
        Assert.Equal(0, (await rig.PaymentAsync(id))["refundable_minor"]!.GetValue<long>());
        Assert.Equal("succeeded", (await rig.PaymentAsync(id))["status"]!.ToString());
    }

    [Fact]
    public async Task Declined_card_ends_nothing_and_the_next_card_pays()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var declined = await rig.SubmitAsync(page, "4000 0000 0000 9995");
        Assert.Contains("insufficient funds", await declined.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await rig.EventsAsync("payment_intent.payment_failed");
        Assert.Equal("pending", (await rig.PaymentAsync(id))["status"]!.ToString());
        Assert.Contains(await rig.App.ReadAsync(db => db.PaymentNotes.Select(note => note.Detail).ToListAsync()), detail => detail?.Contains("Your card has insufficient funds.", StringComparison.Ordinal) == true);

        using var paid = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(id, "succeeded");
    }

    [Fact]
    public async Task Bank_asks_and_the_payer_answers()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var question = await rig.SubmitAsync(page, "4000 0025 0000 3155");
        var asking = question.Headers.Location!.ToString();
        Assert.EndsWith("/authenticate", asking, StringComparison.Ordinal);
        using var failed = await rig.AnswerAsync(asking, "fail");
        Assert.Contains("unable to authenticate", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await rig.SubmitAsync(page, "4000 0025 0000 3155");
        using var completed = await rig.AnswerAsync(asking, "complete");

        Assert.Equal(HttpStatusCode.SeeOther, completed.StatusCode);
        await rig.ReachesAsync(id, "succeeded");
    }

    [Fact]
    public async Task Payer_who_leaves_comes_back_to_an_open_checkout()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var left = await rig.AnswerAsync(page, "leave");

        Assert.Equal(HttpStatusCode.SeeOther, left.StatusCode);
        Assert.Equal("pending", (await rig.PaymentAsync(id))["status"]!.ToString());
        using var still = await rig.Browser.GetAsync(page);
        Assert.Contains("Card number", await still.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_amount_is_put_before_a_person()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();
        await rig.FaultAsync("wrong_amount");

        using var paid = await rig.SubmitAsync(page, Good);

        await rig.ReachesAsync(id, "in_review");
    }

    [Fact]
    public async Task Disputed_payment_is_flagged()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var paid = await rig.SubmitAsync(page, "4000 0000 0000 0259");

        await rig.ReachesAsync(id, "succeeded");
        await Eventually.TrueAsync(async () => await rig.App.ReadAsync(db => db.Disputes.AnyAsync(dispute => dispute.Status == DisputeStatus.Open)), "the dispute arrived");
    }

    [Fact]
    public async Task Lost_answer_is_found_by_our_id_and_refunded_money_that_bounces_is_told()
    {
        await using var rig = await Rig.StartAsync();
        await rig.FaultAsync("server_error_after", "/v1/checkout/sessions");
        var created = await rig.PostAsync("/v1/payments", Rig.Body);
        var id = created["id"]!.ToString();
        await rig.App.Get<ReconcilePayments>().AskNowAsync(await rig.App.ReadAsync(db => db.PaymentAttempts.Select(attempt => attempt.Id).SingleAsync()), Actor.System("test"), CancellationToken.None);

        var reference = await rig.App.ReadAsync(db => db.PaymentAttempts.Select(attempt => attempt.ProviderReference).SingleAsync());
        Assert.StartsWith("cs_test_", reference, StringComparison.Ordinal);
        using var paid = await rig.SubmitAsync($"/sandbox/stripe/c/pay/{reference}", "4000 0000 0000 5126");
        await rig.ReachesAsync(id, "succeeded");
        var refund = await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":100000,"reason":"late"}""");
        Assert.Equal("succeeded", refund["status"]!.ToString());
        await rig.EventsAsync("refund.failed");
    }

    [Fact]
    public async Task Client_of_stripe_can_speak_to_the_imitation()
    {
        await using var rig = await Rig.StartAsync();
        using var client = rig.App.Client();
        const string form = "mode=payment&line_items[0][quantity]=2&line_items[0][price_data][currency]=jpy&line_items[0][price_data][unit_amount]=250&line_items[0][price_data][product_data][name]=Tea+and+milk&success_url=https%3A%2F%2Fshop.test%2Fs%3Fid%3D{CHECKOUT_SESSION_ID}";

        Assert.Equal((401, null), await CallAsync(null, "POST", "/v1/checkout/sessions", form));
        Assert.Equal((401, null), await CallAsync("sk_live_INVENTED1", "POST", "/v1/checkout/sessions", form));
        Assert.Equal((400, "parameter_missing"), await CallAsync("sk_test_INVENTED1", "POST", "/v1/checkout/sessions", "mode=payment"));
        Assert.Equal((400, "amount_too_small"), await CallAsync("sk_test_INVENTED1", "POST", "/v1/checkout/sessions", form.Replace("jpy", "usd", StringComparison.Ordinal).Replace("=250", "=10", StringComparison.Ordinal)));
        Assert.Equal((404, "resource_missing"), await CallAsync("sk_test_INVENTED1", "GET", "/v1/checkout/sessions/cs_test_none", null));
        Assert.Equal((404, "resource_missing"), await CallAsync("sk_test_INVENTED1", "POST", "/v1/refunds", "payment_intent=pi_none"));
        var first = await SessionAsync("key-1", form);
        Assert.Equal(first["id"]!.ToString(), (await SessionAsync("key-1", form))["id"]!.ToString());
        Assert.Equal("idempotency_error", (await SessionAsync("key-1", form + "&customer_email=a%40b.test"))["error"]!["type"]!.ToString());
        Assert.Equal((500, "jpy", "open", "unpaid"), (first["amount_total"]!.GetValue<long>(), first["currency"]!.ToString(), first["status"]!.ToString(), first["payment_status"]!.ToString()));
        using var paid = await rig.SubmitAsync("/sandbox/stripe/c/pay/" + first["id"], Good);
        Assert.Equal($"https://shop.test/s?id={first["id"]}", paid.Headers.Location!.ToString());
        Assert.Equal((400, ""), await CallAsync("sk_test_INVENTED1", "POST", $"/v1/checkout/sessions/{first["id"]}/expire", ""));

        async Task<JsonNode> SessionAsync(string key, string body)
        {
            using var request = Request("sk_test_INVENTED1", "POST", "/v1/checkout/sessions", body);
            request.Headers.Add("Idempotency-Key", key);
            using var response = await client.SendAsync(request);
            return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        }

        async Task<(int, string?)> CallAsync(string? key, string method, string path, string? body)
        {
            using var request = Request(key, method, path, body);
            using var response = await client.SendAsync(request);
            var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
            return ((int)response.StatusCode, (int)response.StatusCode == 401 ? null : error["code"]?.ToString() ?? "");
        }

        static HttpRequestMessage Request(string? key, string method, string path, string? body)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), "/sandbox/stripe" + path);
            if (key is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
            return request;
        }
    }

    [Fact]
    public async Task Open_checkout_is_closed_at_the_provider()
    {
        await using var rig = await Rig.StartAsync();
        var (_, page) = await rig.CreateAsync();
        var provider = (StripeProvider)rig.App.Get<ProviderRegistry>()["stripe"];
        var (account, reference) = await rig.App.ReadAsync(async db =>
        {
            var attempt = await db.PaymentAttempts.SingleAsync();
            return (await rig.App.Get<ProviderAccounts>().OpenForAsync(db, attempt, CancellationToken.None), ReconcilePayments.ReferenceOf(attempt, "ORD-1"));
        });

        Assert.IsType<CancelResult.Cancelled>(await provider.CancelAsync(account, reference, CancellationToken.None));
        Assert.IsType<CancelResult.Cancelled>(await provider.CancelAsync(account, reference, CancellationToken.None));
        await rig.EventsAsync("checkout.session.expired");
        using var ended = await rig.Browser.GetAsync(page);
        Assert.Contains("has ended", await ended.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task Payer_pays_in_a_browser()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        await rig.App.CreateUserAsync(Roles.Superadmin);

        // The shop's page behind the checkout is another part's affair.
        await chromium.VisitAsync(new Visit { Site = new Uri(rig.App.Url), ExpectedErrors = ["404"] }, async tab =>
        {
            await tab.GotoAsync(page);
            await tab.GetByLabel("Card number").FillAsync("4000 0000 0000 0002");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
            await Assertions.Expect(tab.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Your card was declined.");
            await tab.GetByLabel("Card number").FillAsync("4000 0025 0000 3155");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
            await tab.GetByRole(AriaRole.Button, new() { Name = "Complete authentication" }).ClickAsync();
            await Assertions.Expect(tab).ToHaveURLAsync(new Regex("^(?!.*/sandbox/)"));
        });

        await rig.ReachesAsync(id, "succeeded");
    }

    private sealed class Rig(TestApp app, HttpClient api) : IAsyncDisposable
    {
        public const string Body = """{"order_reference":"ORD-1","amount_minor":500000,"currency":"KZT","provider":"stripe","description":"Tea & milk"}""";

        public TestApp App { get; } = app;

        public HttpClient Browser { get; } = app.Client();

        public static async Task<Rig> StartAsync()
        {
            var app = await TestApp.StartAsync();
            var accounts = app.Get<ProviderAccounts>();
            var (id, tenantId, now) = (Guid.CreateVersion7(), await app.TenantIdAsync(), app.Get<TimeProvider>().GetUtcNow());
            var webhookKey = accounts.NewWebhookKey(id, tenantId);
            await app.Store.WriteAsync(
                db =>
                {
                    db.ProviderAccounts.Add(new ProviderAccount
                    {
                        Id = id,
                        TenantId = tenantId,
                        Provider = "stripe",
                        Mode = Mode.Test,
                        Endpoint = AccountEndpoint.Sandbox,
                        Name = "Stripe",
                        IsEnabled = true,
                        IsForAllShops = true,
                        SecretsCipher = accounts.Seal(id, tenantId, new Dictionary<string, string> { [StripeProvider.SecretKey] = StripeStub.Key, [StripeProvider.WebhookSecret] = StripeStub.Secret }),
                        WebhookKeyHash = webhookKey.Hash,
                        WebhookKeyCipher = webhookKey.Cipher,
                        CreatedAt = now,
                        UpdatedAt = now,
                    });
                    return Task.CompletedTask;
                },
                CancellationToken.None);
            return new Rig(app, await app.KeyClientAsync());
        }

        /// <summary>A payment of 5 000.00 KZT and the path of its hosted page.</summary>
        public async Task<(string Id, string Page)> CreateAsync()
        {
            var created = await PostAsync("/v1/payments", Body);
            return (created["id"]!.ToString(), new Uri(created["next_action"]!["url"]!.ToString()).AbsolutePath);
        }

        public async Task<JsonNode> PostAsync(string path, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", IdSource.NewToken());
            using var response = await api.SendAsync(request);
            return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        }

        public async Task<JsonNode> PaymentAsync(string id) => JsonNode.Parse(await api.GetStringAsync($"/v1/payments/{id}"))!;

        public Task ReachesAsync(string id, string status) => Eventually.TrueAsync(async () => (await PaymentAsync(id))["status"]!.ToString() == status, $"the payment is {status}");

        /// <summary>Waits until these events, and perhaps others, have been processed.</summary>
        public Task EventsAsync(params string[] types) => Eventually.TrueAsync(
            async () =>
            {
                var seen = await App.ReadAsync(db => db.WebhookEvents.Where(row => row.State == WebhookState.Applied || row.State == WebhookState.Ignored).Select(row => row.EventType).ToListAsync());
                return types.GroupBy(type => type).All(type => seen.Count(one => one == type.Key) >= type.Count());
            },
            $"{string.Join(", ", types)} arrived");

        public Task<HttpResponseMessage> SubmitAsync(string page, string card) =>
            Browser.PostAsync(page, new FormUrlEncodedContent(new Dictionary<string, string> { ["number"] = card, ["expiry"] = "12 / 34", ["cvc"] = "123", ["action"] = "pay" }));

        public Task<HttpResponseMessage> AnswerAsync(string page, string action) => Browser.PostAsync(page, new FormUrlEncodedContent(new Dictionary<string, string> { ["action"] = action }));

        public async Task FaultAsync(string fault, string? path = null)
        {
            var body = new JsonObject { ["fault"] = fault, ["path"] = path, ["merchant"] = StripeStub.Key };
            using var answer = await Browser.PostAsync("/sandbox/stripe/_faults", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        public async ValueTask DisposeAsync()
        {
            Browser.Dispose();
            api.Dispose();
            await App.DisposeAsync();
        }
    }
}
