using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Components.Pages.Console;

public sealed record ConsoleShop(int Number, string? Name);

/// <summary>The shops that a test payment can be made for, and the way that it would go.</summary>
public sealed class ConsoleShops(PaymentStore store, ChooseAccount chooseAccount)
{
    /// <summary>All of the tenant's shops; where a provider serves only configured shops, those with an active test config.</summary>
    public async Task<IReadOnlyList<ConsoleShop>> ListAsync(Guid tenantId, ProviderProfile profile, CancellationToken cancellationToken) => await store.ReadAsync(
        db => db.Shops.Where(shop => shop.TenantId == tenantId
                && (!profile.NeedsShopConfig || db.ShopConfigs.Any(config => config.ShopId == shop.Id && config.Provider == profile.Id && config.Mode == Mode.Test && config.IsActive)))
            .OrderBy(shop => shop.Number).Select(shop => new ConsoleShop(shop.Number, shop.Name)).ToListAsync(cancellationToken),
        cancellationToken);

    public Task<Result<AccountRoute>> RouteAsync(Guid tenantId, ProviderProfile profile, int? shopNumber, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var shopId = shopNumber is null ? null : await db.Shops.Where(shop => shop.TenantId == tenantId && shop.Number == shopNumber).Select(shop => (Guid?)shop.Id).FirstOrDefaultAsync(cancellationToken);
            return await chooseAccount.RunAsync(db, tenantId, Mode.Test, profile.Id, shopId, cancellationToken);
        },
        cancellationToken);
}
