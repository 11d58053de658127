using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>Money at the paybill: found by what the payer typed, counted once whoever reports it, and kept where nothing matches.</summary>
public sealed class MpesaPaybillTests
{
    private static readonly Actor Finance = new(ActorKind.User, "u1", "finance@shop.test", Roles.Finance);

    [Theory]
    [InlineData("query, callback, paybill")]
    [InlineData("query, paybill, callback")]
    [InlineData("callback, query, paybill")]
    [InlineData("callback, paybill, query")]
    [InlineData("paybill, query, callback")]
    [InlineData("paybill, callback, query")]
    public async Task Twin_of_a_prompts_receipt_counts_once_in_every_order(string order)
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        foreach (var step in order.Split(", "))
        {
            if (step == "query")
            {
                bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
                bench.Core.Clock.Advance(TimeSpan.FromMinutes(1));
            }
            else if (step == "callback")
            {
                await bench.CallbackAsync(MpesaBench.Success(payment));
            }
            else
            {
                await bench.ConfirmAsync(MpesaBench.Confirmation(payment.PaymentCode, "500.00"));
            }
            await bench.DrainAsync();
        }
        await bench.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));

        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, 50_000L, PaymentExceptions.None), (paid.Status, paid.ReceivedMinor, paid.Exceptions));
        Assert.Equal(Daraja.Receipt, Assert.Single(await bench.ReceiptsAsync()).Reference);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Payer_without_a_prompt_pays_by_the_code_however_it_is_typed()
    {
        await using var bench = await MpesaBench.StartAsync();
        var created = await bench.CreateAsync(method: "ussd");
        var payment = await bench.PaymentAsync(created.Value.PaymentId);
        var attempt = await bench.AttemptAsync(payment.Id);
        var fields = JsonNode.Parse(attempt.NextActionJson!)!["fields"]!.AsArray().ToDictionary(field => field!["label"]!.GetValue<string>(), field => field!["value"]!.GetValue<string>());
        Assert.Equal((MpesaBench.ShortCode, payment.PaymentCode, "KES 500"), (fields["Business number"], fields["Account number"], fields["Amount"]));
        Assert.Empty(bench.Daraja.Calls);

        await bench.ConfirmAsync(MpesaBench.Confirmation($" {payment.PaymentCode[..4].ToLowerInvariant()}-{payment.PaymentCode[4..]} ", "500.00"));
        await bench.DrainAsync();

        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, 50_000L), (paid.Status, paid.ReceivedMinor));
        Assert.Equal(("NICHOLAS 2547 ***** 678", bench.Account.Id), (Assert.Single(await bench.ReceiptsAsync()).Payer, Assert.Single(await bench.ReceiptsAsync()).AccountId));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Payment_without_any_attempt_is_paid_by_its_order_reference()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaymentAsync((await bench.CreateAsync(provider: null, order: "INV 77/a")).Value.PaymentId);

        await bench.ConfirmAsync(MpesaBench.Confirmation("INV 77/a", "500.00"));
        await bench.DrainAsync();

        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, "mpesa", bench.Account.Id), (paid.Status, paid.Provider, paid.AccountId));
        await bench.AssertSoundAsync();
    }

    [Theory]
    [InlineData("499.00", 49_900)]
    [InlineData("501.00", 50_100)]
    [InlineData("499.50", 49_950)]
    public async Task Other_amount_is_recorded_as_it_came_and_reviewed(string amount, long minor)
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaymentAsync((await bench.CreateAsync(method: "ussd")).Value.PaymentId);

        await bench.ConfirmAsync(MpesaBench.Confirmation(payment.PaymentCode, amount));
        await bench.DrainAsync();

        var reviewed = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.InReview, minor, PaymentExceptions.AmountMismatch), (reviewed.Status, reviewed.ReceivedMinor, reviewed.Exceptions));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Money_for_another_short_code_has_no_effect()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaymentAsync((await bench.CreateAsync(method: "ussd")).Value.PaymentId);

        await bench.ConfirmAsync(MpesaBench.Confirmation(payment.PaymentCode, "500.00", shortCode: "600000"));
        await bench.DrainAsync();

        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(payment.Id)).Status);
        Assert.Equal(IntegrityVerdict.WrongAccount, Assert.Single(await bench.EventsAsync()).Integrity);
        Assert.Empty(await bench.ReceiptsAsync());
    }

    [Fact]
    public async Task Money_without_a_payment_is_an_unallocated_receipt_that_counts_once_when_allocated()
    {
        await using var bench = await MpesaBench.StartAsync();
        await bench.ConfirmAsync(MpesaBench.Confirmation("JOHN", "500.00"));
        await bench.DrainAsync();
        var (rows, totals) = await bench.Get<ReceiptSearch>().UnallocatedAsync(bench.TenantId, Mode.Test, CancellationToken.None);
        var receipt = Assert.Single(rows);
        Assert.Equal((Daraja.Receipt, 50_000L, "JOHN", "KES"), (receipt.Reference, receipt.AmountMinor, receipt.BillReference, receipt.Currency));
        Assert.Equal([new Money(50_000, "KES")], totals);
        var payment = await bench.PromptedAsync();

        var allocated = await bench.Get<SettleReceipt>().AllocateAsync(bench.TenantId, receipt.Id, payment.Id, "The customer called", Finance, CancellationToken.None);
        var twice = await bench.Get<SettleReceipt>().AllocateAsync(bench.TenantId, receipt.Id, payment.Id, "Again", Finance, CancellationToken.None);
        var returned = await bench.Get<SettleReceipt>().ReturnAsync(bench.TenantId, receipt.Id, "Too late", Finance, CancellationToken.None);
        // Reported again, with other bytes around it.
        await bench.ConfirmAsync(MpesaBench.Confirmation("john", "500.00"));
        await bench.DrainAsync();

        Assert.Equal(PaymentStatus.Succeeded, allocated.Value.Status);
        Assert.Equal((Codes.ChangedMeanwhile, Codes.ChangedMeanwhile), (twice.Problem?.Code, returned.Problem?.Code));
        Assert.Equal(50_000, (await bench.PaymentAsync(payment.Id)).ReceivedMinor);
        var stored = Assert.Single(await bench.ReceiptsAsync());
        Assert.Equal((ReceiptState.Counted, payment.Id, "The customer called", Finance.Name), (stored.State, stored.PaymentId, stored.Note, stored.DecidedBy));
        var entry = Assert.Single(await bench.Core.ReadAsync(db => db.AuditEntries.Where(row => row.Action == "receipt.allocated").ToListAsync()));
        Assert.Contains(payment.Id.ToString(), entry.After, StringComparison.Ordinal);
        Assert.Empty((await bench.Get<ReceiptSearch>().UnallocatedAsync(bench.TenantId, Mode.Test, CancellationToken.None)).Rows);
        await bench.AssertSoundAsync();
    }

    [Theory]
    [InlineData("its own")]
    [InlineData("nobody's")]
    [InlineData("another's")]
    public async Task Receipt_number_that_paid_as_a_proof_counts_no_second_time(string code)
    {
        await using var bench = await MpesaBench.StartAsync();
        var (payment, other) = (await ByHandAsync(bench), await ByHandAsync(bench));
        var approved = await ApproveAsync(bench, payment, " taf1-abc 2de");

        await bench.ConfirmAsync(MpesaBench.Confirmation(code switch { "its own" => payment.PaymentCode, "another's" => other.PaymentCode, _ => "JOHN" }, "500.00"));
        await bench.DrainAsync();

        Assert.Equal(ProofStatus.Approved, approved.Value);
        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, 50_000L, PaymentExceptions.Manual), (paid.Status, paid.ReceivedMinor, paid.Exceptions));
        Assert.Equal((PaymentStatus.Pending, 0L), ((await bench.PaymentAsync(other.Id)).Status, (await bench.PaymentAsync(other.Id)).ReceivedMinor));
        Assert.NotNull(Assert.Single(await bench.ReceiptsAsync()).ProofId);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Prompt_whose_receipt_number_paid_another_payment_as_a_proof_is_not_counted()
    {
        await using var bench = await MpesaBench.StartAsync();
        var (payment, prompted) = (await ByHandAsync(bench), await bench.PromptedAsync());
        await ApproveAsync(bench, payment, Daraja.Receipt);

        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.", prompted.ProviderReference!);
        await bench.CallbackAsync(MpesaBench.Success(prompted));
        await bench.DrainAsync();

        Assert.Equal((PaymentStatus.Pending, 0L), ((await bench.PaymentAsync(prompted.Id)).Status, (await bench.PaymentAsync(prompted.Id)).ReceivedMinor));
        Assert.Single(await bench.ReceiptsAsync());
        Assert.Contains(await bench.Core.ReadAsync(db => db.PaymentNotes.Where(note => note.PaymentId == prompted.Id).Select(note => note.Text).ToListAsync()), text => text.Contains("counted for another payment", StringComparison.Ordinal));
        await bench.AssertSoundAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Receipt_number_that_the_paybill_reported_pays_nothing_as_a_proof(bool isCounted)
    {
        await using var bench = await MpesaBench.StartAsync();
        var (payment, other) = (await ByHandAsync(bench), await ByHandAsync(bench));
        await bench.ConfirmAsync(MpesaBench.Confirmation(isCounted ? other.PaymentCode : "JOHN", "500.00"));
        await bench.DrainAsync();

        var refused = await ApproveAsync(bench, payment, Daraja.Receipt.ToLowerInvariant());

        Assert.Equal((Codes.DuplicateReference, isCounted ? other.Id : null), (refused.Problem!.Code, refused.Problem.PaymentId));
        Assert.Equal((PaymentStatus.InReview, 0L), ((await bench.PaymentAsync(payment.Id)).Status, (await bench.PaymentAsync(payment.Id)).ReceivedMinor));
        Assert.Equal(isCounted ? ReceiptState.Counted : ReceiptState.Unallocated, Assert.Single(await bench.ReceiptsAsync()).State);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Allocated_money_of_another_amount_goes_into_review()
    {
        await using var bench = await MpesaBench.StartAsync();
        await bench.ConfirmAsync(MpesaBench.Confirmation("JOHN", "300.00"));
        await bench.DrainAsync();
        var payment = await bench.PaymentAsync((await bench.CreateAsync(provider: null)).Value.PaymentId);

        var allocated = await bench.Get<SettleReceipt>().AllocateAsync(bench.TenantId, (await bench.ReceiptsAsync())[0].Id, payment.Id, "Part of it", Finance, CancellationToken.None);

        Assert.Equal((PaymentStatus.InReview, true), (allocated.Value.Status, allocated.Value.Counted));
        Assert.Equal(30_000, (await bench.PaymentAsync(payment.Id)).ReceivedMinor);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Returned_money_is_audited_and_stays_returned()
    {
        await using var bench = await MpesaBench.StartAsync();
        await bench.ConfirmAsync(MpesaBench.Confirmation("JOHN", "500.00"));
        await bench.DrainAsync();
        var receipt = Assert.Single(await bench.ReceiptsAsync());
        var auditor = new Actor(ActorKind.User, "u2", "auditor@shop.test", Roles.Auditor);

        var forbidden = await bench.Get<SettleReceipt>().ReturnAsync(bench.TenantId, receipt.Id, "Reversed on the portal", auditor, CancellationToken.None);
        var unreasoned = await bench.Get<SettleReceipt>().ReturnAsync(bench.TenantId, receipt.Id, " ", Finance, CancellationToken.None);
        var foreign = await bench.Get<SettleReceipt>().ReturnAsync(receipt.Id, receipt.Id, "Not mine", Finance, CancellationToken.None);
        var returned = await bench.Get<SettleReceipt>().ReturnAsync(bench.TenantId, receipt.Id, "Reversed on the portal", Finance, CancellationToken.None);
        await bench.ConfirmAsync(MpesaBench.Confirmation("JOHN ", "500.00"));
        await bench.DrainAsync();

        Assert.Equal((Codes.PermissionMissing, Codes.ValidationFailed, Codes.NotFound), (forbidden.Problem?.Code, unreasoned.Problem?.Code, foreign.Problem?.Code));
        Assert.True(returned.IsOk);
        Assert.Equal(ReceiptState.Returned, Assert.Single(await bench.ReceiptsAsync()).State);
        Assert.Equal("Reversed on the portal", Assert.Single(await bench.Core.ReadAsync(db => db.AuditEntries.Where(row => row.Action == "receipt.returned").ToListAsync())).Reason);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Late_money_for_an_expired_payment_is_paid_late()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaymentAsync((await bench.CreateAsync(method: "ussd")).Value.PaymentId);
        await bench.PassAsync(TimeSpan.FromHours(25), TimeSpan.FromHours(5));
        Assert.Equal(PaymentStatus.Expired, (await bench.PaymentAsync(payment.Id)).Status);

        await bench.ConfirmAsync(MpesaBench.Confirmation(payment.PaymentCode, "500.00"));
        await bench.DrainAsync();

        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, PaymentExceptions.PaidLate), (paid.Status, paid.Exceptions));
    }

    [Fact]
    public async Task Prompt_may_follow_paybill_instructions()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaymentAsync((await bench.CreateAsync(method: "ussd")).Value.PaymentId);

        var prompted = await bench.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest("mpesa", "phone", "0712345678"), Support.Engine.Shop, CancellationToken.None);

        Assert.Null(prompted.Problem);
        Assert.Single(bench.Daraja.Bodies("/mpesa/stkpush/"));
    }

    [Theory]
    [InlineData("accept", "known", "500.00", "0")]
    [InlineData("accept", "nobody", "500.00", "0")]
    [InlineData("accept", "known", "499.00", "0")]
    [InlineData("refuse", "known", "500.00", "0")]
    [InlineData("refuse", "nobody", "500.00", "C2B00012")]
    [InlineData("refuse", "known", "499.00", "C2B00013")]
    [InlineData("refuse", "paid", "500.00", "C2B00012")]
    [InlineData("refuse", "other short code", "500.00", "C2B00012")]
    [InlineData("refuse", "nothing", "500.00", "C2B00012")]
    public async Task Validation_is_answered_from_our_state_and_changes_nothing(string choice, string about, string amount, string code)
    {
        await using var bench = await MpesaBench.StartAsync(("unknown_references", choice));
        var payment = about == "paid" ? await bench.PaidAsync() : await bench.PaymentAsync((await bench.CreateAsync(method: "ussd")).Value.PaymentId);
        var body = about == "nothing" ? new JsonObject { ["TransAmount"] = "x" } : MpesaBench.Confirmation(about == "nobody" ? "NOBODY" : payment.PaymentCode, amount, shortCode: about == "other short code" ? "600000" : MpesaBench.ShortCode);
        var before = (await bench.EventsAsync()).Count;

        var answered = Assert.IsType<ReceivedWebhook.Answered>(await bench.DeliverAsync("c2b/validate", body));

        var reply = JsonNode.Parse(answered.Reply.Body)!;
        Assert.Equal(code, reply["ResultCode"]!.GetValue<string>());
        Assert.Equal(code == "0" ? "Accepted" : "Rejected", reply["ResultDesc"]!.GetValue<string>());
        Assert.Equal(before, (await bench.EventsAsync()).Count);
        Assert.Equal(payment.Version, (await bench.PaymentAsync(payment.Id)).Version);
    }

    [Fact]
    public async Task Addresses_are_registered_once_and_audited_and_never_name_the_provider()
    {
        await using var bench = await MpesaBench.StartAsync();
        var register = bench.Get<RegisterAddresses>();
        var admin = new Actor(ActorKind.User, "u1", "admin@shop.test", Roles.Admin);

        var first = await register.RunAsync(bench.TenantId, bench.Account.Id, admin, CancellationToken.None);
        bench.Daraja.OnOther = _ => Daraja.Answer(System.Net.HttpStatusCode.InternalServerError, new JsonObject { ["requestId"] = "1", ["errorCode"] = "500.003.1001", ["errorMessage"] = "Urls are already registered" });
        var second = await register.RunAsync(bench.TenantId, bench.Account.Id, admin, CancellationToken.None);
        var forbidden = await register.RunAsync(bench.TenantId, bench.Account.Id, Finance, CancellationToken.None);

        Assert.IsType<Core.Providers.RegistrationResult.Registered>(first.Value);
        Assert.IsType<Core.Providers.RegistrationResult.Registered>(second.Value);
        Assert.Equal(Codes.PermissionMissing, forbidden.Problem?.Code);
        var sent = bench.Daraja.Bodies("/mpesa/c2b/v2/registerurl").First();
        Assert.Equal((MpesaBench.ShortCode, "Completed"), (sent["ShortCode"]!.GetValue<string>(), sent["ResponseType"]!.GetValue<string>()));
        Assert.Equal("c2b/confirm", bench.AddressIn(sent["ConfirmationURL"]!));
        Assert.Equal("c2b/validate", bench.AddressIn(sent["ValidationURL"]!));
        Assert.DoesNotContain("mpesa", sent.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, await bench.Core.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Action == "account.addresses_registered")));
    }

    private static async Task<Payment> ByHandAsync(MpesaBench bench) => await bench.PaymentAsync((await bench.CreateAsync(method: "ussd")).Value.PaymentId);

    /// <summary>The payer types the number from the phone, and a clerk finds the money in the statement.</summary>
    private static async Task<Result<ProofStatus>> ApproveAsync(MpesaBench bench, Payment payment, string typed)
    {
        var submitted = await bench.Get<SubmitProof>().RunAsync(new ProofSubmission { TenantId = bench.TenantId, Mode = Mode.Test, PaymentId = payment.Id, Type = ProofType.MobileMoney, Reference = typed }, Support.Engine.Shop, CancellationToken.None);
        var id = IdSource.NewId(bench.Core.Clock.GetUtcNow());
        var clerk = new User { Id = id, TenantId = bench.TenantId, Email = "clerk@shop.test", UserName = "clerk@shop.test", Role = Roles.Clerk, CreatedAt = bench.Core.Clock.GetUtcNow() };
        await bench.Core.Store.WriteAsync(db => Task.FromResult(db.Users.Add(clerk)), CancellationToken.None);
        var version = await bench.Core.ReadAsync(db => db.ManualProofs.Where(row => row.Id == submitted.Value.Id).Select(row => row.Version).SingleAsync());
        return await bench.Get<ReviewProof>().ApproveAsync(new ProofDecision(bench.TenantId, submitted.Value.Id, version), payment.AmountMinor, null, new Actor(ActorKind.User, id.ToString(), clerk.Email, Roles.Clerk, id), CancellationToken.None);
    }
}
