using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Source system 004's routes as its document describes them: Stripe's checkout of an order that is a payment of ours, its state, its
/// webhook. The payer comes back straight to the frontend's status page; what that page's address says proves nothing.
/// </summary>
public static class Source004Endpoints
{
    private const string Provider = "stripe";

    private const int SessionLengthMax = 255;

    /// <summary>Stripe puts the session's id here.</summary>
    private const string SessionPlace = "{CHECKOUT_SESSION_ID}";

    public static void MapSource004(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/orders/{order_id}/pay", PayAsync).RequireScope(Scopes.PaymentsWrite).OpenToCustomers(NamedByAddress).Idempotent();
        routes.MapPost("/api/payments/create_checkout_session", CreateSessionAsync).RequireScope(Scopes.PaymentsWrite).OpenToCustomers(NamedByBodyAsync).Idempotent();
        routes.MapGet("/api/payments/check_status", CheckStatusAsync).RequireScope(Scopes.PaymentsRead).OpenToCustomers(NamedBySessionAsync);
        routes.MapPost("/api/payments/webhook", ReceiveAsync).AllowAnonymous();
    }

    private static ValueTask<string?> NamedByAddress(HttpContext http) => ValueTask.FromResult(http.Request.RouteValues["order_id"] as string);

    // Read for a customer's token before the route is; the bytes are kept for it.
    private static async ValueTask<string?> NamedByBodyAsync(HttpContext http)
    {
        var read = await http.ReadLenientAsync<SessionBody>(http.RequestAborted);
        return read.IsOk ? read.Value.OrderId : null;
    }

    private static async ValueTask<string?> NamedBySessionAsync(HttpContext http) =>
        http.Request.Query["session_id"] is [{ Length: > 0 and <= SessionLengthMax } session]
            ? (await http.RequestServices.GetRequiredService<FindPayment>().PaymentOfSessionAsync(session, http.RequestAborted))?.ToString()
            : null;

    private static Task<IResult> PayAsync(HttpContext http, string order_id, CallerIdentity caller, CancellationToken cancellationToken) =>
        StartAsync(http, caller, order_id, returnUrl: null, cancellationToken);

    private static async Task<IResult> CreateSessionAsync(HttpContext http, CallerIdentity caller, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<SessionBody>(cancellationToken);
        return read.IsOk ? await StartAsync(http, caller, read.Value.OrderId, read.Value.ReturnUrl, cancellationToken) : read.Problem!.ToHttp();
    }

    private static async Task<IResult> StartAsync(HttpContext http, CallerIdentity caller, string orderId, string? returnUrl, CancellationToken cancellationToken)
    {
        var services = http.RequestServices;
        if (await services.GetRequiredService<FindPayment>().NamedAsync(caller.TenantId, caller.Mode, orderId, caller.CustomerId, cancellationToken) is not { } payment)
            return new Problem(Codes.PaymentNotFound, "No such order.").ToHttp();
        if (returnUrl is not null)
        {
            var tenant = await services.GetRequiredService<PaymentStore>().ReadAsync(db => db.Tenants.SingleAsync(row => row.Id == caller.TenantId, cancellationToken), cancellationToken);
            if (services.GetRequiredService<ReturnUrls>().Check("return_url", returnUrl, tenant, caller.Mode) is { } refused)
                return refused.ToHttp();
        }
        var back = returnUrl ?? services.GetRequiredService<Deployment>().FrontendUrl + "/payment/status";
        var request = new AttemptRequest(Provider, Method: null, Phone: null)
        {
            ReturnUrl = With(back, $"session_id={SessionPlace}&status=success"),
            CancelUrl = With(back, "status=cancelled"),
        };
        return await SourceCheckout.StartAsync(http, payment, request, caller.Actor, Started, cancellationToken);
    }

    private static JsonHttpResult<SessionAnswer> Started(FoundAttempt found, string page) =>
        TypedResults.Json(new SessionAnswer(found.Payment.Id, SessionOf(found.Attempt), page), Json.Source);

    private static async Task<IResult> CheckStatusAsync(HttpContext http, CallerIdentity caller, FindPayment find, SettlePayment settle, CancellationToken cancellationToken)
    {
        var given = http.Request.Query["session_id"];
        if (given is not [{ Length: > 0 and <= SessionLengthMax } session])
            return new Problem(Codes.InvalidParameter, "session_id must be there once.").ToHttp();
        if (await find.BySessionAsync(caller.TenantId, caller.Mode, session, cancellationToken) is not { } known)
            return new Problem(Codes.PaymentNotFound, "No payment has this session.").ToHttp();
        // Whoever asks has just come back from the provider's page, and the provider's word may be slower than the browser.
        if (!known.Payment.IsFinal)
            await settle.VerifyAsync(caller.TenantId, caller.Mode, known.Payment.Id, caller.Actor, cancellationToken);
        var now = await find.BySessionAsync(caller.TenantId, caller.Mode, session, cancellationToken) ?? known;
        return TypedResults.Json(StatusAnswer.From(now), Json.Source);
    }

    private static Task<IResult> ReceiveAsync(HttpContext http, ReceiveAlias receive) => receive.TakeAsync(http, Provider, Codes.InvalidSignature);

    private static string SessionOf(PaymentAttempt attempt) => attempt.Provider == Provider && attempt.ProviderReference is { } session ? session : attempt.Id.ToString();

    private static string With(string url, string parameters) => string.Create(CultureInfo.InvariantCulture, $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameters}");

    private sealed record SessionBody
    {
        public required string OrderId { get; init; }
        public string? ReturnUrl { get; init; }
    }

    private sealed record SessionAnswer(Guid PaymentId, string CheckoutSessionId, string CheckoutUrl);

    /// <param name="OrderId">The order reference.</param>
    /// <param name="Amount">Major units, as text.</param>
    private sealed record StatusAnswer(Guid PaymentId, string OrderId, string CheckoutSessionId, string Status, string Amount, string Currency, string Provider, string? ErrorMessage, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public static StatusAnswer From(FoundAttempt found)
        {
            var payment = found.Payment;
            return new(payment.Id, payment.OrderReference, SessionOf(found.Attempt), SourceWords.Of(payment.Status).Order, payment.Amount.ToPlain(), payment.Currency, found.Attempt.Provider, payment.LastErrorMessage, payment.CreatedAt, payment.UpdatedAt);
        }
    }
}
