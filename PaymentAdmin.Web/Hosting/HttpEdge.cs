using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.Hosting;

/// <summary>What holds for every request, before it is anybody's in particular: size, time, id, headers, origin.</summary>
public static class HttpEdge
{
    /// <summary>Scripts that pay from the tenants' own pages.</summary>
    public const string PayerCors = "payers";
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    public static void AddHttpEdge(this WebApplicationBuilder builder, HostSettings settings)
    {
        builder.WebHost.ConfigureKestrel(LimitRequests);
        // From a checkout the files lie in the sources, whatever the environment is called; a published folder has no list of them.
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddRequestTimeouts(options => options.DefaultPolicy = new() { Timeout = RequestTime, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable });
        builder.Services.AddSingleton<AllowedMethods>();
        builder.Services.ConfigureHttpJsonOptions(options => Json.With(options.SerializerOptions));
        builder.Services.AddRateLimits(settings.RateLimits);
        builder.Services.AddCors(options => options.AddPolicy(PayerCors, policy => policy.WithOrigins([.. settings.CorsOrigins]).WithMethods("GET", "POST").WithHeaders("authorization", "content-type", "idempotency-key").WithExposedHeaders(ResponseHeaders.RequestId, "Retry-After", IdempotentRequests.Replayed)));
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        if (settings.KnownProxies.Count > 0)
            builder.Services.Configure<ForwardedHeadersOptions>(options => TrustProxies(options, settings));
    }

    public static void UseHttpEdge(this WebApplication app)
    {
        if (app.Services.GetRequiredService<HostSettings>().KnownProxies.Count > 0)
            app.UseForwardedHeaders();
        app.UseMiddleware<ResponseHeaders>();
        if (!app.Environment.IsDevelopment())
            app.UseExceptionHandler("/error", createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use(KeepOtherStatuses);
        app.Use(RefuseUnreadableForms);
        app.UseMiddleware<CircuitOrigin>();
        app.UseMiddleware<ProblemEdge>();
        app.UseRouting();
        app.Use(AnswerUnmatched);
        app.UseRequestTimeouts();
        app.UseCors();
        app.UseAuthentication();
        app.UseSecondFactor();
        app.UseAuthorization();
        app.UseRateLimits();
        app.UseAntiforgery();
    }

    private static void LimitRequests(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        // The largest body that any route takes by default; uploads ask for more by their metadata.
        options.Limits.MaxRequestBodySize = RequestBody.HookBytesMax;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestLineSize = 8 * 1024;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }

    private static void TrustProxies(ForwardedHeadersOptions options, HostSettings settings)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.KnownProxies)
            options.KnownIPNetworks.Add(network);
    }

    /// <summary>The page about a missing page is for that alone: a refused form is no missing page, and a program's POST gets none.</summary>
    private static async Task KeepOtherStatuses(HttpContext http, RequestDelegate next)
    {
        await next(http);
        var isMissingPage = http.Response.StatusCode == StatusCodes.Status404NotFound && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method));
        if (!isMissingPage && http.Features.Get<IStatusCodePagesFeature>() is { } pages)
            pages.Enabled = false;
    }

    /// <summary>A form whose bytes are no form, or that came with the token of nobody, is its sender's fault and none of ours.</summary>
    private static async Task RefuseUnreadableForms(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (Exception exception) when (exception is Microsoft.AspNetCore.Http.BadHttpRequestException or InvalidDataException or AntiforgeryValidationException or IOException { InnerException: null } && http.Request.HasFormContentType && !http.Response.HasStarted)
        {
            http.Response.Clear();
            http.Response.StatusCode = (exception as Microsoft.AspNetCore.Http.BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
        }
    }

    /// <summary>
    /// A program that mistypes an address hears 404, and one that uses the wrong method 405: not 401, and never a redirect to the sign-in page.
    /// Routing makes its 405 and 415 answers as endpoints without a route.
    /// </summary>
    private static Task AnswerUnmatched(HttpContext http, RequestDelegate next)
    {
        if (!ApiPaths.Covers(http.Request))
            return next(http);
        return http.GetEndpoint() switch
        {
            RouteEndpoint => next(http),
            { RequestDelegate: { } answer } => answer(http),
            _ => Unmatched(http).WriteAsync(http),
        };
    }

    private static Problem Unmatched(HttpContext http)
    {
        var methods = http.RequestServices.GetRequiredService<AllowedMethods>().At(http.Request.Path);
        // What takes this method here wants another form of the address: /v1/payments/x is no payment's id.
        if (methods.Count == 0 || methods.Contains(http.Request.Method))
            return Problems.OfStatus(StatusCodes.Status404NotFound);
        http.Response.Headers.Allow = string.Join(", ", methods);
        return Problems.OfStatus(StatusCodes.Status405MethodNotAllowed);
    }
}

/// <summary>The id of the request, ours and never the client's, and the headers that make a browser careful.</summary>
public sealed class ResponseHeaders(RequestDelegate next, Deployment deployment)
{
    public const string RequestId = "Request-Id";

    private const string ContentPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; ";

    // Browsers hold a form's redirect against form-action too, and a payer's form ends at the provider.
    private static readonly PathString[] PayersForms = ["/pay", "/l"];

    // An imitated provider sends the payer back to the shop, which is a page of the developer's own machine as often as not; where private
    // targets are allowed, a stand-in for a provider may be one too.
    private const string OwnMachine = " http://localhost:* http://127.0.0.1:*";
    private static readonly PathString Imitations = "/sandbox";

    public Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = "req_" + IdSource.NewToken(16);
        http.Response.OnStarting(() => Write(http));
        return next(http);
    }

    private Task Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers[RequestId] = http.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        // A file that somebody uploaded brings a stricter one; Blazor's own says less than ours.
        if (!headers.ContentSecurityPolicy.ToString().Contains("sandbox", StringComparison.Ordinal))
            headers.ContentSecurityPolicy = ContentPolicy + FormPolicy(http.Request);
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        return Task.CompletedTask;
    }

    private string FormPolicy(HttpRequest request) =>
        request.Path.StartsWithSegments(Imitations, StringComparison.OrdinalIgnoreCase) ? "form-action 'self' https:" + OwnMachine
        : IsPayersForm(request) ? "form-action 'self' https:" + (deployment.AllowPrivateTargets ? OwnMachine : "")
        : "form-action 'self'";

    private static bool IsPayersForm(HttpRequest request) => Array.Exists(PayersForms, path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
}

/// <summary>
/// A page of another site may open a WebSocket to us with our user's cookie: the same-origin policy does not cover it. So the circuit's
/// address takes requests only from pages of this server, by the Host that they came to or by PublicUrl.
/// </summary>
public sealed class CircuitOrigin(RequestDelegate next, Deployment deployment)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase) || IsOurs(http.Request))
            return next(http);
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    // Programs send no Origin; browsers always do with a WebSocket.
    private bool IsOurs(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count == 0)
            return true;
        return origins.Count == 1 && Uri.TryCreate(origins[0], UriKind.Absolute, out var origin)
            && (origin.Authority.Equals(Authority(request), StringComparison.OrdinalIgnoreCase)
                || (Uri.TryCreate(deployment.PublicUrl, UriKind.Absolute, out var own) && origin.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase) && origin.Scheme == own.Scheme));
    }

    // A Uri leaves out the usual port, a Host header may not.
    private static string Authority(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var here) ? here.Authority : "";
}
