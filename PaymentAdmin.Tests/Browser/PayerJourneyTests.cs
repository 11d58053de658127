using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Browser;

/// <summary>
/// What payers do, in a browser: through every provider's imitation, with and without script, on a phone and at a desk, in each language. What
/// the page says is held against what the API says.
/// </summary>
[Collection(PayerBrowserCollection.Name)]
public sealed class PayerJourneyTests(Chromium chromium, PayerShop shop) : IClassFixture<PayerShop>
{
    [BrowserFact]
    public Task Card_is_declined_and_then_paid_without_script() => GoAsync("stripe-card", "USD", "4242 4242 4242 4242", "4000 0000 0000 0002", "ru");

    [BrowserTheory]
    [InlineData("kaspi", "KZT", "+7 701 000 0001", "+7 701 000 1234", true, "kk")]
    [InlineData("mpesa", "KES", "+254 700 000 004", "+254 711 222 333", false, "en")]
    public async Task Phone_is_asked_refuses_and_is_asked_again(string provider, string currency, string refuses, string agrees, bool hasScript, string language)
    {
        var payment = await shop.PaymentAsync(currency);
        await VisitAsync(390, hasScript, async page =>
        {
            await page.GotoAsync($"{payment.Url}&lang={language}");
            await Expect(page.GetByTestId("mode-banner")).ToBeVisibleAsync();
            await PayerSteps.PromptAsync(page, provider, refuses);
            await Expect(page.GetByTestId("pay-not-here")).ToBeVisibleAsync();
            await page.GetByTestId("pay-not-here").Locator("summary").ClickAsync();
            if (provider == "mpesa")
                await Expect(page.GetByTestId("pay-not-here")).ToContainTextAsync((await shop.ReadAsync(payment.Id)).PaymentCode);
            await Expect(page.GetByTestId("pay-error")).ToBeVisibleAsync();
            await PayerSteps.PromptAsync(page, provider, agrees);
            await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
            await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
        });
        Assert.Equal("succeeded", await shop.StatusAsync(payment.Id));
    }

    [BrowserFact]
    public async Task Link_is_scanned_or_opened_and_the_first_tab_notices()
    {
        var payment = await shop.PaymentAsync();
        await VisitAsync(1440, hasScript: true, async page =>
        {
            await page.GotoAsync(payment.Url);
            await page.GetByTestId("way-kaspi-link").CheckAsync();
            await page.GetByTestId("pay-submit").ClickAsync();
            await Expect(page.Locator("svg.qr")).ToBeVisibleAsync();
            var phone = await page.Context.NewPageAsync();
            await phone.GotoAsync(await page.GetByTestId("pay-continue").GetAttributeAsync("href") ?? "");
            await phone.Locator("button[value=pay]").ClickAsync();
            await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
        });
    }

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receipt_is_photographed_sent_and_approved(bool hasScript)
    {
        var payment = await shop.PaymentAsync("EUR", shop: null);
        await VisitAsync(390, hasScript, async page =>
        {
            await page.GotoAsync(payment.Url);
            await page.GetByTestId("way-manual-bank_transfer").CheckAsync();
            await page.GetByTestId("pay-submit").ClickAsync();
            await Expect(page.GetByTestId("pay-panel")).ToContainTextAsync((await shop.ReadAsync(payment.Id)).PaymentCode);
            await Expect(page.Locator("input[capture=environment]")).ToHaveCountAsync(1);
            await page.GetByTestId("proof-reference").FillAsync("TX-" + IdSource.NewToken(6));
            await page.GetByTestId("proof-files").SetInputFilesAsync([new FilePayload { Name = "a.png", MimeType = "image/png", Buffer = Pictures.Png() }, new FilePayload { Name = "b.jpg", MimeType = "image/jpeg", Buffer = Pictures.Jpeg() }]);
            await page.GetByTestId("proof-send").ClickAsync();
            await Expect(page.GetByTestId("proof-checked")).ToBeVisibleAsync();
            await shop.ApproveAsync(payment.Id);
            if (!hasScript)
                await page.GotoAsync(payment.Url);
            await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
        });
    }

