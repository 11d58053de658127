using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using PaymentAdmin.Tests.Endpoints;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Samples;

/// <summary>docs/samples/checkout.html on an origin of its own, as the page of a shop: a customer pays, another leaves.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class BrowserSampleTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Customer_pays_from_the_shops_own_page()
    {
        await using var shop = await ShopAsync();
        await using var world = await SourceWorld.StartAsync(("FrontendUrl", shop.Urls.First()), ("Cors:AllowedOrigins", shop.Urls.First()));
        await world.AccountAsync("stripe", credentials: [("secret_key", "sk_test_your_test_key_of_the_sample"), ("webhook_secret", "whsec_your_webhook_secret")]);
        await CustomerToken.RegisterAsync(world.App);
        await world.PaymentAsync("order-4711", amountMinor: 2500, currency: "USD", customer: "anna");

        await chromium.VisitAsync(new Visit { Site = new Uri(shop.Urls.First()), Width = 390, ExpectedErrors = ["409"] }, async page =>
        {
            await OrderAsync(page, world.App.Url, "anna");
            await page.GetByRole(AriaRole.Button, new() { Name = "Back to the shop" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Nothing was charged");

            await page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
            await page.GetByLabel("Card number").FillAsync("4242 4242 4242 4242");
            await page.GetByRole(AriaRole.Button, new() { Name = "Pay", Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Paid: 25.00 USD for order-4711");

            await page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("succeeded");
        });
    }

    [BrowserFact]
    public async Task Another_customers_order_is_not_there()
    {
        await using var shop = await ShopAsync();
        await using var world = await SourceWorld.StartAsync(("FrontendUrl", shop.Urls.First()), ("Cors:AllowedOrigins", shop.Urls.First()));
        await CustomerToken.RegisterAsync(world.App);
        await world.PaymentAsync("order-4711", amountMinor: 2500, currency: "USD", customer: "anna");

        await chromium.VisitAsync(new Visit { Site = new Uri(shop.Urls.First()), ExpectedErrors = ["404"] }, async page =>
        {
            await OrderAsync(page, world.App.Url, "boris");
            await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("No such");
        });
    }

    private static async Task OrderAsync(IPage page, string api, string customer)
    {
        await page.GotoAsync("/");
        await page.GetByLabel("Address of the API").FillAsync(api);
        await page.GetByLabel("Order", new() { Exact = true }).FillAsync("order-4711");
        await page.GetByLabel("The customer's token").FillAsync(CustomerToken.For(customer));
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
    }

    /// <summary>Serves the page at every path.</summary>
    private static async Task<WebApplication> ShopAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var shop = builder.Build();
        shop.Run(http =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            return http.Response.SendFileAsync(Path.Combine(Repository.Root, "docs", "samples", "checkout.html"));
        });
        await shop.StartAsync();
        return shop;
    }
}
