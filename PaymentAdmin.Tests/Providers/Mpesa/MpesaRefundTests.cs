using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>Reversals: taken at once, answered by a callback at the refund's own address.</summary>
public sealed class MpesaRefundTests
{
    [Fact]
    public async Task Reversal_is_sent_as_daraja_wants_it_and_settled_by_its_result()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();

        var refund = await RefundAsync(bench, payment, 20_000);

        Assert.Equal((RefundStatus.Pending, "conversation-2"), (refund.Status, refund.ProviderReference));
        var sent = bench.Daraja.Bodies("/mpesa/reversal/").Single();
        Assert.Equal(
            ["Initiator=operator", "SecurityCredential=security-credential", "CommandID=TransactionReversal", $"TransactionID={Daraja.Receipt}", "Amount=200", $"ReceiverParty={MpesaBench.ShortCode}", "RecieverIdentifierType=11", "Remarks=Returned two items"],
            sent.Where(member => !member.Key.EndsWith("URL", StringComparison.Ordinal)).Select(member => $"{member.Key}={member.Value}"));
        Assert.StartsWith("timeout/", bench.AddressIn(sent["QueueTimeOutURL"]!), StringComparison.Ordinal);

        await bench.DeliverAsync(bench.AddressIn(sent["ResultURL"]!), Result("0", "conversation-2", "200"));
        await bench.DrainAsync();

        Assert.Equal(RefundStatus.Succeeded, (await FindAsync(bench, refund.Id)).Status);
        Assert.Equal(20_000, (await bench.PaymentAsync(payment.Id)).RefundedMinor);
        await bench.AssertSoundAsync();
    }

    [Theory]
    [InlineData("R000001", RefundStatus.Succeeded)]
    [InlineData("R000002", RefundStatus.Failed)]
    [InlineData("1", RefundStatus.Failed)]
    [InlineData("2001", RefundStatus.Failed)]
    public async Task Result_code_settles_the_refund(string code, RefundStatus expected)
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();
        var refund = await RefundAsync(bench, payment, 50_000);

        await bench.DeliverAsync(ResultAddress(bench), Result(code, "conversation-2"));
        await bench.DrainAsync();

        Assert.Equal(expected, (await FindAsync(bench, refund.Id)).Status);
        Assert.Equal(expected == RefundStatus.Failed ? 50_000 : 0, (await bench.PaymentAsync(payment.Id)).RefundableMinor);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Lost_answer_to_a_reversal_is_settled_by_its_result_and_never_sent_again()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();
        bench.Daraja.OnOther = _ => new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("<html>") };
        var refund = await RefundAsync(bench, payment, 50_000);
        Assert.Equal(RefundStatus.Unknown, refund.Status);
        await bench.PassAsync(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5));

        await bench.DeliverAsync(ResultAddress(bench), Result("0", "conversation-9", "500"));
        await bench.DrainAsync();

        Assert.Equal(RefundStatus.Succeeded, (await FindAsync(bench, refund.Id)).Status);
        Assert.Single(bench.Daraja.Bodies("/mpesa/reversal/"));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Lost_result_is_asked_for_by_the_conversation()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();
        var refund = await RefundAsync(bench, payment, 50_000);
        await bench.PassAsync(TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(30));
        var asked = bench.Daraja.Bodies("/mpesa/transactionstatus/").First();
        Assert.Equal("conversation-2", asked["OriginalConversationID"]!.GetValue<string>());
        Assert.False(asked.ContainsKey("TransactionID"));
        var address = bench.AddressIn(asked["ResultURL"]!);

        // The question failing says nothing about the refund.
        await bench.DeliverAsync(address, Result("2001", "conversation-5"));
        await bench.DrainAsync();
        Assert.Equal(RefundStatus.Pending, (await FindAsync(bench, refund.Id)).Status);

        var completed = Result("0", "conversation-6", "500");
        completed["Result"]!["ResultParameters"]!["ResultParameter"]!.AsArray().Add(new JsonObject { ["Key"] = "TransactionStatus", ["Value"] = "Completed" });
        await bench.DeliverAsync(address, completed);
        await bench.DrainAsync();
        Assert.Equal(RefundStatus.Succeeded, (await FindAsync(bench, refund.Id)).Status);
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task One_receipt_is_reversed_once()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();
        await RefundAsync(bench, payment, 20_000);

        var second = await RefundAsync(bench, payment, 30_000);

        Assert.Equal(RefundStatus.Failed, second.Status);
        Assert.Contains("once only", second.FailureMessage, StringComparison.Ordinal);
        Assert.Single(bench.Daraja.Bodies("/mpesa/reversal/"));
        await bench.AssertSoundAsync();
    }

    [Fact]
    public async Task Cents_are_not_given_back()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PaidAsync();

        var refused = await bench.Get<RefundPayment>().RunAsync(new RefundRequestedBy(bench.TenantId, Mode.Test, payment.Id, 10_050, null, "Half"), Engine.Shop, CancellationToken.None);

        Assert.Equal(Codes.AmountOutOfRange, refused.Problem?.Code);
        Assert.Equal(0, await bench.Core.ReadAsync(db => db.Refunds.CountAsync()));
    }

    [Fact]
    public async Task Without_a_receipt_number_a_person_pays_back()
    {
        await using var bench = await MpesaBench.StartAsync();
        var payment = await bench.PromptedAsync();
        bench.Daraja.OnQuery = () => Daraja.Result("0", "paid");
        await bench.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20));
        Assert.Equal(PaymentStatus.Succeeded, (await bench.PaymentAsync(payment.Id)).Status);

        var refund = await RefundAsync(bench, payment, 50_000);

        Assert.Equal(RefundStatus.Failed, refund.Status);
        Assert.Empty(bench.Daraja.Bodies("/mpesa/reversal/"));
    }

    private static string ResultAddress(MpesaBench bench) => bench.AddressIn(bench.Daraja.Bodies("/mpesa/reversal/").Last()["ResultURL"]!);

    private static async Task<Refund> RefundAsync(MpesaBench bench, Payment payment, long minor)
    {
        var refund = await bench.Get<RefundPayment>().RunAsync(new RefundRequestedBy(bench.TenantId, Mode.Test, payment.Id, minor, null, "Returned two items"), Engine.Shop, CancellationToken.None);
        Assert.Null(refund.Problem);
        return await FindAsync(bench, refund.Value);
    }

    private static Task<Refund> FindAsync(MpesaBench bench, Guid id) => bench.Core.ReadAsync(db => db.Refunds.SingleAsync(row => row.Id == id));

    private static JsonObject Result(string code, string conversation, string? amount = null) => new()
    {
        ["Result"] = new JsonObject
        {
            ["ResultType"] = 0,
            ["ResultCode"] = int.TryParse(code, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : code,
            ["ResultDesc"] = "As the code says",
            ["OriginatorConversationID"] = conversation,
            ["ConversationID"] = "AG_2",
            ["TransactionID"] = "TAF0000009",
            ["ResultParameters"] = new JsonObject
            {
                ["ResultParameter"] = amount is null ? new JsonArray() : new JsonArray(new JsonObject { ["Key"] = "Amount", ["Value"] = amount }, new JsonObject { ["Key"] = "OriginalTransactionID", ["Value"] = Daraja.Receipt }),
            },
        },
    };
}
