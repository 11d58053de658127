using Microsoft.AspNetCore.WebUtilities;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Layout;

public static class PortalCookies
{
    public const string Theme = "pa-theme";
    public const string Mode = "pa-mode";
    public const string Tenant = "pa-tenant";
}

/// <summary>Mode and tenant as the user chose them, before it is known whether he may have them.</summary>
public sealed record FrameChoice(Mode? Mode, Guid? TenantId)
{
    public static FrameChoice None { get; } = new(null, null);

    /// <summary>The mode in the URL, else the one of the cookie.</summary>
    public static FrameChoice Of(HttpRequest request)
    {
        var mode = Words.Find<Mode>(request.Query["mode"]) ?? Words.Find<Mode>(request.Cookies[PortalCookies.Mode]);
        return new FrameChoice(mode, Guid.TryParse(request.Cookies[PortalCookies.Tenant], out var tenant) ? tenant : null);
    }

    public FrameChoice WithQueryOf(string uri)
    {
        var query = QueryHelpers.ParseQuery(new Uri(uri).Query);
        return query.TryGetValue("mode", out var word) && Words.Find<Mode>(word) is { } mode ? this with { Mode = mode } : this;
    }

    public Mode ModeOr(Mode mode) => Mode ?? mode;
}
