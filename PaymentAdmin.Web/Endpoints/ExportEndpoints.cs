using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Downloads that take exactly a list page's address (contract.md section 7).</summary>
public static class ExportEndpoints
{
    /// <summary>Anonymous for the middleware alone: people come by cookie, programs by key, and <see cref="ExportCaller"/> judges both.</summary>
    public static IEndpointRouteBuilder MapExports(this IEndpointRouteBuilder routes)
    {
        // A million rows take longer than a page may: the file ends when it is whole, or when the caller goes away.
        var export = routes.MapGroup("/export").AllowAnonymous().RequireRateLimiting(RateLimits.Exports);
        export.DisableRequestTimeout();
        export.MapGet("/payments.csv", PaymentsAsync);
        export.MapGet("/refunds.csv", RefundsAsync);
        export.MapGet("/receipts.csv", ReceiptsAsync);
        export.MapGet("/logs.csv", LogsAsync);
        export.MapGet("/webhooks.csv", WebhooksAsync);
        export.MapGet("/audit.csv", AuditAsync).ExcludeFromDescription();
        return routes;
    }

    private static Task<IResult> RefundsAsync(HttpContext http, ListFiles files, ExportCallers callers, TimeProvider clock, CancellationToken cancellationToken) =>
        WriteAsync(http, callers.FindAsync(http, ExportFile.Refunds, cancellationToken), files.Refunds, RefundFilter.Read, filter => filter.Mode, ListFiles.Of, clock, cancellationToken);

    private static Task<IResult> ReceiptsAsync(HttpContext http, ListFiles files, ExportCallers callers, TimeProvider clock, CancellationToken cancellationToken) =>
        WriteAsync(http, callers.FindAsync(http, ExportFile.Receipts, cancellationToken), files.Receipts, ReceiptFilter.Read, filter => filter.Mode, ListFiles.Of, clock, cancellationToken);

    private static Task<IResult> LogsAsync(HttpContext http, ListFiles files, ExportCallers callers, TimeProvider clock, CancellationToken cancellationToken) =>
        WriteAsync(http, callers.FindAsync(http, ExportFile.Logs, cancellationToken), files.Logs, LogFilter.Read, filter => filter.Mode, ListFiles.Of, clock, cancellationToken);

    /// <summary>Who may look at the inbox may have it as a file; bodies are in neither.</summary>
    private static Task<IResult> WebhooksAsync(HttpContext http, ListFiles files, ProviderRegistry providers, ExportCallers callers, TimeProvider clock, CancellationToken cancellationToken) =>
        WriteAsync(http, callers.FindAsync(http, ExportFile.Webhooks, cancellationToken), files.Webhooks, (query, besides) => WebhookFilter.Read(query, providers, besides), filter => filter.Mode, ListFiles.Of, clock, cancellationToken);

    /// <summary>For people alone: no key has a scope for the audit. It is the tenant's, of both modes.</summary>
    private static Task<IResult> AuditAsync(HttpContext http, ListFiles files, ExportCallers callers, TimeProvider clock, CancellationToken cancellationToken) =>
        WriteAsync(http, callers.FindAsync(http, ExportFile.Audit, cancellationToken), files.Audit, (query, besides) => AuditFilter.Read(query, [.. besides, "mode"]), _ => null, ListFiles.Of, clock, cancellationToken);

    private static async Task<IResult> WriteAsync<TFilter, TRow>(
        HttpContext http, Task<Result<ExportCaller>> finding, CsvFile<TRow> file, Func<IReadOnlyList<KeyValuePair<string, string>>, IEnumerable<string>, Result<TFilter>> read, Func<TFilter, Mode?> modeOf,
        Func<PaymentDb, SearchScope, TFilter, IQueryable<TRow>> rows, TimeProvider clock, CancellationToken cancellationToken)
    {
        var caller = await finding;
        if (!caller.IsOk)
            return caller.Problem!.ToHttp();
        var query = ListQuery.Of(http.Request);
        var filter = read(query, [.. CsvOptions.Parameters, .. ListQuery.PageParameters]);
        if (!filter.IsOk)
            return filter.Problem!.ToHttp();
        var options = CsvOptions.Read(query, file.Columns, file.Columns);
        if (!options.IsOk)
            return options.Problem!.ToHttp();
        var scope = caller.Value.Scope;
        if (ListQuery.OtherMode(modeOf(filter.Value), scope.Mode) is { } mismatch)
            return mismatch.ToHttp();
        Begin(http, file.Name, scope, clock);
        await file.WriteAsync(http.Response.BodyWriter, scope, db => rows(db, scope, filter.Value), http.Request.QueryString.Value ?? "", options.Value, caller.Value.Actor, cancellationToken);
        return Results.Empty;
    }

