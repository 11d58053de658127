using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Takes deliveries at the source systems' own addresses, which name no account. Whose they are is <see cref="ReceiveAlias"/>'s affair;
/// here are the answers, which differ from document to document.
/// </summary>
internal static class AliasWebhooks
{
    /// <param name="refusal">The code for a delivery that is not authentic: <see cref="Codes.Unauthenticated"/> or <see cref="Codes.InvalidSignature"/>.</param>
    /// <param name="answerOf">What the document wants instead of the provider's own acknowledgement; null: that.</param>
    public static async Task<IResult> TakeAsync(this ReceiveAlias receive, HttpContext http, string provider, string refusal, Func<ReceivedWebhook, ReadOnlyMemory<byte>, IResult?>? answerOf = null)
    {
        var services = http.RequestServices;
        var read = await http.ReadInboundAsync(kind: null, services.GetRequiredService<Deployment>(), services.GetRequiredService<TimeProvider>());
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var remoteIp = http.Connection.RemoteIpAddress?.ToString();
        var takesUnsigned = services.GetRequiredService<HostSettings>().UnsignedAlias;
        var received = await receive.RunAsync(provider, read.Value, remoteIp, takesUnsigned, http.RequestAborted);
        return received switch
        {
            ReceivedWebhook.Stored stored => answerOf?.Invoke(stored, read.Value.Body) ?? Acknowledged(stored.Reply),
            ReceivedWebhook.Unmatched unmatched => answerOf?.Invoke(unmatched, read.Value.Body) ?? Acknowledged(unmatched.Reply),
            ReceivedWebhook.Asked asked => Acknowledged(asked.Reply),
            ReceivedWebhook.Rejected => (services.GetRequiredService<FailedWebhookLimit>().Count(remoteIp) ?? new Problem(refusal, refusal == Codes.InvalidSignature ? "Invalid signature" : "The delivery is not authentic.")).ToHttp(),
            ReceivedWebhook.Unavailable => new Problem(Codes.Unavailable, "The delivery could not be stored; send it again.") { RetryAfterSeconds = 5 }.ToHttp(),
            ReceivedWebhook.UseAccountUrl => new Problem(Codes.UseAccountUrl, "Use the webhook address of the account itself: this one cannot tell whose a delivery is.").ToHttp(),
            _ => new Problem(Codes.NotFound, "There is nothing at this address.").ToHttp(),
        };
    }

    private static IResult Acknowledged(Core.Providers.WebhookReply reply) => Results.Text(reply.Body, reply.ContentType, statusCode: reply.StatusCode);
}
