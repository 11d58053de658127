using System.Net;
using System.Text.Json;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Paystack;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Paystack;

public sealed class PaystackProviderTests
{
    private const string Reference = "01980000-0000-7000-8000-000000000001";
    private const string Key = "sk_test_invented0123456789";
    private const string Initialized = $$$"""{"status":true,"message":"Authorization URL created","data":{"authorization_url":"https://checkout.paystack.com/0peioxfhpn","access_code":"0peioxfhpn","reference":"{{{Reference}}}"}}""";
    private const string RefundQueued = """{"status":true,"message":"Refund has been queued for processing","data":{"transaction":{"id":1,"reference":"x"},"status":"pending","amount":4000,"currency":"NGN","id":3018284}}""";

    private readonly StubbedProvider paystack = new();

    public static TheoryData<string> MoneyIds => [.. ProviderVectors.Money("paystack").Select(row => row.Id)];

    public static TheoryData<string> StatusIds => [.. ProviderVectors.Statuses("paystack").Where(row => row.About != "dispute").Select(row => row.Id)];

    [Fact]
    public async Task Checkout_is_asked_for_under_our_reference()
    {
        var result = await StartAsync(paystack.Answers(Initialized), Checkout() with { Method = "card", CustomerEmail = "a@b.co" });

        Assert.Equal("https://paystack.test/transaction/initialize", Assert.Single(paystack.Urls));
        Assert.Equal("Bearer " + Key, Assert.Single(paystack.Authorizations));
        Assert.Equal(
            $$$"""{"email":"a@b.co","amount":10000,"currency":"NGN","reference":"{{{Reference}}}","callback_url":"http://shop.test/return","channels":["card"],"metadata":{"order_reference":"ORD-1","payment_code":"ABCDEFGH","cancel_action":"http://shop.test/cancel"}}""",
            Assert.Single(paystack.Bodies));
        var redirect = Assert.IsType<CheckoutResult.Redirect>(result);
        Assert.Equal(("https://checkout.paystack.com/0peioxfhpn", Reference), (redirect.Url, redirect.Reference));
    }

    [Fact]
    public async Task Customer_without_an_address_gets_one_and_all_channels()
    {
        await StartAsync(paystack.Answers(Initialized), Checkout());

        var body = JsonDocument.Parse(Assert.Single(paystack.Bodies)).RootElement;
        Assert.Equal("payer.abcdefgh@example.com", body.GetProperty("email").GetString());
        Assert.False(body.TryGetProperty("channels", out _));
    }

    [Theory, MemberData(nameof(MoneyIds))]
    public async Task Amount_vector_travels_as_written(string id)
    {
        var row = ProviderVectors.Money("paystack").Single(one => one.Id == id);
        if (row.Direction == "minor_to_wire")
        {
            var result = await StartAsync(paystack.Answers(Initialized), Checkout() with { Amount = new Money(row.Minor!.Value, row.Currency) });
            Assert.Equal(row.Expect == "ok", result is CheckoutResult.Redirect);
            Assert.Equal(row.Wire is null ? [] : [row.Wire], paystack.Bodies.Select(body => JsonDocument.Parse(body).RootElement.GetProperty("amount").GetRawText()));
            return;
        }
        var reading = await QueryAsync(paystack.Answers(Verified("success", $"\"amount\":{row.Wire},\"currency\":\"{row.Currency}\"")));
        Assert.Equal(new Money(row.Minor!.Value, row.Currency), reading.Received);
    }

    [Theory, MemberData(nameof(StatusIds))]
    public void Status_vector_means_what_is_written(string id)
    {
        var row = ProviderVectors.Statuses("paystack").Single(one => one.Id == id);

        if (row.About == "refund")
            Assert.Equal(row.State switch { "pending" => RefundStatus.Pending, "refunded" => RefundStatus.Succeeded, _ => RefundStatus.Failed }, PaystackProvider.RefundStatusOf(row.Word));
        else
            // Money that was reversed is none that came; a payment that was counted before is not lowered by it.
            Assert.Equal(row.State switch { "pending" => ObservedFact.Pending, "succeeded" => ObservedFact.Succeeded, "failed" or "refunded" => ObservedFact.Failed, _ => ObservedFact.Unrecognised }, PaystackProvider.Fact(row.Word));
    }

    [Fact]
    public async Task Fees_that_the_customer_bears_are_not_ours()
    {
        var reading = await QueryAsync(paystack.Answers(Verified("success", "\"amount\":40333,\"requested_amount\":30050,\"fees\":10283,\"currency\":\"NGN\"")));

        Assert.Equal((ObservedFact.Succeeded, new Money(30050, "NGN"), "4099260516"), (reading.Fact, reading.Received, reading.ReceiptReference));
    }

