using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// The outermost layer of the routes for programs: whatever goes wrong inside, and every bare error status of the framework,
/// leaves as problem+json without details. Nothing is ever answered 200 with an error in it.
/// </summary>
public sealed partial class ProblemEdge(RequestDelegate next, ILogger<ProblemEdge> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (NamesNothing(http.Request))
        {
            await Problems.OfStatus(400).WriteAsync(http);
            return;
        }
        if (!ApiPaths.Covers(http.Request))
        {
            await next(http);
            return;
        }
        try
        {
            await next(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            if (ProblemOf(exception, http) is not { } problem)
                return;
            http.Response.Clear();
            await problem.WriteAsync(http);
            return;
        }
        if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await Problems.OfStatus(http.Response.StatusCode).WriteAsync(http);
    }

    // A character that PostgreSQL cannot even compare with; nothing of ours is called by it.
    private static bool NamesNothing(HttpRequest request) =>
        request.Path.Value?.Contains('\0', StringComparison.Ordinal) == true || request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true;

    // Null: nobody is there any more to be answered.
    private Problem? ProblemOf(Exception exception, HttpContext http)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return Problems.OfStatus(bad.StatusCode);
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                return null;
            case DbException or DbUpdateException { InnerException: DbException } or InvalidOperationException { InnerException: DbException } or TimeoutException:
                LogUnavailable(exception, http.TraceIdentifier);
                return new Problem(Codes.Unavailable, "The database did not take part. Nothing was stored; try again.") { RetryAfterSeconds = 5 };
            default:
                LogBroken(exception, http.TraceIdentifier);
                return Problems.OfStatus(500);
        }
    }

    [LoggerMessage(2001, LogLevel.Error, "Request {RequestId} broke.")]
    private partial void LogBroken(Exception exception, string requestId);

    [LoggerMessage(2002, LogLevel.Error, "Request {RequestId} met a database that did not answer.")]
    private partial void LogUnavailable(Exception exception, string requestId);
}
