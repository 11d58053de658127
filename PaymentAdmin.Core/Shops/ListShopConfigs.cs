using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Shops;

/// <summary>Which configs to list; null members filter nothing.</summary>
public sealed record ShopConfigFilter(Guid TenantId)
{
    public Mode? Mode { get; init; }
    public string? Provider { get; init; }
    public bool? IsActive { get; init; }

    /// <summary>A shop's number, the beginning of a BIN, or part of a name or description, whatever its case.</summary>
    public string? Text { get; init; }
}

/// <summary>Shows a tenant's shop configs by shop number, and what each of them was before. Tokens come masked.</summary>
public sealed class ListShopConfigs(PaymentStore store)
{
    /// <summary>All that match. A tenant has shops by the hundred, so the text is matched here: SQLite folds the case of ASCII letters only.</summary>
    public async Task<List<ShopConfigItem>> RunAsync(ShopConfigFilter filter, CancellationToken cancellationToken)
    {
        var items = await store.ReadAsync(db => Items(db, filter).OrderBy(item => item.ShopId).ThenBy(item => item.Provider).ThenBy(item => item.Id).ToListAsync(cancellationToken), cancellationToken);
        if (filter.Text?.Trim() is { Length: > 0 } text)
            items.RemoveAll(item => !Matches(item, text));
        return items;
    }

    public Task<ShopConfigItem?> FindAsync(Guid tenantId, long configId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => Items(db, new ShopConfigFilter(tenantId)).FirstOrDefaultAsync(item => item.Id == configId, cancellationToken), cancellationToken);

    /// <summary>Newest version first.</summary>
    public Task<List<ShopConfigVersionItem>> HistoryAsync(Guid tenantId, long configId, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.ShopConfigVersions.Where(version => version.ConfigId == configId && version.TenantId == tenantId)
            .OrderByDescending(version => version.Version)
            .Select(version => new ShopConfigVersionItem(version.Version, version.OrganizationBin, version.DeviceTokenMask, version.Description, version.IsActive, version.AccountId, version.CreatedAt, version.CreatedBy))
            .ToListAsync(cancellationToken),
        cancellationToken);

    /// <summary>How many payments that are not final were started with this version, and keep it.</summary>
    public Task<int> WaitingAsync(Guid tenantId, long configId, int version, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.Payments.CountAsync(
            payment => payment.TenantId == tenantId
                && (payment.Status == PaymentStatus.Created || payment.Status == PaymentStatus.Pending || payment.Status == PaymentStatus.InReview)
                && db.PaymentAttempts.Any(attempt => attempt.PaymentId == payment.Id && db.ShopConfigVersions.Any(row => row.Id == attempt.ConfigVersionId && row.ConfigId == configId && row.Version == version)),
            cancellationToken),
        cancellationToken);

    private static IQueryable<ShopConfigItem> Items(PaymentDb db, ShopConfigFilter filter)
    {
        var configs = db.ShopConfigs.Where(config => config.TenantId == filter.TenantId
            && (filter.Mode == null || config.Mode == filter.Mode)
            && (filter.Provider == null || config.Provider == filter.Provider)
            && (filter.IsActive == null || config.IsActive == filter.IsActive));
        var rows = from config in configs
                   join shop in db.Shops on config.ShopId equals shop.Id
                   join organization in db.Organizations on config.OrganizationId equals organization.Id
                   select new { config, shop, organization };
        return rows.Select(row => new ShopConfigItem
        {
            Id = row.config.Id,
            ShopId = row.shop.Number,
            ShopName = row.shop.Name,
            OrganizationBin = row.organization.Bin,
            OrganizationName = row.organization.Name,
            DeviceToken = row.config.DeviceTokenMask,
            Description = row.config.Description,
            IsActive = row.config.IsActive,
            Provider = row.config.Provider,
            Mode = row.config.Mode,
            AccountId = row.config.AccountId,
            Version = row.config.Version,
            CreatedAt = row.config.CreatedAt,
            UpdatedAt = row.config.UpdatedAt,
            UpdatedBy = row.config.UpdatedBy,
            LastUsedAt = db.Payments.Where(payment => payment.TenantId == filter.TenantId && payment.Mode == row.config.Mode && payment.ShopNumber == row.shop.Number && payment.Provider == row.config.Provider)
                .OrderByDescending(payment => payment.CreatedAt).Select(payment => (DateTimeOffset?)payment.CreatedAt).FirstOrDefault(),
        });
    }

    private static bool Matches(ShopConfigItem item, string text) =>
        item.ShopId.ToString(CultureInfo.InvariantCulture) == text
        || item.OrganizationBin.StartsWith(text, StringComparison.Ordinal)
        || new[] { item.ShopName, item.OrganizationName, item.Description }.Any(member => member?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
}
