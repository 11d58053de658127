using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Layout;

/// <summary>What stands around every page: the palette, the keys, and the way back after the server was away.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ShellTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Palette_goes_to_pages_and_records_by_the_keyboard_alone()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.PaidAsync(1_000_000, "ORD-700");
        await scene.CreateAsync(request => request with { OrderReference = "ORD-701" });

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Clerk);
            await page.GotoAsync("/payments?mode=test");
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);

            await page.Keyboard.PressAsync("Control+k");
            await Expect(page.GetByTestId("palette-input")).ToBeFocusedAsync();
            await Expect(page.GetByTestId("palette-option").Filter(new() { HasText = "Audit" })).ToHaveCountAsync(0);
            await PageLook.CheckAsync(page, "the palette");
            // Letter by letter, as a person types: each one gives up what the one before asked.
            await page.GetByTestId("palette-input").PressSequentiallyAsync("refu");
            await Expect(page.GetByTestId("palette-option").First).ToContainTextAsync("Refunds");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page).ToHaveURLAsync(new Regex("/refunds"));

            await page.Keyboard.PressAsync("Control+k");
            await page.GetByTestId("palette-input").FillAsync(payment.Id.ToString());
            await Expect(page.GetByTestId("palette-option").First).ToContainTextAsync("ORD-700");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page).ToHaveURLAsync(new Regex($"/payments/{payment.Id}"));

            await page.Keyboard.PressAsync("Control+k");
            await page.GetByTestId("palette-input").FillAsync("ORD-70");
            await Expect(page.GetByTestId("palette-option")).ToHaveCountAsync(2);
            await page.Keyboard.PressAsync("ArrowDown");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("h1")).ToHaveTextAsync("ORD-700");

            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync("p");
            await Expect(page).ToHaveURLAsync(new Regex("/payments$"));
            await page.Keyboard.PressAsync("?");
            await Expect(page.Locator("#keys")).ToContainTextAsync("Commands and search");
            await page.Keyboard.PressAsync("Escape");

            await page.GetByRole(AriaRole.Searchbox).FillAsync("ORD-701");
            await page.GetByRole(AriaRole.Searchbox).PressAsync("Enter");
            await Expect(page.Locator("h1")).ToHaveTextAsync("ORD-701");
        });
    }

    [BrowserFact]
    public async Task Killed_server_comes_back_and_what_was_typed_is_still_there()
    {
        var folder = Directory.CreateTempSubdirectory("payment-admin-restart-").FullName;
        var data = Path.Combine(folder, "data");
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Staging",
            ["DOTNET_ENVIRONMENT"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["Security:MasterKey"] = TestApp.MasterKey,
            ["DataDirectory"] = data,
            ["Database:Provider"] = "Sqlite",
            ["Database:ConnectionString"] = $"Data Source={data}/money.db",
            ["Admin:Email"] = "admin@shop.test",
            ["Admin:Password"] = TestApp.Password,
        };
        var (first, client) = await ServerProcess.ServeAsync(folder, environment);
        ServerProcess? running = first;
        try
        {
            // The dropped connection, and a focus event that Blazor cannot pass on while there is no circuit.
            string[] expected = ["WebSocket", "Connection", "ERR_", "Failed to", "fetch", "No interop methods are registered"];
            await chromium.VisitAsync(new Visit { Site = client.BaseAddress, ExpectedErrors = expected }, async page =>
            {
                await page.GotoAsync("/account/sign-in?returnUrl=%2Fevents%3Fmode%3Dtest");
                await page.GetByTestId("signin-email").FillAsync("admin@shop.test");
                await page.GetByTestId("signin-password").FillAsync(TestApp.Password);
                await page.GetByTestId("signin-submit").ClickAsync();
                await Expect(page.GetByTestId("connection")).ToContainTextAsync("Live");
                await page.GetByTestId("endpoint-add").ClickAsync();
                await page.GetByTestId("endpoint-url").FillAsync("https://shop.example/hooks");
                await page.GetByTestId("endpoint-description").FillAsync("Typed before the server was killed");
                var origin = await page.EvaluateAsync<double>("performance.timeOrigin");

                await first.DisposeAsync();
                running = null;
                await Expect(page.GetByText("Connection lost.")).ToBeVisibleAsync();
                await Expect(page.GetByTestId("connection").GetByText("Not connected")).ToBeVisibleAsync();
                (running, _) = await ServerProcess.ServeAsync(folder, environment, client.BaseAddress);

                await page.WaitForFunctionAsync("before => performance.timeOrigin > before", origin, new() { Timeout = 60_000 });
                await Expect(page.GetByTestId("endpoint-url")).ToHaveValueAsync("https://shop.example/hooks");
                await Expect(page.GetByTestId("endpoint-description")).ToHaveValueAsync("Typed before the server was killed");
                await page.GetByTestId("endpoint-save").ClickAsync();
                await Expect(page.GetByTestId("endpoint-row")).ToContainTextAsync("Typed before the server was killed");
            });
        }
        finally
        {
            if (running is not null)
                await running.DisposeAsync();
            client.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
