using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>How a <see cref="Problem"/> leaves the house: RFC 9457, with the status that contract.md section 3 gives its code.</summary>
public static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>Something of ours broke; the log knows what.</summary>
    public const string InternalError = "internal_error";

    private static readonly Dictionary<string, (int Status, string Title)> Table = new(StringComparer.Ordinal)
    {
        [Codes.WaitingForApproval] = (202, "A second person decides"),
        [Codes.InvalidJson] = (400, "The body is no JSON"),
        [Codes.ValidationFailed] = (400, "The request is not valid"),
        [Codes.InvalidParameter] = (400, "A parameter is not valid"),
        [Codes.IdempotencyKeyRequired] = (400, "An Idempotency-Key is required"),
        [Codes.DeviceTokenMasked] = (400, "The device token is masked"),
        [Codes.InvalidSignature] = (400, "Invalid signature"),
        [Codes.Unauthenticated] = (401, "Not authenticated"),
        [Codes.ScopeMissing] = (403, "A scope is missing"),
        [Codes.ModeMismatch] = (403, "The other mode"),
        [Codes.CustomerTokenNotAllowed] = (403, "Not for customers"),
        [Codes.PermissionMissing] = (403, "A permission is missing"),
        [Codes.FourEyes] = (403, "Another person must decide"),
        [Codes.NotFound] = (404, "Not found"),
        [Codes.PaymentNotFound] = (404, "No such payment"),
        [Codes.ShopNotConfigured] = (404, "The shop is not configured"),
        [Codes.UseAccountUrl] = (404, "Use the account's own address"),
        [Codes.MethodNotAllowed] = (405, "The method is not allowed"),
        [Codes.LinkNotUsable] = (410, "The link is not usable"),
        [Codes.TooLarge] = (413, "Too large"),
        [Codes.UnsupportedMediaType] = (415, "The media type is not supported"),
        [Codes.RateLimited] = (429, "Too many requests"),
        [Codes.IdempotencyInProgress] = (409, "The same request is still running"),
        [Codes.OrderReferenceInUse] = (409, "The order reference is in use"),
        [Codes.PaymentFinal] = (409, "The payment is final"),
        [Codes.AttemptInProgress] = (409, "An attempt is in progress"),
        [Codes.AttemptOutcomeUnknown] = (409, "The outcome of an attempt is unknown"),
        [Codes.RefundInProgress] = (409, "A refund is in progress"),
        [Codes.ConfigExists] = (409, "The config exists"),
        [Codes.AccountInUse] = (409, "The account is in use"),
        [Codes.PaymentDisputed] = (409, "The payment is disputed"),
        [Codes.ChangedMeanwhile] = (409, "Changed meanwhile"),
        [Codes.DuplicateReference] = (409, "The reference was approved before"),
        [Codes.IdempotencyKeyReused] = (422, "The Idempotency-Key belongs to another request"),
        [Codes.RefundExceedsPayment] = (422, "More than can be refunded"),
        [Codes.CurrencyNotSupported] = (422, "The currency is not supported"),
        [Codes.AmountOutOfRange] = (422, "The amount is out of range"),
        [Codes.ProviderNotConfigured] = (422, "The provider is not configured"),
        [Codes.ProviderInTestMode] = (422, "The provider is in test mode"),
        [Codes.AccountAmbiguous] = (422, "Several accounts could serve this"),
        [Codes.DeviceTokenRequired] = (422, "A device token is required"),
        [Codes.ReturnUrlNotAllowed] = (422, "The return address is not allowed"),
        [Codes.LiveModeRefused] = (422, "Live mode is refused"),
        [Codes.DemoRefused] = (422, "Demo rows are refused"),
        [InternalError] = (500, "Something went wrong here"),
        [Codes.ProviderUnavailable] = (502, "The provider cannot be reached"),
        [Codes.ProviderRejected] = (502, "The provider refused"),
        [Codes.Unavailable] = (503, "Not available at the moment"),
        [Codes.ProviderOutcomeUnknown] = (504, "The provider's outcome is unknown"),
    };

    public static int StatusOf(string code) => Table.TryGetValue(code, out var row) ? row.Status : throw new ArgumentException($"The code {code} has no status in the table.", nameof(code));

    public static string TitleOf(string code) => Table[code].Title;

    public static string TypeOf(string code) => "urn:paymentadmin:problem:" + code;

    /// <summary>The answer of an endpoint whose use case refused. On source systems' routes it also says <c>"success": false</c>.</summary>
    public static IResult ToHttp(this Problem problem) => new ProblemResult(problem);

    public static async Task WriteAsync(this Problem problem, HttpContext http)
    {
        if (problem.ApprovalId is { } approvalId)
        {
            await Results.Json(new JsonObject { ["approval_id"] = approvalId, ["status"] = problem.Code }, statusCode: StatusOf(problem.Code)).ExecuteAsync(http);
            return;
        }
        var (status, title) = Table[problem.Code];
        http.Response.StatusCode = status;
        http.Response.ContentType = ContentType;
        http.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.WriteAsync(BodyOf(problem, status, title, http).ToJsonString(Json.Api), http.RequestAborted);
    }

    /// <summary>The problem of an error status that the framework answered without a body.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        400 => new Problem(Codes.InvalidParameter, "The request cannot be read."),
        401 => new Problem(Codes.Unauthenticated, "Who are you? Send an API key."),
        403 => new Problem(Codes.PermissionMissing, "That is not allowed."),
        404 => new Problem(Codes.NotFound, "There is nothing at this address."),
        405 => new Problem(Codes.MethodNotAllowed, "This address does not take this method; the header Allow names those it takes."),
        408 or 503 or 504 => new Problem(Codes.Unavailable, "The request could not be served in time.") { RetryAfterSeconds = 5 },
        413 => new Problem(Codes.TooLarge, "The body is larger than this address takes."),
        415 => new Problem(Codes.UnsupportedMediaType, "This address takes another media type, usually application/json."),
        429 => new Problem(Codes.RateLimited, "Too many requests.") { RetryAfterSeconds = 1 },
        < 500 => new Problem(Codes.InvalidParameter, "The request cannot be served."),
        _ => new Problem(InternalError, "Something went wrong here. The request id finds it in the log."),
    };

    private static JsonObject BodyOf(Problem problem, int status, string title, HttpContext http)
    {
        var body = new JsonObject
        {
            ["type"] = TypeOf(problem.Code),
            ["title"] = title,
            ["status"] = status,
            ["code"] = problem.Code,
            ["detail"] = problem.Detail,
            ["request_id"] = http.TraceIdentifier,
            ["errors"] = JsonSerializer.SerializeToNode(problem.Errors, Json.Api),
        };
        if (problem.PaymentId is { } paymentId)
            body["payment_id"] = paymentId;
        if (problem.ProviderCode is { } providerCode)
            body["provider_code"] = providerCode;
        if (ApiPaths.IsSource(http.Request.Path))
            body.Insert(0, "success", false);
        return body;
    }

    private sealed class ProblemResult(Problem problem) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => StatusOf(problem.Code);

        public Task ExecuteAsync(HttpContext httpContext) => problem.WriteAsync(httpContext);
    }
}
