using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace PaymentAdmin.Tests.Support;

/// <summary>What every page owes everybody: nothing that axe objects to, nothing that scrolls sideways.</summary>
public static class PageLook
{
    private static readonly AxeRunOptions Wcag = new() { RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } };

    /// <param name="hasScript">False: axe cannot run there, which is a script itself.</param>
    public static async Task CheckAsync(IPage page, string what, bool hasScript = true)
    {
        // Colours are judged when nothing is fading in any more.
        await page.EvaluateAsync("Promise.all(document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity).map(one => one.finished.catch(() => {})))");
        if (Environment.GetEnvironmentVariable("PAYMENTADMIN_TEST_PICTURES") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{what.Replace(' ', '-')}-{page.ViewportSize?.Width}.png"), FullPage = true });
        if (hasScript)
        {
            var found = await page.RunAxe(Wcag);
            Assert.True(found.Violations.Length == 0, $"{what}: {string.Join("; ", found.Violations.Select(one => $"{one.Id} {string.Join(" | ", one.Nodes.Take(3).Select(node => node.Html))}"))}");
        }
        var overhang = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(overhang <= 0, $"{what} scrolls sideways by {overhang} px");
    }
}
