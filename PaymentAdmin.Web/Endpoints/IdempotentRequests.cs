using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Makes a POST idempotent by its <c>Idempotency-Key</c> (contract.md section 4): claims the key, runs the handler once, keeps the answer
/// and gives it again byte for byte, with <c>Idempotent-Replayed: true</c>.
/// </summary>
public sealed class IdempotentRequests(bool isRequired, int bytesMax) : IEndpointFilter
{
    public bool IsRequired => isRequired;

    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotent-Replayed";

    /// <summary>Refused before anything was done: such an answer is not kept, and the key stays free.</summary>
    private static readonly int[] BeforeExecution = [400, 401, 403, 404, 405, 413, 415, 429];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0)
            return isRequired ? new Problem(Codes.IdempotencyKeyRequired, $"Send the header {Header}: 1 to 255 visible ASCII characters, new for each thing you want done.").ToHttp() : await next(context);
        if (!Idempotency.IsKey(key))
            return new Problem(Codes.InvalidParameter, $"{Header} must have 1 to 255 visible ASCII characters.").ToHttp();
        var caller = http.Features.Get<CallerIdentity>() ?? throw new InvalidOperationException("An idempotent route needs a caller.");
        var body = await http.ReadBodyAsync(bytesMax, http.RequestAborted);
        if (!body.IsOk)
            return body.Problem!.ToHttp();

        // Of a payer only what this payer asked for: another caller's answer holds more than a payer may see.
        if (caller.IsPayer)
            key = Idempotency.OwnName(caller.Name, key);
        var idempotency = http.RequestServices.GetRequiredService<Idempotency>();
        var fingerprint = Idempotency.FingerprintOf(http.Request.Method, http.Request.Path.Value!.TrimEnd('/'), body.Value);
        var claim = await idempotency.ClaimAsync(caller.TenantId, caller.Mode, key, fingerprint, http.RequestAborted);
        switch (claim)
        {
            case KeyClaim.Refused refused:
                return refused.Problem.ToHttp();
            case KeyClaim.Replay replay:
                http.Response.Headers[Replayed] = "true";
                return new StoredAnswer(replay.StatusCode, replay.ContentType, replay.Body);
            case KeyClaim.Run run:
                http.Features.Set(new SetAside(run.ResourceId));
                await http.RequestServices.GetRequiredService<FailPoints>().HitAsync("create.key_claimed");
                var answer = await CaptureAsync(http, await next(context));
                // The caller may be gone by now; what was done is kept all the same.
                if (BeforeExecution.Contains(answer.StatusCode))
                    await idempotency.ReleaseAsync(caller.TenantId, caller.Mode, key, run.Version, CancellationToken.None);
                else
                    await idempotency.CompleteAsync(caller.TenantId, caller.Mode, key, run.Version, answer.StatusCode, answer.ContentType, answer.Body, CancellationToken.None);
                return answer;
            default:
                throw new InvalidOperationException($"Unknown claim {claim.GetType().Name}.");
        }
    }

    /// <summary>Writes the handler's result into memory instead of onto the wire.</summary>
    private static async Task<StoredAnswer> CaptureAsync(HttpContext http, object? result)
    {
        var wire = http.Response.Body;
        using var memory = new MemoryStream();
        http.Response.Body = memory;
        try
        {
            if (result is IResult executable)
                await executable.ExecuteAsync(http);
            else if (result is not null)
                await http.Response.WriteAsJsonAsync(result, result.GetType(), Json.Api, http.RequestAborted);
        }
        finally
        {
            http.Response.Body = wire;
        }
        return new StoredAnswer(http.Response.StatusCode, http.Response.ContentType ?? "application/json", memory.ToArray());
    }

    /// <summary>The id that the key has set aside for what this request creates.</summary>
    private sealed record SetAside(Guid ResourceId);

    public static Guid? ResourceIdOf(HttpContext http) => http.Features.Get<SetAside>()?.ResourceId;

    private sealed record StoredAnswer(int StatusCode, string ContentType, byte[] Body) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCode;
            httpContext.Response.ContentType = ContentType;
            httpContext.Response.ContentLength = Body.Length;
            await httpContext.Response.Body.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}

public static class IdempotencyConventions
{
    /// <summary>The route honours an Idempotency-Key, or demands one.</summary>
    public static RouteHandlerBuilder Idempotent(this RouteHandlerBuilder route, bool required = false, int bytesMax = RequestBody.ApiBytesMax)
    {
        var filter = new IdempotentRequests(required, bytesMax);
        return route.AddEndpointFilter(filter).WithMetadata(filter);
    }
}
