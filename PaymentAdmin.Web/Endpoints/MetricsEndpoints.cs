using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Figures for Prometheus. Open to this machine in Development; elsewhere whoever has not the token sees nothing here.</summary>
public static class MetricsEndpoints
{
    private const string Bearer = "Bearer ";

    private static readonly long Started = Stopwatch.GetTimestamp();

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapGet("/metrics", ReadAsync).AllowAnonymous();

    private static async Task<IResult> ReadAsync(HttpContext http, HostSettings settings, ReadMetrics read, CancellationToken cancellationToken)
    {
        if (!IsAllowed(http, settings))
            return new Problem(Codes.NotFound, "There is nothing at this address.").ToHttp();
        return Results.Text(MetricText.Of([.. await read.RunAsync(cancellationToken), .. OfProcess()]), MetricText.ContentType);
    }

    private static bool IsAllowed(HttpContext http, HostSettings settings)
    {
        if (settings.MetricsToken is { Length: > 0 } token && http.Request.Headers.Authorization.ToString() is var given && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[Bearer.Length..]), Encoding.UTF8.GetBytes(token));
        return settings.IsDevelopment && http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
    }

    private static IEnumerable<Metric> OfProcess()
    {
        yield return new("process_uptime_seconds", "gauge", "Since this process started.", [("", (long)Stopwatch.GetElapsedTime(Started).TotalSeconds)]);
        yield return new("process_resident_memory_bytes", "gauge", "Memory that this process occupies.", [("", Environment.WorkingSet)]);
        yield return new("dotnet_heap_bytes", "gauge", "Of it what the program's objects take.", [("", GC.GetTotalMemory(forceFullCollection: false))]);
        yield return new("dotnet_threadpool_queue_length", "gauge", "Work that waits for a thread.", [("", ThreadPool.PendingWorkItemCount)]);
    }
}
