using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>The door to the imitated providers: one route, 404 where the sandbox is off.</summary>
public static class SandboxEndpoints
{
    private const int BodyBytesMax = 256 * 1024;

    public static IEndpointRouteBuilder MapSandbox(this IEndpointRouteBuilder routes)
    {
        routes.Map("/sandbox/{provider}/{**path}", AnswerAsync).AllowAnonymous().DisableRateLimiting().DisableAntiforgery().ExcludeFromDescription();
        return routes;
    }

    private static async Task AnswerAsync(HttpContext context, string provider, SandboxHost sandboxes, Deployment deployment, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        if (!deployment.SandboxEnabled)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (await ReadBodyAsync(context.Request) is not { } body)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }
        var prefix = $"/sandbox/{provider}";
        var request = new SandboxRequest(
            context.Request.Method,
            (context.Request.Path.Value ?? "")[prefix.Length..],
            context.Request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.Ordinal),
            context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal),
            body,
            deployment.PublicUrl + prefix,
            clock.GetUtcNow());
        var response = await sandboxes.AnswerAsync(provider, request, context.RequestAborted);
        if (response is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (await IsHeldBackAsync(response.HoldBack, context, clock, lifetime))
            await WriteAsync(context, response);
    }

    /// <summary>False when nobody waits for the answer any more, or the process ends.</summary>
    private static async Task<bool> IsHeldBackAsync(TimeSpan holdBack, HttpContext context, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await Task.Delay(holdBack, clock, end.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            context.Abort();
            return false;
        }
    }

    private static async Task WriteAsync(HttpContext context, SandboxResponse response)
    {
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = response.ContentType;
        context.Response.ContentLength = response.Body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (response.Location is { } location)
            context.Response.Headers.Location = location;
        foreach (var (name, value) in response.Headers)
            context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(response.Body, context.RequestAborted);
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength > BodyBytesMax)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > BodyBytesMax)
                return null;
        }
        return body.ToArray();
    }
}
