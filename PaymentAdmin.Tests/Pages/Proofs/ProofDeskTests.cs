using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Proofs;

[Collection(BrowserCollection.Name)]
public sealed class ProofDeskTests(Chromium chromium)
{
    private const int Many = 20;
    private static readonly Actor Backend = new(ActorKind.ApiKey, "shop", "Shop backend");

    [BrowserFact]
    public async Task Clerk_decides_twenty_proofs_without_the_mouse()
    {
        await using var app = await TestApp.StartAsync();
        await SubmitAsync(app, Many);
        var email = await app.CreateUserAsync(Roles.Clerk);
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/proofs");
            await Expect(page.GetByTestId("proofs-row")).ToHaveCountAsync(Many);
            await page.Keyboard.PressAsync("n");
            for (var i = 0; i < Many; i++)
            {
                await Expect(page.Locator("h1")).ToContainTextAsync($"proof-{i:00}");
                if (i == 0)
                {
                    await Expect(page.GetByTestId("proof-image")).ToHaveJSPropertyAsync("naturalWidth", 2);
                    await Expect(page.GetByTestId("proof-amount")).ToContainTextAsync("Same");
                }
                if (i % 5 == 4)
                {
                    await page.Keyboard.PressAsync("r");
                    await Expect(page.GetByText("Choose why; the payer reads it.")).ToBeVisibleAsync();
                    await page.GetByTestId("proof-reason").FocusAsync();
                    await page.Keyboard.TypeAsync("Not");
                    await page.Keyboard.PressAsync("Tab");
                    await page.Keyboard.PressAsync("Tab");
                    await page.Keyboard.PressAsync("Tab");
                    await Expect(page.GetByTestId("proof-reject")).ToBeFocusedAsync();
                    await page.Keyboard.PressAsync("Enter");
                }
                else
                {
                    await page.Keyboard.PressAsync("a");
                }
            }
            await Expect(page.GetByTestId("proofs-empty")).ToBeVisibleAsync();
        });

        var statuses = await app.ReadAsync(db => db.ManualProofs.GroupBy(row => row.Status).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count));
        Assert.Equal((16, 4), (statuses[ProofStatus.Approved], statuses[ProofStatus.Rejected]));
        Assert.Equal(16, await app.ReadAsync(db => db.Payments.CountAsync(row => row.Status == PaymentStatus.Succeeded)));
    }

    [BrowserFact]
    public async Task Second_clerk_reads_who_has_it_and_a_used_reference_is_seen()
    {
        await using var app = await TestApp.StartAsync();
        var first = await SubmitAsync(app, 1, reference: "TXN-1");
        await SubmitAsync(app, 1, reference: "ТХN 1", from: 50);
        var (one, two) = (await app.CreateUserAsync(Roles.Clerk), await app.CreateUserAsync(Roles.Clerk));
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url), Width = 390, Height = 844 }, async page =>
        {
            await SignInForm.FillInAsync(page, one, $"/proofs/{first}");
            await Expect(page.GetByTestId("proof-used")).ToBeVisibleAsync();
            await Expect(page.Locator("main")).ToContainTextAsync("Same reference as proof-50");
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            await page.GetByTestId("proof-received").FillAsync("3 000");
            await Expect(page.Locator("main")).ToContainTextAsync("missing");
        });
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, two, $"/proofs/{first}");
            await Expect(page.GetByTestId("proof-blocked")).ToContainTextAsync(one);
            await Expect(page.GetByTestId("approve-confirm")).ToHaveCountAsync(0);
        });
    }

    [BrowserFact]
    public async Task Operator_brings_a_proof_and_gives_the_desk_its_work()
    {
        await using var app = await TestApp.StartAsync();
        await SubmitAsync(app, 1);
        var created = await app.Get<CreatePayment>().RunAsync(new CreatePaymentRequest { TenantId = await app.TenantIdAsync(), Mode = Mode.Test, OrderReference = "counter", AmountMinor = 500_000, Currency = "KZT", Provider = "manual", Method = "bank_transfer" }, Backend, default);
        var (finance, clerk) = (await app.CreateUserAsync(Roles.Finance), await app.CreateUserAsync(Roles.Clerk));
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, finance, $"/payments/{created.Value.PaymentId}?mode=test");
            await page.GetByTestId("proof-add").ClickAsync();
            await page.GetByTestId("proof-save").ClickAsync();
            await Expect(page.GetByTestId("proof-form")).ToContainTextAsync("Choose the receipt.");
            await page.GetByTestId("proof-reference").FillAsync("COUNTER-1");
            await page.GetByTestId("proof-files").SetInputFilesAsync(new FilePayload { Name = "receipt.png", MimeType = "image/png", Buffer = "<html>"u8.ToArray() });
            await page.GetByTestId("proof-save").ClickAsync();
            await Expect(page.GetByTestId("proof-form")).ToContainTextAsync("is no JPEG, PNG, WebP or PDF");
            await page.GetByTestId("proof-files").SetInputFilesAsync(new FilePayload { Name = "receipt.png", MimeType = "image/png", Buffer = Pictures.Png() });
            await page.GetByTestId("proof-save").ClickAsync();
            await Expect(page.GetByText("Another person decides it.")).ToBeVisibleAsync();

            await page.GotoAsync("/proofs");
            await Expect(page.GetByTestId("proofs-row")).ToHaveCountAsync(2);
            await page.GetByTestId("proof-pick").First.CheckAsync();
            await page.GetByTestId("proof-pick").Last.CheckAsync();
            await page.GetByTestId("assign-to").SelectOptionAsync(new SelectOptionValue { Label = clerk });
            await page.GetByTestId("assign-save").ClickAsync();
            await Expect(page.GetByTestId("proofs-said")).ToContainTextAsync($"{clerk} has 2 of them");
            await Expect(page.GetByTestId("proofs-row").First).ToContainTextAsync($"{clerk} has it");
        });

        Assert.Equal(1, await app.ReadAsync(db => db.ManualProofs.CountAsync(row => row.Reference == "COUNTER-1")));
        Assert.Equal(PaymentStatus.InReview, await app.ReadAsync(db => db.Payments.Where(row => row.OrderReference == "counter").Select(row => row.Status).SingleAsync()));
    }

    [BrowserFact]
    public async Task Refund_above_the_limit_waits_and_another_person_sends_it()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        await app.Store.WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.Always)), default);
        var (asks, decides) = (await app.CreateUserAsync(Roles.Finance), await app.CreateUserAsync(Roles.Finance));
        var user = await app.ReadAsync(db => db.Users.SingleAsync(row => row.Email == asks));
        var payment = await app.ReadAsync(db => db.Payments.FirstAsync(row => row.Provider == "kaspi" && row.Status == PaymentStatus.Succeeded && row.RefundReservedMinor == 0 && row.Exceptions == PaymentExceptions.None));
        await app.Get<RefundPayment>().RunAsync(new RefundRequestedBy(payment.TenantId, Mode.Test, payment.Id, 5_000, null, "Came back"), new Actor(ActorKind.User, user.Id.ToString(), asks, Roles.Finance, user.Id), default);

        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, asks, "/approvals");
            var own = page.GetByTestId("approvals-row").Filter(new() { HasText = payment.OrderReference });
            await Expect(own).ToContainTextAsync("another person decides");
            await Expect(own.GetByTestId("approval-approve")).ToHaveCountAsync(0);
        });
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, decides, "/approvals");
            var waiting = page.GetByTestId("approvals-row").Filter(new() { HasText = payment.OrderReference });
            await waiting.GetByTestId("approval-approve").ClickAsync();
            await Expect(page.Locator(".rz-dialog")).ToContainTextAsync(asks);
            await page.GetByTestId("approve-confirm").ClickAsync();
            await Expect(page.GetByTestId("approval-said")).ToContainTextAsync("approved");
            await Expect(waiting).ToHaveCountAsync(0);
        });

        await Eventually.TrueAsync(async () => await app.ReadAsync(db => db.Refunds.AnyAsync(row => row.PaymentId == payment.Id && row.Status == RefundStatus.Succeeded && row.ApprovedBy == decides)), "the refund was sent");
    }

    /// <summary>Payments at the manual provider, each with a proof; answers the last proof.</summary>
    private static async Task<Guid> SubmitAsync(TestApp app, int count, string? reference = null, int from = 0)
    {
        var tenantId = await app.TenantIdAsync();
        if (!await app.ReadAsync(db => db.ProviderAccounts.AnyAsync(row => row.Provider == "manual")))
        {
            var account = new NewProviderAccount { TenantId = tenantId, Provider = "manual", Mode = Mode.Test, Endpoint = AccountEndpoint.Provider, Name = "Manual", IsEnabled = true, IsForAllShops = true, Credentials = new Dictionary<string, string> { ["bank_account"] = "KZ86125KZT5004100100" } };
            Assert.Null((await app.Get<SaveProviderAccount>().CreateAsync(account, Actor.System("test"), default)).Problem);
        }
        var last = Guid.Empty;
        for (var i = from; i < from + count; i++)
        {
            var created = await app.Get<CreatePayment>().RunAsync(new CreatePaymentRequest { TenantId = tenantId, Mode = Mode.Test, OrderReference = $"proof-{i:00}", AmountMinor = 500_000 + i, Currency = "KZT", Provider = "manual", Method = "bank_transfer" }, Backend, default);
            var submitted = await app.Get<SubmitProof>().RunAsync(new ProofSubmission { TenantId = tenantId, Mode = Mode.Test, PaymentId = created.Value.PaymentId, Type = ProofType.BankTransfer, Reference = reference ?? $"TXN-{i}", Files = [new SubmittedFile("receipt.png", null, Pictures.Png())] }, Backend, default);
            Assert.Null(submitted.Problem);
            last = submitted.Value.Id;
        }
        return last;
    }
}
