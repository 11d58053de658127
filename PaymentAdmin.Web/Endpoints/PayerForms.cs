using Microsoft.AspNetCore.Mvc;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Web.Components.Pages.Payer;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>A form of a page for strangers: limited like the page.</summary>
public sealed class PayerFormMetadata;

/// <summary>
/// Where the checkout's forms go. Each does one thing and sends the browser on, so that neither a reload nor Back sends a form again. The
/// payment's own token in the address is the credential: no cookie has a say, so another site cannot borrow one.
/// </summary>
public static class PayerForms
{
    private const int FieldBytesMax = 16 * 1024;

    public static IEndpointRouteBuilder MapPayerForms(this IEndpointRouteBuilder routes)
    {
        var pay = routes.MapGroup("/pay/{id:guid}").AllowAnonymous().ExcludeFromDescription().WithMetadata(new PayerFormMetadata()).DisableAntiforgery();
        pay.MapPost("/start", StartAsync).WithMetadata(new RequestSizeLimitAttribute(FieldBytesMax));
        pay.MapPost("/cancel", CancelAsync).WithMetadata(new RequestSizeLimitAttribute(FieldBytesMax));
        pay.MapPost("/proof", SubmitAsync).WithMetadata(new RequestSizeLimitAttribute(ProofEndpoints.BodyBytesMax));
        routes.MapPost("/l/{token}/pay", PayByLinkAsync).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery().WithMetadata(new PayerFormMetadata(), new RequestSizeLimitAttribute(FieldBytesMax));
        return routes;
    }

    /// <summary>Starts the chosen way, or finds it open: pressing twice, or in two tabs, starts one attempt.</summary>
    private static async Task<IResult> StartAsync(HttpContext http, Guid id, AdmitPayer admit, StartAttempt start, FindPayment find, GuestPaymentLimit limit, CancellationToken cancellationToken)
    {
        if (await AdmittedAsync(http, id, admit, cancellationToken) is null)
            return Results.NotFound();
        if (limit.Count(http.Connection.RemoteIpAddress?.ToString(), id.ToString()) is not null)
            return Back(http, id, "too_many");
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(cancellationToken) : FormCollection.Empty;
        if (form["way"].ToString().Split('.') is not [var provider, var method])
            return Back(http, id, "other");
        var phone = form[$"phone.{provider}.{method}"].ToString().Trim();
        if (phone.Length > 0 && !Texts.IsPhone(phone))
            return Back(http, id, "phone");
        var begun = await start.RunAsync(id, new AttemptRequest(provider, method, phone.Length > 0 ? phone : null) { AnswersOpenPage = true }, PayerLinks.ActorOf(id, http), cancellationToken);
        if (begun.Problem is { } problem)
            // What is open, unknown or over is what the page shows anyway.
            return Back(http, id, problem.Code is Codes.AttemptInProgress or Codes.AttemptOutcomeUnknown or Codes.PaymentFinal or Codes.PaymentNotFound ? null : problem.Code == Codes.ValidationFailed ? "other" : PayerLinks.ErrorOf(problem.Code));
        var found = await find.AnsweredAsync(id, begun.Value, cancellationToken);
        return found is { Attempt: { IsOpen: true, PageUrl: { } url, Method: not ("link" or "qr") } } && Uri.TryCreate(url, UriKind.Absolute, out var page) && page.Scheme is "https" or "http"
            ? SeeOther(http, page.AbsoluteUri)
            : Back(http, id, null);
    }

    private static async Task<IResult> CancelAsync(HttpContext http, Guid id, AdmitPayer admit, SettlePayment settle, CancellationToken cancellationToken)
    {
        if (await AdmittedAsync(http, id, admit, cancellationToken) is not { } payment)
            return Results.NotFound();
        var cancelled = await settle.CancelAsync(payment.TenantId, payment.Mode, id, reason: null, PayerLinks.ActorOf(id, http), cancellationToken);
        return cancelled.Problem switch
        {
            null => SeeOther(http, PayerLinks.Status(id, TokenOf(http), http) + "&status=cancelled"),
            { Code: Codes.AttemptInProgress or Codes.AttemptOutcomeUnknown } => Back(http, id, "busy"),
            _ => Back(http, id, null),
        };
    }

