using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace PaymentAdmin.Tests.Support;

/// <summary>
/// Routes of a test's own. Routing leaves a request alone that has an endpoint already, so everything else of the pipeline treats
/// these like the product's.
/// </summary>
internal sealed class MoreEndpoints(Action<IEndpointRouteBuilder> map) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        IEndpointRouteBuilder routes = WebApplication.CreateSlimBuilder().Build();
        map(routes);
        var endpoints = routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        app.Use((http, continued) =>
        {
            if (endpoints.Find(endpoint => Takes(endpoint, http.Request)) is { } found)
                http.SetEndpoint(found);
            return continued(http);
        });
        next(app);
    };

    private static bool Takes(RouteEndpoint endpoint, HttpRequest request) =>
        endpoint.RoutePattern.RawText == request.Path.Value && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(request.Method) == true;
}
