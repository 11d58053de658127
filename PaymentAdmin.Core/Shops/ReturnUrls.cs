using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Shops;

/// <summary>
/// Where payers may be sent on to: https (http only to loopback, in test), no user-info, no fragment, and an origin that the tenant
/// registered, compared after parsing. Without this the status page would be an open redirect.
/// </summary>
public sealed class ReturnUrls(Deployment deployment)
{
    public Problem? Check(string member, string? url, Tenant tenant, Mode mode)
    {
        if (url is null)
            return null;
        if (url.Length > 2000 || Texts.Fault(url, 2000) is not null || !Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http"))
            return Problem.Invalid(member, "must be an absolute https address");
        if (parsed.Scheme == "http" && !(mode == Mode.Test && parsed.IsLoopback))
            return Refused(member, "http is accepted for loopback in test mode only");
        if (parsed.UserInfo.Length > 0 || parsed.Fragment.Length > 0 || url.Contains('\\', StringComparison.Ordinal))
            return Refused(member, "user information and fragments are not accepted");
        var origins = tenant.ReturnOrigins.Append(deployment.PublicUrl).Concat(tenant.Slug == Tenant.DefaultSlug ? [deployment.FrontendUrl] : []);
        return origins.Any(origin => IsOrigin(parsed, origin)) ? null : Refused(member, "its origin is not registered for this tenant");
    }

    private static bool IsOrigin(Uri url, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var allowed)
        && url.Scheme == allowed.Scheme
        && url.IdnHost.Equals(allowed.IdnHost, StringComparison.OrdinalIgnoreCase)
        && url.Port == allowed.Port;

    private static Problem Refused(string member, string why) => new(Codes.ReturnUrlNotAllowed, $"{member} is not allowed: {why}.");
}
