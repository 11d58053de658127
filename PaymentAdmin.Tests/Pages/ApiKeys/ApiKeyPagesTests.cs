using System.Net;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.ApiKeys;

[Collection(BrowserCollection.Name)]
public sealed class ApiKeyPagesTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Key_is_made_shown_once_used_and_revoked()
    {
        await using var scene = await PaymentScene.StartAsync();
        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Developer);
            await page.GotoAsync("/api-keys?mode=test");
            await Expect(page.GetByTestId("keys-empty")).ToBeVisibleAsync();
            await page.GetByTestId("key-add").ClickAsync();
            await page.GetByTestId("key-save").ClickAsync();
            await Expect(page.Locator("#key-name-error")).ToBeVisibleAsync();
            await page.GetByTestId("key-name").FillAsync("Shop backend");
            await page.GetByTestId("scope-payments:write").UncheckAsync();
            await page.GetByTestId("key-expiry").SelectOptionAsync("90");
            await PageLook.CheckAsync(page, "the key dialog");
            await page.GetByTestId("key-save").ClickAsync();
            var text = await page.GetByTestId("key-text").InnerTextAsync();
            Assert.StartsWith("pa_test_", text, StringComparison.Ordinal);
            await PageLook.CheckAsync(page, "the new key");
            await page.GetByTestId("key-done").ClickAsync();
            await Expect(page.GetByTestId("keys-row")).ToContainTextAsync("Shop backend");
            await Expect(page.Locator("body")).Not.ToContainTextAsync(text);
            await PageLook.CheckAsync(page, "the keys");

            using var client = scene.App.Client(text);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/payments")).StatusCode);
            await page.GetByTestId("key-revoke").ClickAsync();
            await page.GetByTestId("key-revoke-confirm").ClickAsync();
            await Expect(page.GetByTestId("keys-said")).ToContainTextAsync("revoked");
            await Expect(page.GetByTestId("key-state")).ToHaveTextAsync("Revoked");
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/v1/payments")).StatusCode);
        });

        var key = await scene.App.ReadAsync(db => db.ApiKeys.SingleAsync());
        Assert.NotNull(key.CreatedByUserId);
        Assert.Equal((Mode.Test, "payments:read"), (key.Mode, Assert.Single(key.Scopes)));
        Assert.Equal(["api_key.created", "api_key.revoked"], await scene.App.ReadAsync(db => db.AuditEntries.Where(entry => entry.Entity == "api_key").OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync()));
    }

    [Theory]
    [InlineData(Roles.Developer, Mode.Live, Scopes.RefundsWrite, false)]
    [InlineData(Roles.Developer, Mode.Live, Scopes.ConfigsWrite, false)]
    [InlineData(Roles.Developer, Mode.Live, Scopes.PaymentsWrite, true)]
    [InlineData(Roles.Developer, Mode.Test, Scopes.RefundsWrite, true)]
    [InlineData(Roles.Admin, Mode.Live, Scopes.RefundsWrite, true)]
    [InlineData(Roles.Clerk, Mode.Test, Scopes.PaymentsRead, false)]
    public async Task Key_is_no_way_around_a_role(string role, Mode mode, string scope, bool isMade)
    {
        await using var engine = await Engine.StartAsync();
        var id = Guid.CreateVersion7();
        var create = new CreateApiKey(engine.Store, engine.Get<IdSource>(), engine.Clock);
        var made = await create.RunAsync(new CreateApiKeyRequest(engine.TenantId, mode, "backend", [scope]), new Actor(ActorKind.User, id.ToString(), "somebody", role, id), CancellationToken.None);
        Assert.Equal(isMade, made.IsOk);
    }

    [BrowserFact]
    public async Task Clerk_is_told_that_keys_are_not_theirs()
    {
        await using var scene = await PaymentScene.StartAsync();
        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Clerk);
            await page.GotoAsync("/api-keys");
            await Expect(page.GetByTestId("key-add")).ToHaveCountAsync(0);
        });
    }
}
