using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// <c>Authorization: Bearer …</c>: an API key (<c>pa_test_…</c>, <c>pa_live_…</c>), a payment's client token (<c>pct_…</c>) or a JWT of a tenant's
/// customer. Cookies are not looked at, and refusals are problem+json, never a redirect.
/// </summary>
public sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AuthenticateApiKey keys, AuthenticateCustomer customers, AdmitPayer admit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "Bearer";

    /// <summary>Where a page sends its client token.</summary>
    public const string ClientTokenParameter = "t";
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var route = Context.GetEndpoint()?.Metadata.GetMetadata<PayerRoute>();
        if (TokenOf(route) is not { } text)
            return AuthenticateResult.NoResult();
        if (text.StartsWith(ClientTokens.Prefix, StringComparison.Ordinal))
            return await OfClientAsync(text, route);
        return AuthenticateCustomer.LooksLikeOne(text) ? await OfCustomerAsync(text, route) : await OfKeyAsync(text);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return new Problem(Codes.Unauthenticated, "A valid API key is needed: Authorization: Bearer pa_test_… or pa_live_….").WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (Context.Features.Get<PayerRefused>() is { } refused)
            return refused.Problem.WriteAsync(Context);
        var scope = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).OfType<string>().LastOrDefault(policy => policy.StartsWith("scope:", StringComparison.Ordinal));
        return new Problem(Codes.ScopeMissing, $"The key lacks the scope {scope?["scope:".Length..]}.").WriteAsync(Context);
    }

    private string? TokenOf(PayerRoute? route)
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 1 && header[0] is { } text && text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return text[Prefix.Length..].Trim();
        var parameter = Request.Query[ClientTokenParameter];
        return header.Count == 0 && parameter.Count == 1 && route is { TakesClientTokens: true } && parameter[0]!.StartsWith(ClientTokens.Prefix, StringComparison.Ordinal) ? parameter[0] : null;
    }

    private async Task<AuthenticateResult> OfKeyAsync(string text)
    {
        if (await keys.RunAsync(text, Context.RequestAborted) is not { } key)
            return AuthenticateResult.Fail("No such key.");
        var actor = new Actor(ActorKind.ApiKey, key.KeyId.ToString(), key.Name, AnswerableUserId: key.CreatedByUserId, RemoteIp: RemoteIp, RequestId: Context.TraceIdentifier);
        return Known(new CallerIdentity(key.TenantId, key.Mode, key.KeyId, key.Scopes, actor), [.. key.Scopes.Select(scope => new Claim(ScopeRequirement.ClaimType, scope))]);
    }

    /// <summary>Only the payment that the address names can say whether the token is its own.</summary>
    private async Task<AuthenticateResult> OfClientAsync(string text, PayerRoute? route)
    {
        if (!Guid.TryParse(Request.RouteValues["id"] as string, out var paymentId) || await admit.ByClientTokenAsync(text, paymentId, Context.RequestAborted) is not { } payment)
            return AuthenticateResult.Fail("No client token of this payment.");
        if (route is not { TakesClientTokens: true })
            return Refused(Codes.CustomerTokenNotAllowed, "A client token reads its payment, starts an attempt, cancels, and submits a proof. It does nothing else.");
        var actor = new Actor(ActorKind.Payer, payment.Id.ToString(), "the payer", RemoteIp: RemoteIp, RequestId: Context.TraceIdentifier);
        return Admitted(new CallerIdentity(payment.TenantId, payment.Mode, Guid.Empty, [], actor));
    }

    private async Task<AuthenticateResult> OfCustomerAsync(string text, PayerRoute? route)
    {
        if (await customers.RunAsync(text, Context.RequestAborted) is not { } customer)
            return AuthenticateResult.Fail("No customer token.");
        if (route is null)
            return Refused(Codes.CustomerTokenNotAllowed, "A customer token reads the customer's own payments, starts attempts on them, cancels them, and submits proofs. It does nothing else.");
        var mode = await ModeOfAsync(customer, route);
        if (mode is null)
            return Refused(Codes.PaymentNotFound, "No such payment.");
        var actor = new Actor(ActorKind.Customer, customer.CustomerId, "customer " + customer.CustomerId, RemoteIp: RemoteIp, RequestId: Context.TraceIdentifier);
        return Admitted(new CallerIdentity(customer.TenantId, mode.Value, Guid.Empty, [], actor) { CustomerId = customer.CustomerId });
    }

    /// <summary>The mode of the payment that the request is about; null when there is none that this customer may know of.</summary>
    private async Task<Mode?> ModeOfAsync(CustomerIdentity customer, PayerRoute route)
    {
        if (route.PaymentOf is not { } find)
            return Words.Find<Mode>(Request.Query["mode"]) ?? await admit.UsualModeAsync(customer.TenantId, Context.RequestAborted);
        var named = await find(Context);
        return named is null ? null : (await admit.ToCustomerAsync(customer, named, Context.RequestAborted))?.Mode;
    }

    private string? RemoteIp => Context.Connection.RemoteIpAddress?.ToString();

    private AuthenticateResult Admitted(CallerIdentity caller) => Known(caller, [new Claim(ScopeRequirement.PayerClaim, "yes")]);

    private AuthenticateResult Known(CallerIdentity caller, Claim[] claims)
    {
        Context.Features.Set(caller);
        return Authenticated([new Claim(ClaimTypes.NameIdentifier, caller.Actor.Id), .. claims]);
    }

    // Authenticated without any right: authorization fails, and its answer is this problem.
    private AuthenticateResult Refused(string code, string detail)
    {
        Context.Features.Set(new PayerRefused(new Problem(code, detail)));
        return Authenticated([]);
    }

    private static AuthenticateResult Authenticated(IEnumerable<Claim> claims) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme)), Scheme));

    private sealed record PayerRefused(Problem Problem);
}
