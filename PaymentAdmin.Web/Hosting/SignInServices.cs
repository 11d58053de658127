using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Readings of a signed-in user.</summary>
public static class SignedInUser
{
    public static Guid UserId(this ClaimsPrincipal user) => Guid.Parse(user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("Nobody is signed in."));

    public static string? RoleOf(this ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.Role);

    /// <summary>The signed-in user as use cases and the audit know people.</summary>
    public static Actor ToActor(this ClaimsPrincipal user, HttpContext? http = null) => new(
        ActorKind.User,
        user.UserId().ToString(),
        user.Identity?.Name ?? "",
        user.RoleOf(),
        user.UserId(),
        http?.Connection.RemoteIpAddress?.ToString(),
        http?.TraceIdentifier);
}

/// <summary>Who may come in: people by cookie on pages, merchant backends by key on API routes, and never the other way round.</summary>
public static class SignInServices
{
    public static readonly TimeSpan RevalidateEvery = TimeSpan.FromSeconds(45);

    public static IServiceCollection AddSignIn(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddIdentityCore<User>(ConfigureIdentity)
            .AddEntityFrameworkStores<PaymentDb>()
            .AddSignInManager<PortalSignInManager>()
            .AddClaimsPrincipalFactory<UserClaims>()
            .AddDefaultTokenProviders();
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.Scheme, null)
            .AddIdentityCookies(cookies => cookies.ApplicationCookie!.Configure(ConfigureCookie));
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = RevalidateEvery);
        services.AddAuthorization(AddPolicies);
        return services;
    }

    private static void ConfigureIdentity(IdentityOptions options)
    {
        options.User.RequireUniqueEmail = true;
        options.Lockout.MaxFailedAccessAttempts = 10;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        // Length and guesses are judged by PasswordRules, wherever a password is set.
        options.Password = new PasswordOptions { RequiredLength = PasswordRules.LengthMin, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false, RequiredUniqueChars = 1 };
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "paymentadmin";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromHours(8);
        options.SlidingExpiration = true;
        options.LoginPath = "/account/sign-in";
        options.LogoutPath = "/account/sign-out";
        options.AccessDeniedPath = "/account/denied";
        options.ReturnUrlParameter = "returnUrl";
    }

    private static void AddPolicies(AuthorizationOptions options)
    {
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        foreach (var permission in Permissions.All)
            options.AddPolicy(permission, policy => policy.RequireAuthenticatedUser().RequireAssertion(context => Permissions.IsAllowed(context.User.RoleOf(), permission)));
        options.AddPolicy(ApiAccess.AnyScope, policy => policy.AddAuthenticationSchemes(BearerHandler.Scheme).RequireClaim(ScopeRequirement.ClaimType));
        foreach (var scope in Scopes.All)
            options.AddPolicy(ApiAccess.PolicyOf(scope), policy => policy.AddAuthenticationSchemes(BearerHandler.Scheme).RequireAuthenticatedUser().AddRequirements(new ScopeRequirement(scope)));
    }
}

/// <summary>A disabled user neither signs in nor stays signed in.</summary>
public sealed class PortalSignInManager(
    UserManager<User> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<User> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<User>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<User> confirmation) : SignInManager<User>(users, http, claims, options, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(User user) => !user.IsDisabled && await base.CanSignInAsync(user);

    public override async Task<User?> ValidateSecurityStampAsync(ClaimsPrincipal? principal) =>
        await base.ValidateSecurityStampAsync(principal) is { IsDisabled: false } user ? user : null;
}
