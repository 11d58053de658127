using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>Makes the <see cref="PortalFrame"/> of a signed-in user; null for everybody else. Endpoints that follow the frame use it too.</summary>
public sealed class PortalFrameSource(PaymentStore store)
{
    public async Task<PortalFrame?> LoadAsync(ClaimsPrincipal principal, FrameChoice choice, CancellationToken cancellationToken = default)
    {
        if (principal.Identity is not { IsAuthenticated: true } || !Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var userId))
            return null;
        return await store.ReadAsync(db => LoadAsync(db, userId, choice, cancellationToken), cancellationToken);
    }

    private static async Task<PortalFrame?> LoadAsync(PaymentDb db, Guid userId, FrameChoice choice, CancellationToken cancellationToken)
    {
        var user = await db.Users.FirstOrDefaultAsync(row => row.Id == userId && !row.IsDisabled, cancellationToken);
        if (user is null)
            return null;
        var tenants = await TenantsOfAsync(db, user, cancellationToken);
        var tenant = tenants.FirstOrDefault(row => row.Id == choice.TenantId) ?? tenants.FirstOrDefault(row => row.Slug == Tenant.DefaultSlug) ?? tenants.FirstOrDefault();
        var liveAvailable = tenant is not null
            && await db.ProviderAccounts.AnyAsync(account => account.TenantId == tenant.Id && account.Mode == Mode.Live && account.IsEnabled, cancellationToken);
        return new PortalFrame(
            user.Id,
            user.DisplayName ?? user.Email ?? user.UserName ?? "",
            user.Role,
            tenant?.Id,
            tenant?.Name ?? "No tenant",
            tenant?.TimeZone ?? "UTC",
            choice.ModeOr(liveAvailable ? Mode.Live : Mode.Test),
            liveAvailable)
        {
            Tenants = [.. tenants.Select(row => new FrameTenant(row.Id, row.Name))],
        };
    }

    /// <summary>A superadmin may look at any tenant, everybody else at the own one only, whatever the cookie says.</summary>
    private static async Task<List<Tenant>> TenantsOfAsync(PaymentDb db, User user, CancellationToken cancellationToken)
    {
        var all = db.Tenants.OrderBy(tenant => tenant.Name);
        return user.TenantId is null && user.Role == Roles.Superadmin
            ? await all.ToListAsync(cancellationToken)
            : await all.Where(tenant => tenant.Id == user.TenantId).ToListAsync(cancellationToken);
    }
}
