using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Proofs;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages;

/// <summary>Two people with one thing before them: what one does the other sees, and the same button pressed by both has one effect.</summary>
[Collection(BrowserCollection.Name)]
public sealed class TwoOperatorsTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Both_refund_all_of_it_and_it_is_paid_back_once()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.PaidAsync(1_000_000);

        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first, Roles.Finance);
            await scene.SignInAsync(second, Roles.Admin);
            foreach (var page in new[] { first, second })
            {
                await page.GotoAsync($"/payments/{payment.Id}?mode=test");
                await page.GetByTestId("refund-open").ClickAsync();
                await page.GetByTestId("refund-amount").FillAsync("10000");
            }
            await Task.WhenAll(first.GetByTestId("refund-confirm").ClickAsync(), second.GetByTestId("refund-confirm").ClickAsync());

            foreach (var page in new[] { first, second })
                await Expect(page.GetByTestId("refund-outcome").Or(page.GetByTestId("refund-problem"))).ToBeVisibleAsync();
            var done = await first.GetByTestId("refund-outcome").CountAsync() + await second.GetByTestId("refund-outcome").CountAsync();
            Assert.Equal(1, done);
            var late = await first.GetByTestId("refund-problem").CountAsync() == 1 ? first : second;
            await Expect(late.GetByTestId("refund-problem")).ToContainTextAsync("no money has moved");
            await late.Keyboard.PressAsync("Escape");
            await Expect(late.GetByTestId("payment-status").First).ToHaveTextAsync("Refunded");
        }));

        Assert.Single(scene.Provider.Refunds);
        Assert.Equal(1_000_000, (await scene.PaymentAsync(payment.Id)).RefundedMinor);
    }

    [BrowserFact]
    public async Task Both_cancel_a_payment_and_the_second_reads_that_it_was_done()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.CreateAsync();

        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first, Roles.Finance);
            await scene.SignInAsync(second, Roles.Admin);
            foreach (var page in new[] { first, second })
            {
                await page.GotoAsync($"/payments/{payment.Id}?mode=test");
                await page.GetByTestId("cancel-open").ClickAsync();
                await page.GetByTestId("reason-text").FillAsync("The customer changed the order");
            }
            await first.GetByTestId("reason-confirm").ClickAsync();
            foreach (var page in new[] { first, second })
                await Expect(page.GetByTestId("payment-status").First).ToHaveTextAsync("Cancelled");
            await second.GetByTestId("reason-confirm").ClickAsync();
            await Expect(second.GetByTestId("payment-said")).ToContainTextAsync("cancelled already, by somebody else");
        }));

        var id = payment.Id.ToString();
        Assert.Equal(1, await scene.App.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.EntityId == id && entry.Action == "payment.cancelled")));
    }

    [BrowserFact]
    public async Task Both_approve_a_refund_and_the_second_reads_who_was_first()
    {
        await using var scene = await PaymentScene.StartAsync();
        await scene.App.Store.WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.Always)), CancellationToken.None);
        var payment = await scene.PaidAsync(1_000_000);
        await scene.App.Get<RefundPayment>().RunAsync(new RefundRequestedBy(scene.TenantId, Mode.Test, payment.Id, 100_000, null, "damaged"), Engine.Shop, CancellationToken.None);

        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first, Roles.Finance);
            await scene.SignInAsync(second, Roles.Admin);
            foreach (var page in new[] { first, second })
            {
                await page.GotoAsync("/approvals?mode=test");
                await page.GetByTestId("approval-approve").ClickAsync();
                await Expect(page.GetByTestId("approve-confirm")).ToBeVisibleAsync();
            }
            await first.GetByTestId("approve-confirm").ClickAsync();
            await Expect(first.GetByTestId("approval-said")).ToContainTextAsync("approved");
            await second.GetByTestId("approve-confirm").ClickAsync();
            await Expect(second.Locator(".rz-dialog")).ToContainTextAsync("has decided already: approved");
            await second.Keyboard.PressAsync("Escape");
            await Expect(second.GetByTestId("approvals-empty")).ToBeVisibleAsync();
        }));

        Assert.Single(scene.Provider.Refunds);
    }

    [BrowserFact]
    public async Task Both_have_one_proof_open_and_it_is_decided_once()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.CreateAsync();
        var proof = await scene.App.Get<SubmitProof>().RunAsync(new ProofSubmission { TenantId = scene.TenantId, Mode = Mode.Test, PaymentId = payment.Id, Type = ProofType.BankTransfer, Reference = "TXN-1", Files = [new SubmittedFile("receipt.png", null, Pictures.Png())] }, Engine.Shop, CancellationToken.None);

        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first, Roles.Finance);
            await scene.SignInAsync(second, Roles.Admin);
            await first.GotoAsync($"/proofs/{proof.Value.Id}?mode=test");
            await Expect(first.GetByTestId("approve-confirm")).ToBeVisibleAsync();
            // The first one's time with it is over, and both have it before them.
            await scene.App.Store.WriteAsync(db => db.ManualProofs.ExecuteUpdateAsync(set => set.SetProperty(row => row.ClaimedUntil, (DateTimeOffset?)DateTimeOffset.UnixEpoch)), CancellationToken.None);
            await second.GotoAsync($"/proofs/{proof.Value.Id}?mode=test");
            await Expect(second.GetByTestId("approve-confirm")).ToBeVisibleAsync();

            // At one moment; a page that has heard of the other's decision by then has no button any more.
            await Task.WhenAll(((IPage[])[first, second]).Select(page => page.EvaluateAsync("document.querySelector('[data-testid=approve-confirm]')?.click()")));

            foreach (var page in new[] { first, second })
                await Expect(page.GetByTestId("proofs-empty").Or(page.GetByTestId("proof-problem")).Or(page.GetByTestId("proof-decided"))).ToBeVisibleAsync();
            var late = await first.GetByTestId("proofs-empty").CountAsync() == 1 ? second : first;
            Assert.Equal(0, await late.GetByTestId("proofs-empty").CountAsync());
            await Expect(late.Locator("main")).ToContainTextAsync(new Regex("has decided already: approved|Approved by"));
        }));

        Assert.Equal(payment.AmountMinor, (await scene.PaymentAsync(payment.Id)).ReceivedMinor);
        Assert.Equal(1, await scene.App.ReadAsync(db => db.Receipts.CountAsync()));
        Assert.Equal(1, await scene.App.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "proof.approved")));
    }

    [BrowserFact]
    public async Task Who_asked_takes_a_write_off_back_that_the_payment_shows_as_waiting()
    {
        await using var scene = await PaymentScene.StartAsync();
        await scene.App.Store.WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.Always)), CancellationToken.None);
        var payment = await scene.PayAsync(await scene.CreateAsync(), 900_000);

        await chromium.VisitAsync(scene.Visit(), async first => await chromium.VisitAsync(scene.Visit(), async second =>
        {
            await scene.SignInAsync(first, Roles.Finance);
            await first.GotoAsync($"/payments/{payment.Id}?mode=test");
            await first.GetByTestId("decide-difference_written_off").ClickAsync();
            await first.GetByTestId("reason-text").FillAsync("Agreed with the customer");
            await first.GetByTestId("reason-confirm").ClickAsync();
            await Expect(first.GetByTestId("payment-waiting")).ToContainTextAsync("a second person must agree");

            await scene.SignInAsync(second, Roles.Admin);
            await second.GotoAsync($"/payments/{payment.Id}?mode=test");
            await Expect(second.GetByTestId("payment-waiting")).ToContainTextAsync("asked for it");
            await first.GotoAsync("/approvals?mode=test");
            await first.GetByTestId("approval-withdraw").ClickAsync();
            await first.GetByTestId("withdraw-confirm").ClickAsync();
            await Expect(first.GetByTestId("approval-said")).ToContainTextAsync("taken back");
            await Expect(second.GetByTestId("payment-waiting")).ToHaveCountAsync(0);
        }));

        Assert.Equal(PaymentStatus.InReview, (await scene.PaymentAsync(payment.Id)).Status);
        Assert.Equal(ApprovalStatus.Withdrawn, await scene.App.ReadAsync(db => db.ApprovalRequests.Select(row => row.Status).SingleAsync()));
    }
}
