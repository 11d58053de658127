using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Links;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Body of <c>POST /v1/payment-links</c>: an amount, or both bounds, in minor units of <c>currency</c>.</summary>
public sealed record CreateLinkBody
{
    public required string Currency { get; init; }
    public long? AmountMinor { get; init; }
    public long? MinMinor { get; init; }
    public long? MaxMinor { get; init; }
    public string? Description { get; init; }
    public LinkUse? Use { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public int? ShopId { get; init; }
    public string? OrderReference { get; init; }
    public string? ReturnUrl { get; init; }
}

/// <summary>Payment links (contract.md section 4).</summary>
public static class LinkEndpoints
{
    public static IEndpointRouteBuilder MapPaymentLinks(this IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/v1/payment-links");
        v1.MapPost("", CreateAsync).RequireScope(Scopes.PaymentsWrite).Idempotent(required: true);
        v1.MapGet("", ListAsync).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/{id:guid}", GetAsync).RequireScope(Scopes.PaymentsRead);
        v1.MapPost("/{id:guid}/disable", DisableAsync).RequireScope(Scopes.PaymentsWrite).Idempotent();
        return routes;
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CallerIdentity caller, PaymentLinks links, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<CreateLinkBody>(cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        var asked = body.Value;
        var created = await links.CreateAsync(
            new NewPaymentLink
            {
                TenantId = caller.TenantId,
                Mode = caller.Mode,
                AmountMinor = asked.AmountMinor,
                MinMinor = asked.MinMinor,
                MaxMinor = asked.MaxMinor,
                Currency = asked.Currency,
                Description = asked.Description,
                Use = asked.Use ?? LinkUse.Single,
                ExpiresAt = asked.ExpiresAt,
                ShopId = asked.ShopId,
                OrderReference = asked.OrderReference,
                ReturnUrl = asked.ReturnUrl,
                LinkId = IdempotentRequests.ResourceIdOf(http),
            },
            caller.Actor,
            cancellationToken);
        return created.Problem is { } problem ? problem.ToHttp() : Results.Json(created.Value, Json.Api, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, CallerIdentity caller, PaymentLinks links, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(request);
        var asked = ListQuery.PageOf(query);
        if ((asked.Problem ?? new QueryReader(query).Finish(ListQuery.PageParameters)) is { } refused)
            return refused.ToHttp();
        var page = await links.ListAsync(caller.TenantId, caller.Mode, asked.Value.Cursor, asked.Value.Limit, cancellationToken);
        return page.Problem is { } problem
            ? problem.ToHttp()
            : Results.Json(new PageObject<PaymentLinkObject>(page.Value.Rows, page.Value.NextCursor is not null, page.Value.NextCursor), Json.Api);
    }

    private static async Task<IResult> GetAsync(CallerIdentity caller, Guid id, PaymentLinks links, CancellationToken cancellationToken) =>
        await links.FindAsync(caller.TenantId, caller.Mode, id, cancellationToken) is { } link
            ? Results.Json(link, Json.Api)
            : new Problem(Codes.NotFound, "No such payment link.").ToHttp();

    private static async Task<IResult> DisableAsync(CallerIdentity caller, Guid id, PaymentLinks links, CancellationToken cancellationToken)
    {
        var disabled = await links.DisableAsync(caller.TenantId, caller.Mode, id, caller.Actor, cancellationToken);
        return disabled.Problem is { } problem ? problem.ToHttp() : Results.Json(disabled.Value, Json.Api);
    }
}
