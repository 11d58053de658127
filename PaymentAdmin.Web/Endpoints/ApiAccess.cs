using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Who calls an API route. Handlers take it as a parameter; routes without an API policy have none.</summary>
public sealed record CallerIdentity(Guid TenantId, Mode Mode, Guid KeyId, IReadOnlyList<string> Scopes, Actor Actor)
{
    public bool Has(string scope) => Scopes.Contains(scope);

    public static ValueTask<CallerIdentity> BindAsync(HttpContext http, ParameterInfo _) =>
        ValueTask.FromResult(http.Features.Get<CallerIdentity>() ?? throw new InvalidOperationException($"{http.Request.Path} takes a caller but asks for no scope."));
}

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
}

/// <summary>The key must have this scope; without it the answer is 403 <c>scope_missing</c>.</summary>
public sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public const string ClaimType = "scope";

    public string Scope { get; } = scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.HasClaim(ClaimType, requirement.Scope))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
