using System.Security.Cryptography;
using System.Text.Json;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Source system 002's routes as its document describes them: a registration is paid on iKhokha's page, or on the sandbox's in demo mode. Its
/// return pages are ours and trust only the server (Components/Pages/Payer).
/// </summary>
public static class Source002Endpoints
{
    private const string Provider = "ikhokha";
    private const string DemoReference = "DEMO_";
    private const string DemoPayment = "demo_payment_";

    /// <summary>A registration has one payment as long as that is open, however long.</summary>
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromDays(3650);

    public static void MapSource002(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/payment/create", CreateAsync).RequireScope(Scopes.PaymentsWrite).Idempotent();
        routes.MapGet("/payment/demo", DemoAsync).AllowAnonymous();
        routes.MapPost("/api/webhooks/ikhokha", ReceiveAsync).AllowAnonymous();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CallerIdentity caller, CreatePayment create, FindPayment find, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<CreateBody>(cancellationToken);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var body = read.Value;
        var key = IdempotentRequests.ResourceIdOf(http);
        var request = new CreatePaymentRequest
        {
            TenantId = caller.TenantId,
            Mode = caller.Mode,
            PaymentId = key,
            OrderReference = body.OrderReference,
            AmountMinor = body.Amount.Minor,
            Currency = body.Currency,
            CustomerEmail = body.Email,
            CustomerName = body.Name,
            Description = body.Description,
            Kind = PaymentKind.Registration,
            Provider = Provider,
            Repeat = key is not null ? null : new RepeatRule(RepeatName(caller, body), RepeatWindow),
        };
        var stored = await create.RunAsync(request, caller.Actor, cancellationToken);
        return stored.IsOk
            ? await SourceCheckout.AnswerAsync(find, stored.Value.PaymentId, attemptId: null, found => Created(http, found), cancellationToken)
            : stored.Problem!.ToHttp();
    }

    /// <summary>In demo mode the payer goes by our own page, and the names say that no money moves.</summary>
    private static IResult Created(HttpContext http, FoundAttempt found)
    {
        var publicUrl = http.RequestServices.GetRequiredService<Deployment>().PublicUrl;
        var isDemo = found.Attempt.Endpoint == AccountEndpoint.Sandbox;
        var reference = isDemo ? DemoReference + found.Attempt.Id : found.Attempt.Id.ToString();
        var page = SourceCheckout.PageOf(found);
        if (page is null)
            return new Problem(found.Attempt.LastErrorCode ?? Codes.ProviderRejected, found.Attempt.LastErrorMessage ?? "The provider gave no page.") { PaymentId = found.Payment.Id }.ToHttp();
        return TypedResults.Json(new CreateAnswer(true, isDemo ? $"{publicUrl}/payment/demo?ref={reference}" : page, reference, isDemo ? DemoPayment + found.Payment.Id : found.Payment.Id.ToString()), Json.Source);
    }

    /// <summary>Leads to the imitated provider's page; there is nothing here for payments that are no demonstration.</summary>
    private static async Task<IResult> DemoAsync(HttpContext http, FindPayment find, CancellationToken cancellationToken)
    {
        var given = http.Request.Query["ref"].ToString();
        if (!given.StartsWith(DemoReference, StringComparison.Ordinal) || !Guid.TryParseExact(given[DemoReference.Length..], "D", out var attemptId))
            return Results.NotFound();
        var page = await find.SandboxPageAsync(Provider, attemptId, cancellationToken);
        return page is null ? Results.NotFound() : Results.Redirect(page);
    }

    private static Task<IResult> ReceiveAsync(HttpContext http, ReceiveAlias receive) => receive.TakeAsync(http, Provider, Codes.Unauthenticated);

    // Another amount is another wish: it meets the reference that is in use.
    private static string RepeatName(CallerIdentity caller, CreateBody body) =>
        "002:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { caller.TenantId.ToString(), Words.Of(caller.Mode), body.OrderReference, $"{body.Amount.Minor}", body.Currency })));

    private sealed record CreateBody
    {
        public required MajorAmount Amount { get; init; }
        public required string Currency { get; init; }
        public required string OrderReference { get; init; }
        public string? Email { get; init; }
        public string? Name { get; init; }
        public string? Description { get; init; }
    }

    private sealed record CreateAnswer(bool Success, string PaymentUrl, string TransactionRef, string PaymentId);
}
