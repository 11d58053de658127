using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Source system 003's webhook addresses as its document describes them: a bad signature is 400, a repeated event says so. Payments, proofs
/// and their decisions are our own API and the portal.
/// </summary>
public static class Source003Endpoints
{
    private const string Success = """{"status":"success"}""";
    private const string AlreadyProcessed = """{"status":"success","message":"Already processed"}""";

    private static readonly string[] OfDocument = ["paystack", "mpesa", "flutterwave", "stripe"];

    public static void MapSource003(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/payments/webhook/{provider}", ReceiveOfDocumentAsync).AllowAnonymous();
        routes.MapPost("/webhook/{provider}", ReceiveAsync).AllowAnonymous();
    }

    private static async Task<IResult> ReceiveOfDocumentAsync(HttpContext http, string provider, ReceiveAlias receive) =>
        OfDocument.Contains(provider) ? await ReceiveAsync(http, provider, receive) : Problems.OfStatus(StatusCodes.Status404NotFound).ToHttp();

    // Providers that sign nothing are answered in their own words: theirs is the only reader.
    private static Task<IResult> ReceiveAsync(HttpContext http, string provider, ReceiveAlias receive) =>
        receive.TakeAsync(http, provider, Codes.InvalidSignature, (received, _) => received switch
        {
            ReceivedWebhook.Stored stored => Answer(stored.IsDuplicate),
            ReceivedWebhook.Unmatched { IsAuthentic: true } unmatched => Answer(unmatched.IsDuplicate),
            _ => null,
        });

    private static IResult Answer(bool isDuplicate) => Results.Text(isDuplicate ? AlreadyProcessed : Success, "application/json");
}
