using System.Diagnostics;
using Microsoft.Playwright;

namespace PaymentAdmin.Benchmarks;

/// <summary>
/// The portal in a browser, on a server with a small and one with a large database of <c>seed-load</c>: from the moment an address is asked for until
/// the first row, figure or fact of it is on screen. Each page is asked of both in turn, warmed alike.
/// </summary>
internal static class PortalScenario
{
    private const float PatienceMilliseconds = 60_000;

    private static readonly (string Name, string Path, string Drawn)[] Pages =
    [
        ("/payments, first rows", "/payments?mode=test", Row),
        ("/payments, one status", "/payments?mode=test&status=succeeded", Row),
        ("/payments, a rare status", "/payments?mode=test&status=in_review", Row),
        ("/payments, one provider and one shop", "/payments?mode=test&provider=stripe&shop_id=8", Row),
        ("/payments, text", "/payments?mode=test&q=payer-1@example.com", Row + ", .empty"),
        ("/refunds", "/refunds?mode=test", "main .rz-data-row a"),
        ("/audit", "/audit?mode=test", "[data-testid=audit-row]"),
        ("dashboard", "/?mode=test", "[data-testid=dashboard-figures] a"),
    ];

    private const string Row = "[data-testid=payments-row]";

    /// <param name="small">Address of the server with few payments.</param>
    /// <param name="large">Address of the server with many.</param>
    /// <param name="email">Somebody who may sign in at both, with the password in the environment variable PORTAL_PASSWORD.</param>
    public static async Task<int> RunAsync(string small, string large, string email)
    {
        var password = Environment.GetEnvironmentVariable("PORTAL_PASSWORD") ?? throw new InvalidOperationException("PORTAL_PASSWORD is not set.");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Environment.GetEnvironmentVariable("PORTAL_CHROMIUM") ?? "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        var less = await SignInAsync(browser, small, email, password);
        var more = await SignInAsync(browser, large, email, password);
        Console.WriteLine("Until the first of it is on screen; page and circuit are loaded anew each time.");
        var comparison = new Comparison { Calls = 3, WarmUp = 1, Tail = 0.9, Format = "0" };
        comparison.WriteHead("page");
        foreach (var (name, path, drawn) in Pages)
            await comparison.RunAsync(name, () => VisitAsync(less, path, drawn), () => VisitAsync(more, path, drawn));
        var (one, other) = (await NewestAsync(less), await NewestAsync(more));
        await comparison.RunAsync("page of one payment", () => VisitAsync(less, one, "[data-testid=money-strip]"), () => VisitAsync(more, other, "[data-testid=money-strip]"));
        return 0;
    }

    private static async Task<IPage> SignInAsync(IBrowser browser, string address, string email, string password)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = address, ViewportSize = new ViewportSize { Width = 1440, Height = 900 }, ReducedMotion = ReducedMotion.Reduce });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(PatienceMilliseconds);
        await page.GotoAsync("/account/sign-in?returnUrl=%2Fpayments%3Fmode%3Dtest");
        await page.GetByTestId("signin-email").FillAsync(email);
        await page.GetByTestId("signin-password").FillAsync(password);
        await page.GetByTestId("signin-submit").ClickAsync();
        await page.Locator(Row).First.WaitForAsync();
        return page;
    }

    private static async Task<string> NewestAsync(IPage page)
    {
        await page.GotoAsync("/payments?mode=test&status=succeeded");
        var href = await page.Locator("a[href^='/payments/']").First.GetAttributeAsync("href");
        return href ?? throw new InvalidOperationException("The list has no link to a payment.");
    }

    /// <summary>The page tells by itself when it is drawn, so that asking it again and again does not count.</summary>
    private static async Task<double> VisitAsync(IPage page, string path, string drawn)
    {
        await page.GotoAsync("about:blank");
        var started = Stopwatch.GetTimestamp();
        await page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await page.WaitForFunctionAsync("selector => document.querySelector(selector) !== null", drawn, new PageWaitForFunctionOptions { Timeout = PatienceMilliseconds });
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
