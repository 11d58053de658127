using PaymentAdmin.Web.OpenApi;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>The description of the API, for generators and for the page /docs.</summary>
public static class ApiDescriptionEndpoints
{
    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddSingleton<ApiDescription>();

    public static IEndpointRouteBuilder MapApiDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", (ApiDescription description) => TypedResults.Text(description.Text, "application/json")).AllowAnonymous();
        return routes;
    }
}
