using System.Globalization;
using System.Net;
using System.Text.Json;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.CloudPayments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.CloudPayments;

public sealed class CloudPaymentsProviderTests
{
    private const string Ours = "01980000-0000-7000-8000-000000000001";
    private const string Order = "gASGZVgUN21hcpPF";
    private const string PublicId = "pk_invented0123456789";
    private const string Secret = "invented-api-secret-0001";
    private const string Created = $$$"""{"Model":{"Id":"{{{Order}}}","Number":2130,"Amount":65.98,"Currency":"KZT","Url":"https://orders.example/d/{{{Order}}}","StatusCode":0,"Status":"Created"},"Success":true,"Message":null}""";
    private const string Refunded = """{"Model":{"TransactionId":568},"Success":true,"Message":null}""";

    private readonly StubbedProvider stub = new();

    public static TheoryData<string> MoneyIds => [.. ProviderVectors.Money("cloudpayments").Select(row => row.Id)];

    public static TheoryData<string> StatusIds => [.. ProviderVectors.Statuses("cloudpayments").Where(row => row.About is "transaction" or "StatusCode").Select(row => row.Id)];

    [Fact]
    public async Task Order_is_asked_for_in_its_currency_under_our_id()
    {
        stub.Answers(Created);

        var result = await Provider().StartCheckoutAsync(Account(), Checkout(6598) with { CustomerEmail = "a@b.co", Description = "Чай & milk" }, CancellationToken.None);

        Assert.Equal("https://api.tiptoppay.kz/orders/create", Assert.Single(stub.Urls));
        Assert.Equal("Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{PublicId}:{Secret}")), Assert.Single(stub.Authorizations));
        Assert.Equal(
            $$"""{"Amount":65.98,"Currency":"KZT","Description":"Чай & milk","InvoiceId":"{{Ours}}","Email":"a@b.co","RequireConfirmation":false,"SendEmail":false,"SuccessRedirectUrl":"http://shop.test/return","FailRedirectUrl":"http://shop.test/cancel"}""",
            System.Text.RegularExpressions.Regex.Unescape(Assert.Single(stub.Bodies)));
        // The same call again has the same id, and is answered with the same order.
        Assert.Equal(Ours, Assert.Single(stub.Headers)["x-request-id"]);
        var redirect = Assert.IsType<CheckoutResult.Redirect>(result);
        Assert.Equal(($"https://orders.example/d/{Order}", Order, "Created"), (redirect.Url, redirect.Reference, redirect.StatusWord));
    }

    [Theory]
    [InlineData("kz", "https://api.tiptoppay.kz", "https://api.tiptoppay.kz")]
    [InlineData("ru", "https://api.tiptoppay.kz", "https://api.cloudpayments.ru")]
    [InlineData("ru", "https://proxy.test", "https://proxy.test")]
    public async Task Host_follows_the_region_unless_one_is_configured(string region, string configured, string called)
    {
        var account = Account() with { BaseUrl = configured, Credentials = new Dictionary<string, string>(Account().Credentials) { ["region"] = region } };

        await Provider(Created).StartCheckoutAsync(account, Checkout(6598), CancellationToken.None);

        Assert.Equal(called + "/orders/create", Assert.Single(stub.Urls));
    }

    [Fact]
    public async Task Test_terminal_serves_no_live_account()
    {
        var account = Account() with { Mode = Mode.Live, Credentials = new Dictionary<string, string> { ["public_id"] = "test_api_0001", ["api_secret"] = Secret } };

        var declined = Assert.IsType<CheckoutResult.Declined>(await Provider().StartCheckoutAsync(account, Checkout(6598), CancellationToken.None));

        Assert.Equal(Codes.ProviderNotConfigured, declined.Code);
        Assert.Empty(stub.Urls);
    }

    [Theory, MemberData(nameof(MoneyIds))]
    public async Task Amount_vector_travels_as_written(string id)
    {
        var row = ProviderVectors.Money("cloudpayments").Single(one => one.Id == id);
        if (row.Direction == "minor_to_wire")
        {
            await Provider(Created).StartCheckoutAsync(Account(), Checkout(row.Minor!.Value), CancellationToken.None);
            decimal[] expected = row.Wire is null ? [] : [decimal.Parse(row.Wire, CultureInfo.InvariantCulture)];
            Assert.Equal(expected, stub.Bodies.Select(body => JsonDocument.Parse(body).RootElement.GetProperty("Amount").GetDecimal()));
            return;
        }
        var reading = await QueryAsync(Found("Completed", amount: row.Wire!));
        Assert.Equal(row.Minor is { } minor ? new Money(minor, row.Currency) : null, reading.Received);
        Assert.Equal(row.Expect == "ok", reading.Fact == ObservedFact.Succeeded);
    }

    [Theory, MemberData(nameof(StatusIds))]
    public void Status_vector_means_what_is_written(string id)
    {
        var row = ProviderVectors.Statuses("cloudpayments").Single(one => one.Id == id);
        var word = row.About == "StatusCode" ? CloudPaymentsReading.WordOf(row.Word) ?? row.Word : row.Word;

        // A declined try has failed, and the order's page takes another card: the attempt is open.
        Assert.Equal(
            row.State switch { "pending" or "failed" => ObservedFact.Pending, "succeeded" => ObservedFact.Succeeded, "cancelled" => ObservedFact.Cancelled, _ => ObservedFact.Unrecognised },
            CloudPaymentsReading.Fact(word));
    }

    [Fact]
    public async Task Paid_transaction_is_found_by_our_id()
    {
        var reading = await QueryAsync(Found("Completed"));

        Assert.Equal("https://api.tiptoppay.kz/payments/find", Assert.Single(stub.Urls));
        Assert.Equal($$"""{"InvoiceId":"{{Ours}}"}""", Assert.Single(stub.Bodies));
        Assert.Equal((ObservedFact.Succeeded, "Completed", new Money(6598, "KZT"), "1701609", "1701609"), (reading.Fact, reading.StatusWord, reading.Received, reading.ReceiptReference, reading.Reference2));
        Assert.Equal("Visa ···· 4242", reading.Payer);
    }

    [Fact]
    public async Task Members_may_be_written_in_lower_case() =>
        Assert.Equal(ObservedFact.Succeeded, (await QueryAsync($$$"""{"success":true,"model":{"transactionId":1701609,"amount":65.98,"currency":"KZT","invoiceId":"{{{Ours}}}","status":"Completed"}}""")).Fact);

    [Fact]
    public async Task Order_that_nobody_tried_to_pay_is_open()
    {
        const string NotFound = """{"Success":false,"Message":"Not found"}""";

        Assert.Equal((ObservedFact.Pending, "Created"), (await QueryAsync(NotFound)) is { } open ? (open.Fact, open.StatusWord) : default);
        Assert.Equal(ObservedFact.Unrecognised, (await QueryAsync(NotFound, order: null)).Fact);
    }

    [Fact]
    public async Task Declined_try_is_open_and_says_why()
    {
        var reading = await QueryAsync(Found("Declined", more: ""","Reason":"InsufficientFunds","ReasonCode":5051,"CardHolderMessage":"Insufficient funds" """));

        Assert.Equal((ObservedFact.Pending, "Declined", "Insufficient funds", "5051", null), (reading.Fact, reading.StatusWord, reading.ErrorMessage, reading.ProviderErrorCode, reading.Reference2));
    }

    [Theory]
    [InlineData("\"TestMode\":true", "\"TestMode\":false")]
    [InlineData(Ours, "another")]
    [InlineData("1701609", "0")]
    [InlineData("\"KZT\"", "\"XXX\"")]
    public async Task Answer_about_something_else_is_none(string part, string other) =>
        Assert.False((await QueryAsync(Found("Completed").Replace(part, other, StringComparison.Ordinal))).IsAnswer);

    [Theory]
    [InlineData(HttpStatusCode.OK, "<!doctype html>")]
    [InlineData(HttpStatusCode.OK, "{}")]
    [InlineData(HttpStatusCode.OK, """{"Success":true,"Model":null}""")]
    [InlineData(HttpStatusCode.OK, """{"Success":"yes","Model":{}}""")]
    [InlineData(HttpStatusCode.OK, """{"Success":true,"Model":{"Id":"gASGZVgUN21hcpPF","Amount":65.99,"Currency":"KZT","Url":"https://orders.example/d/1"}}""")]
    [InlineData(HttpStatusCode.OK, """{"Success":true,"Model":{"Id":"gASGZVgUN21hcpPF","Amount":65.98,"Currency":"RUB","Url":"https://orders.example/d/1"}}""")]
    [InlineData(HttpStatusCode.OK, """{"Success":true,"Model":{"Id":"gASGZVgUN21hcpPF","Amount":65.98,"Currency":"KZT","Url":"http://orders.example/d/1"}}""")]
    [InlineData(HttpStatusCode.OK, """{"Success":true,"Model":{"Id":"\ud800"}}""")]
    [InlineData(HttpStatusCode.InternalServerError, """{"Success":false,"Message":"Oops"}""")]
    [InlineData(HttpStatusCode.BadGateway, "")]
    [InlineData(HttpStatusCode.RequestTimeout, "")]
    [InlineData(HttpStatusCode.MovedPermanently, "")]
    [InlineData(HttpStatusCode.BadRequest, """{"Success":true}""")]
    public async Task Answer_that_proves_nothing_is_unknown(HttpStatusCode status, string body) =>
        Assert.IsType<CheckoutResult.Unknown>(await Provider(body, status).StartCheckoutAsync(Account(), Checkout(6598), CancellationToken.None));

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "", Codes.ProviderRejected, "401")]
    [InlineData(HttpStatusCode.TooManyRequests, "", Codes.ProviderUnavailable, "429")]
    [InlineData(HttpStatusCode.BadRequest, "<html>", Codes.ProviderRejected, "400")]
    [InlineData(HttpStatusCode.OK, """{"Success":false,"Message":"Amount is required"}""", Codes.ProviderRejected, null)]
    [InlineData(HttpStatusCode.OK, """{"Success":false,"Message":null,"Model":{"ReasonCode":5051,"CardHolderMessage":"Insufficient funds"}}""", Codes.ProviderRejected, "5051")]
    public async Task Refusal_is_declined_with_the_providers_code(HttpStatusCode status, string body, string code, string? theirs)
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await Provider(body, status).StartCheckoutAsync(Account(), Checkout(6598), CancellationToken.None));

        Assert.Equal((code, theirs), (declined.Code, declined.ProviderCode));
    }

    [Fact]
    public async Task Silence_is_unknown_and_no_connection_is_declined()
    {
        stub.StaysSilent();
        Assert.IsType<CheckoutResult.Unknown>(await Provider().StartCheckoutAsync(Account(), Checkout(6598), CancellationToken.None));
        Assert.IsType<RefundResult.Unknown>(await Provider().RefundAsync(Account(), RefundOf(4000), CancellationToken.None));
        Assert.IsType<CancelResult.Unknown>(await Provider().CancelAsync(Account(), Reference(), CancellationToken.None));
        stub.Breaks(HttpRequestError.ConnectionError);
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await Provider().StartCheckoutAsync(Account(), Checkout(6598), CancellationToken.None)).Code);
    }

    [Fact]
    public async Task Refund_names_the_transaction_and_waits_for_its_own()
    {
        var pending = Assert.IsType<RefundResult.Pending>(await Provider(Refunded).RefundAsync(Account(), RefundOf(4000), CancellationToken.None));

        Assert.Equal("568", pending.Reference);
        Assert.Equal("https://api.tiptoppay.kz/payments/refund", Assert.Single(stub.Urls));
        Assert.Equal("""{"TransactionId":1701609,"Amount":40}""", Assert.Single(stub.Bodies));
        Assert.Equal(Ours, Assert.Single(stub.Headers)["x-request-id"]);
    }

    [Fact]
    public async Task Refund_without_a_known_transaction_looks_it_up_first()
    {
        // The same answer to both calls: a paid transaction, whose number then stands for the refund's.
        var result = await Provider(Found("Completed")).RefundAsync(Account(), RefundOf(4000, transaction: null), CancellationToken.None);

        Assert.IsType<RefundResult.Pending>(result);
        Assert.Equal(["https://api.tiptoppay.kz/payments/find", "https://api.tiptoppay.kz/payments/refund"], stub.Urls);
        Assert.Equal("""{"TransactionId":1701609,"Amount":40}""", stub.Bodies[1]);
    }

    [Fact]
    public async Task Refund_of_what_was_never_paid_is_not_sent()
    {
        Assert.IsType<RefundResult.Failed>(await Provider(Found("Declined")).RefundAsync(Account(), RefundOf(4000, transaction: null), CancellationToken.None));

        Assert.Equal("https://api.tiptoppay.kz/payments/find", Assert.Single(stub.Urls));
    }

    [Fact]
    public async Task Refused_refund_has_failed() =>
        Assert.Equal("The refund amount exceeds", Assert.IsType<RefundResult.Failed>(await Provider("""{"Success":false,"Message":"The refund amount exceeds"}""").RefundAsync(Account(), RefundOf(4000), CancellationToken.None)).Message);

    [Theory]
    [InlineData("Completed", "40.00", typeof(RefundResult.Succeeded))]
    [InlineData("AwaitingAuthentication", "40.00", typeof(RefundResult.Pending))]
    [InlineData("Declined", "40.00", typeof(RefundResult.Failed))]
    [InlineData("Teleported", "40.00", typeof(RefundResult.Unknown))]
    [InlineData("Completed", "40.01", typeof(RefundResult.Unknown))]
    public async Task Refund_is_asked_about_by_its_number(string word, string amount, Type expected)
    {
        var result = await Provider(RefundFound(568, word, amount)).QueryRefundAsync(Account(), RefundOf(4000), "568", CancellationToken.None);

        Assert.IsType(expected, result);
        Assert.Equal(("https://api.tiptoppay.kz/payments/get", """{"TransactionId":568}"""), (Assert.Single(stub.Urls), Assert.Single(stub.Bodies)));
    }

    [Fact]
    public async Task Lost_refund_is_the_last_operation_when_none_came_before_it()
    {
        var found = Assert.IsType<RefundResult.Succeeded>(await Provider(RefundFound(568, "Completed", "40")).QueryRefundAsync(Account(), RefundOf(4000), refundReference: null, CancellationToken.None));

        Assert.Equal("568", found.Reference);
        Assert.Equal("https://api.tiptoppay.kz/v2/payments/find", Assert.Single(stub.Urls));
        Assert.IsType<RefundResult.Unknown>(await Provider(Found("Completed", amount: "40")).QueryRefundAsync(Account(), RefundOf(4000), refundReference: null, CancellationToken.None));
        Assert.IsType<RefundResult.Unknown>(await Provider().QueryRefundAsync(Account(), RefundOf(4000) with { RefundedBeforeMinor = 4000 }, refundReference: null, CancellationToken.None));
    }

    [Fact]
    public async Task Order_is_cancelled_by_its_id()
    {
        Assert.IsType<CancelResult.Cancelled>(await Provider("""{"Success":true,"Message":null}""").CancelAsync(Account(), Reference(), CancellationToken.None));

        Assert.Equal(("https://api.tiptoppay.kz/orders/cancel", $$"""{"Id":"{{Order}}"}"""), (Assert.Single(stub.Urls), Assert.Single(stub.Bodies)));
        Assert.IsType<CancelResult.TooLate>(await Provider("""{"Success":false,"Message":"The order is paid"}""").CancelAsync(Account(), Reference(), CancellationToken.None));
        Assert.IsType<CancelResult.Unknown>(await Provider("", HttpStatusCode.Unauthorized).CancelAsync(Account(), Reference(), CancellationToken.None));
    }

    [Fact]
    public async Task Payments_are_listed_with_fees_and_without_refunds()
    {
        stub.Answers($$$"""{"Success":true,"Model":[{"TransactionId":1,"Amount":500.00,"Currency":"KZT","InvoiceId":"{{{Ours}}}","Status":"Completed","Type":0,"TotalFee":14.5,"CreatedDateIso":"2026-03-02T10:00:20"},{"TransactionId":2,"Amount":40,"Currency":"KZT","Status":"Completed","Type":1,"OriginalTransactionId":1},{"TransactionId":3,"Amount":7,"Currency":"KZT","Status":"Declined","Type":0}]}""");

        var lines = new List<SettlementLine>();
        await foreach (var line in Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart.AddDays(1), CancellationToken.None))
            lines.Add(line);

        Assert.Equal(["1", "3"], lines.Select(line => line.Reference));
        Assert.Equal((new Money(50_000, "KZT"), 1450L, Ours, ObservedFact.Succeeded, new DateTimeOffset(2026, 3, 2, 10, 0, 20, TimeSpan.Zero)), (lines[0].Amount, lines[0].FeeMinor, lines[0].OurReference, lines[0].Fact, lines[0].At));
        Assert.Equal(ObservedFact.Failed, lines[1].Fact);
        Assert.Equal("""{"PageNumber":1,"CreatedDateGte":"2026-03-02T09:00:00+00:00","CreatedDateLte":"2026-03-03T09:00:00+00:00","TimeZone":"UTC","Statuses":["Authorized","Completed","Cancelled","Declined"]}""", Assert.Single(stub.Bodies).Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Half_a_list_is_an_error() =>
        await Assert.ThrowsAsync<HttpRequestException>(async () => await Provider("", HttpStatusCode.BadGateway).ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());

    [Theory]
    [InlineData(0, 200)]
    [InlineData(10, 200)]
    [InlineData(12, 200)]
    [InlineData(20, 200)]
    [InlineData(13, 503)]
    public void Check_is_answered_with_its_code(int code, int status)
    {
        CheckOutcome outcome = code switch
        {
            0 => new CheckOutcome.Payable(new Guid(Ours)),
            10 => new CheckOutcome.UnknownReference(),
            12 => new CheckOutcome.WrongAmount(new Money(1, "KZT")),
            20 => new CheckOutcome.Ended(PaymentStatus.Expired),
            _ => new CheckOutcome.NotAnswerable("the database is away"),
        };

        Assert.Equal(new WebhookReply(status, "application/json", $$"""{"code":{{code}}}"""), Provider().Answer(Account(), outcome));
    }

    [Fact]
    public async Task Secret_is_in_no_transcript_and_no_message()
    {
        var transcript = CallTranscript.Open();

        var result = await Provider($$"""{"Success":false,"Message":"Wrong password {{Secret}}"}""").StartCheckoutAsync(Account(), Checkout(6598), CancellationToken.None);

        CallTranscript.Close();
        Assert.NotEmpty(transcript.Requests);
        Assert.DoesNotContain(Secret, transcript.Requests + transcript.Responses + Assert.IsType<CheckoutResult.Declined>(result).Message, StringComparison.Ordinal);
    }

    private CloudPaymentsProvider Provider() => new(stub.Http);

    private CloudPaymentsProvider Provider(string body, HttpStatusCode status = HttpStatusCode.OK) => new(stub.Answers(body, status).Http);

    private Task<StatusReading> QueryAsync(string body, string? order = Order) => Provider(body).QueryPaymentAsync(Account(), Reference(order), CancellationToken.None);

    private static AttemptReference Reference(string? order = Order, string? transaction = "1701609") => new(new Guid(Ours), order, transaction, new Money(6598, "KZT"), TestClock.DefaultStart);

    private static CheckoutRequest Checkout(long minor) => new()
    {
        PaymentId = new Guid(Ours),
        AttemptId = new Guid(Ours),
        Amount = new Money(minor, "KZT"),
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        ReturnUrl = "http://shop.test/return",
        CancelUrl = "http://shop.test/cancel",
        ExpiresAt = TestClock.DefaultStart.AddHours(24),
    };

    private static RefundRequest RefundOf(long minor, string? transaction = "1701609") => new()
    {
        RefundId = new Guid(Ours),
        Attempt = Reference(transaction: transaction),
        Amount = new Money(minor, "KZT"),
        Reason = "returned",
        IsFull = false,
        RefundedBeforeMinor = 0,
    };

    private static ProviderAccountSnapshot Account() => new()
    {
        AccountId = new Guid(Ours),
        TenantId = new Guid(Ours),
        Provider = "cloudpayments",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://api.tiptoppay.kz",
        Credentials = new Dictionary<string, string> { ["public_id"] = PublicId, ["api_secret"] = Secret },
        WebhookUrl = "https://shop.test/webhooks/cloudpayments/key",
    };

    private static string Found(string word, string amount = "65.98", string more = "") =>
        $$$"""{"Success":true,"Message":null,"Model":{"TransactionId":1701609,"Amount":{{{amount}}},"Currency":"KZT","InvoiceId":"{{{Ours}}}","TestMode":true,"CardLastFour":"4242","CardType":"Visa","Status":"{{{word}}}","Type":0{{{more}}}}}""";

    private static string RefundFound(long number, string word, string amount) =>
        $$$"""{"Success":true,"Model":{"TransactionId":{{{number}}},"OriginalTransactionId":1701609,"Amount":{{{amount}}},"Currency":"KZT","InvoiceId":"{{{Ours}}}","Status":"{{{word}}}","Type":1}}""";
}
