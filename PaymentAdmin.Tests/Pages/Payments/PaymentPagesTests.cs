using Microsoft.Playwright;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PaymentAdmin.Tests.Pages.Payments;

[Collection(BrowserCollection.Name)]
public sealed class PaymentPagesTests(Chromium chromium)
{
    private static readonly string[] TakenAway = ["amount", "provider", "customer_phone", "shop_id", "mode", "created_at"];

    [BrowserFact]
    public async Task Payment_is_found_opened_and_refunded()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.PaidAsync(6_290_000, "ORD-48201");
        await scene.CreateAsync(request => request with { OrderReference = "ORD-48202" });

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test");
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);
            await Expect(page.GetByTestId("payments-totals")).ToContainTextAsync("2 payments");

            await page.GetByRole(AriaRole.Navigation, new() { Name = "Status" }).GetByRole(AriaRole.Link, new() { NameRegex = new("^Succeeded") }).ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            Assert.Contains("status=succeeded", page.Url, StringComparison.Ordinal);

            await page.GetByTestId("payments-row").GetByTestId("payment-status").ClickAsync();
            var drawer = page.GetByTestId("payment-drawer");
            await Expect(drawer).ToContainTextAsync("Paid in full");
            await drawer.GetByTestId("payment-open").ClickAsync();
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/payments/{payment.Id}"));

            await Expect(page.GetByTestId("money-strip")).ToContainTextAsync("62\u00a0900.00");
            await page.GetByTestId("refund-open").ClickAsync();
            await page.GetByTestId("refund-amount").FillAsync("12900");
            await Expect(page.GetByTestId("refund-confirm")).ToHaveTextAsync("Refund 12\u00a0900.00\u00a0KZT");
            await page.GetByTestId("refund-confirm").ClickAsync();
            await Expect(page.GetByTestId("refund-outcome")).ToContainTextAsync("Refunded 12\u00a0900.00\u00a0KZT.");
            await page.GetByTestId("refund-close").ClickAsync();

            await Expect(page.GetByTestId("money-strip")).ToContainTextAsync("\u221212\u00a0900.00");
            await Expect(page.GetByTestId("payment-status").First).ToHaveTextAsync("Partly refunded");
            await Expect(page.GetByTestId("refund-status")).ToHaveTextAsync("Succeeded");
        });

        Assert.Equal(1_290_000, (await scene.PaymentAsync(payment.Id)).RefundedMinor);
    }

    [BrowserFact]
    public async Task Open_list_and_open_payment_follow_the_database()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.CreateAsync();

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test");
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync("Pending");

            await scene.PayAsync(payment);
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync("Succeeded");

            var newer = await scene.CreateAsync();
            await Expect(page.GetByTestId("payments-new")).ToHaveTextAsync("1 new");
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            await page.GetByTestId("payments-new").ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);

            await page.GetByRole(AriaRole.Link, new() { Name = newer.OrderReference }).ClickAsync();
            await Expect(page.GetByTestId("payment-status").First).ToHaveTextAsync("Pending");
            await scene.PayAsync(newer, 900_000);
            await Expect(page.GetByTestId("payment-question")).ToContainTextAsync("Received 9\u00a0000.00\u00a0KZT, expected 10\u00a0000.00\u00a0KZT.");
        });
    }

    [BrowserFact]
    public async Task Person_decides_about_another_amount()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.PayAsync(await scene.CreateAsync(), 900_000);

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Finance);
            await page.GotoAsync($"/payments/{payment.Id}");
            await page.GetByTestId("decide-difference_written_off").ClickAsync();
            await page.GetByTestId("reason-confirm").ClickAsync();
            await Expect(page.Locator("#reason-text-error")).ToHaveTextAsync("Say why.");
            await page.GetByTestId("reason-text").FillAsync("Agreed with the customer");
            await page.GetByTestId("reason-confirm").ClickAsync();

            await Expect(page.GetByTestId("payment-status").First).ToHaveTextAsync("Succeeded");
            await Expect(page.GetByTestId("payment-timeline")).ToContainTextAsync("Agreed with the customer");
        });

        Assert.Equal(PaymentStatus.Succeeded, (await scene.PaymentAsync(payment.Id)).Status);
    }

    [BrowserFact]
    public async Task Lost_reference_is_attached_and_asked_about()
    {
        await using var scene = await PaymentScene.StartAsync();
        scene.Provider.Profile = scene.Provider.Profile with { QueriesByOurReference = false };
        ScriptedProvider.Charge? lost = null;
        scene.Provider.OnCreate = charge =>
        {
            lost = charge;
            return Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("timeout"));
        };
        var payment = await scene.CreateAsync();
        scene.Provider.Pay(lost!.Reference);

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Finance);
            await page.GotoAsync($"/payments/{payment.Id}");
            await Expect(page.GetByTestId("payment-question")).ToContainTextAsync("answer was lost");
            await page.GetByTestId("attach-open").ClickAsync();
            await page.GetByTestId("attach-reference").FillAsync(lost.Reference);
            await page.GetByTestId("reason-text").FillAsync("Found in the provider’s cabinet");
            await page.GetByTestId("reason-confirm").ClickAsync();

            await Expect(page.GetByTestId("payment-status").First).ToHaveTextAsync("Succeeded");
        });
    }

    [BrowserFact]
    public async Task Refund_without_an_answer_is_settled_by_a_person_who_looked()
    {
        await using var scene = await PaymentScene.StartAsync();
        scene.Provider.OnRefund = _ => new RefundResult.Unknown("timeout");
        scene.Provider.OnQueryRefund = _ => new RefundResult.Unknown("timeout");
        var payment = await scene.PaidAsync(1_000_000);
        await scene.App.Get<RefundPayment>().RunAsync(new RefundRequestedBy(scene.TenantId, Mode.Test, payment.Id, 100_000, null, "damaged"), Engine.Shop, CancellationToken.None);

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Finance);
            await page.GotoAsync($"/payments/{payment.Id}");
            await Expect(page.GetByTestId("refund-status")).ToHaveTextAsync("Unknown");
            await page.GetByTestId("refund-paid-back").ClickAsync();
            await page.GetByTestId("reason-text").FillAsync("Seen in the provider’s cabinet");
            await page.GetByTestId("reason-confirm").ClickAsync();

            await Expect(page.GetByTestId("refund-status")).ToHaveTextAsync("Succeeded");
            await Expect(page.GetByTestId("money-strip")).ToContainTextAsync("\u22121\u00a0000.00");
        });
    }

    [BrowserFact]
    public async Task Empty_lists_say_why_they_are_empty()
    {
        await using var scene = await PaymentScene.StartAsync();

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test");
            await Expect(page.GetByTestId("payments-empty-none")).ToBeVisibleAsync();
            await scene.CreateAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            await page.GotoAsync("/payments?mode=test&status=failed");
            await Expect(page.GetByTestId("payments-empty-filter")).ToBeVisibleAsync();
            await page.GotoAsync("/payments?mode=live");
            await Expect(page.GetByTestId("payments-empty-mode")).ToContainTextAsync("1 payment exists in test mode.");
            await page.GotoAsync("/payments?mode=test&colour=red");
            await Expect(page.GetByTestId("payments-problem")).ToContainTextAsync("colour");
            await page.GotoAsync($"/payments/{Guid.CreateVersion7()}");
            await Expect(page.GetByTestId("payment-missing")).ToBeVisibleAsync();
        });
    }

    [BrowserFact]
    public async Task Filter_chips_and_search_write_the_address_and_the_export_follows()
    {
        await using var scene = await PaymentScene.StartAsync();
        await scene.CreateAsync(request => request with { OrderReference = "ORD-1" });
        await scene.CreateAsync(request => request with { OrderReference = "DON-1", ShopId = null, Provider = null });

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test");
            await page.GetByTestId("filter-shop").ClickAsync();
            await page.GetByLabel("8 Almaty, Abay").CheckAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("shop_id=8"));
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            Assert.Equal("/export/payments.csv?mode=test&shop_id=8", await page.GetByTestId("payments-export").GetAttributeAsync("href"));

            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("payments-export").ClickAsync());
            var text = await File.ReadAllTextAsync(await download.PathAsync());
            Assert.Contains("ORD-1", text, StringComparison.Ordinal);
            Assert.DoesNotContain("DON-1", text, StringComparison.Ordinal);

            await page.GetByRole(AriaRole.Searchbox).FillAsync("DON");
            await page.GetByRole(AriaRole.Searchbox).PressAsync("Enter");
            await Expect(page.GetByTestId("payments-row")).ToContainTextAsync("DON-1");
            await page.GetByTestId("filters-clear").ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);

            await page.GetByTestId("filter-created").ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Yesterday" }).ClickAsync();
            await Expect(page.GetByTestId("payments-empty-filter")).ToBeVisibleAsync();
            await Expect(page.GetByTestId("filter-created")).ToContainTextAsync("Yesterday");
            await page.GetByTestId("filters-clear").ClickAsync();
            await page.GetByTestId("filter-updated").ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Today" }).ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("updated_from="));
        });
    }

    [BrowserFact]
    public async Task Several_payments_are_chosen_summed_exported_and_asked_about()
    {
        await using var scene = await PaymentScene.StartAsync();
        var first = await scene.CreateAsync(request => request with { OrderReference = "ORD-1", AmountMinor = 1_000_000 });
        var second = await scene.CreateAsync(request => request with { OrderReference = "ORD-2", AmountMinor = 250_000 });
        await scene.CreateAsync(request => request with { OrderReference = "ORD-3" });
        // Paid, and the provider has not said so yet.
        scene.Provider.Pay(first.ProviderReference!);
        scene.Provider.Pay(second.ProviderReference!);

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test");
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(3);
            await page.GetByRole(AriaRole.Link, new() { Name = "ORD-2" }).FocusAsync();
            await page.Keyboard.PressAsync("x");
            await Expect(page.GetByTestId("payments-bulk")).ToContainTextAsync("1 chosen");
            await page.Keyboard.PressAsync("j");
            await page.Keyboard.PressAsync("x");
            await Expect(page.GetByTestId("payments-bulk")).ToContainTextAsync("2 chosen");
            await Expect(page.GetByTestId("payments-bulk")).ToContainTextAsync("12\u00a0500.00");

            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("bulk-export").ClickAsync());
            var lines = (await File.ReadAllTextAsync(await download.PathAsync())).TrimEnd().Split("\r\n");
            Assert.Equal(2, lines.Skip(1).Count(line => line.Contains("ORD-1", StringComparison.Ordinal) || line.Contains("ORD-2", StringComparison.Ordinal)));
            Assert.Equal(3, lines.Length);

            await page.GetByTestId("bulk-ask").ClickAsync();
            await Expect(page.GetByTestId("bulk-said")).ToContainTextAsync("All 2 asked");
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync(["Pending", "Succeeded", "Succeeded"]);
            await page.GetByTestId("bulk-ask").ClickAsync();
            await Expect(page.GetByTestId("bulk-said")).ToContainTextAsync("None asked");
            await page.GetByTestId("bulk-clear").ClickAsync();
            await Expect(page.GetByTestId("payments-totals")).ToBeVisibleAsync();
            await page.GetByTestId("payments-pick-all").CheckAsync();
            await Expect(page.GetByTestId("payments-bulk")).ToContainTextAsync("3 chosen");

            await page.GotoAsync("/payments?mode=test&limit=2");
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);
            await page.GetByTestId("pager-older").ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            Assert.Contains("limit=2", page.Url, StringComparison.Ordinal);
            await page.GetByRole(AriaRole.Link, new() { Name = "25 rows" }).ClickAsync();
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("limit=25"));
            await page.GotoAsync("/payments?mode=test&limit=500");
            await Expect(page.GetByTestId("payments-problem")).ToContainTextAsync("limit");
        });
    }

    [BrowserFact]
    public async Task Columns_are_chosen_stay_in_the_address_and_are_those_of_the_file()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.PaidAsync(1_000_000, "ORD-1");

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync($"/payments?mode=test&columns={string.Join(',', PaymentCsv.Columns)}");
            await Expect(page.GetByTestId("payments-row")).ToContainTextAsync(payment.Id.ToString());
            await page.GetByTestId("columns-open").ClickAsync();
            await page.GetByTestId("columns-standard").ClickAsync();
            await Expect(page).Not.ToHaveURLAsync(new System.Text.RegularExpressions.Regex("columns="));

            await page.GetByTestId("columns-open").ClickAsync();
            foreach (var column in TakenAway)
                await page.GetByTestId($"column-{column}").UncheckAsync();
            await page.GetByTestId("column-customer_phone").CheckAsync();
            await page.GetByTestId("column-received_minor").CheckAsync();
            await page.GetByTestId("column-up-received_minor").ClickAsync();
            await page.GetByTestId("columns-apply").ClickAsync();
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("columns=status,order_reference,received_minor,customer_phone"));
            await page.GetByTestId("views-open").ClickAsync();
            await page.GetByTestId("view-name").FillAsync("For the books");
            await page.GetByTestId("view-save").ClickAsync();
            await Expect(page.GetByTestId("views-open")).ToContainTextAsync("For the books");
            await Expect(page.GetByTestId("view-changed")).ToHaveCountAsync(0);

            await page.ReloadAsync();
            await Expect(page.Locator(".rz-grid-table th")).ToHaveTextAsync(["", "Status", "Reference", "Received, minor units", "Payer’s phone"]);
            await Expect(page.GetByTestId("payments-row")).ToContainTextAsync("1000000");
            await Expect(page.GetByTestId("payments-row")).Not.ToContainTextAsync("5214109");
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("payments-export").ClickAsync());
            var lines = (await File.ReadAllTextAsync(await download.PathAsync())).TrimEnd().Split("\r\n");
            Assert.Equal("status,order_reference,received_minor,customer_phone", lines[0].TrimStart('\uFEFF'));
            Assert.StartsWith("succeeded,ORD-1,1000000,", Assert.Single(lines[1..]), StringComparison.Ordinal);

            await page.GetByRole(AriaRole.Navigation, new() { Name = "Status" }).GetByRole(AriaRole.Link, new() { NameRegex = new("^Failed") }).ClickAsync();
            await Expect(page.GetByTestId("view-changed")).ToHaveCountAsync(1);
            using var asked = scene.App.Client(await scene.App.CreateKeyAsync(Mode.Test));
            using var same = await asked.GetAsync("/export/payments.csv" + new Uri(page.Url).Query);
            Assert.Equal(System.Net.HttpStatusCode.OK, same.StatusCode);

            // A colleague who is sent the address sees these columns and rows, and their file is this file.
            await page.GoBackAsync();
            await using var other = await page.Context.Browser!.NewContextAsync(new() { BaseURL = scene.App.Url });
            var colleague = await other.NewPageAsync();
            await scene.SignInAsync(colleague, Roles.Auditor);
            await colleague.GotoAsync(page.Url);
            await Expect(colleague.Locator(".rz-grid-table th")).ToHaveTextAsync(["", "Status", "Reference", "Received, minor units", "Payer’s phone"]);
            await Expect(colleague.GetByTestId("payments-row")).ToContainTextAsync("ORD-1");
            var theirs = await colleague.RunAndWaitForDownloadAsync(() => colleague.GetByTestId("payments-export").ClickAsync());
            Assert.Equal(lines, (await File.ReadAllTextAsync(await theirs.PathAsync())).TrimEnd().Split("\r\n"));
        });
    }

    [BrowserFact]
    public async Task Rows_stand_still_while_they_are_read()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.CreateAsync();

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test");
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync("Pending");
            await page.GetByTestId("payments-pause").ClickAsync();
            await Expect(page.GetByTestId("payments-paused")).ToBeVisibleAsync();
            await scene.PayAsync(payment);
            // Another screen shows it: by then this one could have, too.
            await using (var other = await page.Context.Browser!.NewContextAsync(new() { BaseURL = scene.App.Url }))
            {
                var second = await other.NewPageAsync();
                await scene.SignInAsync(second);
                await second.GotoAsync("/payments?mode=test");
                await Expect(second.GetByTestId("payment-status")).ToHaveTextAsync("Succeeded");
            }
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync("Pending");
            await page.GetByTestId("payments-pause").ClickAsync();
            await Expect(page.GetByTestId("payment-status")).ToHaveTextAsync("Succeeded");
            await Expect(page.GetByTestId("payments-paused")).ToHaveCountAsync(0);
        });
    }

    [BrowserFact]
    public async Task View_is_saved_opened_again_and_made_the_default()
    {
        await using var scene = await PaymentScene.StartAsync();
        await scene.PaidAsync(1_000_000, "ORD-1");
        await scene.CreateAsync(request => request with { OrderReference = "ORD-2" });

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page);
            await page.GotoAsync("/payments?mode=test&status=succeeded");
            await page.GetByTestId("views-open").ClickAsync();
            await page.GetByTestId("view-name").FillAsync("Paid ones");
            await page.GetByTestId("view-save").ClickAsync();
            await Expect(page.GetByTestId("views-open")).ToContainTextAsync("Paid ones");
            await page.GetByTestId("view-default").ClickAsync();
            await Expect(page.GetByTestId("view-default")).ToHaveAttributeAsync("aria-pressed", "true");

            await page.GotoAsync("/payments");
            await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("status=succeeded"));
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(1);
            await page.GetByRole(AriaRole.Navigation, new() { Name = "Status" }).GetByRole(AriaRole.Link, new() { NameRegex = new("^All") }).ClickAsync();
            await Expect(page.GetByTestId("payments-row")).ToHaveCountAsync(2);
            await page.GetByTestId("views-open").ClickAsync();
            await page.GetByTestId("view-remove").ClickAsync();
            await Expect(page.GetByTestId("view-row")).ToHaveCountAsync(0);
        });
    }

    [BrowserFact]
    public async Task Audit_shows_what_was_done_and_what_it_changed()
    {
        await using var scene = await PaymentScene.StartAsync();
        var payment = await scene.PaidAsync();

        await chromium.VisitAsync(scene.Visit(), async page =>
        {
            await scene.SignInAsync(page, Roles.Auditor);
            await page.GotoAsync($"/audit?action=payment&entity_id={payment.Id}");
            await Expect(page.GetByTestId("audit-row").First).ToContainTextAsync("payment.succeeded");
            await page.GetByTestId("audit-row").First.Locator("summary").ClickAsync();
            await Expect(page.GetByTestId("audit-row").First).ToContainTextAsync("received_minor");
            await page.GotoAsync("/refunds?mode=test");
            await Expect(page.GetByText("No refunds yet")).ToBeVisibleAsync();
        });
    }
}