    [BrowserFact]
    public async Task Two_tabs_and_the_back_button_start_one_checkout()
    {
        var payment = await shop.PaymentAsync(returns: true);
        await VisitAsync(1440, hasScript: true, async page =>
        {
            var second = await page.Context.NewPageAsync();
            foreach (var tab in new[] { page, second })
            {
                await tab.GotoAsync(payment.Url);
                await tab.GetByTestId("way-ioka-card").CheckAsync();
            }
            await page.GetByTestId("pay-submit").DblClickAsync();
            await second.GetByTestId("pay-submit").ClickAsync();
            await Expect(page.Locator("#card")).ToBeVisibleAsync();
            await Expect(second.Locator("#card")).ToBeVisibleAsync();
            Assert.Equal(page.Url, second.Url);

            await second.GoBackAsync();
            await Expect(second.GetByTestId("pay-continue")).ToBeVisibleAsync();
            await PayerSteps.PayCardAsync(page, "5555 5555 5555 5599");
            await Expect(page.Locator("[data-status=succeeded]")).ToBeVisibleAsync();
            await Expect(second.GetByTestId("receipt")).ToBeVisibleAsync();
            await page.WaitForURLAsync(new Regex($"/docs\\?from=paid&payment_id={payment.Id}&order_reference=.*&status=succeeded$"));
        });
        Assert.Equal(1, await shop.App.ReadAsync(db => db.ProviderCalls.CountAsync(call => call.PaymentId == Guid.Parse(payment.Id) && call.Operation == ProviderOperation.Create)));
    }

    [BrowserFact]
    public async Task Payer_changes_the_mind_and_cancels()
    {
        var payment = await shop.PaymentAsync(returns: true);
        await VisitAsync(390, hasScript: false, async page =>
        {
            await page.GotoAsync(payment.Url);
            await page.GetByTestId("pay-cancel").ClickAsync();
            await page.GetByTestId("cancel-confirm").ClickAsync();
            await Expect(page.Locator("[data-status=cancelled]")).ToBeVisibleAsync();
            await page.WaitForURLAsync(new Regex("/docs\\?from=left"));
        });
        Assert.Equal("cancelled", await shop.StatusAsync(payment.Id));
    }

    [BrowserFact]
    public async Task Expired_payment_says_so_and_money_that_comes_late_is_shown()
    {
        var (expired, late) = (await shop.PaymentAsync(shop: null, expiresInMinutes: 5), await shop.PaymentAsync("KES", shop: null, expiresInMinutes: 5));
        await VisitAsync(390, hasScript: true, async page =>
        {
            await page.GotoAsync(expired.Url);
            await Expect(page.GetByTestId("pay-submit")).ToBeVisibleAsync();
            shop.Clock.SetAhead(TimeSpan.FromMinutes(6));
            await Expect(page.Locator("[data-status=expired]")).ToBeVisibleAsync();
            await Eventually.TrueAsync(async () => await shop.StatusAsync(late.Id) == "expired", "the other one expires too");
            await shop.PayBillAsync(page, late.Id);
            await Eventually.TrueAsync(async () => await shop.StatusAsync(late.Id) == "succeeded", "the late money is taken");
            await page.GotoAsync(late.Url);
            await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
        });
    }

