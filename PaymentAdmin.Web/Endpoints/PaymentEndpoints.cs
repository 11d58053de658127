using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Body of <c>POST /v1/payments</c>; amounts in minor units of <c>currency</c>.</summary>
public sealed record CreatePaymentBody
{
    public required string OrderReference { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public int? ShopId { get; init; }
    public string? Description { get; init; }
    public CustomerBody? Customer { get; init; }
    public string? Provider { get; init; }
    public string? Method { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
    public PaymentKind? Kind { get; init; }
    public bool? Guest { get; init; }
    public Dictionary<string, string>? Metadata { get; init; }
    public int? ExpiresInMinutes { get; init; }
}

public sealed record CustomerBody(string? Id = null, string? Email = null, string? Name = null, string? Phone = null);

/// <summary>Body of <c>POST /v1/payments/{id}/attempts</c>.</summary>
public sealed record AttemptBody
{
    public required string Provider { get; init; }
    public string? Method { get; init; }
    public string? Phone { get; init; }
}

/// <summary>Body of <c>POST /v1/payments/{id}/refunds</c>; without an amount all that is refundable.</summary>
public sealed record RefundBody
{
    public long? AmountMinor { get; init; }
    public Guid? AttemptId { get; init; }
    public required string Reason { get; init; }
}

/// <summary>One page of a list, newest first. <c>next_cursor</c> goes into <c>cursor</c> together with the same filter.</summary>
public sealed record PageObject<T>(IReadOnlyList<T> Data, bool HasMore, string? NextCursor);

/// <summary>Our own API about payments and refunds (contract.md section 4).</summary>
public static class PaymentEndpoints
{
    public static IEndpointRouteBuilder MapPayments(this IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/v1");
        v1.MapPost("/payments", CreateAsync).RequireScope(Scopes.PaymentsWrite).Idempotent(required: true);
        v1.MapGet("/payments", ListAsync).RequireScope(Scopes.PaymentsRead).OpenToCustomers();
        v1.MapGet("/payments/{id:guid}", GetAsync).RequireScope(Scopes.PaymentsRead).OpenToPayers();
        v1.MapPost("/payments/{id:guid}/attempts", AttemptAsync).RequireScope(Scopes.PaymentsWrite).OpenToPayers().Idempotent(required: true);
        v1.MapPost("/payments/{id:guid}/refunds", RefundAsync).RequireScope(Scopes.RefundsWrite).Idempotent(required: true);
        v1.MapPost("/payments/{id:guid}/verify", VerifyAsync).RequireScope(Scopes.PaymentsWrite).Idempotent();
        v1.MapPost("/payments/{id:guid}/cancel", CancelAsync).RequireScope(Scopes.PaymentsWrite).OpenToPayers().Idempotent();
        v1.MapGet("/refunds", ListRefundsAsync).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/refunds/{id:guid}", GetRefundAsync).RequireScope(Scopes.PaymentsRead);
        return routes;
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CallerIdentity caller, CreatePayment create, ReadPayment read, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<CreatePaymentBody>(cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        var asked = body.Value;
        var created = await create.RunAsync(
            new CreatePaymentRequest
            {
                TenantId = caller.TenantId,
                Mode = caller.Mode,
                ShopId = asked.ShopId,
                OrderReference = asked.OrderReference,
                AmountMinor = asked.AmountMinor,
                Currency = asked.Currency,
                Description = asked.Description,
                CustomerId = asked.Customer?.Id,
                CustomerEmail = asked.Customer?.Email,
                CustomerName = asked.Customer?.Name,
                CustomerPhone = asked.Customer?.Phone,
                Provider = asked.Provider,
                Method = asked.Method,
                ReturnUrl = asked.ReturnUrl,
                CancelUrl = asked.CancelUrl,
                Kind = asked.Kind ?? PaymentKind.Order,
                Guest = asked.Guest ?? false,
                Metadata = asked.Metadata,
                ExpiresInMinutes = asked.ExpiresInMinutes,
                PaymentId = IdempotentRequests.ResourceIdOf(http),
            },
            caller.Actor,
            cancellationToken);
        if (created.Problem is { } problem)
            // On our own API an unconfigured shop is a rule of configuration; 404 is the source route's word for it.
            return (problem.Code == Codes.ShopNotConfigured ? problem with { Code = Codes.ProviderNotConfigured } : problem).ToHttp();
        return await AnswerAsync(read, caller, created.Value.PaymentId, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, CallerIdentity caller, PaymentSearch search, ReadPayment read, PaymentStore store, ProviderRegistry providers, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(request);
        var filter = PaymentFilter.Read(query, providers, ListQuery.PageParameters);
        var asked = ListQuery.PageOf(query);
        if ((filter.Problem ?? asked.Problem ?? ListQuery.OtherMode(filter.Value.Mode, caller.Mode)) is { } refused)
            return refused.ToHttp();
        var scope = await ListQuery.ScopeAsync(store, caller, cancellationToken);
        var page = await search.PageAsync(scope, filter.Value, asked.Value.Cursor, asked.Value.Limit, cancellationToken);
        return page.Problem is { } problem
            ? problem.ToHttp()
            : Page(await read.ManyAsync(page.Value.Rows.Select(row => row.Id), cancellationToken), page.Value.OlderCursor);
    }

    private static async Task<IResult> ListRefundsAsync(HttpRequest request, CallerIdentity caller, RefundSearch search, ReadPayment read, PaymentStore store, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(request);
        var filter = RefundFilter.Read(query, ListQuery.PageParameters);
        var asked = ListQuery.PageOf(query);
        if ((filter.Problem ?? asked.Problem ?? ListQuery.OtherMode(filter.Value.Mode, caller.Mode)) is { } refused)
            return refused.ToHttp();
        var scope = await ListQuery.ScopeAsync(store, caller, cancellationToken);
        var page = await search.PageAsync(scope, filter.Value, asked.Value.Cursor, asked.Value.Limit, cancellationToken);
        return page.Problem is { } problem
            ? problem.ToHttp()
            : Page(await read.RefundsAsync(page.Value.Rows.Select(row => row.Id), cancellationToken), page.Value.OlderCursor);
    }

    private static Task<IResult> GetAsync(CallerIdentity caller, Guid id, ReadPayment read) => AnswerAsync(read, caller, id, StatusCodes.Status200OK);

    private static async Task<IResult> AttemptAsync(HttpContext http, CallerIdentity caller, Guid id, StartAttempt start, ReadPayment read, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<AttemptBody>(cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        if (body.Value.Phone is { } phone && !Texts.IsPhone(phone))
            return Problem.Invalid("phone", "must be a phone number of 9 to 20 characters: digits, spaces, brackets and hyphens, a plus in front").ToHttp();
        if (!await read.IsOwnAsync(caller.TenantId, caller.Mode, id, cancellationToken))
            return NotFound().ToHttp();
        var started = await start.RunAsync(id, new AttemptRequest(body.Value.Provider, body.Value.Method, body.Value.Phone, IdempotentRequests.ResourceIdOf(http)), caller.Actor, cancellationToken);
        if (started.Problem is { } problem)
            return (problem.Code == Codes.ShopNotConfigured ? problem with { Code = Codes.ProviderNotConfigured } : problem).ToHttp();
        return await AnswerAsync(read, caller, id, StatusCodes.Status201Created);
    }

    private static async Task<IResult> RefundAsync(HttpContext http, CallerIdentity caller, Guid id, RefundPayment refund, ReadPayment read, CancellationToken cancellationToken)
    {
        var body = await http.ReadStrictAsync<RefundBody>(cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        var refunded = await refund.RunAsync(new RefundRequestedBy(caller.TenantId, caller.Mode, id, body.Value.AmountMinor, body.Value.AttemptId, body.Value.Reason, IdempotentRequests.ResourceIdOf(http)), caller.Actor, cancellationToken);
        return refunded.Problem is { } problem
            ? problem.ToHttp()
            : Results.Json(await read.RefundAsync(caller.TenantId, caller.Mode, refunded.Value, cancellationToken), Json.Api, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> VerifyAsync(CallerIdentity caller, Guid id, SettlePayment settle, ReadPayment read, CancellationToken cancellationToken)
    {
        var verified = await settle.VerifyAsync(caller.TenantId, caller.Mode, id, caller.Actor, cancellationToken);
        return verified.Problem is { } problem ? problem.ToHttp() : await AnswerAsync(read, caller, id, StatusCodes.Status200OK);
    }

    private static async Task<IResult> CancelAsync(CallerIdentity caller, Guid id, SettlePayment settle, ReadPayment read, CancellationToken cancellationToken)
    {
        var cancelled = await settle.CancelAsync(caller.TenantId, caller.Mode, id, reason: null, caller.Actor, cancellationToken);
        return cancelled.Problem is { } problem ? problem.ToHttp() : await AnswerAsync(read, caller, id, StatusCodes.Status200OK);
    }

    private static async Task<IResult> GetRefundAsync(CallerIdentity caller, Guid id, ReadPayment read, CancellationToken cancellationToken) =>
        await read.RefundAsync(caller.TenantId, caller.Mode, id, cancellationToken) is { } refund
            ? Results.Json(refund, Json.Api)
            : new Problem(Codes.NotFound, "No such refund.").ToHttp();

    /// <summary>The payment as this caller may see it: all of it, without the staff's doings for its customer, and little of it for a client token.</summary>
    private static async Task<IResult> AnswerAsync(ReadPayment read, CallerIdentity caller, Guid id, int status)
    {
        if (caller.Actor.Kind == ActorKind.Payer)
            return Results.Json(await read.ForClientAsync(id, CancellationToken.None), Json.Api, statusCode: status);
        if (await read.WithEverythingAsync(caller.TenantId, caller.Mode, id, CancellationToken.None) is not { } payment)
            return NotFound().ToHttp();
        return Results.Json(caller.IsPayer ? payment with { Timeline = [] } : payment, Json.Api, statusCode: status);
    }

    private static IResult Page<T>(IReadOnlyList<T> rows, string? next) => Results.Json(new PageObject<T>(rows, next is not null, next), Json.Api);

    private static Problem NotFound() => new(Codes.PaymentNotFound, "No such payment.");
}
