using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Users;

[Collection(BrowserCollection.Name)]
public sealed class TwoPersonPagesTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Rule_is_switched_on_and_a_new_approver_needs_the_other_person()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var (asks, decides) = (await app.CreateUserAsync(Roles.Admin), await app.CreateUserAsync(Roles.Finance));

        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, asks, "/settings");
            await page.GetByTestId("two-persons-rule").SelectOptionAsync("over_limit");
            await page.GetByTestId("limit-add").SelectOptionAsync("KZT");
            await page.GetByTestId("limit-KZT").FillAsync("50 000,001");
            await page.GetByTestId("two-persons-save").ClickAsync();
            await Expect(page.Locator("main")).ToContainTextAsync("KZT has 2 decimals.");
            await page.GetByTestId("limit-KZT").FillAsync("50 000");
            await page.GetByTestId("two-persons-save").ClickAsync();
            await Expect(page.GetByTestId("settings-said")).ToContainTextAsync("Saved");

            await page.GotoAsync("/users");
            await page.GetByTestId("user-add").ClickAsync();
            await page.GetByTestId("user-email").FillAsync("nobody");
            await page.GetByTestId("user-password").FillAsync("short");
            await page.GetByTestId("user-save").ClickAsync();
            await Expect(page.GetByTestId("user-form")).ToContainTextAsync("is no e-mail address");
            await page.GetByTestId("user-email").FillAsync("new@shop.test");
            await page.GetByTestId("user-password").FillAsync("correct horse battery staple");
            await page.GetByTestId("user-role-choice").SelectOptionAsync("finance");
            await page.GetByTestId("user-save").ClickAsync();
            await Expect(page.GetByTestId("users-said")).ToContainTextAsync("a second person must agree");
            await Expect(page.GetByTestId("users-row").Filter(new() { HasText = "new@shop.test" })).ToContainTextAsync("Inactive");
        });
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, decides, "/approvals");
            var asked = page.GetByTestId("approvals-row").Filter(new() { HasText = "Let new@shop.test in as finance" });
            await asked.GetByTestId("approval-approve").ClickAsync();
            await page.GetByTestId("approve-confirm").ClickAsync();
            await Expect(page.GetByTestId("approval-said")).ToContainTextAsync("approved");
        });
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url), Width = 390, Height = 844 }, async page =>
        {
            await SignInForm.FillInAsync(page, asks, "/users");
            await Expect(page.GetByTestId("users-row").Filter(new() { HasText = "new@shop.test" })).ToContainTextAsync("Active");
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            await page.GotoAsync("/settings");
            await Expect(page.GetByTestId("two-persons")).ToBeVisibleAsync();
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        });

        Assert.Equal(TwoPersonRule.OverLimit, await app.ReadAsync(db => db.Tenants.Where(row => row.Slug == "default").Select(row => row.TwoPersonRule).SingleAsync()));
        Assert.Equal(5_000_000, await app.ReadAsync(db => db.ApprovalLimits.Select(row => row.AmountMinor).SingleAsync()));
        Assert.False(await app.ReadAsync(db => db.Users.Where(row => row.Email == "new@shop.test").Select(row => row.IsDisabled).SingleAsync()));
    }
}
