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

    public static bool Covers(HttpRequest request) => Covers(request.Method, request.Path);

    public static bool Covers(string method, PathString path) =>
        !(IsUnder(path, SharedWithPages) && HttpMethods.IsGet(method))
        && (IsSource(path) || Array.Exists(Own, own => IsUnder(path, own)));

    public static bool IsSource(PathString path) => Array.Exists(Source, source => IsUnder(path, source));

    // Routing does not mind the case either.
    private static bool IsUnder(PathString path, PathString folder) => path.StartsWithSegments(folder, StringComparison.OrdinalIgnoreCase);
}
