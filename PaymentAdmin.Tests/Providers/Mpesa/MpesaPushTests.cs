using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>The prompt on the phone, and unsigned callbacks about it: what is believed, and when.</summary>
public sealed class MpesaPushTests
{
    [Fact]
    public async Task Callback_is_a_claim_that_a_query_confirms()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        await bench.CallbackAsync(MpesaBench.Success(payment));

        await bench.DrainAsync();
        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(payment.Id)).Status);
        Assert.Empty(await bench.ReceiptsAsync());

        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
        await bench.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20));

        Assert.Equal(PaymentStatus.Succeeded, (await bench.PaymentAsync(payment.Id)).Status);
        var receipt = Assert.Single(await bench.ReceiptsAsync());
        Assert.Equal((Daraja.Receipt, 50_000, ReceiptState.Counted), (receipt.Reference, receipt.AmountMinor, receipt.State));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Callback_before_our_own_commit_waits_and_counts_once()
    {
        await using var bench = await MpesaBench.StartAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
        bench.Daraja.OnPush = async (body, checkout) =>
        {
            // Safaricom is faster than our own commit.
            Assert.IsType<ReceivedWebhook.Stored>(await bench.DeliverAsync(bench.AddressIn(body["CallBackURL"]!), MpesaBench.Success(checkout, 500)));
            await bench.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
            Assert.Equal(WebhookState.Unmatched, Assert.Single(await bench.EventsAsync()).State);
            return null;
        };

        var payment = await bench.PromptedAsync();
        await bench.DrainAsync();

        Assert.Equal(PaymentStatus.Succeeded, (await bench.PaymentAsync(payment.Id)).Status);
        Assert.Equal(WebhookState.Applied, Assert.Single(await bench.EventsAsync()).State);
        Assert.Equal(Daraja.Receipt, Assert.Single(await bench.ReceiptsAsync()).Reference);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Duplicate_callback_takes_effect_once()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();

        var again = Assert.IsType<ReceivedWebhook.Stored>(await bench.CallbackAsync(MpesaBench.Success(payment)));
        await bench.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1));

        Assert.True(again.IsDuplicate);
        Assert.Equal("""{"ResultCode":0,"ResultDesc":"Accepted"}""", again.Reply.Body);
        Assert.Equal(1, Assert.Single(await bench.EventsAsync()).Duplicates);
        Assert.Equal(50_000, (await bench.PaymentAsync(payment.Id)).ReceivedMinor);
        Assert.Single(await bench.ReceiptsAsync());
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Forged_amount_is_never_counted_and_goes_before_a_person()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");

        await bench.CallbackAsync(MpesaBench.Success(payment, shillings: 1));
        await bench.DrainAsync();

        var reviewed = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.InReview, 0L, PaymentExceptions.AmountMismatch), (reviewed.Status, reviewed.ReceivedMinor, reviewed.Exceptions));
        Assert.Empty(await bench.ReceiptsAsync());
        // The receipt that was claimed is asked about.
        var asked = bench.Daraja.Bodies("/mpesa/transactionstatus/").First();
        Assert.Equal((Daraja.Receipt, "4", ShortCode), (asked["TransactionID"]!.GetValue<string>(), asked["IdentifierType"]!.GetValue<string>(), asked["PartyA"]!.GetValue<string>()));

        // The paybill tells the truth: the same receipt, the amount that was asked.
        await bench.ConfirmAsync(MpesaBench.Confirmation(payment.PaymentCode, "500.00"));
        await bench.DrainAsync();
        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, 50_000L, PaymentExceptions.None), (paid.Status, paid.ReceivedMinor, paid.Exceptions));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Forged_amount_that_a_person_rejects_gives_way_to_the_providers_word()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
        await bench.CallbackAsync(MpesaBench.Success(payment, shillings: 100_000));
        await bench.DrainAsync();

        Assert.Null((await bench.Get<SettlePayment>().DecideAsync(bench.TenantId, payment.Id, ObservedFact.EvidenceRejected, "No such payment in the statement", Actor.System("test"), CancellationToken.None)).Problem);
        await bench.PassAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));

        Assert.Equal((PaymentStatus.Succeeded, 50_000L), ((await bench.PaymentAsync(payment.Id)).Status, (await bench.PaymentAsync(payment.Id)).ReceivedMinor));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Other_amount_that_the_receipt_confirms_is_counted_and_reviewed()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
        await bench.CallbackAsync(MpesaBench.Success(payment, shillings: 499));
        await bench.DrainAsync();

        await bench.DeliverAsync(bench.AddressIn(bench.Daraja.Bodies("/mpesa/transactionstatus/").Last()["ResultURL"]!), StatusResult("499"));
        await bench.DrainAsync();

        var reviewed = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.InReview, 49_900L), (reviewed.Status, reviewed.ReceivedMinor));
        await bench.AssertSoundAsync();
    }

    [Theory]
    [InlineData("another-merchant-request", null)]
    [InlineData(Daraja.Merchant, "ws_CO_of_somebody_else")]
    public async Task Callback_with_another_id_than_the_prompts_changes_nothing(string merchant, string? checkout)
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");

        await bench.CallbackAsync(MpesaBench.Success(checkout ?? payment.ProviderReference!, 500, merchant: merchant));
        await bench.DrainAsync();

        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(payment.Id)).Status);
        Assert.Empty(bench.Daraja.Bodies("/mpesa/stkpushquery/"));
        var received = Assert.Single(await bench.EventsAsync());
        Assert.Equal((WebhookState.Ignored, IntegrityVerdict.WrongReference), (received.State, received.Integrity));
    }

    [Fact]
    public async Task Failure_with_another_merchant_request_changes_nothing()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();

        await bench.CallbackAsync(MpesaBench.Failure(payment, 1032, merchant: "another-merchant-request"));
        await bench.DrainAsync();

        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task Cancelled_after_success_lowers_nothing()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();

        await bench.CallbackAsync(MpesaBench.Failure(payment, 1032));
        await bench.DrainAsync();

        var after = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, 50_000L), (after.Status, after.ReceivedMinor));
        Assert.Equal(AttemptStatus.Succeeded, (await bench.AttemptAsync(payment.Id)).Status);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Success_after_cancelled_is_confirmed_and_paid_late()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        await bench.CallbackAsync(MpesaBench.Failure(payment, 1032));
        await bench.DrainAsync();
        var cancelled = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Cancelled, "1032"), (cancelled.Status, cancelled.LastErrorProviderCode));

        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
        await bench.CallbackAsync(MpesaBench.Success(payment));
        await bench.DrainAsync();

        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, PaymentExceptions.PaidLate), (paid.Status, paid.Exceptions));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Second_receipt_for_one_prompt_is_not_counted()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();

        await bench.CallbackAsync(MpesaBench.Success(payment, receipt: "FORGED0001"));
        await bench.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30));

        Assert.Equal(50_000, (await bench.PaymentAsync(payment.Id)).ReceivedMinor);
        Assert.Single(await bench.ReceiptsAsync());
        Assert.Contains(await bench.EventsAsync(), received => received is { State: WebhookState.Quarantined, Integrity: IntegrityVerdict.WrongReference });
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Under_processing_is_never_final()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        var asked = 0;
        bench.Daraja.OnQuery = () => asked++ % 2 == 0 ? Daraja.Processing() : Daraja.Result("4999", "The transaction is still under processing");

        await bench.PassAsync(TimeSpan.FromHours(6), TimeSpan.FromMinutes(10));

        Assert.True(asked > 5, $"asked {asked} times");
        Assert.Equal((PaymentStatus.Pending, AttemptStatus.Pending), ((await bench.PaymentAsync(payment.Id)).Status, (await bench.AttemptAsync(payment.Id)).Status));

        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.");
        await bench.CallbackAsync(MpesaBench.Success(payment));
        await bench.DrainAsync();
        Assert.Equal(PaymentStatus.Succeeded, (await bench.PaymentAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task Failure_that_only_a_query_tells_waits_three_minutes_for_its_callback()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("1037", "DS timeout user cannot be reached");

        await bench.PassAsync(TimeSpan.FromSeconds(170), TimeSpan.FromSeconds(10));
        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(payment.Id)).Status);
        await bench.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

        Assert.Equal(PaymentStatus.Expired, (await bench.PaymentAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task Lost_answer_is_cleared_up_by_the_callback_and_nothing_is_sent_again()
    {
        await using var bench = await MpesaBench.StartAsync();
        bench.Daraja.OnPush = (_, _) => Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("") });
        var payment = await bench.PromptedAsync();
        Assert.Equal((PaymentStatus.InReview, PaymentExceptions.OutcomeUnknown), (payment.Status, payment.Exceptions));

        bench.Daraja.OnQuery = () => Daraja.Result("0", "The service request is processed successfully.", "ws_CO_lost");
        await bench.CallbackAsync(MpesaBench.Success("ws_CO_lost", 500));
        await bench.DrainAsync();

        var paid = await bench.PaymentAsync(payment.Id);
        Assert.Equal((PaymentStatus.Succeeded, PaymentExceptions.None, "ws_CO_lost"), (paid.Status, paid.Exceptions, paid.ProviderReference));
        Assert.Single(bench.Daraja.Bodies("/mpesa/stkpush/"));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Wrong_token_or_missing_token_is_not_authentic()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        var other = await bench.PromptedAsync();
        var address = bench.PushAddress;

        Assert.IsType<ReceivedWebhook.Rejected>(await bench.DeliverAsync("stk/" + new string('A', 43), MpesaBench.Success(payment)));
        Assert.IsType<ReceivedWebhook.UnknownAccount>(await bench.DeliverAsync("stk", MpesaBench.Success(payment)));
        Assert.IsType<ReceivedWebhook.UnknownAccount>(await bench.DeliverAsync("", MpesaBench.Success(payment)));
        // One attempt's address says nothing about another's prompt.
        bench.Daraja.OnQuery = () => Daraja.Result("0", "paid");
        await bench.DeliverAsync(address, MpesaBench.Success(payment));
        await bench.DrainAsync();
        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(payment.Id)).Status);
        Assert.Equal(PaymentStatus.Pending, (await bench.PaymentAsync(other.Id)).Status);
    }

    [Fact]
    public async Task Cents_are_refused_before_anything_is_sent()
    {
        await using var bench = await MpesaBench.StartAsync();

        var refused = await bench.CreateAsync(amountMinor: 1050);

        Assert.Equal(Codes.AmountOutOfRange, refused.Problem?.Code);
        Assert.Empty(bench.Daraja.Calls);
        Assert.Equal(0, bench.Daraja.TokensIssued);
        Assert.Equal(0, await bench.Core.ReadAsync(db => db.Payments.CountAsync()));
    }

    [Fact]
    public async Task Transcript_keeps_no_secret_of_the_account_or_of_the_attempt()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();

        var calls = await bench.Core.ReadAsync(db => db.ProviderCalls.Where(call => call.PaymentId == payment.Id).ToListAsync());
        var text = string.Join('\n', calls.Select(call => call.Request + call.Response));

        Assert.Contains("\"AccountReference\":\"" + payment.PaymentCode, text, StringComparison.Ordinal);
        foreach (var secret in (string[])["consumer-key", "consumer-secret", "passkey-of-the-shop", "token-1", bench.Key, bench.PushAddress["stk/".Length..], bench.Daraja.Bodies("/mpesa/stkpush/").Single()["Password"]!.GetValue<string>()])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    private const string ShortCode = MpesaBench.ShortCode;

    private static JsonObject StatusResult(string amount) => new()
    {
        ["Result"] = new JsonObject
        {
            ["ResultType"] = 0,
            ["ResultCode"] = 0,
            ["ResultDesc"] = "The service request is processed successfully.",
            ["OriginatorConversationID"] = "conversation",
            ["ConversationID"] = "AG_1",
            ["TransactionID"] = "TAF9999999",
            ["ResultParameters"] = new JsonObject
            {
                ["ResultParameter"] = new JsonArray(
                    new JsonObject { ["Key"] = "TransactionReason" },
                    new JsonObject { ["Key"] = "TransactionStatus", ["Value"] = "Completed" },
                    new JsonObject { ["Key"] = "Amount", ["Value"] = amount },
                    new JsonObject { ["Key"] = "ReceiptNo", ["Value"] = Daraja.Receipt }),
            },
            ["ReferenceData"] = new JsonObject { ["ReferenceItem"] = new JsonObject { ["Key"] = "Occasion" } },
        },
    };
}
