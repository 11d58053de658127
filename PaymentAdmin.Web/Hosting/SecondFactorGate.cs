using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// Where a second factor is required, a session without one reaches nothing but the pages under /account, which enrol it.
/// Stands after authentication and before authorization. API keys and auditors, who change nothing, are not asked.
/// </summary>
public static class SecondFactorGate
{
    public const string EnrolPath = "/account/second-factor";
    public const string MethodClaim = "amr";
    public const string MultiFactor = "mfa";

    public static IApplicationBuilder UseSecondFactor(this WebApplication app)
    {
        var deployment = app.Services.GetRequiredService<Deployment>();
        return deployment.RequireSecondFactor ? app.Use((http, next) => PassAsync(http, next)) : app;
    }

    /// <summary>True for a session that must enrol first.</summary>
    public static bool IsMissing(ClaimsPrincipal user) =>
        user.Identity is { IsAuthenticated: true } identity
        && identity.AuthenticationType == IdentityConstants.ApplicationScheme
        && user.FindFirstValue(ClaimTypes.Role) != Roles.Auditor
        && !user.HasClaim(MethodClaim, MultiFactor);

    private static Task PassAsync(HttpContext http, RequestDelegate next)
    {
        if (!IsMissing(http.User) || IsOpen(http))
            return next(http);
        if (HttpMethods.IsGet(http.Request.Method))
            http.Response.Redirect(EnrolPath);
        else
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsOpen(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/account", StringComparison.OrdinalIgnoreCase)
        || http.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>() is not null;
}
