using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Who calls an API route. Handlers take it as a parameter; routes without an API policy have none.</summary>
/// <param name="Mode">The key's; a payer's is that of the payment.</param>
/// <param name="KeyId">Empty for payers.</param>
public sealed record CallerIdentity(Guid TenantId, Mode Mode, Guid KeyId, IReadOnlyList<string> Scopes, Actor Actor)
{
    /// <summary>The tenant's own name for the customer whose token it is: only this customer's payments are there. Null for keys and client tokens.</summary>
    public string? CustomerId { get; init; }

    /// <summary>A customer or client token: judged by the payment, not by scopes.</summary>
    public bool IsPayer => Actor.Kind is ActorKind.Customer or ActorKind.Payer;

    /// <summary>Tells callers apart where something is counted or kept per caller.</summary>
    public string Name => $"{Words.Of(Actor.Kind)} {TenantId} {Actor.Id}";

    public bool Has(string scope) => Scopes.Contains(scope);

    public static ValueTask<CallerIdentity> BindAsync(HttpContext http, ParameterInfo _) =>
        ValueTask.FromResult(http.Features.Get<CallerIdentity>() ?? throw new InvalidOperationException($"{http.Request.Path} takes a caller but asks for no scope."));
}

/// <summary>A route that payers may call with tokens of their own, also from scripts in their browsers.</summary>
/// <param name="PaymentOf">The payment's id or order reference as the request names it; null on a route that is about no single payment.</param>
public sealed record PayerRoute(bool TakesClientTokens, Func<HttpContext, ValueTask<string?>>? PaymentOf);

/// <summary>What an API route asks of its caller.</summary>
public static class ApiAccess
{
    /// <summary>A key, whatever its scopes.</summary>
    public const string AnyScope = "scope:any";

    public static string PolicyOf(string scope) => "scope:" + scope;

    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope) where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(PolicyOf(scope));

    public static TBuilder RequireKey<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(AnyScope);

    /// <summary>Besides keys, the client token of the payment <c>{id}</c> and the token of its customer are taken.</summary>
    public static TBuilder OpenToPayers<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.OpenTo(new PayerRoute(TakesClientTokens: true, http => ValueTask.FromResult(http.Request.RouteValues["id"] as string)));

    /// <summary>Besides keys, the token of the customer is taken whose payment the request names; nothing else is there for it.</summary>
    public static TBuilder OpenToCustomers<TBuilder>(this TBuilder builder, Func<HttpContext, ValueTask<string?>>? paymentOf = null) where TBuilder : IEndpointConventionBuilder =>
        builder.OpenTo(new PayerRoute(TakesClientTokens: false, paymentOf));

    private static TBuilder OpenTo<TBuilder>(this TBuilder builder, PayerRoute route) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(route).RequireCors(HttpEdge.PayerCors);
}

/// <summary>The key must have this scope; without it the answer is 403 <c>scope_missing</c>. A payer who was let in is let in whatever the scope.</summary>
public sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public const string ClaimType = "scope";
    public const string PayerClaim = "payer";

    public string Scope { get; } = scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.HasClaim(ClaimType, requirement.Scope) || context.User.HasClaim(claim => claim.Type == PayerClaim))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
