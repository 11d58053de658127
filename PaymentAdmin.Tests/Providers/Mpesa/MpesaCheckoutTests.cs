using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>The whole way over HTTP against the imitation: prompts, the paybill's page, refunds, and what the portal shows of them.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class MpesaCheckoutTests(Chromium chromium)
{
    [Theory]
    [InlineData("+254712345678", "succeeded", "0")]
    [InlineData("0700000001", "failed", "1")]
    [InlineData("0700000003", "succeeded", "0")]
    [InlineData("0700000004", "cancelled", "1032")]
    [InlineData("0700000005", "failed", "2001")]
    public async Task Payer_decides_on_the_phone(string phone, string status, string word)
    {
        await using var rig = await Rig.StartAsync();

        var payment = await rig.CreateAsync("phone", phone);

        await rig.BecomesAsync(payment["id"]!, status);
        var attempt = await rig.App.ReadAsync(db => db.PaymentAttempts.SingleAsync());
        // Whether its callback or the paybill reported it first is chance.
        if (status != "succeeded")
            Assert.Equal(word, attempt.ProviderStatus);
        Assert.Equal(status == "succeeded" ? 1 : 0, await rig.App.ReadAsync(db => db.Receipts.CountAsync()));
    }

    [Fact]
    public async Task Silent_payer_lets_the_prompt_expire()
    {
        await using var rig = await Rig.StartAsync();

        var payment = await rig.CreateAsync("phone", "0700000002");
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("pending", (await rig.ReadAsync(payment["id"]!))["status"]!.GetValue<string>());

        await rig.BecomesAsync(payment["id"]!, "expired");
    }

    [Fact]
    public async Task Cents_are_422_and_nothing_is_sent()
    {
        await using var rig = await Rig.StartAsync();

        var (status, body) = await rig.PostAsync("/v1/payments", Rig.Body("phone", "0712345678", 1050));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "amount_out_of_range"), (status, body["code"]!.GetValue<string>()));
        Assert.Equal(0, await rig.App.ReadAsync(db => db.ProviderCalls.CountAsync()));
        Assert.Equal(0, await rig.App.ReadAsync(db => db.SandboxSettings.CountAsync()));
    }

    [Fact]
    public async Task Wrong_amount_goes_into_review_with_what_came()
    {
        await using var rig = await Rig.StartAsync();
        await rig.PostAsync("/sandbox/mpesa/_faults", """{"fault":"wrong_amount","remaining":1}""");

        var payment = await rig.CreateAsync("phone", "0712345678");

        await rig.BecomesAsync(payment["id"]!, "in_review");
        await rig.Clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), async () => (await rig.ReadAsync(payment["id"]!))["received_minor"]!.GetValue<long>() == 119_900, "what came is counted");
        Assert.Equal("amount_mismatch", (await rig.ReadAsync(payment["id"]!))["exceptions"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Paid_money_goes_back_and_a_refused_reversal_says_why()
    {
        await using var rig = await Rig.StartAsync();
        var payment = await rig.CreateAsync("phone", "0712345678");
        await rig.BecomesAsync(payment["id"]!, "succeeded");
        await rig.PostAsync("/sandbox/mpesa/_faults", """{"fault":"refund_failed","remaining":1}""");

        var (_, failing) = await rig.PostAsync($"/v1/payments/{payment["id"]}/refunds", """{"amount_minor":50000,"reason":"returned"}""");
        await rig.RefundBecomesAsync(failing["id"]!, "failed");
        var (_, whole) = await rig.PostAsync($"/v1/payments/{payment["id"]}/refunds", """{"reason":"returned"}""");
        await rig.RefundBecomesAsync(whole["id"]!, "succeeded");

        Assert.Equal(120_000, (await rig.ReadAsync(payment["id"]!))["refunded_minor"]!.GetValue<long>());
    }

    [Fact]
    public async Task Paybill_page_pays_by_the_code_and_keeps_money_without_a_payment()
    {
        await using var rig = await Rig.StartAsync();
        var payment = await rig.CreateAsync("ussd", "0712345678");
        var fields = payment["next_action"]!["fields"]!.AsArray().ToDictionary(field => field!["label"]!.GetValue<string>(), field => field!["value"]!.GetValue<string>());
        Assert.Equal("instructions", payment["next_action"]!["type"]!.GetValue<string>());

        Assert.Contains("There is no business with this number", await rig.PayBillAsync("111111", fields["Account number"], "1200"), StringComparison.Ordinal);
        Assert.Contains("Confirmed. Ksh1,200.00", await rig.PayBillAsync(fields["Business number"], fields["Account number"], "1200"), StringComparison.Ordinal);
        Assert.Contains("Confirmed. Ksh70.00", await rig.PayBillAsync(fields["Business number"], "who knows", "70"), StringComparison.Ordinal);

        await rig.BecomesAsync(payment["id"]!, "succeeded");
        await rig.Clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), async () => await rig.App.ReadAsync(db => db.Receipts.AnyAsync(row => row.State == ReceiptState.Unallocated && row.AmountMinor == 7_000)), "the other money is kept");
    }

    [Fact]
    public async Task Paybill_asks_the_shop_first_and_a_number_it_does_not_know_takes_no_money()
    {
        await using var rig = await Rig.StartAsync(("unknown_references", "refuse"));
        var payment = await rig.CreateAsync("ussd", "0712345678");
        var (shortCode, code) = (rig.Credentials["shortcode"], payment["payment_code"]!.GetValue<string>());

        Assert.Contains("does not know this account number", await rig.PayBillAsync(shortCode, "who knows", "1200"), StringComparison.Ordinal);
        Assert.Contains("does not take this amount", await rig.PayBillAsync(shortCode, code, "1199"), StringComparison.Ordinal);
        Assert.Equal(0, await rig.App.ReadAsync(db => db.SandboxCharges.CountAsync()));
        Assert.Contains("Confirmed.", await rig.PayBillAsync(shortCode, code, "1200"), StringComparison.Ordinal);

        await rig.BecomesAsync(payment["id"]!, "succeeded");
        Assert.Contains("does not know this account number", await rig.PayBillAsync(shortCode, code, "1200"), StringComparison.Ordinal);
        Assert.Equal(1, await rig.App.ReadAsync(db => db.SandboxCharges.CountAsync()));
        Assert.Equal(1, await rig.App.ReadAsync(db => db.WebhookEvents.CountAsync()));
    }

    [Fact]
    public async Task Addresses_are_the_contracts_kinds_below_the_name_that_hides_the_provider()
    {
        await using var rig = await Rig.StartAsync();
        var payment = await rig.CreateAsync("ussd", "0712345678");
        var account = await rig.App.ReadAsync(db => db.ProviderAccounts.SingleAsync(row => row.Provider == "mpesa"));
        var hooks = new Uri(rig.App.Get<ProviderAccounts>().WebhookUrlOf(account)).AbsolutePath;
        var key = hooks["/hooks/".Length..];
        var asked = MpesaBench.Confirmation(payment["payment_code"]!.GetValue<string>(), "1200.00", shortCode: rig.Credentials["shortcode"]).ToJsonString();
        using var safaricom = rig.App.Client();

        Assert.Equal((200, "{\"ResultCode\":\"0\",\"ResultDesc\":\"Accepted\",\"ThirdPartyTransID\":\"" + Guid.Parse(payment["id"]!.GetValue<string>()).ToString("N") + "\"}"), await TellAsync($"{hooks}/c2b/validate", asked));
        Assert.Equal(0, await rig.App.ReadAsync(db => db.WebhookEvents.CountAsync()));
        foreach (var nowhere in (string[])[hooks, $"{hooks}/c2b", $"{hooks}/c2b/validate/more", $"{hooks}/stk", $"{hooks}/result", $"{hooks}/reverse/{new string('x', 43)}", $"/hooks/{key[..^1]}{(key[^1] == 'A' ? 'B' : 'A')}/c2b/confirm", $"/webhooks/mpesa/{key}/c2b/confirm", $"/webhooks/kaspi/{key}/c2b/confirm"])
            Assert.Equal((nowhere, 404), (nowhere, (await TellAsync(nowhere, asked)).Status));
        foreach (var tokened in (string[])["stk", "result", "timeout"])
            Assert.Equal((tokened, 401), (tokened, (await TellAsync($"{hooks}/{tokened}/{new string('x', 43)}", asked)).Status));
        Assert.Equal(413, (await TellAsync($"{hooks}/c2b/confirm", new string(' ', 256 * 1024 + 1))).Status);
        Assert.Equal(0, await rig.App.ReadAsync(db => db.WebhookEvents.CountAsync()));

        var confirmed = asked.Replace("TAF1ABC2DE", "TAF1ABC2DF", StringComparison.Ordinal);
        Assert.Equal((200, """{"ResultCode":0,"ResultDesc":"Accepted"}"""), await TellAsync($"{hooks}/c2b/confirm", confirmed));
        Assert.Equal((200, """{"ResultCode":0,"ResultDesc":"Accepted"}"""), await TellAsync($"{hooks}/c2b/confirm/", confirmed));
        await rig.BecomesAsync(payment["id"]!, "succeeded");
        Assert.Equal(1, await rig.App.ReadAsync(db => db.WebhookEvents.CountAsync()));

        async Task<(int Status, string Body)> TellAsync(string path, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            // Refused by its length alone: who asks first need not send it.
            request.Headers.ExpectContinue = body.Length > 256 * 1024;
            using var answer = await safaricom.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Simulated_paybill_payment_and_an_independent_client_are_served()
    {
        await using var rig = await Rig.StartAsync();
        var payment = await rig.CreateAsync("ussd", "0712345678");
        using var client = rig.App.Client();
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{rig.Credentials["consumer_key"]}:{rig.Credentials["consumer_secret"]}")));
        var token = JsonNode.Parse(await client.GetStringAsync("/sandbox/mpesa/oauth/v1/generate?grant_type=client_credentials"))!["access_token"]!.GetValue<string>();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);

        var simulated = await SendAsync(client, "/mpesa/c2b/v2/simulate", new JsonObject { ["ShortCode"] = rig.Credentials["shortcode"], ["CommandID"] = "CustomerPayBillOnline", ["Amount"] = "1200", ["Msisdn"] = "254708374149", ["BillRefNumber"] = payment["payment_code"]!.GetValue<string>() });
        var naive = await SendAsync(client, "/mpesa/stkpushquery/v1/query", new JsonObject { ["BusinessShortCode"] = rig.Credentials["shortcode"], ["Password"] = "x", ["Timestamp"] = rig.Clock.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmss", System.Globalization.CultureInfo.InvariantCulture), ["CheckoutRequestID"] = "ws_CO_1" });
        client.DefaultRequestHeaders.Authorization = new("Bearer", token[..^1] + "x");
        var stranger = await SendAsync(client, "/mpesa/c2b/v2/simulate", []);

        Assert.Equal((200, "0"), (simulated.Status, simulated.Body["ResponseCode"]!.GetValue<string>()));
        // A clock in UTC is three hours late in Nairobi.
        Assert.Equal((400, "Bad Request - Invalid Timestamp"), (naive.Status, naive.Body["errorMessage"]!.GetValue<string>()));
        Assert.Equal((404, "404.001.03"), (stranger.Status, stranger.Body["errorCode"]!.GetValue<string>()));
        await rig.BecomesAsync(payment["id"]!, "succeeded");
    }

    [BrowserFact]
    public async Task Payer_pays_the_bill_in_a_browser_and_the_portal_shows_it()
    {
        await using var rig = await Rig.StartAsync();
        var declined = await rig.CreateAsync("phone", "0700000001");
        await rig.BecomesAsync(declined["id"]!, "failed");
        var payment = await rig.CreateAsync("ussd", "0712345678", "ORD-2");
        var email = await rig.App.CreateUserAsync(Roles.Admin);

        await chromium.VisitAsync(new Visit { Site = new Uri(rig.App.Url) }, async tab =>
        {
            await tab.GotoAsync("/sandbox/mpesa/paybill");
            await tab.GetByLabel("Business number").FillAsync(rig.Credentials["shortcode"]);
            await tab.GetByLabel("Account number").FillAsync(payment["payment_code"]!.GetValue<string>());
            await tab.GetByLabel("Amount, KES").FillAsync("1200");
            await tab.GetByTestId("paybill-pay").ClickAsync();
            var receipt = await tab.GetByTestId("paybill-receipt").TextContentAsync();
            await rig.BecomesAsync(payment["id"]!, "succeeded");

            await tab.GotoAsync(SignInForm.Path);
            await tab.GetByTestId("signin-email").FillAsync(email);
            await tab.GetByTestId("signin-password").FillAsync(TestApp.Password);
            await tab.GetByTestId("signin-submit").ClickAsync();
            await Assertions.Expect(tab).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("sign-in"));
            await tab.GotoAsync($"/payments/{payment["id"]}?mode=test");
            await Assertions.Expect(tab.GetByTestId("payment-status").First).ToContainTextAsync("Succeeded", new() { IgnoreCase = true });
            Assert.NotNull(receipt);
            await tab.GotoAsync($"/payments/{declined["id"]}?mode=test");
            await Assertions.Expect(tab.GetByText("The balance is insufficient for the transaction.").First).ToBeVisibleAsync();
        });
    }

    private static async Task<(int Status, JsonNode Body)> SendAsync(HttpClient client, string path, JsonObject body)
    {
        using var answer = await client.PostAsync("/sandbox/mpesa" + path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private sealed class Rig(TestApp app, TestClock clock, HttpClient api, IReadOnlyDictionary<string, string> credentials) : IAsyncDisposable
    {
        private int keys;

        public TestApp App { get; } = app;

        public TestClock Clock { get; } = clock;

        public IReadOnlyDictionary<string, string> Credentials { get; } = credentials;

        public static async Task<Rig> StartAsync(params (string Name, string Value)[] fields)
        {
            var clock = new TestClock();
            var app = await TestApp.StartAsync(new TestAppOptions { Clock = clock });
            var credentials = new Dictionary<string, string>(new MpesaDriver().Credentials("abcdefghijklmnopqrstuvwx"));
            foreach (var (name, value) in fields)
                credentials[name] = value;
            var saved = await app.Get<SaveProviderAccount>().CreateAsync(
                new NewProviderAccount { TenantId = await app.TenantIdAsync(), Provider = "mpesa", Mode = Mode.Test, Endpoint = AccountEndpoint.Sandbox, Name = "M-Pesa", IsEnabled = true, IsForAllShops = true, Credentials = credentials },
                Actor.System("test"),
                CancellationToken.None);
            Assert.Null(saved.Problem);
            return new Rig(app, clock, await app.KeyClientAsync(), credentials);
        }

        public static string Body(string method, string phone, long amountMinor, string order = "ORD-1") =>
            new JsonObject { ["order_reference"] = order, ["amount_minor"] = amountMinor, ["currency"] = "KES", ["provider"] = "mpesa", ["method"] = method, ["customer"] = new JsonObject { ["phone"] = phone } }.ToJsonString();

        public async Task<JsonNode> CreateAsync(string method, string phone, string order = "ORD-1")
        {
            var creating = PostAsync("/v1/payments", Body(method, phone, 120_000, order));
            await Clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), () => Task.FromResult(creating.IsCompleted), "the payment was created");
            var (status, body) = await creating;
            Assert.True(status == HttpStatusCode.Created, body.ToJsonString());
            return body;
        }

        public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", $"key-{Interlocked.Increment(ref keys)}");
            using var answer = await api.SendAsync(request);
            return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
        }

        public async Task<JsonNode> ReadAsync(JsonNode id) => JsonNode.Parse(await api.GetStringAsync($"/v1/payments/{id}"))!;

        public Task BecomesAsync(JsonNode id, string status) =>
            Clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), async () => (await ReadAsync(id))["status"]!.GetValue<string>() == status, $"the payment is {status}");

        public Task RefundBecomesAsync(JsonNode id, string status) =>
            Clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(500), async () => JsonNode.Parse(await api.GetStringAsync($"/v1/refunds/{id}"))!["status"]!.GetValue<string>() == status, $"the refund is {status}");

        public async Task<string> PayBillAsync(string shortCode, string account, string amount)
        {
            using var payer = App.Client();
            using var answer = await payer.PostAsync("/sandbox/mpesa/paybill", new FormUrlEncodedContent(new Dictionary<string, string> { ["shortcode"] = shortCode, ["account"] = account, ["amount"] = amount, ["phone"] = "0712345678" }));
            return await answer.Content.ReadAsStringAsync();
        }

        public async ValueTask DisposeAsync()
        {
            api.Dispose();
            await App.DisposeAsync();
        }
    }
}
