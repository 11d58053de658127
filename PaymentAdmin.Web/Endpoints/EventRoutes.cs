using System.Text.Json.Nodes;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Body of <c>POST /v1/event-endpoints</c>.</summary>
public sealed record AddEndpointBody
{
    public required string Url { get; init; }
    public List<string>? Types { get; init; }
    public string? Description { get; init; }
}

/// <summary>Body of <c>PATCH /v1/event-endpoints/{id}</c>: the members that are present change.</summary>
public sealed record ChangeEndpointBody(bool? Enabled = null, List<string>? Types = null);

/// <summary>Body of <c>POST /v1/event-endpoints/{id}/resend</c>: one sequence, or a range with both ends.</summary>
public sealed record ResendBody
{
    public required long FromSequence { get; init; }
    public long? ToSequence { get; init; }
}

/// <summary>What a tenant's backend is told, and where (contract.md section 4, Events).</summary>
public static class EventRoutes
{
    private const int DeliveriesShown = 100;
    private const int EventsPerPage = 100;

    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/v1");
        v1.MapGet("/events", ListAsync).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/event-endpoints", ListEndpointsAsync).RequireScope(Scopes.ConfigsWrite);
        v1.MapPost("/event-endpoints", AddAsync).RequireScope(Scopes.ConfigsWrite).Idempotent();
        v1.MapGet("/event-endpoints/{id:guid}", GetEndpointAsync).RequireScope(Scopes.ConfigsWrite);
        v1.MapGet("/event-endpoints/{id:guid}/deliveries", DeliveriesAsync).RequireScope(Scopes.ConfigsWrite);
        v1.MapPost("/event-endpoints/{id:guid}/resend", ResendAsync).RequireScope(Scopes.ConfigsWrite).Idempotent();
        v1.MapPatch("/event-endpoints/{id:guid}", ChangeAsync).RequireScope(Scopes.ConfigsWrite);
        v1.MapPost("/event-endpoints/{id:guid}/rotate-secret", RotateAsync).RequireScope(Scopes.ConfigsWrite).Idempotent();
        v1.MapDelete("/event-endpoints/{id:guid}", RemoveAsync).RequireScope(Scopes.ConfigsWrite);
        return routes;
    }

    private static async Task<IResult> ListAsync(HttpRequest request, CallerIdentity caller, ReadEvents events, CancellationToken cancellationToken)
    {
        var reader = new QueryReader(ListQuery.Of(request));
        var limit = reader.Number("limit", 1, ReadEvents.LimitMax) ?? EventsPerPage;
        var types = reader.List("types", EventTypes.All.Contains, "an event type");
        var after = reader.Text("after", 40);
        if (reader.Finish([]) is { } refused)
            return refused.ToHttp();
        var page = await events.RunAsync(caller.TenantId, caller.Mode, after, types, limit, cancellationToken);
        return page.Problem is { } problem
            ? problem.ToHttp()
            : Results.Json(new { data = page.Value.Events.Select(told => JsonNode.Parse(DeliverEvents.BodyOf(told))), page.Value.HasMore, page.Value.NextCursor }, Json.Api);
    }

    private static async Task<IResult> ListEndpointsAsync(CallerIdentity caller, EventEndpoints endpoints, CancellationToken cancellationToken) =>
        Results.Json(new { data = (await endpoints.ListAsync(caller.TenantId, caller.Mode, cancellationToken)).Select(endpoint => Shown(endpoint, secret: null)) }, Json.Api);

    private static async Task<IResult> GetEndpointAsync(CallerIdentity caller, Guid id, EventEndpoints endpoints, CancellationToken cancellationToken) =>
        await endpoints.FindAsync(caller.TenantId, caller.Mode, id, cancellationToken) is { } endpoint
            ? Results.Json(Shown(endpoint, secret: null), Json.Api)
            : new Problem(Codes.NotFound, "No such endpoint.").ToHttp();

    private static async Task<IResult> AddAsync(HttpContext http, CallerIdentity caller, EventEndpoints endpoints, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<AddEndpointBody>(cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        var added = await endpoints.AddAsync(caller.TenantId, caller.Mode, body.Value.Url, body.Value.Types, body.Value.Description, caller.Actor, cancellationToken);
        return Answer(added, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, CallerIdentity caller, Guid id, EventEndpoints endpoints, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<ChangeEndpointBody>(cancellationToken);
        return body.IsOk
            ? Answer(await endpoints.ChangeAsync(caller.TenantId, caller.Mode, id, body.Value.Enabled, body.Value.Types, caller.Actor, cancellationToken), StatusCodes.Status200OK)
            : body.Problem!.ToHttp();
    }

    private static async Task<IResult> RotateAsync(CallerIdentity caller, Guid id, EventEndpoints endpoints, CancellationToken cancellationToken) =>
        Answer(await endpoints.RotateSecretAsync(caller.TenantId, caller.Mode, id, caller.Actor, cancellationToken), StatusCodes.Status200OK);

    private static async Task<IResult> RemoveAsync(CallerIdentity caller, Guid id, EventEndpoints endpoints, CancellationToken cancellationToken)
    {
        var removed = await endpoints.RemoveAsync(caller.TenantId, caller.Mode, id, caller.Actor, cancellationToken);
        return removed.Problem is { } problem ? problem.ToHttp() : Results.NoContent();
    }

    private static async Task<IResult> DeliveriesAsync(CallerIdentity caller, Guid id, EventEndpoints endpoints, CancellationToken cancellationToken)
    {
        var log = await endpoints.DeliveriesAsync(caller.TenantId, caller.Mode, id, DeliveriesShown, cancellationToken);
        return log.Problem is { } problem ? problem.ToHttp() : Results.Json(new { data = log.Value.Select(Shown) }, Json.Api);
    }

    private static async Task<IResult> ResendAsync(HttpContext http, CallerIdentity caller, Guid id, ResendEvents resend, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<ResendBody>(cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        var resent = await resend.RunAsync(caller.TenantId, caller.Mode, id, body.Value.FromSequence, body.Value.ToSequence ?? body.Value.FromSequence, caller.Actor, cancellationToken);
        return resent.Problem is { } problem ? problem.ToHttp() : Results.Json(new { deliveries = resent.Value }, Json.Api);
    }

    private static object Shown(DeliveryLog log) => new
    {
        event_id = log.Delivery.EventId,
        sequence = log.Delivery.Sequence,
        type = log.Type,
        payment_id = log.Delivery.PaymentId,
        status = log.Delivery.State,
        next_attempt_at = log.Delivery.NextAttemptAt,
        delivered_at = log.Delivery.DeliveredAt,
        attempts = log.Tries.Select(attempt => new { number = attempt.Number, at = attempt.At, duration_ms = attempt.DurationMs, http_status = attempt.HttpStatus, error = attempt.Error, response = attempt.ResponseStart }),
    };

    private static IResult Answer(Result<EndpointWithSecret> result, int status) =>
        result.Problem is { } problem ? problem.ToHttp() : Results.Json(Shown(result.Value.Endpoint, result.Value.Secret), Json.Api, statusCode: status);

    private static object Shown(EventEndpoint endpoint, string? secret) => new
    {
        id = endpoint.Id,
        url = endpoint.Url,
        mode = endpoint.Mode,
        types = endpoint.Types,
        description = endpoint.Description,
        secret,
        enabled = endpoint.IsEnabled,
        disabled_reason = endpoint.DisabledReason,
        created_at = endpoint.CreatedAt,
    };
}
