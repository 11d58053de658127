using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Core.Demo;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Browser;

/// <summary>The way that somebody goes who has just started the product: through the real pages, the real client and the real imitation.</summary>
[Collection(PayerBrowserCollection.Name)]
public sealed partial class FirstLightTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Config_is_created_and_a_test_payment_of_its_shop_succeeds_live()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        await chromium.VisitAsync(Visit(app), async page =>
        {
            await SignInAsync(page, app);

            await page.GotoAsync("/superadmin/payment-configs");
            await page.GetByTestId("config-add").ClickAsync();
            await page.GetByTestId("config-shop").FillAsync("77");
            await page.GetByTestId("config-bin").FillAsync("210440028342");
            await Expect(page.GetByText("the last digit would be 4")).ToBeVisibleAsync();
            await page.GetByTestId("config-bin").FillAsync("210440028324");
            await page.GetByTestId("config-token").FillAsync("00000000-0000-4000-8000-000000000077");
            await page.GetByTestId("config-description").FillAsync("Kiosk");
            await page.GetByTestId("config-save").ClickAsync();
            await Expect(page.GetByTestId("config-saved")).ToContainTextAsync("shop 77");
            await Expect(page.Locator("body")).Not.ToContainTextAsync("000000000077");

            await page.GotoAsync("/test-console");
            await Expect(page.GetByTestId("mode-banner")).ToBeVisibleAsync();
            await page.GetByTestId("console-shop").SelectOptionAsync("77");
            await Expect(page.GetByTestId("console-route")).ToContainTextAsync("210440028324, version 1, sandbox");
            await page.GetByTestId("console-amount").FillAsync("10 000");
            await page.GetByTestId("console-run").ClickAsync();
            await Expect(page.GetByTestId("console-status")).ToHaveTextAsync("Succeeded");
            await Expect(page.GetByTestId("console-live")).ToContainTextAsync("Processed");
        });
    }

    [BrowserFact]
    public async Task Lost_answer_ends_in_review_and_says_what_to_do()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"), ("Providers:kaspi:TimeoutSeconds", "1"));
        await chromium.VisitAsync(Visit(app), async page =>
        {
            await SignInAsync(page, app);
            await page.GotoAsync("/test-console");
            await page.Locator("[data-testid=console-fault][value=timeout_then_success]").CheckAsync();
            await page.GetByTestId("console-run").ClickAsync();

            await Expect(page.GetByTestId("console-status")).ToHaveTextAsync("In review");
            await Expect(page.GetByTestId("console-next")).ToContainTextAsync("attach the reference");
        });
    }

    [BrowserFact]
    public async Task Config_is_changed_and_switched_off_by_the_keyboard_alone()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        await chromium.VisitAsync(Visit(app), async page =>
        {
            await SignInAsync(page, app);
            await page.GotoAsync("/superadmin/payment-configs?q=991011000048");
            await Expect(page.GetByTestId("config-edit")).ToHaveCountAsync(1);

            await page.Keyboard.PressAsync("j");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByTestId("config-replaces")).ToContainTextAsync("Version 3 replaces version 2.");
            await Expect(page.GetByTestId("config-bin")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.PressAsync("Tab");
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.GetByTestId("config-description")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Control+a");
            await page.Keyboard.TypeAsync("By keyboard");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByTestId("config-saved")).ToContainTextAsync("version 3");

            await page.GetByTestId("config-deactivate").FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText("New payments of this shop are refused")).ToBeVisibleAsync();
            await Expect(page.Locator(".rz-dialog")).ToContainTextAsync("991011000048");
            await page.GetByTestId("config-deactivate-confirm").FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByTestId("config-state")).ToHaveTextAsync("Inactive");
        });
    }

    private static Visit Visit(TestApp app) => new() { Site = new Uri(app.Url) };

    private static async Task SignInAsync(IPage page, TestApp app)
    {
        await page.GotoAsync("/account/sign-in?returnUrl=%2Ftest-console");
        await page.GetByTestId("signin-email").FillAsync(SeedDemo.EmailOf("admin"));
        await page.GetByTestId("signin-password").FillAsync(PasswordLine().Match(app.Output.ToString()).Groups["password"].Value);
        await page.GetByTestId("signin-submit").ClickAsync();
        await Expect(page.GetByTestId("console-run")).ToBeVisibleAsync();
    }

    [GeneratedRegex(@"with the password (?<password>\S+)")]
    private static partial Regex PasswordLine();
}