    private static async Task<IResult> SubmitAsync(HttpContext http, Guid id, AdmitPayer admit, SubmitProof submit, GuestPaymentLimit limit, CancellationToken cancellationToken)
    {
        if (await AdmittedAsync(http, id, admit, cancellationToken) is not { } payment)
            return Results.NotFound();
        if (limit.Count(http.Connection.RemoteIpAddress?.ToString(), id.ToString()) is not null)
            return Back(http, id, "too_many");
        var body = await http.ReadBodyAsync(ProofEndpoints.BodyBytesMax, cancellationToken);
        if (!body.IsOk)
            return Back(http, id, "file_size");
        if (ProofEndpoints.BoundaryOf(http.Request) is not { } boundary)
            return Back(http, id, "other");
        var form = await ProofEndpoints.ReadAsync(body.Value, boundary, cancellationToken);
        if (form.Problem is { } unreadable)
            return Back(http, id, ErrorOf(unreadable));
        var (texts, files) = form.Value;
        var submitted = await submit.RunAsync(
            new ProofSubmission
            {
                TenantId = payment.TenantId,
                Mode = payment.Mode,
                PaymentId = id,
                Type = Words.Find<ProofType>(texts.GetValueOrDefault("proof_type")) ?? ProofType.BankTransfer,
                Reference = texts.GetValueOrDefault("proof_reference"),
                Notes = texts.GetValueOrDefault("notes"),
                Files = files,
            },
            PayerLinks.ActorOf(id, http),
            cancellationToken);
        return Back(http, id, submitted.Problem is { } problem && problem.Code != Codes.PaymentFinal ? ErrorOf(problem) : null);
    }

    /// <summary>Makes the link's payment, or finds the one that is under way, and opens its checkout.</summary>
    private static async Task<IResult> PayByLinkAsync(HttpContext http, string token, PayByLink links, PaymentObjects objects, GuestPaymentLimit limit, CancellationToken cancellationToken)
    {
        if (await links.FindAsync(token, cancellationToken) is not { Link: var link })
            return Results.NotFound();
        var page = $"/l/{token}{PayerLinks.LanguageQuery(http)}";
        if (limit.Count(http.Connection.RemoteIpAddress?.ToString(), link.Id.ToString()) is not null)
            return SeeOther(http, Refused(page, "too_many"));
        long? amount = null;
        if (link.AmountMinor is null)
        {
            var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(cancellationToken) : FormCollection.Empty;
            if (MoneyInput.Fault(form["amount"], link.Currency, out var typed) is not null)
                return SeeOther(http, Refused(page, "amount"));
            amount = typed.Minor;
        }
        var actor = new Actor(ActorKind.Payer, link.Id.ToString(), "a payment link", RemoteIp: http.Connection.RemoteIpAddress?.ToString(), RequestId: http.TraceIdentifier);
        var made = await links.RunAsync(token, amount, actor, cancellationToken);
        return made.Problem switch
        {
            null => SeeOther(http, PayerLinks.Pay(made.Value, objects.TokenFor(made.Value), http)),
            // The page itself says why.
            { Code: Codes.LinkNotUsable } => SeeOther(http, page),
            { Code: Codes.AmountOutOfRange } => SeeOther(http, Refused(page, "amount")),
            { Code: Codes.OrderReferenceInUse } => SeeOther(http, Refused(page, "taken")),
            _ => SeeOther(http, Refused(page, "other")),
        };
    }

    private static string Refused(string page, string error) => $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}error={error}";

    private static string ErrorOf(Problem problem) => problem switch
    {
        { Code: Codes.TooLarge } => "file_size",
        { Errors: { } errors } when errors.ContainsKey("proof_reference") => "reference",
        { Code: Codes.UnsupportedMediaType } => "file",
        { Errors: { } errors } when errors.ContainsKey("file") => "file",
        { Code: Codes.Unavailable } => "unavailable",
        _ => "other",
    };

    private static string TokenOf(HttpContext http) => http.Request.Query["t"].ToString();

    private static Task<AdmittedPayment?> AdmittedAsync(HttpContext http, Guid id, AdmitPayer admit, CancellationToken cancellationToken) => admit.ByClientTokenAsync(TokenOf(http), id, cancellationToken);

    private static IResult Back(HttpContext http, Guid id, string? error) => SeeOther(http, PayerLinks.Pay(id, TokenOf(http), http) + (error is null ? "" : $"&error={error}"));

    private static IResult SeeOther(HttpContext http, string url)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = url;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }
}
