using System.Net;
using System.Text;
using System.Text.Json;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Ikhokha;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Ikhokha;

public sealed class IkhokhaProviderTests
{
    private const string Ours = "01980000-0000-7000-8000-000000000001";
    private const string App = "IKINVENTEDAPPIDFORVECTORSONLY000";
    private const string Secret = "invented-ikhokha-app-secret";
    private const string Created = $$"""{"responseCode":"00","message":"","paylinkUrl":"https://securepay.ikhokha.red/2zh1zj6y8xpb0g3","paylinkID":"2zh1zj6y8xpb0g3","externalTransactionID":"{{Ours}}"}""";
    private const string Paid = """{"paylinkID":"2zh1zj6y8xpb0g3","status":"PAID","createdAt":"2024-02-20T12:00:56.235Z","amount":15000,"description":"Order 1"}""";

    private readonly StubbedProvider ikhokha = new();

    public static TheoryData<string> MoneyIds => [.. ProviderVectors.Money("ikhokha").Select(row => row.Id)];

    public static TheoryData<string> StatusIds => [.. ProviderVectors.Statuses("ikhokha").Where(row => row.About == "getStatus").Select(row => row.Id)];

    [Fact]
    public async Task Body_is_sent_as_it_is_signed_apostrophe_and_all()
    {
        var result = await StartAsync(ikhokha.Answers(Created), Checkout() with { Description = "Thabo's \"gift\" \\ R&D <ok>+ Crème 🎁" });

        var body = Assert.Single(ikhokha.Bodies);
        Assert.Equal(
            $$$"""{"entityID":"{{{Ours}}}","externalEntityID":"{{{Ours}}}","amount":15000,"currency":"ZAR","requesterUrl":"https://pay.test","description":"Thabo's \"gift\" \\ R&D <ok>+ Crème 🎁","paymentReference":"ORD-1","mode":"live","externalTransactionID":"{{{Ours}}}","urls":{"callbackUrl":"https://pay.test/webhooks/ikhokha/account-key","successPageUrl":"https://pay.test/payment/status?t=1","failurePageUrl":"https://pay.test/payment/status?t=1","cancelUrl":"https://pay.test/payment/status?t=2"}}""",
            body);
        Assert.Equal("https://ikhokha.test/public-api/v1/api/payment", Assert.Single(ikhokha.Urls));
        var headers = Assert.Single(ikhokha.Headers);
        Assert.Equal((App, "application/json", "application/json"), (headers["ik-appid"], headers["content-type"], headers["accept"]));
        Assert.Equal(IkhokhaWebhook.Sign(Secret, "/public-api/v1/api/payment", Encoding.UTF8.GetBytes(body)), headers["ik-sign"]);
        var redirect = Assert.IsType<CheckoutResult.Redirect>(result);
        Assert.Equal(("https://securepay.ikhokha.red/2zh1zj6y8xpb0g3", "2zh1zj6y8xpb0g3"), (redirect.Url, redirect.Reference));
    }

    [Theory, MemberData(nameof(MoneyIds))]
    public async Task Amount_vector_travels_as_written(string id)
    {
        var row = ProviderVectors.Money("ikhokha").Single(one => one.Id == id);
        if (row.Direction == "minor_to_wire")
        {
            var result = await StartAsync(ikhokha.Answers(Created), Checkout() with { Amount = new Money(row.Minor!.Value, row.Currency) });
            Assert.Equal(row.Expect == "ok", result is CheckoutResult.Redirect);
            Assert.Equal(row.Wire is null ? [] : [row.Wire], ikhokha.Bodies.Select(body => JsonDocument.Parse(body).RootElement.GetProperty("amount").GetRawText()));
            return;
        }
        var reading = await QueryAsync(ikhokha.Answers(Paid.Replace("15000", row.Wire, StringComparison.Ordinal)));
        Assert.Equal(row.Minor is { } minor ? new Money(minor, row.Currency) : null, reading.Received);
        Assert.Equal(row.Expect == "ok", reading.IsAnswer);
    }

