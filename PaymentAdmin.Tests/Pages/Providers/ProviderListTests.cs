using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Providers;

[Collection(BrowserCollection.Name)]
public sealed class ProviderListTests(Chromium chromium)
{
    private const string Key = "sk_live_canary0123456789";
    private const string WebhookSecret = "whsec_canary-secret-of-sixteen";

    [BrowserFact]
    public async Task Live_account_is_added_switched_on_by_its_name_and_taken_out_of_service()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var email = await app.CreateUserAsync(Roles.Admin);
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/providers");
            await Expect(page.GetByTestId("account-stripe-test")).ToContainTextAsync("sandbox");

            await page.GetByTestId("account-first-stripe-live").ClickAsync();
            await page.GetByTestId("account-field-secret_key").FillAsync("sk_test_canary0123456789");
            await page.GetByTestId("account-field-webhook_secret").FillAsync(WebhookSecret);
            await page.GetByTestId("account-typed").FillAsync("stripe");
            await page.GetByTestId("account-save").ClickAsync();
            await Expect(page.GetByTestId("account-form")).ToContainTextAsync("is a test key; a live account takes live keys only");

            await page.GetByTestId("account-field-secret_key").FillAsync(Key);
            await page.GetByTestId("account-save").ClickAsync();
            await Expect(page.GetByTestId("account-saved")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("Stripe live is saved and off."));
            await Expect(page.GetByTestId("account-stripe-live")).ToContainTextAsync("Inactive");

            await page.GetByTestId("account-edit-stripe-live").ClickAsync();
            await page.Locator("[data-testid=account-enabled]").DispatchEventAsync("click");
            await Expect(page.GetByTestId("account-live-note")).ToContainTextAsync("serves real payments from now on");
            await Expect(page.GetByTestId("account-save")).ToBeDisabledAsync();
            await page.GetByTestId("account-typed").FillAsync("stripe");
            await page.GetByTestId("account-save").ClickAsync();
            await Expect(page.GetByTestId("account-stripe-live")).Not.ToContainTextAsync("Inactive");
            await Expect(page.Locator("body")).Not.ToContainTextAsync("canary");

            await page.Locator("[data-testid=switch-stripe]").DispatchEventAsync("click");
            await Expect(page.Locator(".rz-dialog")).ToContainTextAsync("provider_in_test_mode");
            await page.GetByTestId("switch-confirm").ClickAsync();
            await Expect(page.GetByTestId("account-saved")).ToContainTextAsync("Stripe is in test mode");
            await Expect(page.GetByTestId("provider-stripe")).ToContainTextAsync($"by {email}");

            await page.Locator("[data-testid=switch-stripe]").DispatchEventAsync("click");
            await Expect(page.Locator(".rz-dialog")).ToContainTextAsync("api.stripe.com");
            await Expect(page.GetByTestId("switch-confirm")).ToBeDisabledAsync();
            await page.Locator("#confirm-typed").FillAsync("stripe");
            await page.GetByTestId("switch-confirm").ClickAsync();
            await Expect(page.GetByTestId("account-saved")).ToContainTextAsync("Stripe serves live payments");
        });

        var account = await app.ReadAsync(db => db.ProviderAccounts.SingleAsync(row => row.Mode == Mode.Live));
        Assert.True(account.IsEnabled);
        Assert.Equal(Key, app.Get<ProviderAccounts>().Open(account, route: null).Credential("secret_key"));
        var audited = await app.ReadAsync(db => db.AuditEntries.Where(entry => entry.ActorName == email).OrderBy(entry => entry.Id).Select(entry => entry.Action + " " + entry.After).ToListAsync());
        Assert.Equal(["account.created", "account.enabled", "test_mode.on", "test_mode.off"], audited.Select(line => line.Split(' ')[0]).Where(action => action.StartsWith("account", StringComparison.Ordinal) || action.StartsWith("test_mode", StringComparison.Ordinal)));
        Assert.DoesNotContain(audited, line => line.Contains("canary", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Who_may_only_look_finds_no_button()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var email = await app.CreateUserAsync(Roles.Auditor);
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url), Width = 390, Height = 844 }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/providers");
            await Expect(page.GetByTestId("provider-stripe")).ToBeVisibleAsync();
            await Expect(page.GetByTestId("account-add")).ToHaveCountAsync(0);
            await Expect(page.GetByTestId("account-edit-stripe-test")).ToHaveCountAsync(0);
            await Expect(page.Locator("[data-testid=switch-stripe]")).ToBeDisabledAsync();
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        });
    }
}
