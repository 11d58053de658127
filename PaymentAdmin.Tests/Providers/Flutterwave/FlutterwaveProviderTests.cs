using System.Globalization;
using System.Net;
using System.Text.Json;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Flutterwave;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Flutterwave;

public sealed class FlutterwaveProviderTests
{
    private const string Ours = "01980000-0000-7000-8000-000000000001";
    private const string Key = "FLWSECK_TEST-invented0123456789-X";
    private const string Link = """{"status":"success","message":"Hosted Link","data":{"link":"https://checkout.flutterwave.com/v3/hosted/pay/flwlnk-01j8kkspqxcdasdr06pkz3f3ha"}}""";
    private const string NoTransaction = """{"status":"error","message":"No transaction was found for this id","data":null}""";
    private const string Timeout503 = """{"status":"error","message":"An error occurred. Please contact support","data":null}""";
    private const string Refunded = """{"status":"success","message":"Transaction refund initiated","data":{"id":75923,"account_id":73362,"tx_id":8321945,"amount_refunded":40.5,"status":"completed","destination":"payment_source","comments":"x"}}""";

    private readonly StubbedProvider flutterwave = new();

    public static TheoryData<string> MoneyIds => [.. ProviderVectors.Money("flutterwave").Select(row => row.Id)];

    public static TheoryData<string> StatusIds => [.. ProviderVectors.Statuses("flutterwave").Where(row => row.About.StartsWith("transaction", StringComparison.Ordinal)).Select(row => row.Id)];

    public static TheoryData<string> RefundIds => [.. ProviderVectors.Statuses("flutterwave").Where(row => row.About.StartsWith("refund", StringComparison.Ordinal)).Select(row => row.Id)];

    [Fact]
    public async Task Checkout_is_asked_for_in_major_units()
    {
        var result = await StartAsync(flutterwave.Answers(Link), Checkout() with { Amount = new Money(750_050, "NGN"), Method = "bank_transfer", CustomerEmail = "a@b.co", CustomerName = "A B", Phone = "+2348030001000" });

        Assert.Equal("https://flutterwave.test/v3/payments", Assert.Single(flutterwave.Urls));
        Assert.Equal("Bearer " + Key, Assert.Single(flutterwave.Authorizations));
        Assert.Equal(
            $$$"""{"tx_ref":"{{{Ours}}}","amount":7500.5,"currency":"NGN","redirect_url":"https://pay.test/payment/status?t=1","payment_options":"banktransfer","customer":{"email":"a@b.co","name":"A B","phonenumber":"\u002B2348030001000"},"customizations":{"title":"ORD-1"},"meta":{"order_reference":"ORD-1","payment_code":"ABCDEFGH"},"configurations":{"session_duration":60},"link_expiration":"2026-03-03T09:00:00Z"}""",
            Assert.Single(flutterwave.Bodies));
        var redirect = Assert.IsType<CheckoutResult.Redirect>(result);
        Assert.Equal(("https://checkout.flutterwave.com/v3/hosted/pay/flwlnk-01j8kkspqxcdasdr06pkz3f3ha", Ours, TestClock.DefaultStart.AddHours(24)), (redirect.Url, redirect.Reference, redirect.ExpiresAt));
    }

    [Theory]
    [InlineData("card", "NGN", "card")]
    [InlineData("mobile_money", "KES", "mpesa")]
    [InlineData("mobile_money", "XOF", "mobilemoneyfranco")]
    [InlineData("mobile_money", "NGN", null)]
    [InlineData(null, "NGN", null)]
    public void Way_to_pay_has_its_name_on_the_page(string? method, string currency, string? option) => Assert.Equal(option, FlutterwaveProvider.OptionsOf(method, currency));

    [Theory, MemberData(nameof(MoneyIds))]
    public async Task Amount_vector_travels_as_written(string id)
    {
        var row = ProviderVectors.Money("flutterwave").Single(one => one.Id == id);
        if (row.Direction == "minor_to_wire")
        {
            await StartAsync(flutterwave.Answers(Link), Checkout() with { Amount = new Money(row.Minor!.Value, row.Currency) });
            Assert.Equal(decimal.Parse(row.Wire!, CultureInfo.InvariantCulture), JsonDocument.Parse(Assert.Single(flutterwave.Bodies)).RootElement.GetProperty("amount").GetDecimal());
            return;
        }
        var reading = await QueryAsync(flutterwave.Answers(Verified("successful", $"\"amount\":{row.Wire},\"currency\":\"{row.Currency}\"")));
        Assert.Equal(row.Minor is { } minor ? new Money(minor, row.Currency) : null, reading.Received);
        Assert.Equal(row.Expect == "ok", reading.IsAnswer);
    }

