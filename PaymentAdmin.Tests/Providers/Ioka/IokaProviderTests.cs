using System.Net;
using System.Text;
using System.Text.Json;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Ioka;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Ioka;

public sealed class IokaProviderTests
{
    private const string Key = "canary-api-key-of-ioka";
    private static readonly Guid Id = new("01980000-0000-7000-8000-000000000001");
    private static readonly Money Asked = new(50000, "KZT");
    private static readonly string Order = $$"""{"id":"ord_1","shop_id":"shp_1","status":"UNPAID","amount":50000,"currency":"KZT","external_id":"{{Id}}","access_token":"ord_1_secret_0123456789abcdef","checkout_url":"https://stage-checkout.ioka.kz/orders/ord_1","payments":[]}""";

    private readonly Calls ioka = new();

    [Fact]
    public async Task Order_goes_out_in_tiyn()
    {
        ioka.Answer(201, $$"""{"order":{{Order}},"order_access_token":"ord_1_secret_0123456789abcdef"}""");

        var redirect = Assert.IsType<CheckoutResult.Redirect>(await StartAsync());

        Assert.Equal(("https://stage-checkout.ioka.kz/orders/ord_1?autoRedirectMs=5000", "ord_1"), (redirect.Url, redirect.Reference));
        var call = Assert.Single(ioka.Sent);
        Assert.Equal(("POST", "https://ioka.test/v2/orders", Key, Id.ToString()), (call.Method, call.Url, call.Header("API-KEY"), call.Header("idempotency-key")));
        Assert.Equal(
            $$"""{"amount":50000,"currency":"KZT","capture_method":"AUTO","external_id":"{{Id}}","description":"ORD-1","due_date":"2026-01-15T10:00:00.000000","back_url":"https://shop.test/cancel","success_url":"https://shop.test/return","failure_url":"https://shop.test/cancel"}""",
            call.Body);
    }

    [Theory]
    [InlineData("https://ioka.test")]
    [InlineData("https://ioka.test/")]
    [InlineData("https://ioka.test/v2")]
    public async Task Base_url_counts_with_and_without_the_version(string url)
    {
        ioka.Answer(201, $$"""{"order":{{Order}}}""");

        await StartAsync(account: Account() with { BaseUrl = url });

        Assert.Equal("https://ioka.test/v2/orders", Assert.Single(ioka.Sent).Url);
    }

    [Theory]
    [MemberData(nameof(AmountsOut))]
    public async Task Amount_goes_out_as_the_vectors_say(string id, long minor, string currency, string? wire)
    {
        ioka.Answer(201, $$"""{"order":{{Order}}}""");

        var result = await StartAsync(new Money(minor, currency));

        Assert.True(wire is null ? result is CheckoutResult.Declined && ioka.Sent.Count == 0 : ioka.Sent[0].Body.Contains($"\"amount\":{wire},", StringComparison.Ordinal), id);
    }

    public static IEnumerable<object?[]> AmountsOut =>
        ProviderVectors.Money("ioka").Where(row => row.Direction == "minor_to_wire").Select(row => new object?[] { row.Id, row.Minor, row.Currency, row.Wire });

    [Fact]
    public async Task Order_that_exists_is_looked_up_by_our_reference()
    {
        ioka.Answer(409, """{"code":"OrderExists","message":"x"}""").Answer(200, $"[{Order}]");

        Assert.Equal("ord_1", Assert.IsType<CheckoutResult.Redirect>(await StartAsync()).Reference);
        Assert.Equal($"https://ioka.test/v2/orders?external_id={Id}", ioka.Sent[1].Url);
    }

    [Theory]
    [InlineData(400, """{"code":"ValidationError","message":"amount"}""", Codes.ProviderRejected, "ValidationError")]
    [InlineData(401, """{"code":"Unauthorized","message":"no"}""", Codes.ProviderRejected, "Unauthorized")]
    [InlineData(403, "", Codes.ProviderRejected, "403")]
    [InlineData(429, "", Codes.ProviderUnavailable, "429")]
    [InlineData(503, "", Codes.ProviderUnavailable, "503")]
    public async Task Definite_refusal_declines(int http, string body, string code, string providerCode)
    {
        ioka.Answer(http, body);

        var declined = Assert.IsType<CheckoutResult.Declined>(await StartAsync());

        Assert.Equal((code, providerCode), (declined.Code, declined.ProviderCode));
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(504, """{"code":"BadGateway"}""")]
    [InlineData(201, "<html>")]
    [InlineData(201, "{}")]
    [InlineData(201, """{"order":{"id":"ord_1","amount":500.5}}""")]
    [InlineData(302, "")]
    public async Task Useless_answer_is_unknown(int http, string body)
    {
        ioka.Answer(http, body);
        Assert.IsType<CheckoutResult.Unknown>(await StartAsync());

        ioka.Answer(http == 201 ? 200 : http, body);
        Assert.IsType<RefundResult.Unknown>(await RefundAsync());

        ioka.Answer(http == 201 ? 200 : http, body);
        Assert.False((await QueryAsync("ord_1")).IsAnswer);
    }

