using System.Net;
using System.Text;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Stripe;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers.Stripe;

/// <summary>Stripe reduced to its answers, in order, the last one again and again; remembers every request with its body and headers.</summary>
internal sealed class StripeStub : HttpMessageHandler, IHttpClientFactory
{
    public const string Key = "sk_test_INVENTEDcanary0001";
    public const string Secret = "whsec_INVENTED-not-a-real-secret";
    public const string SessionId = "cs_test_INVENTED1";
    public const string IntentId = "pi_INVENTED1";

    public static readonly Guid Id = new("01980000-0000-7000-8000-000000000001");
    public static readonly Guid RefundId = new("01980000-0000-7000-8000-000000000002");
    public static readonly Money Asked = new(500_000, "KZT");

    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> answers = new();

    public TestClock Clock { get; } = new();

    public List<SentRequest> Sent { get; } = [];

    public StripeProvider Provider => new(new ProviderHttp(this, Clock), Clock);

    public static ProviderAccountSnapshot Account { get; } = new()
    {
        AccountId = Guid.Empty,
        TenantId = Guid.Empty,
        Provider = "stripe",
        Mode = Mode.Test,
        Endpoint = AccountEndpoint.Provider,
        BaseUrl = "https://api.stripe.test",
        Credentials = new Dictionary<string, string> { [StripeProvider.SecretKey] = Key, [StripeProvider.WebhookSecret] = Secret },
        WebhookUrl = "https://shop.test/webhooks/none",
    };

    public StripeStub Answers(string body, int status = 200, string contentType = "application/json") => Answers(Encoding.UTF8.GetBytes(body), status, contentType);

    public StripeStub Answers(byte[] body, int status = 200, string contentType = "application/json")
    {
        answers.Enqueue(_ =>
        {
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = content });
        });
        return this;
    }

    /// <summary>Time passes and nothing comes.</summary>
    public StripeStub StaysSilent()
    {
        answers.Enqueue(async cancellationToken =>
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("Nobody gave up.");
        });
        return this;
    }

    public StripeStub Breaks(HttpRequestError error)
    {
        answers.Enqueue(_ => throw new HttpRequestException(error, "broken"));
        return this;
    }

    public StripeStub Forget()
    {
        answers.Clear();
        Sent.Clear();
        return this;
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public Task<CheckoutResult> StartAsync(CheckoutRequest? request = null, ProviderAccountSnapshot? account = null) =>
        Provider.StartCheckoutAsync(account ?? Account, request ?? Checkout(Asked), CancellationToken.None);

    public Task<StatusReading> QueryAsync(string? theirs = SessionId) => Provider.QueryPaymentAsync(Account, Reference(theirs), CancellationToken.None);

    public Task<RefundResult> RefundAsync(Money? back = null, string? intent = IntentId) => Provider.RefundAsync(Account, Refund(back ?? new Money(200_000, "KZT"), intent), CancellationToken.None);

    public Task<RefundResult> QueryRefundAsync(string? reference) => Provider.QueryRefundAsync(Account, Refund(new Money(200_000, "KZT"), IntentId), reference, CancellationToken.None);

    public Task<CancelResult> CancelAsync() => Provider.CancelAsync(Account, Reference(SessionId), CancellationToken.None);

    public static CheckoutRequest Checkout(Money amount) => new()
    {
        PaymentId = new Guid("01980000-0000-7000-8000-000000000009"),
        AttemptId = Id,
        Amount = amount,
        OrderReference = "ORD-1",
        PaymentCode = "ABCDEFGH",
        Description = "Order №5 & more",
        CustomerEmail = "a+b@shop.test",
        ReturnUrl = "http://shop.test/return?t=1&x=2",
        CancelUrl = "http://shop.test/cancel",
        ExpiresAt = TestClock.DefaultStart.AddHours(2),
    };

    public static AttemptReference Reference(string? theirs, string? intent = null) => new(Id, theirs, intent, Asked, TestClock.DefaultStart);

    public static RefundRequest Refund(Money back, string? intent) => new()
    {
        RefundId = RefundId,
        Attempt = Reference(SessionId, intent),
        Amount = back,
        Reason = "returned",
        IsFull = back == Asked,
        RefundedBeforeMinor = 0,
    };

    public static string Session(string status = "open", string paymentStatus = "unpaid", string intent = "null", long amount = 500_000, string currency = "kzt", string url = "\"https://checkout.stripe.com/c/pay/1\"", string livemode = "false") =>
        $$"""{"id":"{{SessionId}}","object":"checkout.session","amount_total":{{amount}},"currency":"{{currency}}","client_reference_id":"{{Id}}","expires_at":1790086400,"livemode":{{livemode}},"mode":"payment","payment_intent":{{intent}},"payment_status":"{{paymentStatus}}","status":"{{status}}","url":{{url}}}""";

    public static string Refunded(string status = "succeeded", long amount = 200_000, string more = "") =>
        $$$"""{"id":"re_INVENTED1","object":"refund","amount":{{{amount}}},"currency":"kzt","charge":"ch_INVENTED1","payment_intent":"{{{IntentId}}}","status":"{{{status}}}","metadata":{"refund_id":"{{{RefundId}}}"}{{{more}}}}""";

    public static string Error(string code, string type = "invalid_request_error", string message = "No.", string? declineCode = null) =>
        $$$"""{"error":{"type":"{{{type}}}","code":"{{{code}}}"{{{(declineCode is null ? "" : $",\"decline_code\":\"{declineCode}\"")}}},"message":"{{{message}}}"}}""";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Sent.Add(new SentRequest(request.Method.Method, request.RequestUri!.AbsoluteUri, body, request.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value)), request.Content?.Headers.ContentType?.ToString()));
        var answer = answers.Count > 1 ? answers.Dequeue() : answers.Count == 1 ? answers.Peek() : throw new InvalidOperationException("The test expects no call.");
        return await answer(cancellationToken);
    }
}

internal sealed record SentRequest(string Method, string Url, string Body, IReadOnlyDictionary<string, string> Headers, string? ContentType);
