using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Browser;

/// <summary>
/// What a payer can do on a provider's hosted page, in a browser, and what the portal then says: our status, and beside it the provider's own word.
/// </summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class HostedCheckoutTests(Chromium chromium)
{
    [BrowserFact]
    public Task Stripe() => GoesAsync("stripe", "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155", "Pay", [], "Complete authentication", new Words("(paid|succeeded)", "(open|requires_payment_method)", "(paid|succeeded)", "open"));

    [BrowserFact]
    public Task Paystack() => GoesAsync("paystack", "4084 0840 8408 4081", "4084 0800 0000 5408", "5078 5078 5078 5078 12", "Pay by card", [], "Confirm", new Words("success", "failed", "success", "abandoned"));

    [BrowserFact]
    public Task Ioka() => GoesAsync("ioka", "5555 5555 5555 5599", "4444 4444 4444 6666", "4111 1111 1111 1111", "Pay", [("Password of your bank", "12345678")], "Confirm", new Words("PAID", "DECLINED", "PAID", "UNPAID"));

    [BrowserFact]
    public Task CloudPayments() => GoesAsync("cloudpayments", "4000 0000 0000 3055", "4000 0566 5566 5556", "4242 4242 4242 4242", "Pay", [], "Confirm", new Words("Completed", "Declined", "Completed", "Created"));

    /// <summary>The provider's own words after each of the four ways: expressions, where a session and its payment report the same end in their own words.</summary>
    private sealed record Words(string Paid, string Declined, string Authenticated, string Abandoned);

    private async Task GoesAsync(string provider, string pays, string declines, string authenticates, string pay, (string Label, string Text)[] proof, string confirm, Words words)
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var currency = app.Get<ProviderRegistry>()[provider].Profile.Currencies[0];
        var email = await app.CreateUserAsync(Roles.Superadmin);
        using var api = app.Client(await app.CreateKeyAsync());
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url), ExpectedErrors = ["404", "400"] }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/payments");
            await Expect(page.GetByTestId("payments-row").First).ToBeVisibleAsync();

            var paid = await CreateAsync(api, provider, currency, "paid");
            await page.GotoAsync(paid.Page);
            await page.GetByLabel("Card number").FillAsync(pays);
            await page.GetByRole(AriaRole.Button, new() { Name = pay, Exact = true }).ClickAsync();
            await LooksAsync(page, api, paid.Id, "Succeeded", words.Paid);

            var declined = await CreateAsync(api, provider, currency, "declined");
            await page.GotoAsync(declined.Page);
            await page.GetByLabel("Card number").FillAsync(declines);
            await page.GetByRole(AriaRole.Button, new() { Name = pay, Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
            await LooksAsync(page, api, declined.Id, status: null, words.Declined);

            var authenticated = await CreateAsync(api, provider, currency, "authenticated");
            await page.GotoAsync(authenticated.Page);
            await page.GetByLabel("Card number").FillAsync(authenticates);
            await page.GetByRole(AriaRole.Button, new() { Name = pay, Exact = true }).ClickAsync();
            foreach (var (label, text) in proof)
                await page.GetByLabel(label).FillAsync(text);
            await page.GetByRole(AriaRole.Button, new() { Name = confirm }).ClickAsync();
            await LooksAsync(page, api, authenticated.Id, "Succeeded", words.Authenticated);

            var abandoned = await CreateAsync(api, provider, currency, "abandoned");
            await page.GotoAsync(abandoned.Page);
            await Expect(page.GetByLabel("Card number")).ToBeVisibleAsync();
            await LooksAsync(page, api, abandoned.Id, "Pending", words.Abandoned);
        });
    }

    private static async Task<(string Id, string Page)> CreateAsync(HttpClient api, string provider, string currency, string reference)
    {
        var body = new JsonObject { ["order_reference"] = reference, ["amount_minor"] = 500_000, ["currency"] = currency, ["provider"] = provider, ["description"] = "Tea & milk", ["customer"] = new JsonObject { ["email"] = "payer@shop.test" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Idempotency-Key", reference);
        using var answer = await api.SendAsync(request);
        var payment = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True(payment["next_action"]?["url"] is not null, payment.ToJsonString());
        return (payment["id"]!.GetValue<string>(), payment["next_action"]!["url"]!.GetValue<string>());
    }

    /// <summary>The payment's page in the portal, after the provider was asked.</summary>
    private static async Task LooksAsync(IPage page, HttpClient api, string id, string? status, string word)
    {
        if (status == "Succeeded")
            await Eventually.TrueAsync(async () => JsonNode.Parse(await api.GetStringAsync($"/v1/payments/{id}"))!["status"]!.GetValue<string>() == "succeeded", "the payment succeeded");
        else
            using (await api.PostAsync($"/v1/payments/{id}/verify", content: null))
            {
            }
        await page.GotoAsync($"/payments/{id}");
        if (status is not null)
            await Expect(page.GetByTestId("payment-status").First).ToContainTextAsync(status);
        await Expect(page.GetByTestId("payment-attempts")).ToContainTextAsync(new Regex($"says {word}"));
    }
}
