using Microsoft.Playwright;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Browser;

/// <summary>How a payer's visit may end.</summary>
public enum PayerEnd
{
    Paid,
    DeclinedThenPaidAnotherWay,
    Abandoned,
    Expired,
    Cancelled,
    PaidLate,
}

/// <summary>
/// Every way to pay and every end of it, in a browser against the imitations. What the page says is held against what the API says. Each row has a
/// width, a language and a browser with or without script of its own, so that every combination of these meets every end.
/// </summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class PayerEndsTests(Chromium chromium, PayerShop shop) : IClassFixture<PayerShop>
{
    private static readonly TimeSpan PastTheDeadline = TimeSpan.FromMinutes(6);

    /// <param name="Shop">The number of the shop that sells; null where an account for all shops takes the money.</param>
    /// <param name="Pays">What is typed so that it is paid: a card, a phone, nothing.</param>
    /// <param name="Declines">What is typed, or pressed on the provider's page, so that it is not.</param>
    private sealed record Way(string Name, string Currency, string? Pays = null, string? Declines = null, int? Shop = null)
    {
        public string Provider => Name[..Name.IndexOf('-', StringComparison.Ordinal)];

        public string Method => Name[(Name.IndexOf('-', StringComparison.Ordinal) + 1)..];

        public bool IsPrompt => Method == "phone";

        public bool IsPaybill => Method == "ussd";

        public bool IsLink => Method == "link";

        public bool IsByHand => Provider == "manual";
    }

    private static readonly Way[] Ways =
    [
        new("stripe-card", "USD", "4242 4242 4242 4242", "4000 0000 0000 0002"),
        new("ioka-card", "KZT", "5555 5555 5555 5599", "4444 4444 4444 6666"),
        new("cloudpayments-card", "KZT", "4000 0000 0000 3055", "4000 0566 5566 5556"),
        new("paystack-card", "NGN", "4084 0840 8408 4081", "4084 0800 0000 5408"),
        new("paystack-bank_transfer", "NGN"),
        new("flutterwave-card", "NGN", "5061 4601 6697 6054 667", "5551 6516 3038 1384"),
        new("flutterwave-bank_transfer", "NGN"),
        new("flutterwave-mobile_money", "GHS", "+233 200 000 000", "+233 121 212 121"),
        new("ikhokha-card", "ZAR", "4111 1111 1111 1111", "4000 0000 0000 0002"),
        new("ikhokha-eft", "ZAR", Declines: "eft-refuse"),
        new("kaspi-phone", "KZT", "+7 701 000 1234", "+7 701 000 0001", Shop: 8),
        new("kaspi-link", "KZT", Shop: 8),
        new("mpesa-phone", "KES", "+254 711 222 333", "+254 700 000 004"),
        new("mpesa-ussd", "KES"),
        new("manual-bank_transfer", "KZT"),
        new("manual-cash_on_delivery", "KZT"),
        new("manual-mobile_money", "KZT"),
    ];

    /// <summary>Phones that let the prompt run out.</summary>
    private static readonly Dictionary<string, string> Silent = new(StringComparer.Ordinal) { ["kaspi"] = "+7 701 000 0002", ["mpesa"] = "+254 700 000 002" };

    public static TheoryData<string, PayerEnd, int, bool, string> Grid
    {
        get
        {
            var looks = (from width in new[] { 390, 1440 } from hasScript in new[] { true, false } from language in new[] { "en", "ru", "kk" } select (width, hasScript, language)).ToList();
            var grid = new TheoryData<string, PayerEnd, int, bool, string>();
            foreach (var end in Enum.GetValues<PayerEnd>())
            {
                foreach (var (index, way) in Ways.Index())
                {
                    var (width, hasScript, language) = looks[(index + (2 * (int)end)) % looks.Count];
                    grid.Add(way.Name, end, width, hasScript, language);
                }
            }
            return grid;
        }
    }

    [Fact]
    public void Every_way_of_every_provider_is_walked_in_every_look()
    {
        var rows = Grid.ToList();

        Assert.Equal(Ways.Length * Enum.GetValues<PayerEnd>().Length, rows.Count);
        Assert.Equal(
            shop.App.Get<ProviderRegistry>().All.SelectMany(provider => provider.Profile.Methods.Select(method => $"{provider.Profile.Id}-{method}")).Order(StringComparer.Ordinal),
            Ways.Select(way => way.Name).Order(StringComparer.Ordinal));
        Assert.All(rows.GroupBy(row => row[1]), rows => Assert.Equal(12, rows.Select(row => (row[2], row[3], row[4])).Distinct().Count()));
    }

    [BrowserTheory(IsLong = true)]
    [MemberData(nameof(Grid))]
    public async Task Page_tells_the_truth_about_every_end(string wayName, PayerEnd end, int width, bool hasScript, string language)
    {
        var way = Ways.Single(one => one.Name == wayName);
        var (id, url) = await shop.PaymentAsync(way.Currency, shop: way.Shop, expiresInMinutes: end == PayerEnd.Expired ? 5 : null);
        await chromium.VisitAsync(shop.Visit(width, hasScript, "400", "404", "409"), async page =>
        {
            await page.GotoAsync($"{url}&lang={language}");
            await (end switch
            {
                PayerEnd.Paid => PaidAsync(page, way, id, url),
                PayerEnd.DeclinedThenPaidAnotherWay => DeclinedAsync(page, way, id, url),
                PayerEnd.Abandoned => AbandonedAsync(page, way, id, url),
                PayerEnd.Expired => ExpiredAsync(page, way, id, url, hasScript),
                PayerEnd.Cancelled => CancelledAsync(page, way, id, url),
                PayerEnd.PaidLate => PaidLateAsync(page, way, id, url),
                _ => throw new ArgumentOutOfRangeException(nameof(end)),
            });
            await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
            await PageLook.CheckAsync(page, $"{end} {wayName} {language}", hasScript);
        }, $"{end}-{wayName}");
    }

    private async Task PaidAsync(IPage page, Way way, string id, string url)
    {
        await StartAsync(page, way, way.Pays);
        await PayAsync(page, way, id, way.Pays);
        await SeesReceiptAsync(page, way, id, url, PaymentExceptions.None);
    }

    private async Task DeclinedAsync(IPage page, Way way, string id, string url)
    {
        await StartAsync(page, way, way.Declines);
        switch (way)
        {
            case { IsPrompt: true }:
                await Expect(page.GetByTestId("pay-error")).ToBeVisibleAsync();
                break;
            case { IsLink: true }:
                await DecideLinkAsync(page, "decline");
                await Expect(page.GetByTestId("pay-error")).ToBeVisibleAsync();
                break;
            case { IsByHand: true }:
                await PayerSteps.SendProofAsync(page);
                await Expect(page.GetByTestId("proof-checked")).ToBeVisibleAsync();
                await shop.RejectAsync(id);
                await page.GotoAsync(url);
                await Expect(page.GetByTestId("proof-rejected")).ToBeVisibleAsync();
                break;
            // Nobody declines a paybill or a transfer: the payer does not make it.
            case { IsPaybill: false }:
                await OnPageAsync(page, way, way.Declines, isPaying: false);
                break;
        }
        Assert.NotEqual("succeeded", await shop.StatusAsync(id));
        if (way.IsByHand)
        {
            await PayerSteps.ChooseOtherAsync(page, url, "ioka-card");
            await PayerSteps.PayCardAsync(page, "5555 5555 5555 5599");
        }
        else
        {
            await PayerSteps.ChooseOtherAsync(page, url, "manual-bank_transfer");
            await PayerSteps.SendProofAsync(page);
            await Expect(page.GetByTestId("proof-checked")).ToBeVisibleAsync();
            await shop.ApproveAsync(id);
        }
        await shop.BecomesAsync(id, "succeeded");
        await page.GotoAsync(url);
        await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
        Assert.Equal(500_000, (await shop.ReadAsync(id)).ReceivedMinor);
    }

    /// <summary>The payer closes the provider's page, comes back by the first address, and finds everything as it was.</summary>
    private async Task AbandonedAsync(IPage page, Way way, string id, string url)
    {
        await StartAsync(page, way, SilentPhone(way));
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await page.GotoAsync("about:blank");
        await page.GotoAsync(url);
        if (way.IsPrompt)
            await Expect(page.GetByTestId("pay-not-here")).ToBeVisibleAsync();
        else if (way.IsByHand || way.IsPaybill)
            await Expect(page.Locator(".tocopy")).ToContainTextAsync((await shop.ReadAsync(id)).PaymentCode);
        else
            await Expect(page.GetByTestId("pay-continue")).ToBeVisibleAsync();
        Assert.Equal("pending", await shop.StatusAsync(id));
        Assert.Equal(0, (await shop.ReadAsync(id)).ReceivedMinor);
    }

    /// <summary>The deadline passes on the clock, and the worker that looks for such payments ends it.</summary>
    private async Task ExpiredAsync(IPage page, Way way, string id, string url, bool hasScript)
    {
        await StartAsync(page, way, SilentPhone(way));
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await page.GotoAsync(url);
        shop.Clock.SetAhead(PastTheDeadline);
        await shop.BecomesAsync(id, "expired");
        // A page with script notices by itself.
        if (!hasScript)
            await page.GotoAsync(url);
        await Expect(page.Locator("[data-status=expired]")).ToBeVisibleAsync();
        Assert.Equal(0, (await shop.ReadAsync(id)).ReceivedMinor);
    }

    private async Task CancelledAsync(IPage page, Way way, string id, string url)
    {
        await StartAsync(page, way, SilentPhone(way));
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await PayerSteps.CancelAsync(page, url);
        Assert.Equal("cancelled", await shop.StatusAsync(id));
        await page.GotoAsync(url);
        await Expect(page.Locator("[data-status=cancelled]")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("pay-submit")).ToHaveCountAsync(0);
    }

    /// <summary>The payer cancels in one tab and pays in the other, which only a provider that can close its page prevents.</summary>
    private async Task PaidLateAsync(IPage page, Way way, string id, string url)
    {
        var isClosed = false;
        switch (way)
        {
            case { IsPrompt: true, Provider: "kaspi" }:
                await StartAsync(page, way, way.Pays);
                await CancelInSecondTabAsync(url);
                break;
            case { IsPrompt: true } or { IsPaybill: true }:
                await StartAsync(page, way, SilentPhone(way));
                await Expect(page.Locator("h1")).ToBeVisibleAsync();
                await PayerSteps.CancelAsync(page, url);
                await shop.PayBillAsync(page, id);
                break;
            case { IsByHand: true }:
                await StartAsync(page, way, null);
                await PayerSteps.CancelAsync(page, url);
                await page.GotoAsync(url);
                await PayerSteps.SendProofAsync(page);
                await Eventually.TrueAsync(async () => (await shop.Api.AskAsync($"/v1/payments/{id}")).Json["proofs"]!.AsArray().Count > 0, "the proof is there");
                await shop.ApproveAsync(id);
                break;
            default:
                await StartAsync(page, way, null);
                var second = await page.Context.NewPageAsync();
                await second.GotoAsync(way.IsLink ? await page.GetByTestId("pay-continue").GetAttributeAsync("href") ?? "" : page.Url);
                await PayerSteps.CancelAsync(page, url);
                isClosed = shop.App.Get<ProviderRegistry>()[way.Provider] is ICancels;
                if (way.IsLink)
                    await second.Locator("button[value=pay]").ClickAsync();
                else
                    await OnPageAsync(second, way, way.Pays, isPaying: true);
                break;
        }
        if (!isClosed)
        {
            await SeesReceiptAsync(page, way, id, url, PaymentExceptions.PaidLate);
            return;
        }
        using (await shop.Api.PostAsync($"/v1/payments/{id}/verify", content: null))
            await page.GotoAsync(url);
        await Expect(page.Locator("[data-status=cancelled]")).ToBeVisibleAsync();
        Assert.Equal(("cancelled", 0), (await shop.StatusAsync(id), (await shop.ReadAsync(id)).ReceivedMinor));
    }

    private async Task SeesReceiptAsync(IPage page, Way way, string id, string url, PaymentExceptions exception)
    {
        await shop.BecomesAsync(id, "succeeded");
        if (way.IsByHand || exception != PaymentExceptions.None)
            await page.GotoAsync(url);
        await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
        var paid = await shop.ReadAsync(id);
        // What a person approved is marked as such.
        Assert.Equal((500_000, exception), (paid.ReceivedMinor, paid.Exceptions & ~PaymentExceptions.Manual));
    }

    private static async Task StartAsync(IPage page, Way way, string? phone)
    {
        if (way.IsPrompt)
            await PayerSteps.PromptAsync(page, way.Provider, phone ?? "");
        else
            await PayerSteps.ChooseAsync(page, way.Name);
    }

    private async Task PayAsync(IPage page, Way way, string id, string? typed)
    {
        switch (way)
        {
            case { IsPrompt: true }:
                break;
            case { IsLink: true }:
                await DecideLinkAsync(page, "pay");
                break;
            case { IsPaybill: true }:
                await Expect(page.Locator(".tocopy")).ToBeVisibleAsync();
                await shop.PayBillAsync(await page.Context.NewPageAsync(), id);
                break;
            case { IsByHand: true }:
                await PayerSteps.SendProofAsync(page);
                await Expect(page.GetByTestId("proof-checked")).ToBeVisibleAsync();
                await shop.ApproveAsync(id);
                break;
            default:
                await OnPageAsync(page, way, typed, isPaying: true);
                break;
        }
    }

    /// <summary>On the provider's own page.</summary>
    private static async Task OnPageAsync(IPage page, Way way, string? typed, bool isPaying)
    {
        // One that was closed has no form any more.
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        if (await page.Locator("form").CountAsync() == 0)
            return;
        switch (way.Method)
        {
            case "card":
                await PayerSteps.PayCardAsync(page, typed ?? "");
                break;
            case "mobile_money":
                await page.Locator("input[name=phone]").FillAsync(typed ?? "");
                await page.Locator("button[value=mobile]").ClickAsync();
                break;
            default:
                await page.Locator($"button[value={(isPaying ? way.Method == "eft" ? "eft" : "transfer" : typed ?? "leave")}]").ClickAsync();
                break;
        }
        if (!isPaying && await page.Locator("button[value=leave]").CountAsync() > 0)
            await page.Locator("button[value=leave]").ClickAsync();
    }

    private static async Task DecideLinkAsync(IPage page, string decision)
    {
        await Expect(page.Locator("svg.qr")).ToBeVisibleAsync();
        var phone = await page.Context.NewPageAsync();
        await phone.GotoAsync(await page.GetByTestId("pay-continue").GetAttributeAsync("href") ?? "");
        await phone.Locator($"button[value={decision}]").ClickAsync();
    }

    /// <summary>By its form alone, before the phone is answered.</summary>
    private async Task CancelInSecondTabAsync(string url)
    {
        using var tab = shop.App.Client();
        var address = new Uri(url);
        using var answer = await tab.PostAsync(address.AbsolutePath + "/cancel" + address.Query, content: null);
        Assert.Contains("status=cancelled", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    private static string? SilentPhone(Way way) => way.IsPrompt ? Silent[way.Provider] : null;
}
