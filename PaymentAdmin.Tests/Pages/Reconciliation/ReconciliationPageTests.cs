using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Reconciliation;

[Collection(BrowserCollection.Name)]
public sealed class ReconciliationPageTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Money_without_a_payment_is_allocated_or_marked_returned_and_the_books_agree()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var (first, second) = (await ReceiptAsync(app, "QK1", 120_000), await ReceiptAsync(app, "QK2", 7_000));
        var created = await app.Get<CreatePayment>().RunAsync(
            new CreatePaymentRequest { TenantId = await app.TenantIdAsync(), Mode = Mode.Test, OrderReference = "ORD-BILL", AmountMinor = 120_000, Currency = "KES" }, Actor.System("test"), CancellationToken.None);
        Assert.Null(created.Problem);
        var email = await app.CreateUserAsync(Roles.Finance);

        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url) }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/reconciliation?mode=test");
            await Expect(page.GetByTestId("receipts-row")).ToHaveCountAsync(2);
            await Expect(page.GetByTestId("receipts-totals")).ToContainTextAsync("1 270.00");

            var row = page.GetByTestId("receipts-row").Filter(new() { HasText = "QK1" });
            await row.GetByTestId("receipt-allocate").ClickAsync();
            await page.GetByTestId("attach-reference").FillAsync("NO-SUCH-ORDER");
            await page.GetByTestId("reason-text").FillAsync("typed his name");
            await page.GetByTestId("reason-confirm").ClickAsync();
            await Expect(page.Locator(".rz-dialog")).ToContainTextAsync("No test payment");
            await page.GetByTestId("attach-reference").FillAsync("ORD-BILL");
            await page.GetByTestId("reason-confirm").ClickAsync();
            await Expect(page.GetByTestId("reconciliation-said")).ToContainTextAsync("counted for ORD-BILL");
            await Expect(page.GetByTestId("receipts-row")).ToHaveCountAsync(1);

            await page.GetByTestId("receipt-return").ClickAsync();
            await Expect(page.Locator(".rz-dialog")).ToContainTextAsync("70.00");
            await page.GetByTestId("reason-text").FillAsync("sent back by hand");
            await page.GetByTestId("reason-confirm").ClickAsync();
            await Expect(page.GetByTestId("receipts-empty")).ToBeVisibleAsync();

            await page.GotoAsync("/reconciliation?tab=differences&mode=test");
            await page.GetByTestId("compare-ioka").ClickAsync();
            await Expect(page.GetByTestId("reconciliation-said")).ToContainTextAsync("0 differ");
            await Expect(page.GetByTestId("differences-empty")).ToBeVisibleAsync();

            // The payment whose answer was lost: the provider's list tells of it, and asking mends it.
            await page.GetByTestId("compare-stripe").ClickAsync();
            await Expect(page.GetByTestId("reconciliation-said")).ToContainTextAsync("Stripe");
        });
        await chromium.VisitAsync(new Visit { Site = new Uri(app.Url), Width = 390, Height = 844 }, async page =>
        {
            await SignInForm.FillInAsync(page, email, "/reconciliation?tab=differences&mode=test");
            await Expect(page.GetByTestId("comparison-ioka")).ToContainTextAsync("Agrees");
            Assert.Equal(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        });

        var payment = await app.ReadAsync(db => db.Payments.SingleAsync(row => row.OrderReference == "ORD-BILL"));
        Assert.Equal((PaymentStatus.Succeeded, 120_000L), (payment.Status, payment.ReceivedMinor));
        Assert.Equal([ReceiptState.Counted, ReceiptState.Returned], await app.ReadAsync(db => db.Receipts.Where(row => row.Id == first || row.Id == second).OrderBy(row => row.Reference).Select(row => row.State).ToListAsync()));
    }

    [Fact]
    public async Task Demo_books_agree_with_every_imitation_that_lists_its_own()
    {
        await using var app = await TestApp.StartAsync(("Demo:Enabled", "true"));
        var tenantId = await app.TenantIdAsync();
        var accounts = await app.Get<Core.Settlement.ReadSettlement>().AccountsAsync(tenantId, Mode.Test, CancellationToken.None);
        Assert.NotEmpty(accounts);
        var compared = 0;

        foreach (var account in accounts)
        {
            foreach (var ago in new[] { 1, 2, 5 })
            {
                var day = DateOnly.FromDateTime(app.Get<TimeProvider>().GetUtcNow().UtcDateTime).AddDays(-ago);
                var done = await app.Get<Core.Settlement.CompareBooks>().RunAsync(tenantId, account.AccountId, day, Actor.System("test"), CancellationToken.None);
                Assert.Null(done.Problem);
                Assert.True(done.Value.Fault is null, $"{account.Provider}: {done.Value.Fault}");
                compared += done.Value.Compared;
            }
        }

        // What is in review is just what a comparison is for: money in another currency, a checkout whose answer was lost.
        var differences = await app.ReadAsync(db => db.BookDifferences.Where(row => !db.Payments.Any(payment => payment.Id == row.PaymentId && payment.Status == PaymentStatus.InReview)).Select(row => $"{row.Provider} {row.Kind} {row.Reference} {row.TheirsMinor} {row.OursMinor} {row.TheirsRefundedMinor} {row.OursRefundedMinor}").ToListAsync());
        Assert.Empty(differences);
        Assert.True(compared > 0, "Nothing was compared.");
    }

    private static async Task<Guid> ReceiptAsync(TestApp app, string reference, long minor)
    {
        var (id, tenantId) = (Guid.CreateVersion7(), await app.TenantIdAsync());
        await app.Store.WriteAsync(
            db =>
            {
                db.Receipts.Add(new Receipt { Id = id, TenantId = tenantId, Mode = Mode.Test, Provider = "mpesa", Reference = reference, AmountMinor = minor, Currency = "KES", Payer = "2547•• ••• 678", BillReference = "my order", ReceivedAt = app.Get<TimeProvider>().GetUtcNow(), State = ReceiptState.Unallocated });
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return id;
    }
}