    [Fact]
    public async Task Shillings_of_tanzania_are_whole()
    {
        Assert.Equal(Codes.AmountOutOfRange, Assert.IsType<CheckoutResult.Declined>(await StartAsync(flutterwave, Checkout() with { Amount = new Money(100_050, "TZS") })).Code);
        Assert.IsType<CheckoutResult.Redirect>(await StartAsync(flutterwave.Answers(Link), Checkout() with { Amount = new Money(100_000, "TZS") }));
    }

    [Theory, MemberData(nameof(StatusIds))]
    public void Status_vector_means_what_is_written(string id)
    {
        var row = ProviderVectors.Statuses("flutterwave").Single(one => one.Id == id);

        // What the facts say of a transaction without naming the link is meant of one that is over.
        var fact = FlutterwaveProvider.Fact(row.Word, isOver: row.About != "transaction, while the link lives");

        Assert.Equal(row.State switch { "pending" => ObservedFact.Pending, "succeeded" => ObservedFact.Succeeded, "failed" => ObservedFact.Failed, "cancelled" => ObservedFact.Cancelled, _ => ObservedFact.Unrecognised }, fact);
    }

    [Theory, MemberData(nameof(RefundIds))]
    public void Refund_vector_means_what_is_written(string id)
    {
        var row = ProviderVectors.Statuses("flutterwave").Single(one => one.Id == id);

        Assert.Equal(row.State switch { "refunded" => RefundStatus.Succeeded, "pending" => RefundStatus.Pending, _ => RefundStatus.Failed }, FlutterwaveProvider.RefundStatusOf(row.Word));
    }

