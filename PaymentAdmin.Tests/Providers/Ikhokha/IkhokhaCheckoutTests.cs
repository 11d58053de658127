using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers.Ikhokha;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Providers.Ikhokha;

/// <summary>The whole server with an account on its own imitation of iKhokha: our API, the page, signed callbacks, refunds by hand.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class IkhokhaCheckoutTests(Chromium chromium)
{
    private const string Good = "4111 1111 1111 1111";
    private const string App = "IKCHECKOUTINVENTED00000000000001";
    private const string Secret = "checkout-app-secret";

    [Fact]
    public async Task Good_card_pays_and_its_order_may_have_an_apostrophe()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR", "Thabo's \"gift\" \\ R&D <ok>+");

        using var shown = await rig.Browser.GetAsync(page);
        var html = await shown.Content.ReadAsStringAsync();
        using var paid = await rig.SubmitAsync(page, ("action", "pay"), ("card", Good));

        Assert.Contains("Thabo", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.SeeOther, paid.StatusCode);
        Assert.Contains("/payment/status?", paid.Headers.Location!.ToString(), StringComparison.Ordinal);
        await rig.ReachesAsync(id, "succeeded");
        await rig.EventsAsync(1);
        var receipt = await rig.App.ReadAsync(db => db.Receipts.SingleAsync());
        Assert.Equal((15_000, new Uri("http://x" + page).Segments[^1]), (receipt.AmountMinor, receipt.Reference));
    }

    [Fact]
    public async Task Eft_pays_and_its_callback_has_a_text_that_is_not_signed()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR");

        using var paid = await rig.SubmitAsync(page, ("action", "eft"), ("bank", "Capitec"));

        await rig.ReachesAsync(id, "succeeded");
        await rig.EventsAsync(1);
        Assert.Contains("\"text\"", Encoding.UTF8.GetString(await rig.App.ReadAsync(db => db.WebhookEvents.Select(row => row.Body).SingleAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Declined_try_ends_nothing_and_the_next_one_pays()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR");

        using var declined = await rig.SubmitAsync(page, ("action", "pay"), ("card", "4000 0000 0000 9995"));
        await rig.SaysAsync(id, "FAILURE");
        Assert.Equal("pending", await rig.StatusAsync(id));
        Assert.Contains("Insufficient funds", await rig.Browser.GetStringAsync(page), StringComparison.Ordinal);

        using var question = await rig.SubmitAsync(page, ("action", "pay"), ("card", "5200 0000 0000 1096"));
        Assert.Contains("3-D Secure", await question.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var paid = await rig.SubmitAsync(page, ("action", "confirm"));
        await rig.ReachesAsync(id, "succeeded");
    }

    [Fact]
    public async Task Success_with_another_amount_goes_before_a_person()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR");
        await rig.FaultAsync("wrong_amount");

        using var paid = await rig.SubmitAsync(page, ("action", "pay"), ("card", Good));

        await rig.ReachesAsync(id, "in_review");
        var payment = await rig.PaymentAsync(id);
        Assert.Equal(14_999, payment["received_minor"]!.GetValue<long>());
        Assert.Contains("amount_mismatch", payment["exceptions"]!.AsArray().Select(one => one!.ToString()));
    }

    [Fact]
    public async Task Signed_success_that_the_status_does_not_confirm_changes_nothing()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR");
        var body = Encoding.UTF8.GetBytes($$"""{"paylinkID":"{{page.Split('/')[^1]}}","status":"SUCCESS","externalTransactionID":"x","responseCode":"00"}""");

        using var request = new HttpRequestMessage(HttpMethod.Post, rig.WebhookPath) { Content = new ByteArrayContent(body) };
        request.Headers.Add("ik-appid", App);
        request.Headers.Add("ik-sign", IkhokhaWebhook.Sign(Secret, rig.WebhookPath, body));
        using var answer = await rig.Browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await rig.EventsAsync(1);
        await rig.AskAsync(id);

        Assert.Equal("pending", await rig.StatusAsync(id));
        Assert.Empty(await rig.App.ReadAsync(db => db.Receipts.ToListAsync()));
    }

    [Fact]
    public async Task Refund_is_a_task_for_a_person_and_no_refund_url_is_called()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR");
        using var paid = await rig.SubmitAsync(page, ("action", "pay"), ("card", Good));
        await rig.ReachesAsync(id, "succeeded");

        var refund = await rig.PostAsync($"/v1/payments/{id}/refunds", """{"amount_minor":5000,"reason":"late"}""");

        Assert.Equal(("pending", "manual"), (refund["status"]!.ToString(), refund["action_required"]!.ToString()));
        var finance = new Actor(ActorKind.User, "u1", "finance@shop.test", Roles.Admin);
        var settled = await rig.App.Get<RefundPayment>().SettleByHandAsync(await rig.App.TenantIdAsync(), Guid.Parse(refund["id"]!.ToString()), isPaidBack: true, "IK-DASH-1", "Paid back in the dashboard", finance, CancellationToken.None);
        Assert.Equal(RefundStatus.Succeeded, settled.Value);
        Assert.Equal(5_000, (await rig.PaymentAsync(id))["refunded_minor"]!.GetValue<long>());
        Assert.DoesNotContain(await rig.App.ReadAsync(db => db.ProviderCalls.Select(call => call.Operation).ToListAsync()), operation => operation == ProviderOperation.Refund);
        Assert.NotEmpty(rig.SandboxCalls);
        Assert.DoesNotContain(rig.SandboxCalls, call => call.Contains("refund", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Pair_of_the_source_document_works_on_the_sandbox()
    {
        await using var rig = await CheckoutRig.StartAsync("ikhokha", IkhokhaProvider.AppId, new Dictionary<string, string> { [IkhokhaProvider.AppId] = "demo", [IkhokhaProvider.AppSecret] = "demo_secret" });
        var (id, page) = await rig.CreateAsync(15_000, "ZAR");

        using var paid = await rig.SubmitAsync(page, ("action", "pay"), ("card", Good));

        await rig.EventsAsync(1);
        await rig.ReachesAsync(id, "succeeded");
    }

    [Theory]
    [InlineData("demo", Mode.Test, AccountEndpoint.Sandbox, null)]
    [InlineData("demo", Mode.Test, AccountEndpoint.Provider, "app_id")]
    [InlineData("demo", Mode.Live, AccountEndpoint.Provider, "app_id")]
    [InlineData("IKshort", Mode.Test, AccountEndpoint.Sandbox, "app_id")]
    public async Task Demo_application_is_the_sandboxs(string appId, Mode mode, AccountEndpoint endpoint, string? refused)
    {
        await using var app = await TestApp.StartAsync();
        var request = new NewProviderAccount
        {
            TenantId = await app.TenantIdAsync(),
            Provider = "ikhokha",
            Mode = mode,
            Endpoint = endpoint,
            Name = "iKhokha",
            IsEnabled = true,
            Credentials = new Dictionary<string, string> { [IkhokhaProvider.AppId] = appId, [IkhokhaProvider.AppSecret] = mode == Mode.Live ? "a-secret-that-is-long-enough" : "demo_secret" },
        };

        var saved = await app.Get<SaveProviderAccount>().CreateAsync(request, new Actor(ActorKind.User, "u1", "admin@shop.test", Roles.Admin), CancellationToken.None);

        Assert.Equal(refused is null ? [] : [refused], saved.Problem?.Errors?.Keys ?? []);
    }

    [Fact]
    public async Task Client_of_ikhokha_can_speak_to_the_imitation()
    {
        await using var rig = await StartAsync();
        var body = $$$"""{"entityID":"e","externalEntityID":"s","amount":200,"currency":"ZAR","requesterUrl":"https://shop.test","description":"it's","paymentReference":"p","mode":"live","externalTransactionID":"T1","urls":{"callbackUrl":"{{{rig.App.Url + rig.WebhookPath}}}","successPageUrl":"https://shop.test/s","failurePageUrl":"https://shop.test/f","cancelUrl":"https://shop.test/c"}}""";

        var (status, created) = await CallAsync("POST", "/public-api/v1/api/payment", body);
        Assert.Equal((200, "00", "T1"), (status, created["responseCode"]!.ToString(), created["externalTransactionID"]!.ToString()));
        Assert.NotEqual("00", (await CallAsync("POST", "/public-api/v1/api/payment", body.Replace("200", "0", StringComparison.Ordinal))).Body["responseCode"]!.ToString());
        Assert.Equal(400, (await CallAsync("POST", "/public-api/v1/api/payment", body.Replace("externalTransactionID", "else", StringComparison.Ordinal))).Status);
        Assert.Equal(401, (await CallAsync("POST", "/public-api/v1/api/payment", body, signed: body.Replace("'", "", StringComparison.Ordinal))).Status);
        Assert.Equal(401, (await CallAsync("POST", "/public-api/v1/api/payment", body, app: "IKSOMEBODYELSE")).Status);
        Assert.Equal("PENDING", (await CallAsync("GET", $"/public-api/v1/api/getStatus/{created["paylinkID"]}", "")).Body["status"]!.ToString());
        Assert.Equal(200, (await CallAsync("GET", "/public-api/v1/api/getStatus/external?externalReference=T1", "")).Body["amount"]!.GetValue<int>());
        Assert.Equal(401, (await CallAsync("GET", "/public-api/v1/api/getStatus/external?externalReference=T1", "", signsQuery: true)).Status);
        Assert.Equal(404, (await CallAsync("GET", "/public-api/v1/api/getStatus/none", "")).Status);
        Assert.Equal(404, (await CallAsync("POST", "/public-api/v1/api/refund", "{}")).Status);
        using var left = await rig.SubmitAsync(new Uri(created["paylinkUrl"]!.ToString()).AbsolutePath, ("action", "leave"));
        Assert.Equal("https://shop.test/c", left.Headers.Location!.ToString());

        async Task<(int Status, JsonNode Body)> CallAsync(string method, string path, string text, string? signed = null, string app = App, bool signsQuery = false)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/sandbox/ikhokha" + path);
            request.Headers.Add("IK-APPID", app);
            request.Headers.Add("IK-SIGN", IkhokhaWebhook.Sign(Secret, signsQuery ? path : path.Split('?')[0], Encoding.UTF8.GetBytes(signed ?? text)));
            if (text.Length > 0)
                request.Content = new StringContent(text, Encoding.UTF8, "application/json");
            using var response = await rig.Browser.SendAsync(request);
            return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
    }

    [BrowserFact]
    public async Task Payer_pays_in_a_browser_and_the_portal_tells_of_it()
    {
        await using var rig = await StartAsync();
        var (id, page) = await rig.CreateAsync(15_000, "ZAR", "Thabo's gift");
        var (_, other) = await rig.CreateAsync(20_000, "ZAR");
        var away = new Regex("^(?!.*/sandbox/)");

        // The shop's page behind the checkout is another part's affair.
        await chromium.VisitAsync(new Visit { Site = new Uri(rig.App.Url), ExpectedErrors = ["404"] }, async tab =>
        {
            await tab.GotoAsync(other);
            await tab.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await Expect(tab).ToHaveURLAsync(away);

            await tab.GotoAsync(page);
            await tab.GetByLabel("Card number").FillAsync("4000 0000 0000 0002");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();
            await Expect(tab).ToHaveURLAsync(away);
            await rig.SaysAsync(id, "FAILURE");
            await tab.GotoAsync(page);
            await Expect(tab.GetByRole(AriaRole.Alert)).ToContainTextAsync("Declined by the bank");
            await tab.GetByLabel("Card number").FillAsync("5200 0000 0000 1096");
            await tab.GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();
            await tab.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
            await Expect(tab).ToHaveURLAsync(away);
            await rig.ReachesAsync(id, "succeeded");

            await rig.OpenInPortalAsync(tab, id);
            await Expect(tab.GetByTestId("payment-timeline")).ToContainTextAsync("The provider's word: FAILURE.");
            await Expect(tab.GetByTestId("provider-calls")).ToContainTextAsync("PAID");
            await Expect(tab.GetByTestId("payment-status").First).ToHaveTextAsync("Succeeded");
        });
    }

    private static Task<CheckoutRig> StartAsync() =>
        CheckoutRig.StartAsync("ikhokha", IkhokhaProvider.AppId, new Dictionary<string, string> { [IkhokhaProvider.AppId] = App, [IkhokhaProvider.AppSecret] = Secret });
}
