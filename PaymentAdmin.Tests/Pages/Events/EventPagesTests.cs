using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Events;

[Collection(BrowserCollection.Name)]
public sealed class EventPagesTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Endpoint_is_added_told_resent_rotated_switched_and_deleted()
    {
        await using var scene = await PaymentScene.StartAsync(("Security:AllowPrivateTargets", "true"));
        await using var sink = await EventSink.StartAsync();
        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/events?mode=test");
            await Expect(page.GetByTestId("endpoints-empty")).ToBeVisibleAsync();

            await page.GetByTestId("endpoint-add").ClickAsync();
            await page.GetByTestId("endpoint-url").FillAsync("not an address");
            await page.GetByTestId("endpoint-save").ClickAsync();
            await Expect(page.Locator("#endpoint-url-error")).ToBeVisibleAsync();
            await page.GetByTestId("endpoint-url").FillAsync(sink.Url);
            await page.GetByTestId("endpoint-save").ClickAsync();
            await Expect(page.GetByTestId("endpoint-secret")).ToContainTextAsync("whsec_");
            await page.GetByTestId("endpoint-secret-done").ClickAsync();
            await Expect(page.Locator("body")).Not.ToContainTextAsync("whsec_");
            await Expect(page.GetByTestId("deliveries-empty-none")).ToBeVisibleAsync();

            await scene.PaidAsync();
            await Expect(page.GetByTestId("delivery-row")).ToHaveCountAsync(3);
            await Expect(page.GetByTestId("delivery-state").First).ToHaveTextAsync("Delivered");
            await page.GetByTestId("delivery-row").First.Locator("summary").ClickAsync();
            await page.GetByTestId("delivery-resend").First.ClickAsync();
            await Expect(page.GetByTestId("deliveries-said")).ToContainTextAsync("1 delivery is sent again now.");
            await Eventually.TrueAsync(() => sink.Deliveries.Count == 4, "the delivery came again");

            await page.GetByTestId("endpoint-rotate").ClickAsync();
            await page.GetByTestId("endpoint-rotate-confirm").ClickAsync();
            await Expect(page.GetByTestId("endpoint-secret")).ToContainTextAsync("whsec_");
            await page.GetByTestId("endpoint-switch").ClickAsync();
            await Expect(page.GetByTestId("endpoint-state")).ToHaveTextAsync("Inactive");
            await Expect(page.GetByTestId("resend-range")).ToBeDisabledAsync();
            await page.GetByTestId("endpoint-switch").ClickAsync();
            await Expect(page.GetByTestId("endpoint-state")).ToHaveTextAsync("Active");
            await page.GetByTestId("endpoint-delete").ClickAsync();
            await page.GetByTestId("endpoint-delete-confirm").ClickAsync();
            await Expect(page.GetByTestId("endpoints-empty")).ToBeVisibleAsync();
        });

        var actions = await scene.App.ReadAsync(db => db.AuditEntries.Where(entry => entry.Entity == "event_endpoint").OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync());
        Assert.Equal(["event_endpoint.added", "event_endpoint.resent", "event_endpoint.secret_rotated", "event_endpoint.changed", "event_endpoint.changed", "event_endpoint.removed"], actions);
    }

    [BrowserFact]
    public async Task Two_browsers_send_the_same_again_and_it_goes_out_once()
    {
        await using var scene = await PaymentScene.StartAsync(("Security:AllowPrivateTargets", "true"));
        await using var sink = await EventSink.StartAsync();
        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first);
            await scene.SignInAsync(second, Roles.Developer);
            await first.GotoAsync("/events?mode=test");
            await first.GetByTestId("endpoint-add").ClickAsync();
            await first.GetByTestId("endpoint-url").FillAsync(sink.Url);
            await first.GetByTestId("endpoint-save").ClickAsync();
            await Expect(first.GetByTestId("endpoint-secret")).ToBeVisibleAsync();
            await scene.PaidAsync();
            await second.GotoAsync("/events?mode=test");
            await Expect(second.GetByTestId("endpoint-add")).ToHaveCountAsync(0);
            await Eventually.TrueAsync(() => sink.Deliveries.Count == 3, "everything was told once");
            // What is sent again hangs, so that the second press meets it on its way.
            var hang = new TaskCompletionSource();
            sink.OnDelivery = (_, _) => hang.Task;

            foreach (var page in new[] { first, second })
            {
                await page.GetByTestId("resend-from").FillAsync("3");
                await page.GetByTestId("resend-range").ClickAsync();
                await Expect(page.GetByTestId("deliveries-said")).ToBeVisibleAsync();
            }
            await Expect(first.GetByTestId("deliveries-said")).ToContainTextAsync("1 delivery is sent again now.");
            await Expect(second.GetByTestId("deliveries-said")).ToContainTextAsync("somebody was faster");
            hang.SetResult();
            await Eventually.TrueAsync(() => sink.Deliveries.Count == 4, "it went out again");
        }));

        Assert.Equal(4, sink.Deliveries.Count);
    }

    [BrowserTheory]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task Event_and_risk_pages_are_readable_by_everybody(int width, ColorScheme colors)
    {
        await using var scene = await PaymentScene.StartAsync(("Security:AllowPrivateTargets", "true"), ("Risk:HighRiskThreshold", "4"));
        await using var sink = await EventSink.StartAsync();
        sink.OnDelivery = (_, http) =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await scene.App.Store.WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.HoldRisky, true)), CancellationToken.None);
        await chromium.VisitAsync(scene.Visit(width) with { Colors = colors, Height = width < 768 ? 844 : 900 }, async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/events?mode=test");
            await page.GetByTestId("endpoint-add").ClickAsync();
            await page.GetByTestId("endpoint-url").FillAsync(sink.Url);
            await PageLook.CheckAsync(page, "the endpoint dialog");
            await page.GetByTestId("endpoint-save").ClickAsync();
            await Expect(page.GetByTestId("endpoint-secret")).ToBeVisibleAsync();
            var risky = await scene.PayAsync(await scene.CreateAsync(request => request with { CustomerPhone = null }));
            await Expect(page.GetByTestId("delivery-row").First).ToBeVisibleAsync();
            await page.GetByTestId("delivery-row").Last.Locator("summary").ClickAsync();
            await Expect(page.GetByTestId("delivery-row").Last).ToContainTextAsync("503");
            await PageLook.CheckAsync(page, "the events");

            await page.GotoAsync("/risk?mode=test");
            await Expect(page.GetByTestId("risk-row")).ToContainTextAsync(risky.OrderReference);
            await PageLook.CheckAsync(page, "the risk desk");
            await page.GetByTestId("risk-release").ClickAsync();
            await page.GetByTestId("reason-text").FillAsync("Known customer");
            await page.GetByTestId("reason-confirm").ClickAsync();
            await Expect(page.GetByTestId("risk-said")).ToContainTextAsync("released");
            await Expect(page.GetByTestId("risk-empty")).ToBeVisibleAsync();
        });
    }
}
