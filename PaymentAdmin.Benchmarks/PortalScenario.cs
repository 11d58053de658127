using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace PaymentAdmin.Benchmarks;

/// <summary>
/// The portal in a browser, on a server with a small and one with a large database of <c>seed-load</c>: from the moment an address is asked for until
/// the first row, figure or fact of it is on screen. Each page is asked of both in turn, warmed alike.
/// </summary>
internal static class PortalScenario
{
    private const int Rounds = 5;
    private const int Calls = 8;
    private const float PatienceMilliseconds = 60_000;

    private static readonly (string Name, string Path, string Drawn)[] Pages =
    [
        ("/payments, first rows", "/payments?mode=test", Row),
        ("/payments, one status", "/payments?mode=test&status=succeeded", Row),
        ("/payments, a rare status", "/payments?mode=test&status=in_review", Row),
        ("/payments, one provider and one shop", "/payments?mode=test&provider=stripe&shop_id=8", Row),
        ("/payments, text", "/payments?mode=test&q=payer-1@example.com", Row + ", .empty"),
        ("/refunds", "/refunds?mode=test", "main tbody tr td a"),
        ("/audit", "/audit?mode=test", "main tbody tr td"),
        ("dashboard", "/?mode=test", "main .card a"),
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
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rounds} rounds of {Calls} visits each, milliseconds until the first of it is on screen; circuits and page are loaded anew each time."));
        Console.WriteLine();
        Console.WriteLine("| page | small: median, p90 ms | large: median, p90 ms | ratio of medians, median of 5 (min–max) |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, path, drawn) in Pages)
            await CompareAsync(name, () => VisitAsync(less, path, drawn), () => VisitAsync(more, path, drawn));
        var (one, other) = (await NewestAsync(less), await NewestAsync(more));
        await CompareAsync("page of one payment", () => VisitAsync(less, one, "main .moneystrip, main h1"), () => VisitAsync(more, other, "main .moneystrip, main h1"));
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

    private static async Task CompareAsync(string name, Func<Task<double>> less, Func<Task<double>> more)
    {
        List<double> ratios = [], small = [], large = [];
        for (var round = 0; round <= Rounds; round++)
        {
            List<double> a = [], b = [];
            for (var i = 0; i < (round == 0 ? 2 : Calls); i++)
            {
                a.Add(await less());
                b.Add(await more());
            }
            if (round == 0)
                continue; // warm-up
            ratios.Add(Percentile(b, 0.5) / Percentile(a, 0.5));
            small.AddRange(a);
            large.AddRange(b);
        }
        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Percentile(small, 0.5):0}, {Percentile(small, 0.9):0} | {Percentile(large, 0.5):0}, {Percentile(large, 0.9):0} | {ratios[Rounds / 2]:0.00} ({ratios[0]:0.00}–{ratios[^1]:0.00}) |"));
    }

    private static double Percentile(List<double> values, double part) => values.Order().ElementAt((int)(values.Count * part));
}
