using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// One headless browser for the tests of a collection, started by the first visit. Each visit is a fresh profile with one page;
/// it fails when the page wrote an error to its console or threw, and leaves a screenshot in artifacts/browser when it fails.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly SemaphoreSlim starting = new(1, 1);
    private IPlaywright? playwright;
    private IBrowser? browser;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task VisitAsync(Func<IPage, Task> steps, [CallerMemberName] string test = "") => VisitAsync(new Visit(), steps, test);

    public async Task VisitAsync(Visit visit, Func<IPage, Task> steps, [CallerMemberName] string test = "")
    {
        var running = await StartedAsync();
        await using var context = await running.NewContextAsync(visit.ToOptions());
        var page = await context.NewPageAsync();
        var errors = Listen(page, visit);
        try
        {
            await steps(page);
        }
        catch (Exception exception) // whatever ended the visit, the picture of that moment tells most
        {
            var picture = await PictureAsync(page, test);
            throw new VisitFailedException($"{exception.Message}\nScreenshot: {picture}\nConsole: {Text(errors)}", exception);
        }
        Assert.True(errors.IsEmpty, $"The page reported errors:\n{Text(errors)}\nScreenshot: {(errors.IsEmpty ? "" : await PictureAsync(page, test))}");
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        starting.Dispose();
    }

    private async Task<IBrowser> StartedAsync()
    {
        await starting.WaitAsync();
        try
        {
            playwright ??= await Playwright.CreateAsync();
            Assertions.SetDefaultExpectTimeout((float)Eventually.Deadline.TotalMilliseconds);
            return browser ??= await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = TestMachine.Chromium,
                Headless = true,
                Args = Arguments,
            });
        }
        finally
        {
            starting.Release();
        }
    }

    private static ConcurrentQueue<string> Listen(IPage page, Visit visit)
    {
        var errors = new ConcurrentQueue<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Add($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => Add(error);
        return errors;

        void Add(string error)
        {
            if (!visit.ExpectedErrors.Any(expected => error.Contains(expected, StringComparison.Ordinal)))
                errors.Enqueue(error);
        }
    }

    private static async Task<string> PictureAsync(IPage page, string test)
    {
        var path = Path.Combine(Repository.Artifacts, "browser", test + ".png");
        try
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = path, FullPage = true });
            return path;
        }
        catch (PlaywrightException exception)
        {
            return $"none, {exception.Message}";
        }
    }

    private static string Text(IEnumerable<string> errors) => string.Join('\n', errors);
}

/// <summary>How a visit looks at the site: what the test is about, everything else as most people have it.</summary>
public sealed record Visit
{
    /// <summary>Root of relative addresses in <c>page.GotoAsync("/payments")</c>.</summary>
    public Uri? Site { get; init; }

    public int Width { get; init; } = 1440;

    public int Height { get; init; } = 900;

    public ColorScheme Colors { get; init; } = ColorScheme.Light;

    public bool ReducedMotion { get; init; } = true;

    /// <summary>False: a browser that runs no script.</summary>
    public bool HasScript { get; init; } = true;

    /// <summary>Cookies and storage of a signed-in user, as <c>context.StorageStateAsync()</c> gives them.</summary>
    public string? SignedInAs { get; init; }

    /// <summary>Parts of console errors that belong to what the test does (a dropped socket, a refused upload).</summary>
    public IReadOnlyList<string> ExpectedErrors { get; init; } = [];

    internal BrowserNewContextOptions ToOptions() => new()
    {
        BaseURL = Site?.ToString(),
        ViewportSize = new ViewportSize { Width = Width, Height = Height },
        ColorScheme = Colors,
        ReducedMotion = ReducedMotion ? Microsoft.Playwright.ReducedMotion.Reduce : Microsoft.Playwright.ReducedMotion.NoPreference,
        StorageState = SignedInAs,
        JavaScriptEnabled = HasScript,
        Locale = "en-GB",
        TimezoneId = "Asia/Almaty",
    };
}

/// <summary>A browser test failed; says what, and where its picture is.</summary>
public sealed class VisitFailedException(string message, Exception inner) : Exception(message, inner);

/// <summary>Tests of the portal share one browser and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<Chromium>
{
    public const string Name = "Browser";
}

/// <summary>Tests of what payers, merchants' pages and newcomers see: beside those of the portal, with a browser of their own.</summary>
[CollectionDefinition(Name)]
public sealed class PayerBrowserCollection : ICollectionFixture<Chromium>
{
    public const string Name = "Payer's browser";
}