    [Theory, MemberData(nameof(StatusIds))]
    public void Status_vector_means_what_is_written(string id)
    {
        var row = ProviderVectors.Statuses("ikhokha").Single(one => one.Id == id);

        // FAILURE is one try of the payer's: the paylink may be paid again and ends with the payment.
        Assert.Equal(row.State switch { "succeeded" => ObservedFact.Succeeded, "pending" or "failed" => ObservedFact.Pending, _ => ObservedFact.Unrecognised }, IkhokhaProvider.Fact(row.Word));
    }

    [Theory]
    [InlineData("999", false)]
    [InlineData("1000", true)]
    public async Task Least_amount_is_a_setting(string minor, bool isTaken)
    {
        var account = Account() with { Credentials = new Dictionary<string, string>(Account().Credentials) { ["minimum_cents"] = "1000" } };
        ikhokha.Answers(Created);

        var result = await Provider().StartCheckoutAsync(account, Checkout() with { Amount = new Money(long.Parse(minor, System.Globalization.CultureInfo.InvariantCulture), "ZAR") }, CancellationToken.None);

        Assert.Equal(isTaken, result is not CheckoutResult.Declined);
    }

    [Fact]
    public async Task Status_is_asked_by_paylink_with_the_path_signed()
    {
        var reading = await QueryAsync(ikhokha.Answers(Paid));

        Assert.Equal((ObservedFact.Succeeded, new Money(15000, "ZAR"), "2zh1zj6y8xpb0g3", "PAID"), (reading.Fact, reading.Received, reading.ReceiptReference, reading.StatusWord));
        Assert.Equal("https://ikhokha.test/public-api/v1/api/getStatus/2zh1zj6y8xpb0g3", Assert.Single(ikhokha.Urls));
        Assert.Equal(IkhokhaWebhook.Sign(Secret, "/public-api/v1/api/getStatus/2zh1zj6y8xpb0g3", []), ikhokha.Headers[0]["ik-sign"]);
    }

    [Fact]
    public async Task Query_of_a_status_call_is_not_signed()
    {
        await QueryAsync(ikhokha.Answers(Paid), theirs: null);

        Assert.Equal($"https://ikhokha.test/public-api/v1/api/getStatus/external?externalReference={Ours}", Assert.Single(ikhokha.Urls));
        Assert.Equal(IkhokhaWebhook.Sign(Secret, "/public-api/v1/api/getStatus/external", []), ikhokha.Headers[0]["ik-sign"]);
    }

    [Fact]
    public async Task Refused_signature_of_a_query_is_tried_once_with_it()
    {
        var reading = await QueryAsync(ikhokha.AnswersInTurn((HttpStatusCode.Unauthorized, ""), (HttpStatusCode.OK, Paid)), theirs: null);

        Assert.Equal(ObservedFact.Succeeded, reading.Fact);
        Assert.Equal(2, ikhokha.Urls.Count);
        Assert.Equal(IkhokhaWebhook.Sign(Secret, $"/public-api/v1/api/getStatus/external?externalReference={Ours}", []), ikhokha.Headers[1]["ik-sign"]);
    }

    [Fact]
    public async Task Failed_try_leaves_it_open_and_says_so()
    {
        var reading = await QueryAsync(ikhokha.Answers(Paid.Replace("PAID", "FAILURE", StringComparison.Ordinal)));

        Assert.Equal((ObservedFact.Pending, "FAILURE"), (reading.Fact, reading.StatusWord));
        Assert.NotNull(reading.ErrorMessage);
    }

    [Theory]
    [InlineData("""{"paylinkID":"another","status":"PAID","amount":15000}""")]
    [InlineData("""{"paylinkID":"2zh1zj6y8xpb0g3","status":"PAID"}""")]
    [InlineData("""{"paylinkID":"2zh1zj6y8xpb0g3","status":"PAID","amount":"15000"}""")]
    [InlineData("""{"paylinkID":"2zh1zj6y8xpb0g3","status":"PAID","amount":0}""")]
    [InlineData("""{"paylinkID":"2zh1zj6y8xpb0g3","amount":15000}""")]
    [InlineData("<!doctype html>")]
    [InlineData("""["2zh1zj6y8xpb0g3"]""")]
    public async Task Answer_that_proves_nothing_is_none(string body) => Assert.False((await QueryAsync(ikhokha.Answers(body))).IsAnswer);

