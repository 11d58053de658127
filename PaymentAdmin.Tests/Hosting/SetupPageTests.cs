using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>From the printed code to a signed-in superadmin, in a browser, under the headers that the server really sends.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed partial class SetupPageTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Printed_code_makes_and_signs_in_the_superadmin()
    {
        await using var app = await TestApp.StartAsync();
        var code = PrintedCode().Match(app.Output.ToString()).Value;

        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url), ExpectedErrors = ["404"] }, async page =>
        {
            await page.GotoAsync("/");
            await Assertions.Expect(page).ToHaveURLAsync(new Regex("/setup$"));
            await page.GetByTestId("setup-email").FillAsync("owner@shop.test");
            await page.GetByTestId("setup-password").FillAsync(TestApp.Password);
            await page.GetByTestId("setup-code").FillAsync(code);
            await page.GetByTestId("setup-submit").ClickAsync();
            await Assertions.Expect(page).ToHaveURLAsync(new Uri(new Uri(app.Url), "/").ToString());
            Assert.Contains(await page.Context.CookiesAsync(), cookie => cookie is { Name: "paymentadmin", HttpOnly: true, SameSite: SameSiteAttribute.Lax });
            var circuit = page.WaitForWebSocketAsync();
            await page.GotoAsync("/superadmin/payment-configs");
            Assert.StartsWith(app.Url.Replace("http", "ws", StringComparison.Ordinal) + "/_blazor", (await circuit).Url, StringComparison.Ordinal);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            await page.GotoAsync("/setup");
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Set-up is done" })).ToBeVisibleAsync();
        });
    }

    [GeneratedRegex("[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")]
    private static partial Regex PrintedCode();
}