    [Fact]
    public async Task Less_than_was_requested_is_less() =>
        Assert.Equal(new Money(5000, "NGN"), (await QueryAsync(paystack.Answers(Verified("success", "\"amount\":5000,\"requested_amount\":10000,\"currency\":\"NGN\"")))).Received);

    [Theory]
    [InlineData("live", Reference)]
    [InlineData("test", "another")]
    public async Task Answer_about_something_else_is_none(string domain, string reference)
    {
        var body = Verified("success", "\"amount\":10000,\"currency\":\"NGN\"").Replace("\"test\"", $"\"{domain}\"", StringComparison.Ordinal).Replace(Reference, reference, StringComparison.Ordinal);

        var reading = await QueryAsync(paystack.Answers(body));

        Assert.False(reading.IsAnswer);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, """{"status":false,"message":"Transaction reference not found.","type":"validation_error","code":"transaction_not_found"}""")]
    [InlineData(HttpStatusCode.NotFound, """{"status":false,"message":"Entity not found"}""")]
    public async Task Reference_that_is_not_known_never_started(HttpStatusCode status, string body)
    {
        Assert.Equal(ObservedFact.NeverStarted, (await QueryAsync(paystack.Answers(body, status))).Fact);
        Assert.Equal(ObservedFact.Unrecognised, (await QueryAsync(paystack, theirs: Reference)).Fact);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "<!doctype html>")]
    [InlineData(HttpStatusCode.OK, """{"status":false,"message":"no"}""")]
    [InlineData(HttpStatusCode.BadRequest, """{"status":true,"message":"yes","data":{}}""")]
    [InlineData(HttpStatusCode.InternalServerError, """{"status":false,"message":"An error occurred","type":"api_error","code":"unknown"}""")]
    [InlineData(HttpStatusCode.RequestTimeout, "")]
    [InlineData(HttpStatusCode.Found, "")]
    [InlineData(HttpStatusCode.BadRequest, """{"status":false,"message":"Duplicate Transaction Reference","code":"duplicate_reference"}""")]
    [InlineData(HttpStatusCode.OK, """{"status":true,"message":"\ud800","data":{"reference":"\ud800"}}""")]
    [InlineData(HttpStatusCode.OK, """{"status":true,"message":"x","data":{"authorization_url":"http://elsewhere.test/","reference":"01980000-0000-7000-8000-000000000001"}}""")]
    public async Task Answer_that_proves_nothing_is_unknown(HttpStatusCode status, string body) =>
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(paystack.Answers(body, status), Checkout()));

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, """{"status":false,"message":"Invalid key"}""", "401")]
    [InlineData(HttpStatusCode.BadRequest, """{"status":false,"message":"Email Address is required","type":"validation_error","code":"missing_params"}""", "missing_params")]
    [InlineData(HttpStatusCode.Forbidden, "<html>", "403")]
    public async Task Refusal_is_declined_with_the_providers_code(HttpStatusCode status, string body, string code)
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync(paystack.Answers(body, status), Checkout()));

        Assert.Equal((Codes.ProviderRejected, code), (declined.Code, declined.ProviderCode));
    }

    [Fact]
    public async Task Silence_is_unknown_and_no_connection_is_declined()
    {
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(paystack.StaysSilent(), Checkout()));
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(paystack));
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await StartAsync(paystack.Breaks(HttpRequestError.ConnectionError), Checkout())).Code);
    }

    [Fact]
    public async Task Refund_carries_our_id_in_its_note()
    {
        var pending = Assert.IsType<RefundResult.Pending>(await RefundAsync(paystack.Answers(RefundQueued)));

        Assert.Equal("3018284", pending.Reference);
        Assert.Equal("https://paystack.test/refund", Assert.Single(paystack.Urls));
        Assert.Equal($$$"""{"transaction":"{{{Reference}}}","amount":4000,"currency":"NGN","merchant_note":"{{{Reference}}}: returned"}""", Assert.Single(paystack.Bodies));
    }

    [Fact]
    public async Task Refund_of_another_amount_is_unknown() =>
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(paystack.Answers(RefundQueued.Replace("4000", "4001", StringComparison.Ordinal))));

    [Fact]
    public async Task Lost_refund_is_found_by_its_note()
    {
        paystack.Answers($$$"""{"status":true,"message":"Refunds retrieved","data":[{"id":1,"amount":4000,"currency":"NGN","status":"failed","merchant_note":"other"},{"id":2,"amount":"4000","currency":"NGN","status":"processed","merchant_note":"{{{Reference}}}: returned"}]}""");

        var found = Assert.IsType<RefundResult.Succeeded>(await Provider().QueryRefundAsync(Account(), RefundRequest(), refundReference: null, CancellationToken.None));

        Assert.Equal("2", found.Reference);
    }

    [Fact]
    public async Task Refund_that_is_not_listed_stays_unknown()
    {
        paystack.Answers("""{"status":true,"message":"Refunds retrieved","data":[]}""");

        Assert.IsType<RefundResult.Unknown>(await Provider().QueryRefundAsync(Account(), RefundRequest(), refundReference: null, CancellationToken.None));
    }

    [Fact]
    public async Task Transactions_are_listed_with_fees()
    {
        paystack.Answers("""{"status":true,"message":"Transactions retrieved","data":[{"id":1,"reference":"p-1","status":"success","amount":50000,"requested_amount":50000,"currency":"XOF","fees":1000,"paid_at":"2026-01-05T10:00:20.000Z"}],"meta":{"pageCount":1}}""");

        var lines = new List<SettlementLine>();
        await foreach (var line in Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart.AddDays(1), CancellationToken.None))
            lines.Add(line);

        var only = Assert.Single(lines);
        Assert.Equal(("p-1", new Money(500, "XOF"), 10L, ObservedFact.Succeeded), (only.Reference, only.Amount, only.FeeMinor, only.Fact));
        Assert.Equal("https://paystack.test/transaction?perPage=100&page=1&from=2026-03-02T09:00:00.000Z&to=2026-03-03T09:00:00.000Z", Assert.Single(paystack.Urls));
    }

    [Fact]
    public async Task Half_a_list_is_an_error()
    {
        paystack.Answers("", HttpStatusCode.BadGateway);

        await Assert.ThrowsAsync<HttpRequestException>(async () => await Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Key_is_in_no_transcript_and_no_message()
    {
        var transcript = CallTranscript.Open();

        var result = await StartAsync(paystack.Answers($$"""{"status":false,"message":"Invalid key {{Key}}"}""", HttpStatusCode.Unauthorized), Checkout());

        CallTranscript.Close();
        Assert.NotEmpty(transcript.Requests);
        Assert.DoesNotContain(Key, transcript.Requests + transcript.Responses + Assert.IsType<CheckoutResult.Declined>(result).Message, StringComparison.Ordinal);
    }

    private PaystackProvider Provider() => new(paystack.Http);

    private static CheckoutRequest Checkout() => new()
    {
        PaymentId = new Guid(Reference),
        AttemptId = new Guid(Reference),
        Amount = new Money(10000, "NGN"),
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        ReturnUrl = "http://shop.test/return",
        CancelUrl = "http://shop.test/cancel",
        ExpiresAt = TestClock.DefaultStart.AddHours(24),
    };

    private static RefundRequest RefundRequest() => new()
    {
        RefundId = new Guid(Reference),
        Attempt = new AttemptReference(new Guid(Reference), Reference, "4099260516", new Money(10000, "NGN"), TestClock.DefaultStart),
        Amount = new Money(4000, "NGN"),
        Reason = "returned",
        IsFull = false,
        RefundedBeforeMinor = 0,
    };

    private static ProviderAccountSnapshot Account() => new()
    {
        AccountId = new Guid(Reference),
        TenantId = new Guid(Reference),
        Provider = "paystack",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://paystack.test",
        Credentials = new Dictionary<string, string> { ["secret_key"] = Key },
        WebhookUrl = "https://shop.test/webhooks/paystack/key",
    };

    private static string Verified(string word, string money) =>
        $$$"""{"status":true,"message":"Verification successful","data":{"id":4099260516,"domain":"test","status":"{{{word}}}","reference":"{{{Reference}}}",{{{money}}},"metadata":""}}""";

    private Task<CheckoutResult> StartAsync(StubbedProvider _, CheckoutRequest request) => Provider().StartCheckoutAsync(Account(), request, CancellationToken.None);

    private Task<StatusReading> QueryAsync(StubbedProvider _, string? theirs = null) =>
        Provider().QueryPaymentAsync(Account(), new AttemptReference(new Guid(Reference), theirs, Theirs2: null, new Money(10000, "NGN"), TestClock.DefaultStart), CancellationToken.None);

    private Task<RefundResult> RefundAsync(StubbedProvider _) => Provider().RefundAsync(Account(), RefundRequest(), CancellationToken.None);
}
