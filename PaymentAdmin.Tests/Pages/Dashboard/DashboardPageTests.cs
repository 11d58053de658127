using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Dashboard;

[Collection(BrowserCollection.Name)]
public sealed class DashboardPageTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Figures_follow_the_database_and_lead_to_the_rows_they_count()
    {
        await using var scene = await PaymentScene.StartAsync();
        await scene.PaidAsync(6_290_000, "ORD-1");
        await scene.CreateAsync();
        await scene.PayAsync(await scene.CreateAsync(), 900_000);

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/?mode=test");
            await Expect(page.GetByTestId("dashboard-paid-KZT")).ToContainTextAsync("62\u00a0900.00KZT 1 payment,");
            await Expect(page.GetByTestId("dashboard-count")).ToContainTextAsync("3");
            await Expect(page.GetByTestId("dashboard-volume")).ToContainTextAsync(PaymentScene.Bin);
            await Expect(page.GetByTestId("dashboard-waiting")).ToContainTextAsync("Payments in review");

            await scene.PaidAsync(100_000, "ORD-2");
            await Expect(page.GetByTestId("dashboard-paid-KZT")).ToContainTextAsync("63\u00a0900.00KZT 2 payments,");

            await page.GetByTestId("dashboard-paid-KZT").ClickAsync();
            await Expect(page).ToHaveURLAsync(new Regex("/payments\\?.*status=succeeded"));
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);
            await Expect(page.GetByTestId("payments-totals")).ToContainTextAsync("63\u00a0900.00");

            await page.GoBackAsync();
            await page.GetByTestId("need-review").ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            await page.GoBackAsync();
            await page.GetByTestId("dashboard-days").GetByRole(AriaRole.Link).Last.ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(4);
        });
    }

    [BrowserTheory]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Dashboard_is_readable_by_everybody(int width, ColorScheme colors)
    {
        await using var scene = await PaymentScene.StartAsync();
        await chromium.VisitAsync(scene.Visit(width) with { Colors = colors, Height = width < 768 ? 844 : 900 }, async page =>
        {
            await scene.SignInAsync(page, Roles.Admin);
            await page.GotoAsync("/?mode=test");
            await Expect(page.GetByTestId("dashboard-empty")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "an empty dashboard");
            var paid = await scene.PaidAsync(6_290_000, "ORD-48201");
            await scene.App.Get<RefundPayment>().RunAsync(new RefundRequestedBy(scene.TenantId, Mode.Test, paid.Id, 1_290_000, null, "Item missing"), Engine.Shop, CancellationToken.None);
            await scene.PayAsync(await scene.CreateAsync(), 900_000);
            (await scene.DeliverAsync(new { id = "orphan", type = "paid", reference = "nobody", amount_minor = 1, currency = "KZT" })).Dispose();
            await Expect(page.GetByTestId("need-unmatched")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "the dashboard");
        });
    }
}
