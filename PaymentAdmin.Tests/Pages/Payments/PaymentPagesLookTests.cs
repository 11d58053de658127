using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Payments;

/// <summary>Every page about payments, wide and narrow, light and dark: nothing that axe objects to, nothing that scrolls sideways.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PaymentPagesLookTests(Chromium chromium)
{
    [BrowserFact]
    public Task Pages_are_readable_by_everybody() => ReadAsync(1440, ColorScheme.Light);

    [BrowserTheory(IsLong = true)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    public Task Pages_are_readable_on_a_phone_and_in_the_other_light_too(int width, ColorScheme colors) => ReadAsync(width, colors);

    private async Task ReadAsync(int width, ColorScheme colors)
    {
        await using var scene = await PaymentScene.StartAsync();
        var paid = await scene.PaidAsync(6_290_000, "ORD-48201");
        await scene.App.Get<RefundPayment>().RunAsync(new RefundRequestedBy(scene.TenantId, Mode.Test, paid.Id, 1_290_000, null, "Item missing"), Engine.Shop, CancellationToken.None);
        var review = await scene.PayAsync(await scene.CreateAsync(), 900_000);
        await scene.CreateAsync(request => request with { Provider = null, ShopId = null });

        await chromium.VisitAsync(scene.Visit(width) with { Colors = colors, Height = width < 768 ? 844 : 900 }, async page =>
        {
            await scene.SignInAsync(page, Roles.Admin);
            await page.GotoAsync("/payments?mode=test&currency=KZT");
            await Expect(page.GetByTestId("payments-totals")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "the list");
            await page.GetByTestId("filter-created").ClickAsync();
            await PageLook.CheckAsync(page, "an open filter");
            await page.Keyboard.PressAsync("Escape");
            await page.GetByTestId("payments-row").First.GetByTestId("payment-status").ClickAsync();
            await Expect(page.GetByTestId("payment-open")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "the drawer");
            await page.GotoAsync($"/payments/{review.Id}?mode=test");
            await Expect(page.GetByTestId("payment-question")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "a payment in review");
            await page.GotoAsync($"/payments/{paid.Id}?mode=test");
            await page.GetByTestId("provider-calls").Locator("summary").First.ClickAsync();
            await PageLook.CheckAsync(page, "a paid payment");
            await page.GetByTestId("refund-open").ClickAsync();
            await page.GetByTestId("refund-amount").FillAsync("1.234");
            await Expect(page.Locator("#refund-amount-error")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "the refund dialog");
            await page.GotoAsync("/refunds?mode=test");
            await Expect(page.GetByTestId("refunds-row")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "the refunds");
            await page.GotoAsync("/audit");
            await page.GetByTestId("audit-row").First.Locator("summary").ClickAsync();
            await PageLook.CheckAsync(page, "the audit");
            await page.GotoAsync("/payments?mode=live");
            await Expect(page.GetByTestId("payments-empty-mode")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "an empty list");
        });
    }
}
