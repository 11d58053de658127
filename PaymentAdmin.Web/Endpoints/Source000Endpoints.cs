using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Source system 000's routes as its document describes them: a donation is a payment of ours, made at /v1/payments; these start Ioka's
/// checkout of it and take Ioka's webhook.
/// </summary>
public static class Source000Endpoints
{
    private const string Provider = "ioka";

    public static void MapSource000(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/donations/{id}/payment", PayAsync).RequireScope(Scopes.PaymentsWrite).OpenToCustomers(NamedById).Idempotent();
        routes.MapPost("/api/guest-donations/{id}/payment", PayAsGuestAsync).AllowAnonymous();
        routes.MapPost("/api/webhooks/ioka", ReceiveAsync).AllowAnonymous();
    }

    private static ValueTask<string?> NamedById(HttpContext http) => ValueTask.FromResult(http.Request.RouteValues["id"] as string);

    private static async Task<IResult> PayAsync(HttpContext http, string id, CallerIdentity caller, FindPayment find, CancellationToken cancellationToken) =>
        await find.NamedAsync(caller.TenantId, caller.Mode, id, caller.CustomerId, cancellationToken) is { } payment
            ? await StartAsync(http, payment, id, caller.Actor, cancellationToken)
            : NotFound.ToHttp();

    /// <summary>Takes a payment's id and nothing else, and says the same of a payment that is not for guests, that is over and that never was.</summary>
    private static async Task<IResult> PayAsGuestAsync(HttpContext http, string id, FindPayment find, GuestPaymentLimit limit, CancellationToken cancellationToken)
    {
        var remoteIp = http.Connection.RemoteIpAddress?.ToString();
        if (limit.Count(remoteIp, id) is { } tooMany)
            return tooMany.ToHttp();
        var guest = new Actor(ActorKind.Payer, "guest", "guest", RemoteIp: remoteIp, RequestId: http.TraceIdentifier);
        return await find.OfGuestAsync(id, cancellationToken) is { } payment ? await StartAsync(http, payment, id, guest, cancellationToken) : NotFound.ToHttp();
    }

    private static Task<IResult> StartAsync(HttpContext http, Payment payment, string id, Actor actor, CancellationToken cancellationToken) =>
        SourceCheckout.StartAsync(http, payment, new AttemptRequest(Provider, Method: null, Phone: null), actor, (found, page) => Started(found, page, id), cancellationToken);

    private static JsonHttpResult<StartedAnswer> Started(FoundAttempt found, string page, string id) =>
        TypedResults.Json(new StartedAnswer(true, page, found.Attempt.ProviderReference, id, SourceWords.Of(found.Payment.Status).Donation), Json.Source);

    /// <summary>The document wants 404 for a donation that is not here; Ioka's own events would then be lost, so theirs are answered 200.</summary>
    private static Task<IResult> ReceiveAsync(HttpContext http, ReceiveAlias receive) => receive.TakeAsync(
        http,
        Provider,
        Codes.Unauthenticated,
        (received, body) => IsUnknown(received) && IsOfDocument(body) ? NotFound.ToHttp() : null);

    private static bool IsUnknown(ReceivedWebhook received) => received is ReceivedWebhook.Unmatched or ReceivedWebhook.Stored { NamesPayment: false };

    /// <summary><c>{"event": …, "object": {…}}</c>, where Ioka itself writes <c>order</c> and <c>payment</c>.</summary>
    private static bool IsOfDocument(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("object", out var about) && about.ValueKind == JsonValueKind.Object
                && !root.TryGetProperty("order", out _) && !root.TryGetProperty("payment", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Problem NotFound => new(Codes.PaymentNotFound, "No such payment.");

    /// <param name="OrderId">Ioka's number of the order.</param>
    /// <param name="DonationId">As it stands in the address.</param>
    private sealed record StartedAnswer(bool Success, string CheckoutUrl, string? OrderId, string DonationId, string Status);
}
