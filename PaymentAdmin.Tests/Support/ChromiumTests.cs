using Xunit.Sdk;

namespace PaymentAdmin.Tests.Support;

[Collection(BrowserCollection.Name)]
public sealed class ChromiumTests(Chromium chromium)
{
    private const string Page =
        "data:text/html,<title>Counter</title><button onclick=\"this.textContent = 'clicked'\">click me</button><p hidden onclick=\"missing()\">x</p>";

    [BrowserFact]
    public Task Click_reaches_the_page() => chromium.VisitAsync(async page =>
    {
        await page.GotoAsync(Page);
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button).ClickAsync();
        await Microsoft.Playwright.Assertions.Expect(page.GetByText("clicked")).ToBeVisibleAsync();
    });

    [BrowserFact]
    public async Task Error_in_the_page_fails_the_visit()
    {
        var failure = await Assert.ThrowsAsync<TrueException>(() => chromium.VisitAsync(async page =>
        {
            await page.GotoAsync(Page);
            await page.EvaluateAsync("console.error('the page is unhappy')");
        }));

        Assert.Contains("the page is unhappy", failure.Message, StringComparison.Ordinal);
    }

    [BrowserFact]
    public Task Expected_error_does_not_fail_the_visit() => chromium.VisitAsync(new Visit { ExpectedErrors = ["unhappy"] }, async page =>
    {
        await page.GotoAsync(Page);
        await page.EvaluateAsync("console.error('the page is unhappy')");
    });

    [BrowserFact]
    public async Task Failed_visit_leaves_a_picture()
    {
        var picture = Path.Combine(Repository.Artifacts, "browser", nameof(Failed_visit_leaves_a_picture) + ".png");
        File.Delete(picture);

        await Assert.ThrowsAsync<VisitFailedException>(() => chromium.VisitAsync(async page =>
        {
            await page.GotoAsync(Page);
            throw new InvalidOperationException("the test found a fault");
        }));

        Assert.True(File.Exists(picture));
        File.Delete(picture);
    }
}
