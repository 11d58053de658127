using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.RateLimiting;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// How much one caller may ask for (settings <c>RateLimits:*</c>, 0 is no limit): keys and customers by the second, strangers on pages and holders of
/// a client token by address, sign-ins by account and address, forged webhooks by address, exports at once. Beyond it 429 with Retry-After. The sandbox is never limited.
/// </summary>
public static class RateLimits
{
    /// <summary>For routes that stream an export: so many at once per user or key.</summary>
    public const string Exports = "exports";
    private const string SignInPath = "/account/sign-in";

    public static IServiceCollection AddRateLimits(this IServiceCollection services, RateLimitSettings limits)
    {
        services.AddSingleton(new FailedWebhookLimit(limits.FailedWebhooksPerMinute));
        services.AddSingleton<GuestPaymentLimit>();
        return services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, (string Kind, string Who)>(http => PartitionOf(http, limits));
            options.AddPolicy(Exports, http => limits.ExportsAtOnce == 0
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetConcurrencyLimiter(WhoIs(http), _ => new ConcurrencyLimiterOptions { PermitLimit = limits.ExportsAtOnce }));
            options.OnRejected = (rejected, _) => RefuseAsync(rejected);
        });
    }

    /// <summary>Stands after authorization, which knows whose key it is.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        app.Use(ReadSignInAsync);
        app.Use(KnowExporterAsync);
        app.UseRateLimiter();
    }

    private static RateLimitPartition<(string, string)> PartitionOf(HttpContext http, RateLimitSettings limits)
    {
        if (http.Features.Get<CallerIdentity>() is { } caller)
            return caller.Actor.Kind == ActorKind.Payer ? Window(("payer", IpOf(http)), limits.AnonymousPerSecond, TimeSpan.FromSeconds(1)) : Bucket(("caller", caller.Name), limits.KeyPerSecond, limits.KeyBurst);
        if (http.Features.Get<SignInTry>() is { } signIn)
            return Window(("sign-in", $"{signIn.Email} {IpOf(http)}"), limits.SignInPerMinute, TimeSpan.FromMinutes(1));
        var isStrangerOnPage = http.User.Identity?.IsAuthenticated != true && http.GetEndpoint()?.Metadata is { } metadata && (metadata.GetMetadata<ComponentTypeMetadata>() is not null || metadata.GetMetadata<PayerFormMetadata>() is not null);
        return isStrangerOnPage ? Window(("page", IpOf(http)), limits.AnonymousPerSecond, TimeSpan.FromSeconds(1)) : RateLimitPartition.GetNoLimiter(("", ""));
    }

    private static RateLimitPartition<(string, string)> Bucket((string, string) key, int perSecond, int burst) => perSecond == 0
        ? RateLimitPartition.GetNoLimiter(key)
        : RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions { TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), TokenLimit = Math.Max(perSecond, burst) });

    private static RateLimitPartition<(string, string)> Window((string, string) key, int permits, TimeSpan window) => permits == 0
        ? RateLimitPartition.GetNoLimiter(key)
        : RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = window });

    private static async ValueTask RefuseAsync(OnRejectedContext rejected)
    {
        var seconds = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
        var http = rejected.HttpContext;
        if (ApiPaths.Covers(http.Request))
        {
            await new Problem(Codes.RateLimited, $"Too many requests. Try again in {seconds} s.") { RetryAfterSeconds = seconds }.WriteAsync(http);
            return;
        }
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await http.Response.WriteAsync($"Too many tries. Please wait {seconds} seconds and try again.", http.RequestAborted);
    }

    // The limiter asks synchronously whose try it is, so the form is read before; whoever reads it later gets the same one.
    private static async Task ReadSignInAsync(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsPost(http.Request.Method) && http.Request.Path.Equals(SignInPath, StringComparison.OrdinalIgnoreCase) && http.Request.HasFormContentType)
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            http.Features.Set(new SignInTry(form["Form.Email"].ToString().Trim().ToUpperInvariant()));
        }
        await next(http);
    }

    // Exports judge their callers themselves, later than this; a key is counted all the same.
    private static async Task KnowExporterAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers.Authorization.Count > 0 && http.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName == Exports)
            await http.AuthenticateAsync(BearerHandler.Scheme);
        await next(http);
    }

    private static string WhoIs(HttpContext http) =>
        http.Features.Get<CallerIdentity>()?.Name ?? http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? IpOf(http);

    private static string IpOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private sealed record SignInTry(string Email);
}

/// <summary>Counts how often one address starts one payment without saying who it is: 10 times a minute, whatever the payment.</summary>
public sealed class GuestPaymentLimit : IDisposable
{
    private const int PerMinute = 10;

    private readonly PartitionedRateLimiter<(string Ip, string Payment)> limiter = PartitionedRateLimiter.Create<(string Ip, string Payment), (string, string)>(who =>
        RateLimitPartition.GetFixedWindowLimiter(who, _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>The problem to answer once there were too many; null before.</summary>
    public Problem? Count(string? remoteIp, string payment)
    {
        using var lease = limiter.AttemptAcquire((remoteIp ?? "", payment.ToLowerInvariant()));
        if (lease.IsAcquired)
            return null;
        var seconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 60;
        return new Problem(Codes.RateLimited, $"Too many tries. Try again in {seconds} s.") { RetryAfterSeconds = seconds };
    }

    public void Dispose() => limiter.Dispose();
}

/// <summary>Counts deliveries that were not authentic, per address. Genuine ones are never counted and never refused.</summary>
public sealed class FailedWebhookLimit(int perMinute) : IDisposable
{
    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(ip => perMinute == 0
        ? RateLimitPartition.GetNoLimiter(ip)
        : RateLimitPartition.GetFixedWindowLimiter(ip, _ => new FixedWindowRateLimiterOptions { PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>The problem that a forged delivery is answered with instead of 401 once there were too many; null before.</summary>
    public Problem? Count(string? remoteIp)
    {
        using var lease = limiter.AttemptAcquire(remoteIp ?? "");
        if (lease.IsAcquired)
            return null;
        var seconds = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 60;
        return new Problem(Codes.RateLimited, "Too many deliveries that were not authentic.") { RetryAfterSeconds = seconds };
    }

    public void Dispose() => limiter.Dispose();
}
