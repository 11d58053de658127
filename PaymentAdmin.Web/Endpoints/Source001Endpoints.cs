using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Source system 001's payment routes as its document describes them: amounts in tenge, the provider's number as the payment's id,
/// its status words. The BIN comes from the shop; a refund goes to the BIN that took the money.
/// </summary>
public static class Source001Endpoints
{
    private const string Provider = "kaspi";
    private const string Tenge = "KZT";

    /// <summary>How long a request without an Idempotency-Key is recognised as a repetition.</summary>
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromMinutes(10);

    public static void MapSource001(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/payments/kaspi");
        payments.MapPost("/create", CreateAsync).RequireScope(Scopes.PaymentsWrite).Idempotent();
        payments.MapPost("/create-link", CreateLinkAsync).RequireScope(Scopes.PaymentsWrite).Idempotent();
        payments.MapGet("/status/{external_id}", StatusAsync).RequireScope(Scopes.PaymentsRead);
        payments.MapPost("/refund", RefundAsync).RequireScope(Scopes.RefundsWrite).Idempotent();
        routes.MapSource001Admin();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, CallerIdentity caller, CreatePayment create, FindPayment find, IdSource ids, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<CreateBody>(cancellationToken);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var body = read.Value;
        if (Faults(body.ShopId, body.Message, body.Phone) is { } faults)
            return faults.ToHttp();
        var request = RequestOf(http, caller, ids, body.ShopId, body.Amount, body.Message) with
        {
            Method = "phone",
            CustomerPhone = body.Phone,
            Repeat = IdempotentRequests.ResourceIdOf(http) is not null ? null : new RepeatRule(RepeatName(caller, body), RepeatWindow),
        };
        return await StartAsync(request, caller, create, find, Created, cancellationToken);
    }

    private static async Task<IResult> CreateLinkAsync(HttpContext http, CallerIdentity caller, CreatePayment create, FindPayment find, IdSource ids, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<CreateLinkBody>(cancellationToken);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var body = read.Value;
        if (Faults(body.ShopId, body.Message) is { } faults)
            return faults.ToHttp();
        var request = RequestOf(http, caller, ids, body.ShopId, body.Amount, body.Message) with { Method = "link" };
        return await StartAsync(request, caller, create, find, LinkCreated, cancellationToken);
    }

    private static async Task<IResult> StatusAsync(string external_id, CallerIdentity caller, FindPayment find, SettlePayment settle, CancellationToken cancellationToken)
    {
        if (await find.ByReferenceAsync(caller.TenantId, caller.Mode, Provider, external_id, cancellationToken) is not { } known)
            return new Problem(Codes.PaymentNotFound, $"No payment has the number {external_id}.").ToHttp();
        await settle.VerifyAsync(caller.TenantId, caller.Mode, known.Payment.Id, caller.Actor, cancellationToken);
        var now = await find.ByReferenceAsync(caller.TenantId, caller.Mode, Provider, external_id, cancellationToken) ?? known;
        return Answer(new StatusAnswer(true, external_id, Source001Words.Of(now)));
    }

    private static async Task<IResult> RefundAsync(HttpContext http, CallerIdentity caller, FindPayment find, RefundPayment refund, IdSource ids, CancellationToken cancellationToken)
    {
        var read = await http.ReadLenientAsync<RefundBody>(cancellationToken);
        if (!read.IsOk)
            return read.Problem!.ToHttp();
        var body = read.Value;
        if (Faults(body.ShopId, message: null) is { } faults)
            return faults.ToHttp();
        var paid = await find.OfShopAsync(caller.TenantId, caller.Mode, Provider, body.ExternalId, body.ShopId, cancellationToken);
        if (!paid.IsOk)
            return paid.Problem!.ToHttp();

        var key = IdempotentRequests.ResourceIdOf(http);
        var refundId = key ?? ids.NewId();
        var request = new RefundRequestedBy(caller.TenantId, caller.Mode, paid.Value.Payment.Id, body.Amount.Minor, paid.Value.Attempt.Id, "Requested at /payments/kaspi/refund", refundId, key is null ? RepeatWindow : null);
        var done = await refund.RunAsync(request, caller.Actor, cancellationToken);
        if (!done.IsOk)
            return done.Problem!.ToHttp();
        if (done.Value != refundId)
            http.Response.Headers["Idempotent-Replayed"] = "true";
        return Refunded(await find.RefundAsync(done.Value, cancellationToken), body.ExternalId);
    }

    private static async Task<IResult> StartAsync(CreatePaymentRequest request, CallerIdentity caller, CreatePayment create, FindPayment find, Func<FoundAttempt, IResult> created, CancellationToken cancellationToken)
    {
        var stored = await create.RunAsync(request, caller.Actor, cancellationToken);
        if (!stored.IsOk)
            return stored.Problem!.ToHttp();
        return await SourceCheckout.AnswerAsync(find, stored.Value.PaymentId, attemptId: null, created, cancellationToken);
    }

