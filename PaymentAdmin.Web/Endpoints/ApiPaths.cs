namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// Which addresses are for programs: their errors are problem+json, they never see a cookie and are never led to the sign-in page.
/// Everything else is for people.
/// </summary>
public static class ApiPaths
{
    private static readonly PathString[] Own = ["/v1", "/webhooks", "/hooks", "/openapi", "/health/live", "/health/ready", "/metrics", "/export"];

    // Source systems' routes (contract.md section 6); their problems carry "success": false.
    private static readonly PathString[] Source = ["/api", "/webhook", "/payments/kaspi", "/payment/create", "/admin/configs", "/admin/logs"];

    // The portal's page /webhooks/{id} lies beside the providers' POST /webhooks/{provider}/{key}.
    private static readonly PathString SharedWithPages = "/webhooks";

    public static bool Covers(HttpRequest request) =>
        !(IsUnder(request, SharedWithPages) && HttpMethods.IsGet(request.Method))
        && (IsSource(request) || Array.Exists(Own, path => IsUnder(request, path)));

    public static bool IsSource(HttpRequest request) => Array.Exists(Source, path => IsUnder(request, path));

    // Routing does not mind the case either.
    private static bool IsUnder(HttpRequest request, PathString path) => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase);
}
