using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers.CloudPayments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.CloudPayments;

/// <summary>The whole server with an account on its own imitation of CloudPayments: our API, the order's page, checks, signed notifications, refunds.</summary>
public sealed class CloudPaymentsCheckoutTests
{
    private const string Good = "4000 0000 0000 3055";
    private const string NoMoney = "4000 0566 5566 5556";

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
        // The notification and the answer speak of the same money.
        await rig.AskAsync();
        var receipt = await rig.App.ReadAsync(db => db.Receipts.SingleAsync());
        Assert.Matches("^[0-9]{10}$", receipt.Reference);
        Assert.Equal(1_000_050, receipt.AmountMinor);

        await rig.RefundedAsync(id, """{"amount_minor":200050,"reason":"late"}""");
        Assert.Equal("refund_exceeds_payment", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":800001,"reason":"too much"}"""))["code"]!.ToString());
        await rig.RefundedAsync(id, """{"reason":"rest"}""");
        await rig.EventsAsync("refund", "refund");
        Assert.Equal(2, await rig.App.ReadAsync(db => db.Refunds.CountAsync()));
        Assert.Equal(("succeeded", 0), ((await rig.PaymentAsync(id))["status"]!.ToString(), (await rig.PaymentAsync(id))["refundable_minor"]!.GetValue<long>()));
    }

    [Fact]
    public async Task Fail_then_pay_on_one_invoice_is_paid_once()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var declined = await rig.SubmitAsync(page, NoMoney);
        Assert.Contains("Insufficient funds", await declined.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await rig.EventsAsync("fail");
        Assert.Equal("pending", (await rig.PaymentAsync(id))["status"]!.ToString());
        Assert.Contains(await rig.App.ReadAsync(db => db.PaymentNotes.Select(note => note.Detail).ToListAsync()), detail => detail?.Contains("InsufficientFunds", StringComparison.Ordinal) == true);

        using var paid = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(id, "succeeded");
        Assert.Empty((await rig.PaymentAsync(id))["exceptions"]!.AsArray());
        Assert.Single(await rig.App.ReadAsync(db => db.Receipts.ToListAsync()));
    }

    [Fact]
    public async Task Fail_that_comes_after_the_pay_lowers_nothing()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();
        using var paid = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(id, "succeeded");

        await rig.NotifyAsync("fail", $"TransactionId=77&Amount=10000.50&Currency=KZT&InvoiceId={await rig.InvoiceAsync()}&TestMode=1&Reason=DoNotHonor&ReasonCode=5005");
        await rig.EventsAsync("fail");

        Assert.Equal("succeeded", (await rig.PaymentAsync(id))["status"]!.ToString());
    }

    [Fact]
    public async Task Second_transaction_of_one_order_is_money_of_its_own()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();
        using var paid = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(id, "succeeded");

        var second = $"TransactionId=78&Amount=10000.50&Currency=KZT&InvoiceId={await rig.InvoiceAsync()}&TestMode=1&Status=Completed";
        await rig.NotifyAsync("pay", second);
        await rig.NotifyAsync("pay", second);
        await rig.EventsAsync("pay", "pay");

        var payment = await rig.PaymentAsync(id);
        Assert.Equal(("succeeded", 2_000_100, "overpaid"), (payment["status"]!.ToString(), payment["received_minor"]!.GetValue<long>(), payment["exceptions"]![0]!.ToString()));
    }

    [Fact]
    public async Task Bank_asks_and_the_payer_answers()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var question = await rig.SubmitAsync(page, "4242 4242 4242 4242");
        var asking = question.Headers.Location!.ToString();
        Assert.EndsWith("/3ds", asking, StringComparison.Ordinal);
        using var refused = await rig.AnswerAsync(asking, "refuse");
        Assert.Contains("authentication failed", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await rig.SubmitAsync(page, "4242 4242 4242 4242");
        using var confirmed = await rig.AnswerAsync(asking, "confirm");

        Assert.Equal(HttpStatusCode.SeeOther, confirmed.StatusCode);
        await rig.ReachesAsync(id, "succeeded");
    }

    [Fact]
    public async Task Payer_who_leaves_comes_back_to_an_open_order()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();

        using var left = await rig.AnswerAsync(page, "leave");

        Assert.Equal(HttpStatusCode.SeeOther, left.StatusCode);
        Assert.Equal("pending", (await rig.PaymentAsync(id))["status"]!.ToString());
        using var still = await rig.Browser.GetAsync(page);
        Assert.Contains("Card number", await still.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Amount=10000.50&Currency=KZT", 0)]
    [InlineData("Amount=10000.5&Currency=KZT", 0)]
    [InlineData("Amount=10000.51&Currency=KZT", 12)]
    [InlineData("Amount=10000.50&Currency=RUB", 12)]
    public async Task Check_compares_the_money(string money, int code)
    {
        await using var rig = await Rig.StartAsync();
        await rig.CreateAsync();

        var answer = await rig.NotifyAsync("check", $"TransactionId=1&{money}&OperationType=Payment&InvoiceId={await rig.InvoiceAsync()}&TestMode=1");

        Assert.Equal((HttpStatusCode.OK, $$"""{"code":{{code}}}"""), answer);
        Assert.Equal(0, await rig.App.ReadAsync(db => db.WebhookEvents.CountAsync()));
    }

    [Fact]
    public async Task Check_vetoes_what_is_unknown_ended_or_of_the_other_mode()
    {
        await using var rig = await Rig.StartAsync();
        var (id, _) = await rig.CreateAsync();
        var invoice = await rig.InvoiceAsync();

        Assert.Equal("""{"code":10}""", (await rig.NotifyAsync("check", $"TransactionId=1&Amount=10000.50&Currency=KZT&InvoiceId={Guid.CreateVersion7()}&TestMode=1")).Body);
        Assert.Equal("""{"code":10}""", (await rig.NotifyAsync("check", $"TransactionId=1&Amount=10000.50&Currency=KZT&InvoiceId={invoice}&TestMode=0")).Body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await rig.NotifyAsync("check", $"TransactionId=1&InvoiceId={invoice}&TestMode=1")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await rig.NotifyAsync("check", $"TransactionId=1&Amount=10000.50&Currency=KZT&InvoiceId={invoice}&TestMode=1", secret: "another-invented-secret")).Status);
        // Asked of what has been paid, and of what has ended: neither may be paid.
        var (paid, page) = await rig.CreateAsync("ORD-2");
        using var pay = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(paid, "succeeded");
        var second = await rig.App.ReadAsync(db => db.PaymentAttempts.Where(attempt => attempt.PaymentId == Guid.Parse(paid)).Select(attempt => attempt.Id).SingleAsync());
        Assert.Equal("""{"code":20}""", (await rig.NotifyAsync("check", $"TransactionId=2&Amount=10000.50&Currency=KZT&InvoiceId={second}&TestMode=1")).Body);
        await rig.PostAsync($"/v1/payments/{id}/cancel", "{}");
        Assert.Equal("""{"code":20}""", (await rig.NotifyAsync("check", $"TransactionId=1&Amount=10000.50&Currency=KZT&InvoiceId={invoice}&TestMode=1")).Body);
    }

    [Fact]
    public async Task Vetoed_payment_takes_no_money()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();
        // Ended here, and still open at the provider.
        await rig.App.Get<ApplyObservation>().RunAsync(new PaymentObservation { PaymentId = Guid.Parse(id), Fact = ObservedFact.CancelRequested, Source = ObservationSource.Api, Actor = Actor.System("test") }, CancellationToken.None);

        using var vetoed = await rig.SubmitAsync(page, Good);

        Assert.Contains("Check: out of date", await vetoed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await rig.EventsAsync("fail");
        Assert.Equal(("cancelled", 0), ((await rig.PaymentAsync(id))["status"]!.ToString(), (await rig.PaymentAsync(id))["received_minor"]!.GetValue<long>()));
    }

    [Fact]
    public async Task Test_notification_at_a_live_account_is_kept_and_has_no_effect()
    {
        await using var rig = await Rig.StartAsync(Mode.Live);
        var body = $"TransactionId=1&Amount=10000.50&Currency=KZT&InvoiceId={Guid.CreateVersion7()}&TestMode=1&Status=Completed";

        Assert.Equal((HttpStatusCode.OK, """{"code":0}"""), await rig.NotifyAsync("pay", body));

        await rig.EventsAsync("pay");
        var received = await rig.App.ReadAsync(db => db.WebhookEvents.SingleAsync());
        Assert.Equal((WebhookState.Ignored, IntegrityVerdict.WrongMode), (received.State, received.Integrity));
        Assert.Equal(0, await rig.App.ReadAsync(db => db.Receipts.CountAsync()));
    }

    [Fact]
    public async Task Account_without_a_kind_is_no_address()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await rig.NotifyAsync("", "TransactionId=1")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await rig.NotifyAsync("payed", "TransactionId=1")).Status);
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
    public async Task Refund_that_the_provider_refuses_frees_the_money()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();
        using var paid = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(id, "succeeded");
        await rig.FaultAsync("refund_failed");

        Assert.Equal("failed", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"reason":"late"}"""))["status"]!.ToString());
        Assert.Equal(1_000_050, (await rig.PaymentAsync(id))["refundable_minor"]!.GetValue<long>());
    }

    [Fact]
    public async Task Refund_made_in_the_cabinet_is_booked()
    {
        await using var rig = await Rig.StartAsync();
        var (id, page) = await rig.CreateAsync();
        using var paid = await rig.SubmitAsync(page, Good);
        await rig.ReachesAsync(id, "succeeded");
        var number = await rig.App.ReadAsync(db => db.Receipts.Select(receipt => receipt.Reference).SingleAsync());

        await rig.NotifyAsync("refund", $"TransactionId=900&PaymentTransactionId={number}&Amount=100.00&OperationType=Refund");
        await rig.EventsAsync("refund");

        Assert.Equal(10_000, (await rig.PaymentAsync(id))["refunded_minor"]!.GetValue<long>());
    }

    [Fact]
    public async Task Client_of_cloudpayments_can_speak_to_the_imitation()
    {
        await using var rig = await Rig.StartAsync();
        using var client = rig.App.Client();
        const string order = "Amount=123.45&Currency=KZT&Description=Tea&InvoiceId=inv-1&RequireConfirmation=true";

        Assert.Equal(401, (await CallAsync("/test", "", "nobody", "x")).Status);
        Assert.Equal(401, (await CallAsync("/test", "", "pk_stranger", "wrong secret")).Status);
        Assert.True((await CallAsync("/test", "")).Success);
        Assert.False((await CallAsync("/orders/create", "Currency=KZT&Description=Tea")).Success);
        Assert.False((await CallAsync("/orders/create", "Amount=1.005&Currency=KZT&Description=Tea")).Success);
        Assert.Equal("RUB", (await CallAsync("/orders/create", "Amount=1&Description=Tea")).Model!["Currency"]!.ToString());
        Assert.Equal("Not found", (await CallAsync("/payments/find", "InvoiceId=inv-1")).Message);
        var first = (await CallAsync("/orders/create", order, requestId: "one")).Model!;
        Assert.Equal(first["Id"]!.ToString(), (await CallAsync("/orders/create", order, requestId: "one")).Model!["Id"]!.ToString());
        Assert.NotEqual(first["Id"]!.ToString(), (await CallAsync("/orders/create", order.Replace("inv-1", "inv-2", StringComparison.Ordinal), requestId: "two")).Model!["Id"]!.ToString());

        // Two stages: held, taken in part, given back in part.
        using var held = await rig.SubmitAsync(new Uri(first["Url"]!.ToString()).AbsolutePath, Good);
        var found = (await CallAsync("/payments/find", "InvoiceId=inv-1")).Model!;
        var number = found["TransactionId"]!.ToString();
        Assert.Equal(("Authorized", 2, 123.45m), (found["Status"]!.ToString(), found["StatusCode"]!.GetValue<int>(), found["Amount"]!.GetValue<decimal>()));
        Assert.False((await CallAsync("/payments/refund", $"TransactionId={number}&Amount=1")).Success);
        Assert.False((await CallAsync("/payments/confirm", $"TransactionId={number}&Amount=123.46")).Success);
        Assert.True((await CallAsync("/payments/confirm", $"TransactionId={number}&Amount=100")).Success);
        Assert.False((await CallAsync("/payments/void", $"TransactionId={number}")).Success);
        Assert.Equal("Completed", (await CallAsync("/payments/get", $"TransactionId={number}")).Model!["Status"]!.ToString());
        var refund = (await CallAsync("/payments/refund", $"TransactionId={number}&Amount=40", requestId: "back")).Model!["TransactionId"]!.ToString();
        Assert.Equal(refund, (await CallAsync("/payments/refund", $"TransactionId={number}&Amount=40", requestId: "back")).Model!["TransactionId"]!.ToString());
        var last = (await CallAsync("/v2/payments/find", "InvoiceId=inv-1")).Model!;
        Assert.Equal((refund, number, 1), (last["TransactionId"]!.ToString(), last["OriginalTransactionId"]!.ToString(), last["Type"]!.GetValue<int>()));
        var day = found["CreatedDateIso"]!.ToString()[..10];
        Assert.Single((await CallAsync("/payments/list", $"Date={day}")).Model!.AsArray());
        Assert.Equal([number, refund], (await CallAsync("/v2/payments/list", $$"""{"PageNumber":1,"CreatedDateGte":"{{day}}T00:00:00","CreatedDateLte":"{{day}}T23:59:59","TimeZone":"UTC","Statuses":["Completed"]}""", isJson: true)).Model!.AsArray().Select(row => row!["TransactionId"]!.ToString()));

        async Task<(int Status, bool? Success, string? Message, JsonNode? Model)> CallAsync(string path, string body, string user = "pk_stranger", string password = "invented", string? requestId = null, bool isJson = false)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/sandbox/cloudpayments" + path) { Content = new StringContent(body, Encoding.UTF8, isJson ? "application/json" : "application/x-www-form-urlencoded") };
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
            if (requestId is not null)
                request.Headers.Add("X-Request-ID", requestId);
            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var json = text.Length == 0 ? null : JsonNode.Parse(text);
            return ((int)response.StatusCode, json?["Success"]?.GetValue<bool>(), json?["Message"]?.ToString(), json?["Model"]);
        }
    }

    private sealed class Rig(TestApp app, HttpClient api, ProviderAccount account) : IAsyncDisposable
    {
        private const string PublicId = "pk_invented0123456789";
        private const string Secret = "invented-api-secret-0001";

        public TestApp App { get; } = app;

        public HttpClient Browser { get; } = app.Client();

        public static async Task<Rig> StartAsync(Mode mode = Mode.Test)
        {
            var app = await TestApp.StartAsync();
            var accounts = app.Get<ProviderAccounts>();
            var (id, tenantId, now) = (Guid.CreateVersion7(), await app.TenantIdAsync(), app.Get<TimeProvider>().GetUtcNow());
            var webhookKey = accounts.NewWebhookKey(id, tenantId);
            var account = new ProviderAccount
            {
                Id = id,
                TenantId = tenantId,
                Provider = "cloudpayments",
                Mode = mode,
                Endpoint = mode == Mode.Test ? AccountEndpoint.Sandbox : AccountEndpoint.Provider,
                Name = "CloudPayments",
                IsEnabled = true,
                IsForAllShops = true,
                SecretsCipher = accounts.Seal(id, tenantId, new Dictionary<string, string> { [CloudPaymentsProvider.PublicId] = PublicId, [CloudPaymentsProvider.ApiSecret] = Secret }),
                WebhookKeyHash = webhookKey.Hash,
                WebhookKeyCipher = webhookKey.Cipher,
                CreatedAt = now,
                UpdatedAt = now,
            };
            await app.Store.WriteAsync(
                db =>
                {
                    db.ProviderAccounts.Add(account);
                    return Task.CompletedTask;
                },
                CancellationToken.None);
            return new Rig(app, await app.KeyClientAsync(), account);
        }

        /// <summary>A payment of 10 000.50 KZT and the path of its order page.</summary>
        public async Task<(string Id, string Page)> CreateAsync(string reference = "ORD-1")
        {
            var created = await PostAsync("/v1/payments", $$"""{"order_reference":"{{reference}}","amount_minor":1000050,"currency":"KZT","provider":"cloudpayments","description":"Чай & milk"}""");
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

        public async Task RefundedAsync(string id, string body)
        {
            var refund = (await PostAsync($"/v1/payments/{id}/refunds", body))["id"]!.ToString();
            await Eventually.TrueAsync(async () => JsonNode.Parse(await api.GetStringAsync($"/v1/refunds/{refund}"))!["status"]!.ToString() == "succeeded", "the refund succeeded");
        }

        public async Task<Guid> InvoiceAsync() => await App.ReadAsync(db => db.PaymentAttempts.Select(attempt => attempt.Id).SingleAsync());

        public async Task AskAsync() => await App.Get<ReconcilePayments>().AskNowAsync(await InvoiceAsync(), Actor.System("test"), CancellationToken.None);

        /// <summary>Waits until these notifications, and perhaps others, have been processed.</summary>
        public Task EventsAsync(params string[] types) => Eventually.TrueAsync(
            async () =>
            {
                var seen = await App.ReadAsync(db => db.WebhookEvents.Where(row => row.State == WebhookState.Applied || row.State == WebhookState.Ignored).Select(row => row.EventType).ToListAsync());
                return types.GroupBy(type => type).All(type => seen.Count(one => one == type.Key) >= type.Count());
            },
            $"{string.Join(", ", types)} arrived");

        /// <summary>A notification as the provider would send it, signed in both ways.</summary>
        public async Task<(HttpStatusCode Status, string Body)> NotifyAsync(string kind, string body, string secret = Secret)
        {
            var url = App.Get<ProviderAccounts>().WebhookUrlOf(account);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url).AbsolutePath + (kind.Length == 0 ? "" : "/" + kind)) { Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded") };
            var (key, sent) = (Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body));
            request.Headers.Add("Content-HMAC", Convert.ToBase64String(CloudPaymentsWebhook.Sign(key, sent)));
            request.Headers.Add("X-Content-HMAC", Convert.ToBase64String(CloudPaymentsWebhook.Sign(key, CloudPaymentsWebhook.Decode(sent))));
            using var response = await Browser.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        public Task<HttpResponseMessage> SubmitAsync(string page, string card) =>
            Browser.PostAsync(page, new FormUrlEncodedContent(new Dictionary<string, string> { ["card"] = card, ["expiry"] = "12 / 30", ["cvv"] = "123", ["action"] = "pay" }));

        public Task<HttpResponseMessage> AnswerAsync(string page, string action) => Browser.PostAsync(page, new FormUrlEncodedContent(new Dictionary<string, string> { ["action"] = action }));

        public async Task FaultAsync(string fault)
        {
            var body = new JsonObject { ["fault"] = fault, ["merchant"] = PublicId };
            using var answer = await Browser.PostAsync("/sandbox/cloudpayments/_faults", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
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
