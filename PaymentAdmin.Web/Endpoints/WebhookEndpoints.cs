using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Where providers deliver: <c>/webhooks/{provider}/{account_key}[/{kind}[/{token}]]</c>, and <c>/hooks/…</c> for those that refuse their own
/// name in a URL; a kind may have two segments (<c>c2b/validate</c>). Authentic and stored → 200; a question → its answer; not authentic → 401; too large → 413; cannot be stored → 503; too many forgeries from one
/// address → 429; never anything else.
/// </summary>
public static class WebhookEndpoints
{
    public static IEndpointRouteBuilder MapWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/webhooks/{provider}/{accountKey}/{**kind}", ReceiveAsync).AllowAnonymous();
        routes.MapPost("/hooks/{accountKey}/{**kind}", ReceiveHiddenAsync).AllowAnonymous();
        return routes;
    }

    private static Task<IResult> ReceiveAsync(HttpContext http, string provider, string accountKey, string? kind, ReceiveWebhook receive, Deployment deployment, TimeProvider clock) =>
        TakeAsync(http, (request, remoteIp) => receive.RunAsync(provider, accountKey, request, remoteIp, http.RequestAborted), kind, deployment, clock);

    private static Task<IResult> ReceiveHiddenAsync(HttpContext http, string accountKey, string? kind, ReceiveWebhook receive, Deployment deployment, TimeProvider clock) =>
        TakeAsync(http, (request, remoteIp) => receive.RunAsync(ReceiveWebhook.AnyHidden, accountKey, request, remoteIp, http.RequestAborted), kind, deployment, clock);

    private static async Task<IResult> TakeAsync(HttpContext http, Func<InboundRequest, string?, Task<ReceivedWebhook>> run, string? kind, Deployment deployment, TimeProvider clock)
    {
        var read = await http.ReadInboundAsync(string.IsNullOrEmpty(kind) ? null : kind.TrimEnd('/'), deployment, clock);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var request = read.Value;
        var remoteIp = http.Connection.RemoteIpAddress?.ToString();
        var forgeries = http.RequestServices.GetRequiredService<FailedWebhookLimit>();
        var received = await run(request, remoteIp);
        http.Response.OnCompleted(() => http.RequestServices.GetRequiredService<FailPoints>().HitAsync("hook.after_200"));
        return received switch
        {
            ReceivedWebhook.Stored stored => Results.Text(stored.Reply.Body, stored.Reply.ContentType, statusCode: stored.Reply.StatusCode),
            ReceivedWebhook.Answered answered => Results.Text(answered.Reply.Body, answered.Reply.ContentType, statusCode: answered.Reply.StatusCode),
            ReceivedWebhook.Rejected => (forgeries.Count(remoteIp) ?? new Problem(Codes.Unauthenticated, "The delivery is not authentic.")).ToHttp(),
            ReceivedWebhook.Unavailable => new Problem(Codes.Unavailable, "The delivery could not be stored; send it again.") { RetryAfterSeconds = 5 }.ToHttp(),
            _ => new Problem(Codes.NotFound, "There is no such account.").ToHttp(),
        };
    }

    /// <summary>The request as verification wants it: raw, and with the path of the URL that we gave out, PublicUrl's own path included.</summary>
    internal static async Task<Result<InboundRequest>> ReadInboundAsync(this HttpContext http, string? kind, Deployment deployment, TimeProvider clock)
    {
        var body = await http.ReadBodyAsync(ReceiveWebhook.BodyBytesMax, http.RequestAborted);
        if (!body.IsOk)
            return body.Problem!;
        var path = new Uri(deployment.PublicUrl).AbsolutePath.TrimEnd('/') + http.Request.Path.Value;
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        return new InboundRequest(body.Value, headers, path, http.Request.QueryString.Value ?? "", kind, Token: null, clock.GetUtcNow());
    }
}
