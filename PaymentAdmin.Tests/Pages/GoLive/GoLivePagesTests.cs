using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.GoLive;

/// <summary>The way to live payments: the diagnosis, the suite that turns its open steps into taken ones, and the file of what was made.</summary>
[Collection(BrowserCollection.Name)]
public sealed class GoLivePagesTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Diagnosis_agrees_with_the_verb_and_the_suite_and_a_file_are_one_press_away()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var email = await app.CreateUserAsync(Roles.Superadmin);
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/health-check");
            await Expect(page.GetByTestId("golive-verdict")).ToContainTextAsync("in the way of live payments");
            await SaysWhatTheVerbSaysAsync(page, app);
            await page.GetByTestId("golive-kaspi").Locator("summary").ClickAsync();
            var step = page.Locator("[data-subject='kaspi test payment']");
            await Expect(step).ToHaveAttributeAsync("data-state", "todo");
            await page.GetByTestId("golive-reach").ClickAsync();
            await Expect(page.Locator("[data-subject='kaspi test host']")).ToContainTextAsync("answered in");

            await step.GetByTestId("finding-fix").ClickAsync();
            await Expect(page.GetByTestId("console-provider")).ToHaveValueAsync("kaspi");
            await page.GetByTestId("suite-run").ClickAsync();
            await Expect(page.Locator("[data-scenario=pays]")).ToHaveAttributeAsync("data-state", "passed", new() { Timeout = 60_000 });
            await Expect(page.GetByTestId("suite-progress")).ToBeVisibleAsync();
            await page.GetByTestId("suite-stop").ClickAsync();
            await Expect(page.GetByTestId("suite-summary")).ToContainTextAsync("Stopped", new() { Timeout = 30_000 });
            Assert.Contains("passed   Payer pays: Succeeded after", await page.GetByTestId("suite-report").GetAttributeAsync("data-copy"), StringComparison.Ordinal);
            await page.Locator("[data-scenario=pays]").GetByTestId("suite-payment").ClickAsync();
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync("Succeeded");

            await page.GotoAsync("/health-check");
            await Expect(step).ToHaveAttributeAsync("data-state", "ok");

            await page.GotoAsync("/exports?mode=test");
            await Expect(page.GetByTestId("exports-none")).ToBeVisibleAsync();
            await page.GetByTestId("export-separator").SelectOptionAsync(";");
            await page.GetByTestId("export-columns").ClickAsync();
            await page.GetByTestId("export-column-customer_email").UncheckAsync();
            await Expect(page.GetByTestId("export-address")).ToContainTextAsync("separator=%3B");
            await Expect(page.GetByTestId("export-address")).Not.ToContainTextAsync("customer_email");
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("export-download").ClickAsync());
            Assert.Matches("^payments-test-[0-9-]+[.]csv$", download.SuggestedFilename);
            Assert.Contains("console-suite-pays-", await File.ReadAllTextAsync(await download.PathAsync()), StringComparison.Ordinal);
            await page.ReloadAsync();
            await Expect(page.GetByTestId("export-taken")).ToContainTextAsync("payments.csv");
            await page.GetByTestId("export-preset").Filter(new() { HasText = "Since the last export" }).ClickAsync();
            await Expect(page).ToHaveURLAsync(new Regex("from=20.*T"));
            await page.GetByTestId("export-preset").Filter(new() { HasText = "Today" }).ClickAsync();
            await Expect(page.GetByTestId("export-address")).ToContainTextAsync(new Regex("created_from=([0-9-]+)&created_to=\\1"));
        });
    }

    private static async Task SaysWhatTheVerbSaysAsync(IPage page, TestApp app)
    {
        // With the settings that the server was started with.
        var verb = await VerbRun.OnAsync(app.Database.Settings.Append(new("Sandbox:Enabled", "true")), app.Get<Deployment>().DataDirectory, "Test", "check", "--tenant", "default", "--json");
        var said = verb.Json.GetProperty("findings").EnumerateArray().Select(finding => $"{finding.GetProperty("subject").GetString()}: {finding.GetProperty("state").GetString()}").Order(StringComparer.Ordinal).ToList();
        var shown = await page.GetByTestId("finding").EvaluateAllAsync<string[]>("rows => rows.map(row => `${row.dataset.subject}: ${row.dataset.state}`)");
        Assert.True(said.Count > 20, "The demo has accounts of every provider.");
        Assert.Equal(said, shown.Order(StringComparer.Ordinal));
    }
}
