using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>For load balancers and supervisors: ok or not ok, and nothing else.</summary>
public static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => TypedResults.Text("ok")).AllowAnonymous();
        routes.MapGet("/health/ready", ReadyAsync).AllowAnonymous();
    }

    private static async Task<IResult> ReadyAsync(PaymentStore store, IHostApplicationLifetime lifetime, TimeProvider clock, CancellationToken cancellationToken)
    {
        var isReady = lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested && await AnswersAsync(store, clock, cancellationToken);
        return isReady ? TypedResults.Text("ok") : TypedResults.Text("not ok", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<bool> AnswersAsync(PaymentStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(db => db.Tenants.AnyAsync(cancellationToken), cancellationToken).WaitAsync(Patience, clock, cancellationToken);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException { InnerException: DbException })
        {
            return false;
        }
    }
}
