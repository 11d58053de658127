using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Webhooks;

[Collection(BrowserCollection.Name)]
public sealed class WebhookPagesTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Orphan_is_rehearsed_matched_and_takes_effect()
    {
        await using var scene = await PaymentScene.StartAsync();
        scene.Provider.Profile = scene.Provider.Profile with { QueriesByOurReference = false };
        ScriptedProvider.Charge? lost = null;
        scene.Provider.OnCreate = charge =>
        {
            lost = charge;
            return Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("timeout"));
        };
        var payment = await scene.CreateAsync(request => request with { OrderReference = "ORD-77" });
        scene.Provider.Pay(lost!.Reference);
        (await scene.DeliverAsync(new { id = "e1", type = "paid", reference = lost.Reference, amount_minor = 1_000_000, currency = "KZT", email = "aida@example.kz" })).Dispose();

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/webhooks?mode=test");
            await Expect(page.GetByTestId("webhooks-row")).ToHaveCountAsync(1);
            await Expect(page.GetByTestId("webhook-state")).ToHaveTextAsync("No payment");
            await page.GetByTestId("webhook-open").ClickAsync();
            await Expect(page.GetByTestId("webhook-body")).ToContainTextAsync("e-mail a•••@example.kz");
            Assert.DoesNotContain("aida@", await page.ContentAsync(), StringComparison.Ordinal);

            await page.GetByTestId("webhook-match").ClickAsync();
            await page.GetByTestId("match-query").FillAsync("ORD-77");
            await page.GetByTestId("match-find").ClickAsync();
            await Expect(page.GetByTestId("match-row")).ToBeCheckedAsync();
            await page.GetByTestId("match-reason").FillAsync("Same amount, same minute");
            await page.GetByTestId("match-confirm").ClickAsync();

            await Expect(page.GetByTestId("webhook-state")).ToHaveTextAsync("Applied");
            await Expect(page.GetByTestId("webhook-integrity")).ToHaveTextAsync("Agrees");
            await page.GetByTestId("webhook-dry-run").ClickAsync();
            await Expect(page.GetByTestId("rehearsal-after")).ToHaveTextAsync("Succeeded");

            await page.GetByTestId("webhook-reveal").ClickAsync();
            await page.GetByTestId("reason-text").FillAsync("The payer asks");
            await page.GetByTestId("reason-confirm").ClickAsync();
            await Expect(page.GetByTestId("webhook-body")).ToContainTextAsync("aida@example.kz");
            await page.GetByTestId("webhook-payment").ClickAsync();
            await Expect(page).ToHaveURLAsync(new Regex($"/payments/{payment.Id}"));
        });

        Assert.Equal(PaymentStatus.Succeeded, (await scene.PaymentAsync(payment.Id)).Status);
    }

    [BrowserFact]
    public async Task Two_browsers_press_replay_and_one_effect_is_left()
    {
        await using var scene = await PaymentScene.StartAsync();
        var id = await OrphanAsync(scene, "nobody");
        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first);
            await scene.SignInAsync(second, Roles.Developer);
            foreach (var page in new[] { first, second })
                await page.GotoAsync($"/webhooks/{id}?mode=test");
            // Old enough that the inbox looks for its payment seldom: the replay is what makes it due.
            await scene.App.Store.WriteAsync(db => db.WebhookEvents.ExecuteUpdateAsync(set => set.SetProperty(row => row.State, WebhookState.Quarantined)), CancellationToken.None);

            await Task.WhenAll(first.GetByTestId("webhook-replay").ClickAsync(), second.GetByTestId("webhook-replay").ClickAsync());

            await Expect(first.GetByTestId("webhook-said")).ToBeVisibleAsync();
            await Expect(second.GetByTestId("webhook-said")).ToBeVisibleAsync();
        }));

        var replays = await scene.App.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "webhook.replayed"));
        Assert.InRange(replays, 1, 2);
    }

    [BrowserFact]
    public async Task Many_are_retried_at_once_and_the_export_has_the_rows_of_the_page()
    {
        await using var scene = await PaymentScene.StartAsync();
        for (var i = 0; i < 12; i++)
            await OrphanAsync(scene, $"nobody-{i}");
        (await scene.DeliverAsync(new { id = "forged", type = "paid" }, secret: "another-secret-of-the-right-length")).Dispose();

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/webhooks?mode=test");
            await Expect(page.GetByTestId("webhooks-row")).ToHaveCountAsync(12);
            await Expect(page.GetByTestId("webhooks-retry")).ToBeDisabledAsync();
            await page.GetByRole(AriaRole.Navigation, new() { Name = "State" }).GetByRole(AriaRole.Link, new() { NameRegex = new("^No payment") }).ClickAsync();
            await Expect(page).ToHaveURLAsync(new Regex("state=unmatched"));
            await page.GetByTestId("webhooks-retry").ClickAsync();
            await page.GetByTestId("webhooks-retry-confirm").ClickAsync();
            await Expect(page.GetByTestId("webhooks-progress")).ToContainTextAsync("12 of 12");

            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("webhooks-export").ClickAsync());
            var lines = (await File.ReadAllTextAsync(await download.PathAsync())).TrimEnd().Split("\r\n");
            Assert.Equal(13, lines.Length);
            Assert.DoesNotContain("amount_minor", string.Concat(lines), StringComparison.Ordinal);

            await page.GetByRole(AriaRole.Navigation, new() { Name = "State" }).GetByRole(AriaRole.Link, new() { NameRegex = new("^Rejected") }).ClickAsync();
            await Expect(page.GetByTestId("rejection-row")).ToContainTextAsync("does not match");
        });
    }

    [BrowserFact]
    public async Task Delivery_is_compared_with_the_one_before_and_copied_without_secrets()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.CreateAsync();
        foreach (var (id, type) in new[] { ("evt_1", "open"), ("evt_2", "paid") })
        {
            (await scene.DeliverAsync(new { id, type, reference = payment.ProviderReference, amount_minor = 1_000_000, currency = "KZT" })).Dispose();
            await Eventually.TrueAsync(() => scene.App.ReadAsync(db => db.WebhookEvents.AnyAsync(row => row.DedupeKey.Contains(id) && row.PaymentId == payment.Id)), "the delivery found its payment");
        }
        var second = await scene.App.ReadAsync(db => db.WebhookEvents.Where(row => row.DedupeKey.Contains("evt_2")).Select(row => row.Id).SingleAsync());

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Developer);
            await page.GotoAsync($"/webhooks/{second}?mode=test");
            await page.GetByTestId("body-diff").ClickAsync();
            await Expect(page.GetByTestId("webhook-diff").Locator(".add").First).ToContainTextAsync("evt_2");
            await Expect(page.GetByTestId("webhook-diff").Locator(".bad").First).ToContainTextAsync("evt_1");
            await PageLook.CheckAsync(page, "a compared webhook");
            var command = await page.GetByRole(AriaRole.Button, new() { Name = "Copy as curl" }).GetAttributeAsync("data-copy");
            Assert.Contains("/webhooks/scripted/$WEBHOOK_KEY", command, StringComparison.Ordinal);
            Assert.DoesNotContain(scene.AccountKey, command, StringComparison.Ordinal);
        });
    }

    [BrowserTheory]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Webhook_pages_are_readable_by_everybody(int width, ColorScheme colors)
    {
        await using var scene = await PaymentScene.StartAsync();
        await chromium.VisitAsync(scene.Visit(width) with { Colors = colors, Height = width < 768 ? 844 : 900 }, async page =>
        {
            await scene.SignInAsync(page, Roles.Superadmin);
            await page.GotoAsync("/webhooks?mode=test");
            await Expect(page.GetByTestId("webhooks-empty-none")).ToBeVisibleAsync();
            var payment = await scene.CreateAsync(request => request with { OrderReference = "DON-2291" });
            (await scene.DeliverAsync(new { id = "evt_1", type = "paid", reference = payment.ProviderReference, amount_minor = 900_000, currency = "KZT", payer = new { email = "aida@example.kz", phone = "+77015214109" }, card = new { pan = "4242424242424242", token = "0123456789abcdef" } })).Dispose();
            await OrphanAsync(scene, "nobody");
            (await scene.DeliverAsync(new { id = "forged", type = "paid", email = "aida@example.kz" }, secret: "another-secret-of-the-right-length")).Dispose();
            await Expect(page.GetByTestId("webhooks-row").First).ToBeVisibleAsync();
            await page.ReloadAsync();
            await Expect(page.GetByTestId("webhooks-row")).ToHaveCountAsync(2);
            await PageLook.CheckAsync(page, "the webhooks");
            await page.GotoAsync("/webhooks?mode=test&view=rejected");
            await page.GetByTestId("rejection-row").Locator("summary").ClickAsync();
            await PageLook.CheckAsync(page, "the rejected webhooks");
            await page.GotoAsync("/webhooks?mode=test&view=unassigned");
            await Expect(page.GetByTestId("unassigned-empty")).ToBeVisibleAsync();
            await page.GotoAsync("/webhooks?mode=test&state=applied");
            await page.GetByTestId("webhook-open").ClickAsync();
            await page.GetByTestId("webhook-dry-run").ClickAsync();
            await Expect(page.GetByTestId("rehearsal")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "a webhook");
            await page.GotoAsync("/webhooks?mode=test&state=unmatched");
            await page.GetByTestId("webhook-open").ClickAsync();
            await page.GetByTestId("webhook-match").ClickAsync();
            await page.GetByTestId("match-query").FillAsync("DON-2291");
            await page.GetByTestId("match-find").ClickAsync();
            await Expect(page.GetByTestId("match-row")).ToBeVisibleAsync();
            await PageLook.CheckAsync(page, "the match dialog");
        });
    }

    private static async Task<Guid> OrphanAsync(PaymentScene scene, string reference)
    {
        (await scene.DeliverAsync(new { id = "event-of-" + reference, type = "paid", reference, amount_minor = 9_000, currency = "KZT" })).Dispose();
        await Eventually.TrueAsync(() => scene.App.ReadAsync(db => db.WebhookEvents.AnyAsync(row => row.ProviderReference == reference && row.State == WebhookState.Unmatched)), "the inbox has looked at the orphan");
        return await scene.App.ReadAsync(db => db.WebhookEvents.Where(row => row.ProviderReference == reference).Select(row => row.Id).SingleAsync());
    }
}
