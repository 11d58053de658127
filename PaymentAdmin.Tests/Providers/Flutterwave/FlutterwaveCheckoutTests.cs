using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers.Flutterwave;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Providers.Flutterwave;

/// <summary>The whole server with an account on its own imitation of Flutterwave: our API, the page, events that prove little, refunds.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class FlutterwaveCheckoutTests(Chromium chromium)
{
    private const string Good = "5531 8866 5214 2950";
    private const string Poor = "5258 5859 2266 6506";
    private const string Key = "FLWSECK_TEST-checkoutinvented-X";
    private const string Hash = "checkout-secret-hash";

    [Theory]
    [InlineData("3310")]
    [InlineData("1234")]
    public async Task Card_pays_with_either_pin_and_parts_go_back(string pin)
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_050, "NGN");

        Assert.Contains("PIN 3310", await rig.Browser.GetStringAsync(page), StringComparison.Ordinal);
        using var paid = await PayAsync(rig, page, Good, pin);

        Assert.Equal(HttpStatusCode.SeeOther, paid.StatusCode);
        Assert.Matches("/payment/status\\?.*&status=successful&tx_ref=.*&transaction_id=[0-9]+$", paid.Headers.Location!.ToString());
        await rig.ReachesAsync(id, "succeeded");
        await rig.EventsAsync(1);
        Assert.Equal(750_050, (await rig.App.ReadAsync(db => db.Receipts.SingleAsync())).AmountMinor);

        Assert.Equal("succeeded", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":50050,"reason":"late"}"""))["status"]!.ToString());
        Assert.Equal("refund_exceeds_payment", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":700001,"reason":"too much"}"""))["code"]!.ToString());
        Assert.Equal("succeeded", (await rig.PostAsync($"/v1/payments/{id}/refunds", """{"reason":"rest"}"""))["status"]!.ToString());
        // The flat events of both refunds came and changed nothing.
        await rig.EventsAsync(3);
        Assert.Equal(2, await rig.App.ReadAsync(db => db.Refunds.CountAsync()));
        Assert.Equal(0, (await rig.PaymentAsync(id))["refundable_minor"]!.GetValue<long>());
    }

    [Fact]
    public async Task Two_failed_tries_and_then_success_under_one_reference()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_000, "NGN");

        using var first = await PayAsync(rig, page, Poor);
        Assert.Contains("Insufficient Funds", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await rig.SaysAsync(id, "Insufficient Funds");
        using var second = await rig.SubmitAsync(page, ("action", "pay"), ("card", "5551 6516 3038 1384"));
        await rig.EventsAsync(2);
        await rig.AskAsync(id);
        Assert.Equal("pending", await rig.StatusAsync(id));

        using var paid = await PayAsync(rig, page, Good);
        await rig.ReachesAsync(id, "succeeded");
        await rig.EventsAsync(3);

        Assert.Single(await rig.App.ReadAsync(db => db.PaymentAttempts.ToListAsync()));
        var receipt = await rig.App.ReadAsync(db => db.Receipts.SingleAsync());
        Assert.EndsWith("&transaction_id=" + receipt.Reference, paid.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forged_body_with_the_right_hash_changes_nothing()
    {
        await using var rig = await StartAsync();
        var (id, _) = await rig.CreateAsync(750_000, "NGN");
        var attempt = await rig.App.ReadAsync(db => db.PaymentAttempts.SingleAsync());
        string[] forged =
        [
            $$"""{"event":"charge.completed","data":{"id":1999999999,"tx_ref":"{{attempt.Id}}","amount":7500,"currency":"NGN","charged_amount":7500,"status":"successful"},"event.type":"CARD_TRANSACTION"}""",
            $$"""{"id":1999999999,"txRef":"{{attempt.Id}}","amount":7500,"charged_amount":7500,"status":"successful","currency":"NGN","event.type":"CARD_TRANSACTION"}""",
            """{"id":1,"AmountRefunded":7500,"status":"completed","TransactionId":1999999999}""",
        ];

        foreach (var body in forged)
            Assert.Equal(HttpStatusCode.OK, await DeliverAsync(rig, body, Hash));
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync(rig, forged[0], Hash + "x"));
        await rig.EventsAsync(2);
        await rig.AskAsync(id);

        Assert.Equal("pending", await rig.StatusAsync(id));
        Assert.Empty(await rig.App.ReadAsync(db => db.Receipts.ToListAsync()));
        Assert.Empty(await rig.App.ReadAsync(db => db.Refunds.ToListAsync()));
    }

    /// <summary>The payer comes back with words in the address that anybody can write there.</summary>
    [Fact]
    public async Task Words_in_the_address_of_the_return_are_not_believed()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_000, "NGN");
        using var left = await rig.SubmitAsync(page, ("action", "leave"));
        var back = left.Headers.Location!.ToString();
        Assert.Contains("status=cancelled", back, StringComparison.Ordinal);

        foreach (var row in ProviderVectors.Statuses("flutterwave").Where(row => row.About.StartsWith("redirect", StringComparison.Ordinal)))
        {
            using var shown = await rig.Browser.GetAsync(back.Replace("status=cancelled", $"status={row.Word}", StringComparison.Ordinal) + "&transaction_id=8321945");
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
            await rig.AskAsync(id);
            Assert.Equal((row.Id, row.State), (row.Id, await rig.StatusAsync(id)));
        }
        Assert.Empty(await rig.App.ReadAsync(db => db.Receipts.ToListAsync()));
    }

    [Theory]
    [InlineData("wrong_amount", "amount_mismatch")]
    [InlineData("wrong_currency", "currency_mismatch")]
    public async Task Other_money_than_was_asked_goes_before_a_person(string fault, string exception)
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_000, "NGN");
        await rig.FaultAsync(fault);

        using var paid = await PayAsync(rig, page, Good);

        await rig.ReachesAsync(id, "in_review");
        Assert.Contains(exception, (await rig.PaymentAsync(id))["exceptions"]!.AsArray().Select(one => one!.ToString()));
    }

    [Fact]
    public async Task Lost_answer_is_verified_and_not_repeated()
    {
        await using var rig = await StartAsync();
        await rig.FaultAsync("server_error_after", "/v3/payments");

        var created = await rig.PostAsync("/v1/payments", """{"order_reference":"ORD-lost","amount_minor":750000,"currency":"NGN","provider":"flutterwave"}""");
        var id = created["id"]!.ToString();
        await rig.AskAsync(id);

        Assert.Equal("pending", await rig.StatusAsync(id));
        Assert.Single(rig.SandboxCalls, call => call == "POST /sandbox/flutterwave/v3/payments");
        Assert.Contains("GET /sandbox/flutterwave/v3/transactions/verify_by_reference", rig.SandboxCalls);
    }

    [Fact]
    public async Task Cancelled_payment_disables_its_link()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_000, "NGN");

        var cancelled = await rig.PostAsync($"/v1/payments/{id}/cancel", "{}");

        Assert.Equal("cancelled", cancelled["status"]!.ToString());
        Assert.Contains("currently inactive", await rig.Browser.GetStringAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refund_that_is_refused_gives_the_amount_free_again()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_000, "NGN");
        using var paid = await PayAsync(rig, page, Good);
        await rig.ReachesAsync(id, "succeeded");
        await rig.FaultAsync("refund_failed");

        var refund = await rig.PostAsync($"/v1/payments/{id}/refunds", """{"reason":"late"}""");

        Assert.Equal("failed", refund["status"]!.ToString());
        Assert.Equal(750_000, (await rig.PaymentAsync(id))["refundable_minor"]!.GetValue<long>());
    }

    [Fact]
    public async Task Client_of_flutterwave_can_speak_to_the_imitation()
    {
        await using var rig = await StartAsync();
        const string body = """{"tx_ref":"p-1","amount":"98.6","currency":"GHS","redirect_url":"https://shop.test/back","customer":{"email":"a@b.co"},"configurations":{"max_retry_attempt":1}}""";

        Assert.Equal(401, (await CallAsync("POST", "/payments", body, key: null)).Status);
        Assert.Equal(401, (await CallAsync("POST", "/payments", body, key: "FLWSECK-live000000")).Status);
        Assert.Equal(400, (await CallAsync("POST", "/payments", body.Replace("tx_ref", "other", StringComparison.Ordinal))).Status);
        Assert.Equal(400, (await CallAsync("POST", "/payments", body.Replace("98.6", "98.605", StringComparison.Ordinal))).Status);
        var created = await CallAsync("POST", "/payments", body);
        Assert.Equal("Hosted Link", created.Body["message"]!.ToString());
        Assert.StartsWith("No transaction was found", (await CallAsync("GET", "/transactions/verify_by_reference?tx_ref=p-1", null)).Body["message"]!.ToString(), StringComparison.Ordinal);
        var page = new Uri(created.Body["data"]!["link"]!.ToString()).AbsolutePath;
        using var transfer = await rig.SubmitAsync(page, ("action", "transfer"));
        Assert.StartsWith("https://shop.test/back?status=successful&tx_ref=p-1&transaction_id=", transfer.Headers.Location!.ToString(), StringComparison.Ordinal);
        var verified = (await CallAsync("GET", "/transactions/verify_by_reference?tx_ref=p-1", null)).Body["data"]!;
        Assert.Equal(("successful", 98.6m, "bank_transfer"), (verified["status"]!.ToString(), verified["amount"]!.GetValue<decimal>(), verified["payment_type"]!.ToString()));
        Assert.True(verified["charged_amount"]!.GetValue<decimal>() > 98.6m);
        Assert.Equal(400, (await CallAsync("POST", $"/transactions/{verified["id"]}/refund", """{"amount":98.61}""")).Status);
        Assert.Equal(98.6m, (await CallAsync("POST", $"/transactions/{verified["id"]}/refund", "{}")).Body["data"]!["amount_refunded"]!.GetValue<decimal>());
        Assert.Single((await CallAsync("GET", "/refunds", null)).Body["data"]!.AsArray());
        Assert.Single((await CallAsync("GET", "/transactions?tx_ref=p-1&status=successful", null)).Body["data"]!.AsArray());
        Assert.Equal(400, (await CallAsync("POST", "/payments/link/disable", $$"""{"link":"{{created.Body["data"]!["link"]}}"}""")).Status);
        Assert.Equal(404, (await CallAsync("GET", "/banks/NG", null)).Status);

        async Task<(int Status, JsonNode Body)> CallAsync(string method, string path, string? text, string? key = Key)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/sandbox/flutterwave/v3" + path);
            if (key is not null)
                request.Headers.Add("Authorization", "Bearer " + key);
            if (text is not null)
                request.Content = new StringContent(text, Encoding.UTF8, "application/json");
            using var response = await rig.Browser.SendAsync(request);
            return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
    }

    [BrowserFact]
    public async Task Payer_pays_in_a_browser_and_the_portal_tells_of_it()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(750_000, "NGN");
        var (_, other) = await rig.CreateAsync(800_000, "NGN");
        var away = new Regex("^(?!.*/sandbox/)");

        // The shop's page behind the checkout is another part's affair.
        await chromium.VisitAsync(new Visit { Site = new Uri(rig.App.Url), ExpectedErrors = ["404"] }, async tab =>
        {
            await tab.GotoAsync(other);
            await tab.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await Expect(tab).ToHaveURLAsync(away);

            await tab.GotoAsync(page);
            await tab.GetByLabel("Card number").FillAsync("5551 6516 3038 1384");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();
            await Expect(tab.GetByRole(AriaRole.Alert)).ToContainTextAsync("Restricted Card");
            await rig.SaysAsync(id, "Restricted Card");
            await tab.GetByLabel("Card number").FillAsync(Good);
            await tab.GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();
            await tab.GetByLabel("Card PIN").FillAsync("3310");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
            await tab.GetByLabel("One-time password").FillAsync("12345");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Authorize" }).ClickAsync();
            await Expect(tab).ToHaveURLAsync(away);
            await rig.ReachesAsync(id, "succeeded");

            await rig.OpenInPortalAsync(tab, id);
            await Expect(tab.GetByTestId("payment-timeline")).ToContainTextAsync("The provider's word: failed. Restricted Card");
            await Expect(tab.GetByTestId("payment-timeline")).ToContainTextAsync("The provider's word: successful.");
            await Expect(tab.GetByTestId("payment-status").First).ToHaveTextAsync("Succeeded");
        });
    }

    private static async Task<HttpResponseMessage> PayAsync(CheckoutRig rig, string page, string card, string pin = "3310")
    {
        using var asked = await rig.SubmitAsync(page, ("action", "pay"), ("card", card));
        using var otp = await rig.SubmitAsync(page, ("action", "pin"), ("pin", pin));
        return await rig.SubmitAsync(page, ("action", "otp"), ("otp", "12345"));
    }

    private static async Task<HttpStatusCode> DeliverAsync(CheckoutRig rig, string body, string hash)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, rig.WebhookPath) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("verif-hash", hash);
        using var answer = await rig.Browser.SendAsync(request);
        return answer.StatusCode;
    }

    private static Task<CheckoutRig> StartAsync() =>
        CheckoutRig.StartAsync("flutterwave", FlutterwaveProvider.SecretKey, new Dictionary<string, string> { [FlutterwaveProvider.SecretKey] = Key, [FlutterwaveProvider.WebhookSecret] = Hash });
}
