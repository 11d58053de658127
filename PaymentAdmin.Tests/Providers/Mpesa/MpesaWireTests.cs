using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Mpesa;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>What goes over the wire and what comes back, against the provider's facts.</summary>
public sealed class MpesaWireTests
{
    private const string WebhookUrl = "https://shop.test/portal/hooks/0123456789abcdefghijklmnopqrstuv";
    private const string WebhookPath = "/portal/hooks/0123456789abcdefghijklmnopqrstuv";

    public static TheoryData<string> Statuses => [.. ProviderVectors.Statuses("mpesa").Select(row => row.Id)];

    public static TheoryData<string> Amounts => [.. ProviderVectors.Money("mpesa").Select(row => row.Id)];

    [Fact]
    public async Task Push_carries_exactly_what_daraja_wants()
    {
        await using var bench = await MpesaBench.StartAsync();
        // Half past midnight in Nairobi, the day before in UTC.
        bench.Core.Clock.AdvanceTo(new DateTimeOffset(2026, 3, 2, 21, 30, 5, TimeSpan.Zero));

        var payment = await bench.PaymentAsync((await bench.CreateAsync(150_000, order: "INV-77")).Value.PaymentId);

        var sent = bench.Daraja.Bodies("/mpesa/stkpush/v1/processrequest").Single();
        var expected = new JsonObject
        {
            ["BusinessShortCode"] = MpesaBench.ShortCode,
            ["Password"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(MpesaBench.ShortCode + "passkey-of-the-shop" + "20260303003005")),
            ["Timestamp"] = "20260303003005",
            ["TransactionType"] = "CustomerPayBillOnline",
            ["Amount"] = 1500,
            ["PartyA"] = "254712345678",
            ["PartyB"] = MpesaBench.ShortCode,
            ["PhoneNumber"] = "254712345678",
            ["CallBackURL"] = $"http://shop.test/hooks/{bench.Key}/{bench.PushAddress}",
            ["AccountReference"] = payment.PaymentCode,
            ["TransactionDesc"] = "INV77",
        };
        Assert.Equal(expected.ToJsonString(), sent.ToJsonString());
        Assert.DoesNotContain("mpesa", sent["CallBackURL"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase);
        Assert.Matches("^stk/[A-Za-z0-9_-]{43}$", bench.PushAddress);
    }

    [Fact]
    public async Task Till_buys_goods()
    {
        await using var bench = await MpesaBench.StartAsync(("till", "5123456"));

        await bench.CreateAsync();
        var byHand = await bench.CreateAsync(method: "ussd");

        var sent = bench.Daraja.Bodies("/mpesa/stkpush/").Single();
        Assert.Equal(("CustomerBuyGoodsOnline", "5123456", MpesaBench.ShortCode), (sent["TransactionType"]!.GetValue<string>(), sent["PartyB"]!.GetValue<string>(), sent["BusinessShortCode"]!.GetValue<string>()));
        Assert.Equal(Codes.ProviderNotConfigured, (await bench.PaymentAsync(byHand.Value.PaymentId)).LastErrorCode);
    }

    [Fact]
    public void Password_equals_the_portals_sample() => Assert.Equal(
        "MTc0Mzc5YmZiMjc5ZjlhYTliZGJjZjE1OGU5N2RkNzFhNDY3Y2QyZTBjODkzMDU5YjEwZjc4ZTZiNzJhZGExZWQyYzkxOTIwMjEwNjI4MDkyNDA4",
        MpesaProvider.PasswordOf("174379", string.Concat("bfb279f9aa9bdbcf158e97dd71a467cd", "2e0c893059b10f78e6b72ada1ed2c919"), "20210628092408"));

    [Theory, MemberData(nameof(Statuses))]
    public void Code_means_what_the_facts_say(string id)
    {
        var row = ProviderVectors.Statuses("mpesa").Single(vector => vector.Id == id);
        var said = row.About switch
        {
            "STK result code in a callback" => Words.Of(MpesaStatus.OfCallback(row.Word)),
            "STK result code in a query" => Words.Of(MpesaStatus.OfQuery(row.Word, TimeSpan.FromSeconds(30))),
            "reversal result code" => MpesaStatus.OfReversal(row.Word) == RefundStatus.Succeeded ? "refunded" : "failed",
            "error code of a query" => MpesaAnswer.Of(Answered(HttpStatusCode.InternalServerError, $$"""{"requestId":"1","errorCode":"{{row.Word}}","errorMessage":"{{(row.Word == "500.003.02" ? "System is busy" : "The transaction is being processed")}}"}"""), new Redaction([])) is MpesaAnswer.Processing or MpesaAnswer.Useless ? "pending" : "final",
            "TransactionStatus" => Words.Of(Assert.IsType<WebhookReading.PaymentSays>(MpesaWebhook.Parse(Inbound("result", StatusResult(row.Word)))).Status.Fact),
            _ => throw new InvalidOperationException(row.About),
        };

        Assert.Equal(row.State, said);
    }

    [Theory, MemberData(nameof(Amounts))]
    public void Amount_is_exact_or_refused(string id)
    {
        var row = ProviderVectors.Money("mpesa").Single(vector => vector.Id == id);
        if (row.Direction == "minor_to_wire")
            Assert.Equal(row.Wire, MpesaMoney.ToWire(new Money(row.Minor!.Value, row.Currency))?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        else
            Assert.Equal(row.Minor, MpesaMoney.FromWire(JsonSerializer.Deserialize<JsonElement>(row.Wire!))?.Minor);
    }

    [Theory]
    [InlineData("+254 712 345678", "254712345678")]
    [InlineData("0712345678", "254712345678")]
    [InlineData("0110 345-678", "254110345678")]
    [InlineData("712345678", "254712345678")]
    [InlineData("254112345678", "254112345678")]
    [InlineData("+254812345678", null)]
    [InlineData("+255712345678", null)]
    [InlineData("+0712345678", null)]
    [InlineData("07123456789", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Phone_is_a_kenyan_mobile_number(string? typed, string? expected) => Assert.Equal(expected, MpesaPhone.Normalise(typed));

    [Theory]
    [InlineData(400, """{"requestId":"1","errorCode":"400.002.02","errorMessage":"Bad Request - Invalid PhoneNumber"}""", "failed", "provider_rejected", "400.002.02")]
    [InlineData(500, """{"requestId":"1","errorCode":"500.001.1001","errorMessage":"Merchant does not exist"}""", "failed", "provider_rejected", "500.001.1001")]
    [InlineData(500, """{"requestId":"1","errorCode":"500.001.1001","errorMessage":"Unable to lock subscriber, a transaction is already in process for the current subscriber"}""", "failed", "provider_rejected", "500.001.1001")]
    [InlineData(500, """{"requestId":"1","errorCode":"500.003.02","errorMessage":"Error Occurred: Spike Arrest Violation"}""", "failed", "provider_unavailable", "500.003.02")]
    [InlineData(500, """{"requestId":"1","errorCode":"500.003.02","errorMessage":"System is busy. Please try again in few minutes."}""", "unknown", null, null)]
    [InlineData(500, "", "unknown", null, null)]
    [InlineData(200, "<html><body>Gateway</body></html>", "unknown", null, null)]
    [InlineData(200, """{"ResponseCode":"0","ResponseDescription":"Success"}""", "unknown", null, null)]
    [InlineData(200, """{"ResponseCode":"1","ResponseDescription":"Rejected"}""", "failed", "provider_rejected", "1")]
    [InlineData(403, "<html>denied</html>", "failed", "provider_rejected", "403")]
    public async Task Answer_to_a_push_is_worth_what_it_surely_means(int status, string body, string attempt, string? code, string? providerCode)
    {
        await using var bench = await MpesaBench.StartAsync();
        bench.Daraja.OnPush = (_, _) => Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });

        var payment = await bench.PromptedAsync();

        var stored = await bench.AttemptAsync(payment.Id);
        Assert.Equal(attempt, Words.Of(stored.Status));
        if (code is not null)
            Assert.Equal((code, providerCode), (stored.LastErrorCode, stored.LastErrorProviderCode));
        Assert.Single(bench.Daraja.Bodies("/mpesa/stkpush/"));
    }

    [Fact]
    public void Only_this_accounts_own_path_verifies()
    {
        var path = $"{WebhookPath}/stk/{new string('t', 43)}";
        Assert.IsType<WebhookVerification.Verified>(MpesaWebhook.Verify(Account(WebhookUrl), Inbound("stk", "{}") with { Path = path }));
        Assert.IsType<WebhookVerification.Rejected>(MpesaWebhook.Verify(Account(""), Inbound("stk", "{}") with { Path = path }));
        Assert.IsType<WebhookVerification.Rejected>(MpesaWebhook.Verify(Account("https://shop.test/hooks/short"), Inbound("stk", "{}") with { Path = "/hooks/short/stk/t" }));

        var chance = new Random(7);
        var key = Encoding.UTF8.GetBytes(WebhookPath["/portal/hooks/".Length..]);
        for (var flip = 0; flip < 10_000; flip++)
        {
            var changed = key.ToArray();
            changed[chance.Next(changed.Length)] ^= (byte)(1 << chance.Next(7));
            var forged = "/portal/hooks/" + Encoding.UTF8.GetString(changed) + "/stk/" + new string('t', 43);
            Assert.IsType<WebhookVerification.Rejected>(MpesaWebhook.Verify(Account(WebhookUrl), Inbound("stk", "{}") with { Path = forged }));
        }
    }

    [Fact]
    public void Parser_never_throws_whatever_the_bytes()
    {
        var chance = new Random(11);
        string[] bodies =
        [
            MpesaBench.Success("ws_CO_1", 500).ToJsonString(),
            MpesaBench.Confirmation("ABCDEFGH", "500.00").ToJsonString(),
            StatusResult("Completed"),
            """{"Body":{"stkCallback":{"MerchantRequestID":1,"CheckoutRequestID":[],"ResultCode":{},"CallbackMetadata":{"Item":"x"}}}}""",
            """{"Result":{"ResultCode":"R000001","ConversationID":"x","ResultParameters":{"ResultParameter":{"Key":"Amount","Value":null}}}}""",
            "{\"TransID\":\"\\ud800\",\"TransAmount\":1e400}",
        ];
        for (var round = 0; round < 10_000; round++)
        {
            var body = Encoding.UTF8.GetBytes(bodies[chance.Next(bodies.Length)]);
            if (chance.Next(4) == 0)
                chance.NextBytes(body);
            else
                body[chance.Next(body.Length)] ^= (byte)(1 << chance.Next(8));
            foreach (var kind in (string?[])["stk", "c2b/confirm", "result", "timeout", "c2b/validate", null])
            {
                var inbound = Inbound(kind, "") with { Body = body, IsAboutRefund = chance.Next(2) == 0 };
                Assert.NotEmpty(MpesaWebhook.Parse(inbound).DedupeKey);
                _ = MpesaWebhook.ReadCheck(inbound);
            }
        }
    }

    [Fact]
    public void Codes_come_as_numbers_and_as_texts()
    {
        var number = MpesaWebhook.Parse(Inbound("stk", """{"Body":{"stkCallback":{"MerchantRequestID":"m","CheckoutRequestID":"c","ResultCode":1032,"ResultDesc":"Request cancelled by user"}}}"""));
        var text = MpesaWebhook.Parse(Inbound("stk", """{"Body":{"stkCallback":{"MerchantRequestID":"m","CheckoutRequestID":"c","ResultCode":"1032","ResultDesc":"Request cancelled by user"}}}"""));

        Assert.Equal((ObservedFact.Cancelled, "1032"), (Assert.IsType<WebhookReading.PaymentSays>(number).Status.Fact, ((WebhookReading.PaymentSays)number).Status.StatusWord));
        Assert.Equal(number, text);
    }

    private static InboundRequest Inbound(string? kind, string body) => new(Encoding.UTF8.GetBytes(body), new Dictionary<string, string>(), WebhookPath, "", kind, null, Support.TestClock.DefaultStart);

    private static ProviderAnswer.Answered Answered(HttpStatusCode status, string body) => new(status, Encoding.UTF8.GetBytes(body), "application/json", new Dictionary<string, string>());

    private static string StatusResult(string word) =>
        """{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok","OriginatorConversationID":"o","ConversationID":"AG_1","TransactionID":"T","ResultParameters":{"ResultParameter":[{"Key":"TransactionStatus","Value":"STATUS"},{"Key":"Amount","Value":"300"},{"Key":"ReceiptNo","Value":"MBN31H462N"},{"Key":"DebitPartyName","Value":"254708374149 - John"},{"Key":"DebitPartyName"}]},"ReferenceData":{"ReferenceItem":[{"Key":"Occasion"}]}}}""".Replace("STATUS", word, StringComparison.Ordinal);

    private static ProviderAccountSnapshot Account(string webhookUrl) => new()
    {
        AccountId = Guid.Empty,
        TenantId = Guid.Empty,
        Provider = "mpesa",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://sandbox.safaricom.co.ke",
        Credentials = new Dictionary<string, string>(),
        WebhookUrl = webhookUrl,
    };
}