    private static void Begin(HttpContext http, string name, SearchScope scope, TimeProvider clock)
    {
        var day = TimeBound.DayOf(clock.GetUtcNow(), scope.Zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}-{Words.Of(scope.Mode)}-{day}.csv\"";
        http.Response.Headers.CacheControl = "no-store";
    }

    private static async Task<IResult> PaymentsAsync(HttpContext http, PaymentCsv csv, ProviderRegistry providers, ExportCallers callers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var caller = await callers.FindAsync(http, ExportFile.Payments, cancellationToken);
        if (!caller.IsOk)
            return caller.Problem!.ToHttp();
        var query = ListQuery.Of(http.Request);
        // A page of the list has a cursor and a limit too; the file holds every page.
        // The page keeps in its address which saved view it began with; the rows do not depend on it.
        var filter = PaymentFilter.Read(query, providers, [.. CsvOptions.Parameters, .. ListQuery.PageParameters, PageQuery.View]);
        if (!filter.IsOk)
            return filter.Problem!.ToHttp();
        var options = CsvOptions.Read(query, PaymentCsv.Columns, PaymentCsv.StandardColumns);
        if (!options.IsOk)
            return options.Problem!.ToHttp();
        if (ListQuery.OtherMode(filter.Value.Mode, caller.Value.Scope.Mode) is { } mismatch)
            return mismatch.ToHttp();

        var scope = caller.Value.Scope;
        Begin(http, "payments", scope, clock);
        await csv.WriteAsync(http.Response.BodyWriter, scope, filter.Value with { Mode = scope.Mode }, options.Value, caller.Value.Actor, cancellationToken);
        return Results.Empty;
    }
}

/// <summary>Whose rows an export holds, and who gets it.</summary>
public sealed record ExportCaller(SearchScope Scope, Actor Actor);

/// <summary>Finds out who asks for an export: an API key stands for its own tenant and mode, a session for its frame.</summary>
public sealed class ExportCallers(PortalFrameSource frames, PaymentStore store, Deployment deployment)
{
    public async Task<Result<ExportCaller>> FindAsync(HttpContext http, ExportFile file, CancellationToken cancellationToken)
    {
        if (http.Request.Headers.Authorization.Count > 0)
            return await OfKeyAsync(http, file.KeyScope, cancellationToken);
        // This route is open to the middleware, so the second factor is asked for here.
        if (deployment.RequireSecondFactor && SecondFactorGate.IsMissing(http.User))
            return Unknown();
        var frame = await frames.LoadAsync(http.User, FrameChoice.Of(http.Request), cancellationToken);
        if (frame is null)
            return Unknown();
        if (!frame.IsAllowed(file.Permission))
            return new Problem(Codes.PermissionMissing, $"The role {frame.Role} does not allow this.");
        return frame.TenantId is { } tenantId
            ? new ExportCaller(new SearchScope(tenantId, frame.Mode, frame.Zone), http.User.ToActor(http))
            : new Problem(Codes.NotFound, "There is no tenant yet.");
    }

    private async Task<Result<ExportCaller>> OfKeyAsync(HttpContext http, string? keyScope, CancellationToken cancellationToken)
    {
        var known = await http.AuthenticateAsync(BearerHandler.Scheme);
        if (http.Features.Get<CallerIdentity>() is not { } key)
            return known.Succeeded ? new Problem(Codes.CustomerTokenNotAllowed, "Exports are not for customers.") : Unknown();
        if (keyScope is null)
            return new Problem(Codes.ScopeMissing, "No key may read this; a person signs in for it.");
        if (!key.Has(keyScope))
            return new Problem(Codes.ScopeMissing, $"The key lacks the scope {keyScope}.");
        return new ExportCaller(await ListQuery.ScopeAsync(store, key, cancellationToken), key.Actor);
    }

    private static Problem Unknown() => new(Codes.Unauthenticated, "Sign in, or send an API key: Authorization: Bearer pa_test_… or pa_live_….");
}
