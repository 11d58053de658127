using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Console;
using Radzen;

namespace PaymentAdmin.Web.Hosting;

/// <summary>The portal in the browser: components, their circuit, and the two switches of its frame.</summary>
public static class PortalServices
{
    public static IServiceCollection AddPortal(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.AddCascadingAuthenticationState();
        services.AddAntiforgery(options => options.Cookie.Name = "pa-form");
        services.AddHttpContextAccessor();
        services.AddScoped<AccountLog>();
        services.AddScoped<AuthenticationStateProvider, PortalAuthentication>();
        services.AddScoped<PortalFrameSource>();
        services.AddScoped<PortalCounts>();
        services.AddScoped<ConsoleShops>();
        services.AddScoped<Endpoints.ExportCallers>();
        return services;
    }

    public static void MapPortal(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        app.MapPost("/account/frame", SetFrameAsync).RequireAuthorization();
        app.MapPost("/account/sign-out", SignOutAsync).AllowAnonymous();
    }

    /// <summary>Remembers the chosen mode or tenant for this browser session. What the user may really see is decided by <see cref="PortalFrameSource"/>.</summary>
    private static async Task<IResult> SetFrameAsync(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var options = new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, IsEssential = true };
        if (Words.Find<Mode>(form["mode"]) is { } mode)
            http.Response.Cookies.Append(PortalCookies.Mode, Words.Of(mode), options);
        if (Guid.TryParse(form["tenant"], out var tenant))
            http.Response.Cookies.Append(PortalCookies.Tenant, tenant.ToString("D"), options);
        return Results.LocalRedirect(LocalUrl.Or(form["returnUrl"], "/"));
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery, SignInManager<User> signIns)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        await signIns.SignOutAsync();
        return Results.LocalRedirect("/account/sign-in");
    }
}