    private static IResult Created(FoundAttempt started) =>
        Answer(new CreateAnswer(true, started.Attempt.ProviderReference, Source001Words.Of(started), started.Attempt.OrganizationBin));

    private static IResult LinkCreated(FoundAttempt started)
    {
        var link = started.Attempt.NextActionJson is { } action ? JsonNode.Parse(action)?["url"]?.GetValue<string>() : null;
        return Answer(new LinkAnswer(true, link, started.Attempt.ProviderReference, started.Attempt.ExpiresAt, started.Attempt.ProviderReference, Source001Words.Of(started), started.Attempt.OrganizationBin));
    }

    private static IResult Refunded(Refund refund, string externalId) => refund switch
    {
        { Status: RefundStatus.Succeeded } => Answer(new RefundAnswer(true, externalId, new Money(refund.AmountMinor, refund.Currency).ToMajor(), refund.OrganizationBin)),
        { Status: RefundStatus.Failed } => new Problem(refund.FailureCode ?? Codes.ProviderRejected, refund.FailureMessage ?? "The provider refused the refund.") { PaymentId = refund.PaymentId }.ToHttp(),
        { Status: RefundStatus.Unknown } => new Problem(Codes.ProviderOutcomeUnknown, "The provider did not answer, so the money may be on its way back. Do not repeat the refund: it is being cleared up.") { PaymentId = refund.PaymentId }.ToHttp(),
        // Nothing has been paid back yet, so it must not read as success to a client of the old service.
        { ActionRequired: RefundAction.Approval } => Answer(new WaitingAnswer(false, "waiting_for_approval", refund.Id, externalId, refund.OrganizationBin), StatusCodes.Status202Accepted),
        _ => Answer(new WaitingAnswer(false, "pending", refund.Id, externalId, refund.OrganizationBin), StatusCodes.Status202Accepted),
    };

    private static CreatePaymentRequest RequestOf(HttpContext http, CallerIdentity caller, IdSource ids, int shopId, MajorAmount amount, string? message)
    {
        var paymentId = IdempotentRequests.ResourceIdOf(http) ?? ids.NewId();
        return new CreatePaymentRequest
        {
            TenantId = caller.TenantId,
            Mode = caller.Mode,
            PaymentId = paymentId,
            ShopId = shopId,
            OrderReference = $"kaspi-{paymentId}",
            AmountMinor = amount.Minor,
            Currency = Tenge,
            Description = string.IsNullOrWhiteSpace(message) ? null : message,
            Provider = Provider,
        };
    }

    private static Problem? Faults(int shopId, string? message, string? phone = null)
    {
        var errors = new Dictionary<string, string[]>();
        if (shopId < 1)
            errors["shop_id"] = ["must be a whole number from 1 to 2147483647"];
        if (Texts.Fault(message, 255) is { } fault)
            errors["message"] = [fault];
        if (phone is not null && !Texts.IsPhone(phone))
            errors["phone"] = ["must be a phone number of 9 to 20 characters: digits, spaces, brackets and hyphens, a plus in front"];
        return errors.Count == 0 ? null : Problem.Invalid(errors);
    }

    // Parts of any text must not run into each other, so they are hashed as JSON.
    private static string RepeatName(CallerIdentity caller, CreateBody body) =>
        "001:" + Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { caller.TenantId.ToString(), Words.Of(caller.Mode), $"{body.ShopId}", $"{body.Amount.Minor}", Texts.PhoneDigits(body.Phone) ?? "", body.Message?.Trim() ?? "" })));

    private static JsonHttpResult<T> Answer<T>(T value, int status = StatusCodes.Status200OK) => TypedResults.Json(value, Json.Source, statusCode: status);

    private sealed record CreateBody
    {
        public required int ShopId { get; init; }
        public required MajorAmount Amount { get; init; }
        public required string Phone { get; init; }
        public string? Message { get; init; }
    }

    private sealed record CreateLinkBody
    {
        public required int ShopId { get; init; }
        public required MajorAmount Amount { get; init; }
        public string? Message { get; init; }
    }

    private sealed record RefundBody
    {
        public required int ShopId { get; init; }
        public required string ExternalId { get; init; }
        public required MajorAmount Amount { get; init; }
    }

    private sealed record CreateAnswer(bool Success, string? ExternalId, string Status, string? OrganizationBin);

    /// <param name="PaymentId">The provider's number, as the old service called it.</param>
    private sealed record LinkAnswer(bool Success, string? PaymentLink, string? PaymentId, DateTimeOffset? ExpireDate, string? ExternalId, string Status, string? OrganizationBin);

    private sealed record StatusAnswer(bool Success, string ExternalId, string Status);

    private sealed record RefundAnswer(bool Success, string ExternalId, decimal RefundedAmount, string? OrganizationBin);

    private sealed record WaitingAnswer(bool Success, string Status, Guid RefundId, string ExternalId, string? OrganizationBin);
}