    [BrowserFact]
    public async Task Link_is_made_in_the_portal_paid_by_a_stranger_and_closed()
    {
        var email = await shop.App.CreateUserAsync(Roles.Admin);
        await VisitAsync(1440, hasScript: true, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/payment-links");
            await page.GetByTestId("link-add").ClickAsync();
            await page.GetByTestId("link-save").ClickAsync();
            await Expect(page.GetByTestId("link-form")).ToContainTextAsync("An amount is required.");
            await page.GetByTestId("link-fixed").FillAsync("5 000");
            await page.GetByTestId("link-description").FillAsync("Cake, 2 kg");
            await page.GetByTestId("link-shop").SelectOptionAsync("8");
            await page.GetByTestId("link-save").ClickAsync();
            await Expect(page.GetByTestId("link-share").Locator("svg.qr")).ToBeVisibleAsync();
            var url = await page.GetByTestId("link-url").GetAttributeAsync("href") ?? "";

            var payer = await page.Context.NewPageAsync();
            await payer.GotoAsync(url);
            await Expect(payer.GetByTestId("pay-amount")).ToContainTextAsync("5\u00a0000.00");
            await payer.GetByTestId("link-pay").ClickAsync();
            await PayerSteps.PromptAsync(payer, "kaspi", "+7 701 000 1234");
            await Expect(payer.GetByTestId("receipt")).ToBeVisibleAsync();
            await payer.GotoAsync(url + "?lang=kk");
            await Expect(payer.GetByTestId("link-gone")).ToBeVisibleAsync();

            await page.GotoAsync("/payment-links");
            await Expect(page.GetByTestId("links-row").First).ToContainTextAsync("Used");
        }, "410");
    }

    [BrowserFact]
    public Task Pages_can_be_read_by_everybody() => ReadAsync(390, ColorScheme.Light, "kk");

    [BrowserTheory(IsLong = true)]
    [InlineData(1440, ColorScheme.Dark, "en")]
    [InlineData(1440, ColorScheme.Light, "ru")]
    [InlineData(390, ColorScheme.Dark, "ru")]
    public Task Pages_can_be_read_in_the_other_light_too(int width, ColorScheme colors, string language) => ReadAsync(width, colors, language);

    private async Task ReadAsync(int width, ColorScheme colors, string language)
    {
        var (chosen, link) = (await shop.PaymentAsync(), (await shop.Api.TellOnceAsync("/v1/payment-links", """{ "min_minor": 100, "max_minor": 900000, "currency": "KZT", "description": "Donation box", "use": "multi" }""")).Text("url"));
        await chromium.VisitAsync(new Visit { Site = new Uri(shop.App.Url), Width = width, Height = width < 768 ? 844 : 900, Colors = colors }, async page =>
        {
            await CheckAsync(page, $"{link}?lang={language}", "a link");
            await CheckAsync(page, $"{chosen.Url}&lang={language}", "the choice");
            await page.GetByTestId("way-kaspi-phone").CheckAsync();
            await CheckAsync(page, null, "the choice with a phone field");
            await CheckAsync(page, $"{chosen.Url}&ask=cancel", "the question before cancelling");
            await page.GotoAsync(chosen.Url);
            await page.GetByTestId("way-manual-bank_transfer").CheckAsync();
            await page.GetByTestId("pay-submit").ClickAsync();
            await CheckAsync(page, null, "instructions");
            await page.GotoAsync(chosen.Url + "&choose=1");
            await page.GetByTestId("way-kaspi-link").CheckAsync();
            await page.GetByTestId("pay-submit").ClickAsync();
            await CheckAsync(page, null, "a QR code");
            await page.GotoAsync(chosen.Url + "&choose=1");
            await PayerSteps.PromptAsync(page, "kaspi", "+7 701 000 1234");
            await page.GetByTestId("pay-not-here").Locator("summary").ClickAsync();
            await CheckAsync(page, null, "a prompt");
            await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
            await CheckAsync(page, null, "a receipt");
            await CheckAsync(page, "/payment/status?lang=" + language, "the status page of nobody");
        });
    }

    private static async Task CheckAsync(IPage page, string? url, string what)
    {
        if (url is not null)
            await page.GotoAsync(url);
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await PageLook.CheckAsync(page, what);
    }

    /// <summary>One payment is left, declined and then paid; another is paid another way; a third is paid at once.</summary>
    private async Task GoAsync(string way, string currency, string pays, string declines, string language)
    {
        var (paid, other) = (await shop.PaymentAsync(currency, shop: null), await shop.PaymentAsync(currency, shop: null));
        await VisitAsync(390, hasScript: false, async page =>
        {
            await page.GotoAsync($"{paid.Url}&lang={language}");
            await PayerSteps.ChooseAsync(page, way);
            await Expect(PayerSteps.CardOf(page)).ToBeVisibleAsync();
            await page.GotoAsync(paid.Url);
            await page.GetByTestId("pay-continue").ClickAsync();
            await PayerSteps.PayCardAsync(page, pays);
            await Expect(page.Locator("[data-status=succeeded]")).ToBeVisibleAsync();
            await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);

            await page.GotoAsync(other.Url);
            await PayerSteps.ChooseAsync(page, way);
            await PayerSteps.PayCardAsync(page, declines);
            if (await page.Locator("button[value=leave]").CountAsync() > 0)
                await page.Locator("button[value=leave]").ClickAsync();
            await page.GotoAsync(other.Url);
            if (await page.GetByTestId("pay-other").CountAsync() > 0)
                await page.GetByTestId("pay-other").ClickAsync();
            await PayerSteps.ChooseAsync(page, "manual-bank_transfer");
            await page.GetByTestId("proof-reference").FillAsync("TX-" + IdSource.NewToken(6));
            await page.GetByTestId("proof-send").ClickAsync();
            await Expect(page.GetByTestId("proof-checked")).ToBeVisibleAsync();
            await shop.ApproveAsync(other.Id);
            await page.GotoAsync(other.Url);
            await Expect(page.GetByTestId("receipt")).ToBeVisibleAsync();
        });
        Assert.Equal(("succeeded", "succeeded"), (await shop.StatusAsync(paid.Id), await shop.StatusAsync(other.Id)));
        Assert.Equal(PaymentExceptions.None, (await shop.ReadAsync(paid.Id)).Exceptions);
    }

    private Task VisitAsync(int width, bool hasScript, Func<IPage, Task> steps, params string[] expectedErrors) => chromium.VisitAsync(shop.Visit(width, hasScript, expectedErrors), steps);
}
