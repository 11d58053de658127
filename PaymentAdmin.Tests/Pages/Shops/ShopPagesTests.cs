using PaymentAdmin.Core.Access;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Shops;

[Collection(BrowserCollection.Name)]
public sealed class ShopPagesTests(Chromium chromium)
{
    /// <summary>What only a superadmin does: one tenant after the other, each with shops of its own.</summary>
    [BrowserFact]
    public async Task Superadmin_sets_up_a_shop_in_one_tenant_and_another_does_not_see_it()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var email = await app.CreateUserAsync(Roles.Superadmin);
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/superadmin/payment-configs");
            await Expect(page.GetByTestId("config-edit")).ToHaveCountAsync(2);

            await page.Locator(".brand summary").ClickAsync();
            await page.Locator(".brand").GetByText("Second", new() { Exact = true }).ClickAsync();
            await Expect(page.Locator(".brand small")).ToHaveTextAsync("Second");
            await page.GotoAsync("/superadmin/payment-configs");
            await Expect(page.GetByTestId("config-edit")).ToHaveCountAsync(1);
            await page.GetByTestId("config-add").ClickAsync();
            await page.GetByTestId("config-shop").FillAsync("22");
            await page.GetByTestId("config-bin").FillAsync("210440028324");
            await page.GetByTestId("config-token").FillAsync("00000000-0000-4000-8000-000000000022");
            await page.GetByTestId("config-save").ClickAsync();
            await Expect(page.GetByTestId("config-saved")).ToContainTextAsync("shop 22");
            await Expect(page.GetByTestId("config-edit")).ToHaveCountAsync(2);

            // A wrong edit is taken back from the history: the old BIN and token come as the next version.
            await page.GotoAsync("/superadmin/payment-configs?q=22");
            await page.GetByTestId("config-edit").ClickAsync();
            await page.GetByTestId("config-bin").FillAsync("991011000048");
            await page.GetByTestId("config-save").ClickAsync();
            await Expect(page.GetByTestId("config-saved")).ToContainTextAsync("version 2");
            await page.GetByTestId("config-history").ClickAsync();
            await page.GetByTestId("config-restore").ClickAsync();
            await Expect(page.GetByRole(Microsoft.Playwright.AriaRole.Dialog)).ToContainTextAsync("210440028324");
            await page.GetByTestId("config-restore-confirm").ClickAsync();
            await Expect(page.GetByTestId("config-saved")).ToContainTextAsync("Version 1 restored");
            await Expect(page.Locator("main .rz-data-row")).ToContainTextAsync("210440028324");

            await page.Locator(".brand summary").ClickAsync();
            await page.Locator(".brand").GetByText("Default", new() { Exact = true }).Last.ClickAsync();
            await Expect(page.Locator(".brand small")).ToHaveTextAsync("Default");
            await page.GotoAsync("/superadmin/payment-configs?q=22");
            await Expect(page.Locator("main h1")).ToBeVisibleAsync();
            await Expect(page.GetByTestId("config-edit")).ToHaveCountAsync(0);
        });
    }
}
