using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>The tenant's accounts of the key's mode, without credentials (contract.md section 4).</summary>
public static class AccountEndpoints
{
    public static IEndpointRouteBuilder MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/accounts", ListAsync).RequireScope(Scopes.ConfigsRead);
        return routes;
    }

    private static async Task<IResult> ListAsync(CallerIdentity caller, PaymentStore store, ProviderAccounts accounts, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            db => db.ProviderAccounts.AsNoTracking().Where(row => row.TenantId == caller.TenantId && row.Mode == caller.Mode).OrderBy(row => row.Provider).ThenBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken),
            cancellationToken);
        return Results.Json(
            new
            {
                data = rows.Select(row => new
                {
                    id = row.Id,
                    provider = row.Provider,
                    mode = row.Mode,
                    endpoint = row.Endpoint,
                    enabled = row.IsEnabled,
                    for_all_shops = row.IsForAllShops,
                    webhook_url = accounts.WebhookUrlOf(row),
                }),
            },
            Json.Api);
    }
}