    [Fact]
    public async Task Reference_that_is_not_known_never_started()
    {
        Assert.Equal(ObservedFact.NeverStarted, (await QueryAsync(ikhokha.Answers("{}", HttpStatusCode.NotFound), theirs: null)).Fact);
        Assert.Equal(ObservedFact.Unrecognised, (await QueryAsync(ikhokha)).Fact);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "<!doctype html>")]
    [InlineData(HttpStatusCode.OK, "{}")]
    [InlineData(HttpStatusCode.OK, """{"responseCode":"00","paylinkUrl":"http://elsewhere.test/x","paylinkID":"x"}""")]
    [InlineData(HttpStatusCode.OK, """{"responseCode":"00","paylinkUrl":"https://securepay.ikhokha.red/x","paylinkID":"x","externalTransactionID":"another"}""")]
    [InlineData(HttpStatusCode.InternalServerError, """{"message":"Internal server error"}""")]
    [InlineData(HttpStatusCode.RequestTimeout, "")]
    [InlineData(HttpStatusCode.Found, "")]
    public async Task Answer_to_a_create_call_that_proves_nothing_is_unknown(HttpStatusCode status, string body) =>
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(ikhokha.Answers(body, status), Checkout()));

    [Theory]
    [InlineData(HttpStatusCode.OK, """{"responseCode":"12","message":"No"}""", Codes.ProviderRejected, "12")]
    [InlineData(HttpStatusCode.OK, """{"responseCode":"00","message":"","paylinkID":"x"}""", Codes.ProviderRejected, "00")]
    [InlineData(HttpStatusCode.Unauthorized, """{"message":"Unauthorized"}""", Codes.ProviderRejected, "401")]
    [InlineData(HttpStatusCode.BadRequest, "<html>", Codes.ProviderRejected, "400")]
    [InlineData(HttpStatusCode.TooManyRequests, "", Codes.ProviderUnavailable, "429")]
    public async Task Refusal_is_declined_with_the_providers_code(HttpStatusCode status, string body, string code, string providerCode)
    {
        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync(ikhokha.Answers(body, status), Checkout()));

        Assert.Equal((code, providerCode), (declined.Code, declined.ProviderCode));
    }

    [Fact]
    public async Task Silence_is_unknown_and_no_connection_is_declined()
    {
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync(ikhokha.StaysSilent(), Checkout()));
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await StartAsync(ikhokha.Breaks(HttpRequestError.ConnectionError), Checkout())).Code);
        Assert.False((await QueryAsync(ikhokha)).IsAnswer);
    }

    [Theory]
    [InlineData("", App)]
    [InlineData("https://api.ikhokha.com", App)]
    [InlineData("https://ikhokha.test", "demo")]
    [InlineData("https://ikhokha.test", "")]
    public async Task Test_account_never_reaches_the_live_host_and_the_demo_never_leaves_the_sandbox(string baseUrl, string appId)
    {
        var account = Account() with { Mode = Mode.Test, BaseUrl = baseUrl, Credentials = new Dictionary<string, string> { ["app_id"] = appId, ["app_secret"] = Secret } };

        var result = await Provider().StartCheckoutAsync(account, Checkout(), CancellationToken.None);
        var reading = await Provider().QueryPaymentAsync(account, Reference("2zh1zj6y8xpb0g3"), CancellationToken.None);

        Assert.Equal(Codes.ProviderNotConfigured, Assert.IsType<CheckoutResult.Declined>(result).Code);
        Assert.False(reading.IsAnswer);
        Assert.Empty(ikhokha.Urls);
    }

    [Fact]
    public void There_is_no_refund_call()
    {
        IPaymentProvider provider = Provider();

        Assert.False(provider is IRefunds or IQueriesRefunds or ICancels);
    }

    [Theory]
    [InlineData("[{0}]")]
    [InlineData("{{\"page\":1,\"payments\":[{0}]}}")]
    public async Task History_is_asked_day_by_day(string shape)
    {
        var row = """{"paylinkID":"a","status":"PAID","createdAt":"2026-03-02T10:00:00.000Z","amount":15000,"externalTransactionID":"x"}""";
        ikhokha.AnswersInTurn((HttpStatusCode.OK, string.Format(System.Globalization.CultureInfo.InvariantCulture, shape, row)), (HttpStatusCode.OK, "[]"));

        var lines = new List<SettlementLine>();
        await foreach (var line in Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart.AddDays(1), CancellationToken.None))
            lines.Add(line);

        Assert.Equal(["https://ikhokha.test/public-api/v1/api/payments/history?startDate=2026-03-02&endDate=2026-03-02", "https://ikhokha.test/public-api/v1/api/payments/history?startDate=2026-03-03&endDate=2026-03-03"], ikhokha.Urls);
        Assert.All(ikhokha.Headers, headers => Assert.Equal(IkhokhaWebhook.Sign(Secret, "/public-api/v1/api/payments/history", []), headers["ik-sign"]));
        var only = Assert.Single(lines);
        Assert.Equal(("a", "x", new Money(15000, "ZAR"), ObservedFact.Succeeded), (only.Reference, only.OurReference, only.Amount, only.Fact));
    }

    [Fact]
    public async Task Half_a_history_is_an_error()
    {
        ikhokha.Answers("", HttpStatusCode.BadGateway);

        await Assert.ThrowsAsync<HttpRequestException>(async () => await Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task Secrets_are_in_no_transcript_and_no_message()
    {
        var transcript = CallTranscript.Open();

        var result = await StartAsync(ikhokha.Answers($$"""{"message":"Wrong signature, not {{Secret}}"}""", HttpStatusCode.BadRequest), Checkout());

        CallTranscript.Close();
        var written = transcript.Requests + transcript.Responses + Assert.IsType<CheckoutResult.Declined>(result).Message;
        Assert.Contains("/payment", written, StringComparison.Ordinal);
        Assert.All([Secret, "account-key", ikhokha.Headers[0]["ik-sign"]], secret => Assert.DoesNotContain(secret, written, StringComparison.Ordinal));
    }

    private IkhokhaProvider Provider() => new(ikhokha.Http);

    private static CheckoutRequest Checkout() => new()
    {
        PaymentId = new Guid(Ours),
        AttemptId = new Guid(Ours),
        Amount = new Money(15000, "ZAR"),
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        ReturnUrl = "https://pay.test/payment/status?t=1",
        CancelUrl = "https://pay.test/payment/status?t=2",
        ExpiresAt = TestClock.DefaultStart.AddHours(24),
    };

    private static AttemptReference Reference(string? theirs) => new(new Guid(Ours), theirs, Theirs2: null, new Money(15000, "ZAR"), TestClock.DefaultStart);

    private static ProviderAccountSnapshot Account() => new()
    {
        AccountId = new Guid(Ours),
        TenantId = new Guid(Ours),
        Provider = "ikhokha",
        Mode = Mode.Live,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://ikhokha.test",
        Credentials = new Dictionary<string, string> { ["app_id"] = App, ["app_secret"] = Secret },
        WebhookUrl = "https://pay.test/webhooks/ikhokha/account-key",
    };

    private Task<CheckoutResult> StartAsync(StubbedProvider _, CheckoutRequest request) => Provider().StartCheckoutAsync(Account(), request, CancellationToken.None);

    private Task<StatusReading> QueryAsync(StubbedProvider _, string? theirs = "2zh1zj6y8xpb0g3") => Provider().QueryPaymentAsync(Account(), Reference(theirs), CancellationToken.None);
}