    [Fact]
    public async Task Silence_is_unknown_and_no_connection_declines()
    {
        var silent = new StubbedProvider().StaysSilent();
        Assert.IsType<CheckoutResult.Unknown>(await new IokaProvider(silent.Http, silent.Clock).StartCheckoutAsync(Account(), Request(Asked), CancellationToken.None));

        var broken = new StubbedProvider().Breaks(HttpRequestError.ConnectionError);
        var declined = await new IokaProvider(broken.Http, broken.Clock).StartCheckoutAsync(Account(), Request(Asked), CancellationToken.None);
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(declined).Code);
    }

    [Fact]
    public async Task Key_by_client_credentials_is_kept_until_a_minute_before_its_end()
    {
        var account = ClientAccount();
        ioka.Answer(200, """{"api_key":"issued-one","expiry_date":"2025-01-01T01:00:00"}""").Answer(404, "").Answer(404, "");
        ioka.Clock.Now = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await QueryAsync("ord_1", account);
        await QueryAsync("ord_1", account);
        Assert.Equal([null, "issued-one", "issued-one"], ioka.Sent.Select(call => call.Header("API-KEY")));
        Assert.Equal(("https://ioka.test/v2/auth/token", """{"client_id":"client","client_secret":"canary-client-secret"}"""), (ioka.Sent[0].Url, ioka.Sent[0].Body));

        ioka.Clock.Now = new DateTimeOffset(2025, 1, 1, 0, 59, 30, TimeSpan.Zero);
        ioka.Answer(200, """{"api_key":"issued-two","expiry_date":"2025-01-01T02:00:00"}""").Answer(404, "");
        await QueryAsync("ord_1", account);
        Assert.Equal("issued-two", ioka.Sent[^1].Header("API-KEY"));
    }

    [Fact]
    public async Task Key_that_was_taken_back_is_fetched_once_more()
    {
        ioka.Answer(200, """{"api_key":"issued-one","expiry_date":"2099-01-01T00:00:00"}""").Answer(401, "")
            .Answer(200, """{"api_key":"issued-two","expiry_date":"2099-01-01T00:00:00"}""").Answer(401, """{"code":"Unauthorized"}""");

        Assert.Equal(Codes.ProviderRejected, Assert.IsType<CheckoutResult.Declined>(await StartAsync(account: ClientAccount())).Code);
        Assert.Equal(4, ioka.Sent.Count);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_sent()
    {
        ioka.Answer(500, "");
        Assert.Equal(Codes.ProviderUnavailable, Assert.IsType<CheckoutResult.Declined>(await StartAsync(account: ClientAccount())).Code);
        Assert.Single(ioka.Sent);

        Assert.Equal(Codes.ProviderNotConfigured, Assert.IsType<CheckoutResult.Declined>(await StartAsync(account: Account() with { Credentials = new Dictionary<string, string>() })).Code);
        Assert.Single(ioka.Sent);
    }

    [Theory]
    [MemberData(nameof(OrderWords))]
    public async Task Order_word_means_what_the_facts_say(string id, string word, string state)
    {
        ioka.Answer(200, OrderOf(word, """[{"id":"pay_1","status":"CAPTURED","captured_amount":50000,"refunded_amount":0}]"""));
        var reading = await QueryAsync("ord_1");
        // An order that is pending has no captured payment.
        if (state is "pending" or "expired")
        {
            ioka.Answer(200, OrderOf(word, "[]")).Answer(200, "[]");
            reading = await QueryAsync("ord_1");
        }

        Assert.True(Words.Of(reading.Fact) == (state == "refunded" ? "succeeded" : state), $"{id}: {reading.Fact}");
        Assert.Equal(state is "succeeded" or "refunded", reading.Received is not null);
    }

    public static IEnumerable<object?[]> OrderWords => ProviderVectors.Statuses("ioka").Where(row => row.About == "order").Select(row => new object?[] { row.Id, row.Word, row.State });

    [Theory]
    [MemberData(nameof(PaymentWords))]
    public async Task Payment_word_means_what_the_facts_say(string id, string word, string state, int attempts)
    {
        ioka.Answer(200, OrderOf("UNPAID", $$$"""[{"id":"pay_1","status":"{{{word}}}","captured_amount":50000,"error":{"code":"NOT_ENOUGH_MONEY","message":"No money"}}]""", attempts));

        var reading = await QueryAsync("ord_1");

        Assert.True(Words.Of(reading.Fact) == state, $"{id}: {reading.Fact}");
        Assert.Equal(word, reading.StatusWord);
    }

    public static IEnumerable<object?[]> PaymentWords => ProviderVectors.Statuses("ioka").Where(row => row.About.StartsWith("payment", StringComparison.Ordinal))
        .Select(row => new object?[] { row.Id, row.Word, row.State, row.About.Contains("spent", StringComparison.Ordinal) ? 1 : 10 });

    [Fact]
    public async Task Paid_order_tells_what_was_captured()
    {
        ioka.Answer(200, OrderOf("PAID", "[]")).Answer(200, """[{"id":"pay_0","status":"DECLINED"},{"id":"pay_1","status":"CAPTURED","captured_amount":49900,"refunded_amount":100,"processing_fee":12.5}]""");

        var reading = await QueryAsync("ord_1");

        Assert.Equal((new Money(49900, "KZT"), "ord_1", new Money(100, "KZT")), (reading.Received!.Value, reading.ReceiptReference, reading.Refunded!.Value));
    }

    [Fact]
    public async Task Order_whose_answer_was_lost_is_found_by_our_reference()
    {
        ioka.Answer(200, "[]");
        Assert.Equal(ObservedFact.NeverStarted, (await QueryAsync(null)).Fact);

        ioka.Answer(200, $"[{OrderOf("PAID", """[{"id":"pay_1","status":"CAPTURED","captured_amount":50000}]""")}]");
        var found = await QueryAsync(null);
        Assert.Equal((ObservedFact.Succeeded, "ord_1"), (found.Fact, found.Reference));
    }

    [Fact]
    public async Task Refund_always_says_its_amount()
    {
        ioka.Answer(200, Refund("PENDING"));

        var pending = Assert.IsType<RefundResult.Pending>(await RefundAsync());

        Assert.Equal("rfd_1", pending.Reference);
        Assert.Equal(("https://ioka.test/v2/orders/ord_1/refunds", $$"""{"amount":50000,"external_id":"{{Id}}","reason":"returned"}"""), (ioka.Sent[0].Url, ioka.Sent[0].Body));
    }

    [Theory]
    [InlineData("APPROVED", typeof(RefundResult.Succeeded))]
    [InlineData("PENDING", typeof(RefundResult.Pending))]
    [InlineData("DECLINED", typeof(RefundResult.Failed))]
    [InlineData("NO_SUCH_WORD", typeof(RefundResult.Unknown))]
    public async Task Refund_word_means_what_the_facts_say(string word, Type kind)
    {
        ioka.Answer(200, Refund(word)).Answer(200, $"[{Refund(word)}]");

        Assert.IsType(kind, await RefundAsync());
        Assert.IsType(kind, await Provider().QueryRefundAsync(Account(), RefundOf(Asked), "rfd_1", CancellationToken.None));
    }

    [Fact]
    public async Task Refund_that_is_refused_or_differs_is_no_success()
    {
        ioka.Answer(400, """{"code":"PaymentRefundAmountExceededError","message":"too much"}""");
        Assert.Equal("PaymentRefundAmountExceededError", Assert.IsType<RefundResult.Failed>(await RefundAsync()).ProviderCode);

        ioka.Answer(200, Refund("APPROVED").Replace("50000", "40000", StringComparison.Ordinal));
        Assert.IsType<RefundResult.Unknown>(await RefundAsync());

        Assert.Equal(Codes.AmountOutOfRange, Assert.IsType<RefundResult.Failed>(await RefundAsync(new Money(99, "KZT"))).Code);
    }

    [Fact]
    public async Task Transcript_keeps_every_secret()
    {
        ioka.Answer(200, """{"api_key": "canary-issued-key", "expiry_date":"2099-01-01T00:00:00"}""").Answer(201, $$"""{"order":{{Order}},"order_access_token":"ord_1_secret_0123456789abcdef"}""");
        var transcript = CallTranscript.Open();
        await StartAsync(account: ClientAccount());
        CallTranscript.Close();

        Assert.Contains("ord_1", transcript.Responses, StringComparison.Ordinal);
        foreach (var secret in new[] { "canary", "0123456789abcdef" })
            Assert.DoesNotContain(secret, transcript.Requests + transcript.Responses, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_are_listed_until_a_page_is_empty()
    {
        ioka.Answer(200, $"[{OrderOf("PAID", """[{"id":"pay_1","status":"CAPTURED","captured_amount":50000,"refunded_amount":20000,"processing_fee":1450.4}]""")}]").Answer(200, "[]");

        var lines = new List<SettlementLine>();
        await foreach (var line in Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart.AddDays(1), CancellationToken.None))
            lines.Add(line);

        var only = Assert.Single(lines);
        Assert.Equal(("ord_1", new Money(50_000, "KZT"), "PAID", ObservedFact.Succeeded, 1450L, 20_000L, Id.ToString()), (only.Reference, only.Amount, only.StatusWord, only.Fact, only.FeeMinor, only.RefundedMinor, only.OurReference));
        Assert.Equal(
            ["https://ioka.test/v2/orders?page=1&limit=100&from_dt=2026-03-02T09:00:00.000000&to_dt=2026-03-03T09:00:00.000000", "https://ioka.test/v2/orders?page=2&limit=100&from_dt=2026-03-02T09:00:00.000000&to_dt=2026-03-03T09:00:00.000000"],
            ioka.Sent.Select(call => Uri.UnescapeDataString(call.Url)));
    }

    [Fact]
    public async Task Half_a_list_is_an_error()
    {
        ioka.Answer(502, "");

        await Assert.ThrowsAsync<HttpRequestException>(async () => await Provider().ListAsync(Account(), TestClock.DefaultStart, TestClock.DefaultStart, CancellationToken.None).GetAsyncEnumerator().MoveNextAsync());
    }

    private static string OrderOf(string word, string payments, int attempts = 10) =>
        $$"""{"id":"ord_1","status":"{{word}}","amount":50000,"currency":"KZT","external_id":"{{Id}}","attempts":{{attempts}},"payments":{{payments}}}""";

    private static string Refund(string word) => $$"""{"id":"rfd_1","order_id":"ord_1","external_id":"{{Id}}","status":"{{word}}","amount":50000}""";

    private IokaProvider Provider() => provider ??= new IokaProvider(new ProviderHttp(ioka, ioka.Clock), ioka.Clock);

    private IokaProvider? provider;

    private Task<CheckoutResult> StartAsync(Money? amount = null, ProviderAccountSnapshot? account = null) => Provider().StartCheckoutAsync(account ?? Account(), Request(amount ?? Asked), CancellationToken.None);

    private Task<StatusReading> QueryAsync(string? theirs, ProviderAccountSnapshot? account = null) => Provider().QueryPaymentAsync(account ?? Account(), new AttemptReference(Id, theirs, null, Asked, TestClock.DefaultStart), CancellationToken.None);

    private Task<RefundResult> RefundAsync(Money? amount = null) => Provider().RefundAsync(Account(), RefundOf(amount ?? Asked), CancellationToken.None);

    private static RefundRequest RefundOf(Money amount) => new() { RefundId = Id, Attempt = new AttemptReference(Id, "ord_1", null, Asked, TestClock.DefaultStart), Amount = amount, Reason = "returned", IsFull = true, RefundedBeforeMinor = 0 };

    private static CheckoutRequest Request(Money amount) => new()
    {
        PaymentId = Id,
        AttemptId = Id,
        Amount = amount,
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        ReturnUrl = "https://shop.test/return",
        CancelUrl = "https://shop.test/cancel",
        ExpiresAt = new DateTimeOffset(2026, 1, 15, 15, 0, 0, TimeSpan.FromHours(5)),
    };

    private static ProviderAccountSnapshot Account() => new()
    {
        AccountId = Id,
        TenantId = Id,
        Provider = "ioka",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://ioka.test",
        Credentials = new Dictionary<string, string> { ["api_key"] = Key },
        WebhookUrl = "https://shop.test/hook",
    };

    private static ProviderAccountSnapshot ClientAccount() => Account() with { Credentials = new Dictionary<string, string> { ["client_id"] = "client", ["client_secret"] = "canary-client-secret" } };

    /// <summary>Answers one after the other, and remembers what was asked.</summary>
    private sealed class Calls : HttpMessageHandler, IHttpClientFactory
    {
        private readonly Queue<(int Status, string Body)> answers = new();

        public StandingClock Clock { get; } = new();

        public List<Call> Sent { get; } = [];

        public Calls Answer(int status, string body)
        {
            answers.Enqueue((status, body));
            return this;
        }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            Sent.Add(new Call(request.Method.Method, request.RequestUri!.AbsoluteUri, request.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase), body));
            var (status, text) = answers.Dequeue();
            return new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
        }
    }

    private sealed record Call(string Method, string Url, Dictionary<string, string> Headers, string Body)
    {
        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }

    private sealed class StandingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = TestClock.DefaultStart;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
