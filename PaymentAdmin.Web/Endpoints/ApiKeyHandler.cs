using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary><c>Authorization: Bearer pa_test_…</c> or <c>pa_live_…</c>. Cookies are not looked at, and refusals are problem+json, never a redirect.</summary>
public sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AuthenticateApiKey authenticate)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "ApiKey";
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        if (await authenticate.RunAsync(text[Bearer.Length..].Trim(), Context.RequestAborted) is not { } key)
            return AuthenticateResult.Fail("No such key.");
        Context.Features.Set(IdentityOf(key));
        var claims = key.Scopes.Select(scope => new Claim(ScopeRequirement.ClaimType, scope));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, key.KeyId.ToString()), .. claims], Scheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return new Problem(Codes.Unauthenticated, "A valid API key is needed: Authorization: Bearer pa_test_… or pa_live_….").WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var scope = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).OfType<string>().LastOrDefault(policy => policy.StartsWith("scope:", StringComparison.Ordinal));
        return new Problem(Codes.ScopeMissing, $"The key lacks the scope {scope?["scope:".Length..]}.").WriteAsync(Context);
    }

    private CallerIdentity IdentityOf(ApiKeyIdentity key) => new(
        key.TenantId,
        key.Mode,
        key.KeyId,
        key.Scopes,
        new Actor(ActorKind.ApiKey, key.KeyId.ToString(), key.Name, AnswerableUserId: key.CreatedByUserId, RemoteIp: Context.Connection.RemoteIpAddress?.ToString(), RequestId: Context.TraceIdentifier));
}
