using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>From the printed code to a portal that answers, in a browser, under the headers that the server really sends.</summary>
[Collection(BrowserCollection.Name)]
public sealed partial class SetupPageTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Printed_code_leads_to_a_portal_with_a_living_circuit()
    {
        await using var app = await TestApp.StartAsync();
        var code = PrintedCode().Match(app.Output.ToString()).Value;

        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await page.GotoAsync("/");
            await Assertions.Expect(page).ToHaveURLAsync(new Regex("/setup$"));
            await page.GetByTestId("setup-email").FillAsync("owner@shop.test");
            await page.GetByTestId("setup-password").FillAsync(TestApp.Password);
            await page.GetByTestId("setup-code").FillAsync(code);
            var circuit = page.WaitForWebSocketAsync();
            await page.GetByTestId("setup-submit").ClickAsync();
            Assert.StartsWith(app.Url.Replace("http", "ws", StringComparison.Ordinal) + "/_blazor", (await circuit).Url, StringComparison.Ordinal);
            await Assertions.Expect(page.GetByTestId("mode-banner")).ToBeVisibleAsync();
        });
    }

    [GeneratedRegex("[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")]
    private static partial Regex PrintedCode();
}
