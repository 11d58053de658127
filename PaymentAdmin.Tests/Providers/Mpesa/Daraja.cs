using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace PaymentAdmin.Tests.Providers.Mpesa;

/// <summary>A Daraja that does what a test says and keeps what it was asked. Each new token ends the one before, as at Safaricom.</summary>
internal sealed class Daraja : HttpMessageHandler, IHttpClientFactory
{
    public const string Receipt = "TAF1ABC2DE";
    public const string Merchant = "29115-34620561-1";

    private readonly Lock gate = new();
    private string? token;
    private int numbers;

    public ConcurrentQueue<(string Path, JsonObject Body)> Calls { get; } = new();

    public int TokensIssued { get; private set; }

    /// <summary>Lets every token request take a while, so that others come in between.</summary>
    public Func<Task> OnToken { get; set; } = () => Task.CompletedTask;

    /// <summary>Run before a push is answered, with the id that it will answer; null: accepted.</summary>
    public Func<JsonObject, string, Task<HttpResponseMessage?>> OnPush { get; set; } = (_, _) => Task.FromResult<HttpResponseMessage?>(null);

    public Func<HttpResponseMessage> OnQuery { get; set; } = Processing;

    /// <summary>Answers to reversals and status questions; null: accepted.</summary>
    public Func<string, HttpResponseMessage?> OnOther { get; set; } = _ => null;

    public IEnumerable<JsonObject> Bodies(string path) => Calls.Where(call => call.Path.StartsWith(path, StringComparison.Ordinal)).Select(call => call.Body);

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Somebody else takes a token: the one that was given out is worth nothing from here on.</summary>
    public void EndToken()
    {
        lock (gate)
            token = "somebody-else-has-a-newer-one";
    }

    public static HttpResponseMessage Processing() => Answer(HttpStatusCode.InternalServerError, new JsonObject { ["requestId"] = "1", ["errorCode"] = "500.001.1001", ["errorMessage"] = "The transaction is being processed" });

    public static HttpResponseMessage Result(string code, string description, string checkout = "ws_CO_1", string merchant = Merchant) => Answer(HttpStatusCode.OK, new JsonObject
    {
        ["ResponseCode"] = "0",
        ["ResponseDescription"] = "The service request has been accepted successsfully",
        ["MerchantRequestID"] = merchant,
        ["CheckoutRequestID"] = checkout,
        ["ResultCode"] = code,
        ["ResultDesc"] = description,
    });

    public static HttpResponseMessage Answer(HttpStatusCode status, JsonObject body) => new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/oauth/v1/generate")
            return await IssueAsync();
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsObject();
        lock (gate)
        {
            if (request.Headers.Authorization?.Parameter != token)
                return Answer(HttpStatusCode.NotFound, new JsonObject { ["requestId"] = "1", ["errorCode"] = "404.001.03", ["errorMessage"] = "Invalid Access Token" });
        }
        Calls.Enqueue((path, body));
        return path switch
        {
            "/mpesa/stkpush/v1/processrequest" => await PushAsync(body),
            "/mpesa/stkpushquery/v1/query" => OnQuery(),
            _ => OnOther(path) ?? Accepted(),
        };
    }

    private async Task<HttpResponseMessage> IssueAsync()
    {
        lock (gate)
        {
            TokensIssued++;
            token = "token-" + TokensIssued.ToString(CultureInfo.InvariantCulture);
        }
        var given = token;
        await OnToken();
        return Answer(HttpStatusCode.OK, new JsonObject { ["access_token"] = given, ["expires_in"] = "3599" });
    }

    private async Task<HttpResponseMessage> PushAsync(JsonObject body)
    {
        var checkout = "ws_CO_" + Interlocked.Increment(ref numbers).ToString(CultureInfo.InvariantCulture);
        return await OnPush(body, checkout) ?? Answer(HttpStatusCode.OK, new JsonObject
        {
            ["MerchantRequestID"] = Merchant,
            ["CheckoutRequestID"] = checkout,
            ["ResponseCode"] = "0",
            ["ResponseDescription"] = "Success. Request accepted for processing",
            ["CustomerMessage"] = "Success. Request accepted for processing",
        });
    }

    private HttpResponseMessage Accepted() => Answer(HttpStatusCode.OK, new JsonObject
    {
        ["OriginatorConversationID"] = "conversation-" + Interlocked.Increment(ref numbers).ToString(CultureInfo.InvariantCulture),
        ["ConversationID"] = "AG_1",
        ["ResponseCode"] = "0",
        ["ResponseDescription"] = "Accept the service request successfully.",
    });
}