    [Fact]
    public async Task Amount_counts_and_not_what_was_charged()
    {
        var reading = await QueryAsync(flutterwave.Answers(Verified("successful", "\"amount\":9950,\"charged_amount\":10140,\"currency\":\"NGN\"")));

        Assert.Equal((ObservedFact.Succeeded, new Money(995_000, "NGN"), "8321945", "8321945", Ours), (reading.Fact, reading.Received, reading.ReceiptReference, reading.Reference2, reading.Reference));
        Assert.Equal($"https://flutterwave.test/v3/transactions/verify_by_reference?tx_ref={Ours}", Assert.Single(flutterwave.Urls));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.OK)]
    public async Task No_transaction_means_still_waiting(HttpStatusCode status)
    {
        var reading = await QueryAsync(flutterwave.Answers(NoTransaction, status));

        Assert.Equal((ObservedFact.Pending, true), (reading.Fact, reading.IsAnswer));
    }

    [Fact]
    public async Task No_transaction_after_the_link_is_over_has_expired()
    {
        flutterwave.Clock.Advance(TimeSpan.FromHours(25.5));

        Assert.Equal(ObservedFact.Expired, (await QueryAsync(flutterwave.Answers(NoTransaction, HttpStatusCode.BadRequest))).Fact);
    }

    [Fact]
    public async Task Link_that_nobody_was_told_of_waits_half_an_hour()
    {
        Assert.Equal(ObservedFact.Pending, (await QueryAsync(flutterwave.Answers(NoTransaction, HttpStatusCode.BadRequest), theirs: null)).Fact);

        flutterwave.Clock.Advance(TimeSpan.FromMinutes(31));

        Assert.Equal(ObservedFact.NeverStarted, (await QueryAsync(flutterwave, theirs: null)).Fact);
    }

    [Fact]
    public async Task Transaction_whose_number_is_known_cannot_be_gone() =>
        Assert.Equal(ObservedFact.Unrecognised, (await QueryAsync(flutterwave.Answers(NoTransaction, HttpStatusCode.BadRequest), theirs: "8321945")).Fact);

    [Fact]
    public async Task Failed_try_does_not_hide_the_one_that_paid()
    {
        flutterwave.AnswersInTurn(
            (HttpStatusCode.OK, Verified("failed", "\"amount\":7500,\"currency\":\"NGN\",\"processor_response\":\"Insufficient Funds\"")),
            (HttpStatusCode.OK, $$$"""{"status":"success","message":"Transactions fetched","data":[{"id":"1","tx_ref":"{{{Ours}}}","status":"failed"},{"id":"2","tx_ref":"another","status":"successful"},{"id":"8321945","tx_ref":"{{{Ours}}}","status":"successful"}]}"""),
            (HttpStatusCode.OK, Verified("successful", "\"amount\":7500,\"currency\":\"NGN\"")));

        var reading = await QueryAsync(flutterwave);

        Assert.Equal((ObservedFact.Succeeded, new Money(750_000, "NGN")), (reading.Fact, reading.Received));
        Assert.Equal(["https://flutterwave.test/v3/transactions?tx_ref=" + Ours, "https://flutterwave.test/v3/transactions/8321945/verify"], flutterwave.Urls.Skip(1));
    }

    [Fact]
    public async Task Failed_try_leaves_the_link_open_and_says_why()
    {
        var reading = await QueryAsync(flutterwave.AnswersInTurn(
            (HttpStatusCode.OK, Verified("failed", "\"amount\":7500,\"currency\":\"NGN\",\"processor_response\":\"Insufficient Funds\"")),
            (HttpStatusCode.OK, """{"status":"success","message":"Transactions fetched","data":[]}""")));

        Assert.Equal((ObservedFact.Pending, "failed", "Insufficient Funds"), (reading.Fact, reading.StatusWord, reading.ErrorMessage));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, Timeout503)]
    [InlineData(HttpStatusCode.Forbidden, """{"status":"error","message":"mode","data":null}""")]
    [InlineData(HttpStatusCode.OK, "<!doctype html>")]
    [InlineData(HttpStatusCode.OK, """{"status":"success","message":"x","data":{"id":1,"tx_ref":"another","status":"successful","amount":7500,"currency":"NGN"}}""")]
    [InlineData(HttpStatusCode.OK, """{"status":"success","message":"x","data":{"id":1,"tx_ref":"01980000-0000-7000-8000-000000000001","status":"successful","charged_amount":7500,"currency":"NGN"}}""")]
    [InlineData(HttpStatusCode.OK, """{"status":"success","message":"x","data":null}""")]
    public async Task Answer_that_proves_nothing_is_none(HttpStatusCode status, string body) => Assert.False((await QueryAsync(flutterwave.Answers(body, status))).IsAnswer);

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, Timeout503)]
    [InlineData(HttpStatusCode.BadGateway, "<html>")]
    [InlineData(HttpStatusCode.OK, """{"status":"error","message":"no","data":null}""")]
    [InlineData(HttpStatusCode.OK, """{"status":"success","message":"Hosted Link","data":{}}""")]
    [InlineData(HttpStatusCode.OK, """{"status":"success","message":"Hosted Link","data":{"link":"http://elsewhere.test/"}}""")]
    [InlineData(HttpStatusCode.BadRequest, """{"status":"success","message":"yes","data":{}}""")]
    [InlineData(HttpStatusCode.RequestTimeout, "")]
    public async Task Create_call_without_a_clear_answer_is_unknown_and_not_repeated(HttpStatusCode status, string body)
    {
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(flutterwave.Answers(body, status), Checkout()));
        Assert.Single(flutterwave.Urls);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, """{"status":"error","message":"Invalid authorization key","data":null}""", Codes.ProviderRejected, "401")]
    [InlineData(HttpStatusCode.BadRequest, """{"status":"error","message":"tx_ref is required","data":null}""", Codes.ProviderRejected, "400")]
    [InlineData(HttpStatusCode.NotFound, "<html>", Codes.ProviderRejected, "404")]
    [InlineData(HttpStatusCode.TooManyRequests, "", Codes.ProviderUnavailable, "429")]
    public async Task Refusal_is_declined_with_the_providers_code(HttpStatusCode status, string body, string code, string providerCode)
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync(flutterwave.Answers(body, status), Checkout()));

        Assert.Equal((code, providerCode), (declined.Code, declined.ProviderCode));
    }

    [Fact]
    public async Task Silence_is_unknown_and_no_connection_is_declined()
    {
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(flutterwave.StaysSilent(), Checkout()));
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(flutterwave));
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await StartAsync(flutterwave.Breaks(HttpRequestError.ConnectionError), Checkout())).Code);
    }

    [Fact]
    public async Task Refund_goes_by_the_transactions_number_in_major_units()
    {
        var done = Assert.IsType<RefundResult.Succeeded>(await RefundAsync(flutterwave.Answers(Refunded)));

        Assert.Equal("75923", done.Reference);
        Assert.Equal("https://flutterwave.test/v3/transactions/8321945/refund", Assert.Single(flutterwave.Urls));
        Assert.Equal($$"""{"amount":40.5,"comments":"{{Ours}}: returned"}""", Assert.Single(flutterwave.Bodies));
    }

    [Fact]
    public async Task Refund_without_the_number_asks_for_it_first()
    {
        flutterwave.AnswersInTurn((HttpStatusCode.OK, Verified("successful", "\"amount\":100,\"currency\":\"NGN\"")), (HttpStatusCode.OK, Refunded));

        Assert.IsType<RefundResult.Succeeded>(await RefundAsync(flutterwave, number: null));
        Assert.Equal("https://flutterwave.test/v3/transactions/8321945/refund", flutterwave.Urls[1]);
    }

    [Fact]
    public async Task Refund_that_cannot_be_paid_has_failed()
    {
        var failed = Assert.IsType<RefundResult.Failed>(await RefundAsync(flutterwave.Answers("""{"status":"error","message":"Insufficient balance to process refund","data":null}""", HttpStatusCode.BadRequest)));

        Assert.Equal((Codes.ProviderRejected, "Insufficient balance to process refund"), (failed.Code, failed.Message));
    }

    [Theory]
    [InlineData("\"amount_refunded\":40.5", "\"amount_refunded\":40")]
    [InlineData("\"tx_id\":8321945", "\"tx_id\":1")]
    [InlineData("\"completed\"", "\"teleported\"")]
    public async Task Refund_answer_about_something_else_is_unknown(string text, string other) =>
        Assert.IsType<RefundResult.Unknown>(await RefundAsync(flutterwave.Answers(Refunded.Replace(text, other, StringComparison.Ordinal))));

    [Fact]
    public async Task Lost_refund_is_found_by_its_comment()
    {
        flutterwave.AnswersInTurn(
            (HttpStatusCode.OK, """{"status":"success","message":"x","meta":{"page_info":{"total":21,"current_page":1,"total_pages":2}},"data":[{"id":1,"tx_id":8321945,"amount_refunded":40.5,"status":"completed","comments":"other"}]}"""),
            (HttpStatusCode.OK, $$$"""{"status":"success","message":"x","meta":{"page_info":{"total":21,"current_page":2,"total_pages":2}},"data":[{"id":2,"tx_id":8321945,"amount_refunded":"40.50","status":"pending-momo","comments":"{{{Ours}}}: returned"}]}"""));

        var found = Assert.IsType<RefundResult.Pending>(await Provider().QueryRefundAsync(Account(), RefundRequest("8321945"), refundReference: null, CancellationToken.None));

        Assert.Equal("2", found.Reference);
        Assert.Equal("https://flutterwave.test/v3/refunds?from=2026-03-02&to=2026-03-03&page=2", flutterwave.Urls[1]);
    }

    [Fact]
    public async Task Refund_that_is_not_listed_stays_unknown()
    {
        flutterwave.Answers("""{"status":"success","message":"x","data":[]}""");

        Assert.IsType<RefundResult.Unknown>(await Provider().QueryRefundAsync(Account(), RefundRequest("8321945"), refundReference: null, CancellationToken.None));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, """{"status":"success","message":"disabled","data":null}""", typeof(CancelResult.Cancelled))]
    [InlineData(HttpStatusCode.BadRequest, """{"status":"error","message":"This payment link is currently inactive","data":null}""", typeof(CancelResult.Cancelled))]
    [InlineData(HttpStatusCode.ServiceUnavailable, Timeout503, typeof(CancelResult.Unknown))]
    public async Task Link_is_disabled(HttpStatusCode status, string body, Type expected)
    {
        flutterwave.AnswersInTurn((status, body), (HttpStatusCode.BadRequest, NoTransaction));

        Assert.IsType(expected, await CancelAsync("https://checkout.flutterwave.com/v3/hosted/pay/flwlnk-1"));
        Assert.Equal("""{"link":"https://checkout.flutterwave.com/v3/hosted/pay/flwlnk-1"}""", flutterwave.Bodies[0]);
    }

    [Fact]
    public async Task Payer_was_quicker_than_the_cancellation()
    {
        flutterwave.AnswersInTurn((HttpStatusCode.OK, """{"status":"success","message":"disabled","data":null}"""), (HttpStatusCode.OK, Verified("successful", "\"amount\":100,\"currency\":\"NGN\"")));

        Assert.IsType<CancelResult.TooLate>(await CancelAsync("https://checkout.flutterwave.com/v3/hosted/pay/flwlnk-1"));
    }

    [Fact]
    public async Task Link_that_was_never_told_cannot_be_disabled()
    {
        Assert.IsType<CancelResult.Unknown>(await CancelAsync(page: null));
        Assert.Empty(flutterwave.Urls);
    }

    [Fact]
    public async Task Transactions_are_listed_with_fees()
    {
        flutterwave.Answers("""{"status":"success","message":"Transactions fetched","meta":{"page_info":{"total":1,"current_page":1,"total_pages":1}},"data":[{"id":"1","tx_ref":"p-1","status":"successful","amount":100,"charged_amount":101.4,"app_fee":1.4,"currency":"GHS","created_at":"2026-03-02T10:00:20.000Z"}]}""");

        var lines = new List<SettlementLine>();
        await foreach (var line in Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart.AddDays(1), CancellationToken.None))
            lines.Add(line);

        var only = Assert.Single(lines);
        Assert.Equal(("1", "p-1", new Money(10_000, "GHS"), 140L, ObservedFact.Succeeded), (only.Reference, only.OurReference, only.Amount, only.FeeMinor, only.Fact));
        Assert.Equal("https://flutterwave.test/v3/transactions?from=2026-03-02&to=2026-03-03&page=1", Assert.Single(flutterwave.Urls));
    }

    [Fact]
    public async Task Half_a_list_is_an_error()
    {
        flutterwave.Answers("", HttpStatusCode.BadGateway);

        await Assert.ThrowsAsync<HttpRequestException>(async () => await Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Key_is_in_no_transcript_and_no_message()
    {
        var transcript = CallTranscript.Open();

        var result = await StartAsync(flutterwave.Answers($$"""{"status":"error","message":"Invalid authorization key {{Key}}","data":null}""", HttpStatusCode.Unauthorized), Checkout());

        CallTranscript.Close();
        Assert.NotEmpty(transcript.Requests);
        Assert.DoesNotContain(Key, transcript.Requests + transcript.Responses + Assert.IsType<CheckoutResult.Declined>(result).Message, StringComparison.Ordinal);
    }

    private FlutterwaveProvider Provider() => new(flutterwave.Http, flutterwave.Clock);

    private static CheckoutRequest Checkout() => new()
    {
        PaymentId = new Guid(Ours),
        AttemptId = new Guid(Ours),
        Amount = new Money(10_000, "NGN"),
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        ReturnUrl = "https://pay.test/payment/status?t=1",
        CancelUrl = "https://pay.test/payment/status?t=2",
        ExpiresAt = TestClock.DefaultStart.AddDays(3),
    };

    private static AttemptReference Reference(string? theirs, string? number = null) => new(new Guid(Ours), theirs, number, new Money(10_000, "NGN"), TestClock.DefaultStart);

    private static RefundRequest RefundRequest(string? number) => new()
    {
        RefundId = new Guid(Ours),
        Attempt = Reference(Ours, number),
        Amount = new Money(4_050, "NGN"),
        Reason = "returned",
        IsFull = false,
        RefundedBeforeMinor = 0,
    };

    private static ProviderAccountSnapshot Account() => new()
    {
        AccountId = new Guid(Ours),
        TenantId = new Guid(Ours),
        Provider = "flutterwave",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://flutterwave.test",
        Credentials = new Dictionary<string, string> { ["secret_key"] = Key },
        WebhookUrl = "https://pay.test/webhooks/flutterwave/key",
    };

    private static string Verified(string word, string more) =>
        $$$"""{"status":"success","message":"Transaction fetched successfully","data":{"id":8321945,"tx_ref":"{{{Ours}}}","flw_ref":"FLW-MOCK-1a2b3c",{{{more}}},"status":"{{{word}}}"}}""";

    private Task<CheckoutResult> StartAsync(StubbedProvider _, CheckoutRequest request) => Provider().StartCheckoutAsync(Account(), request, CancellationToken.None);

    private Task<StatusReading> QueryAsync(StubbedProvider _, string? theirs = Ours) => Provider().QueryPaymentAsync(Account(), Reference(theirs), CancellationToken.None);

    private Task<RefundResult> RefundAsync(StubbedProvider _, string? number = "8321945") => Provider().RefundAsync(Account(), RefundRequest(number), CancellationToken.None);

    private Task<CancelResult> CancelAsync(string? page) => Provider().CancelAsync(Account(), Reference(Ours) with { PageUrl = page }, CancellationToken.None);
}
