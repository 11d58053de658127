using Microsoft.AspNetCore.Routing.Template;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// Which methods an address takes. Routing answers 405 by itself, but not beside a catch-all: the one that serves changed static files
/// in development takes GET for every address, so that a GET of a POST route would read as a wrong address there.
/// </summary>
public sealed class AllowedMethods(EndpointDataSource endpoints)
{
    private readonly Lazy<List<(TemplateMatcher Matcher, IReadOnlyList<string> Methods)>> routes = new(() =>
    [
        .. from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
           let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods
           where methods is { Count: > 0 } && endpoint.Order == 0
           select (new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), new RouteValueDictionary(endpoint.RoutePattern.Defaults)), methods),
    ]);

    /// <summary>Empty when there is nothing at the address.</summary>
    public IReadOnlyList<string> At(PathString path) =>
        [.. routes.Value.Where(route => route.Matcher.TryMatch(path, [])).SelectMany(route => route.Methods).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
