using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Access;

/// <summary>A person as the page of users shows them.</summary>
public sealed record UserItem(Guid Id, string Email, string? DisplayName, string Role, bool IsDisabled, bool HasSecondFactor, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt)
{
    /// <summary>Belongs to no tenant.</summary>
    public bool IsSuperadmin => Role == Roles.Superadmin;
}

/// <summary>The people of a tenant, and the superadmins for those who may see them.</summary>
public sealed class ListUsers(PaymentStore store)
{
    public Task<List<UserItem>> RunAsync(Guid tenantId, bool withSuperadmins, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.Users.Where(row => row.TenantId == tenantId || (withSuperadmins && row.TenantId == null)).OrderBy(row => row.Email)
            .Select(row => new UserItem(row.Id, row.Email!, row.DisplayName, row.Role, row.IsDisabled, row.TwoFactorEnabled, row.CreatedAt, row.LastSignInAt)).ToListAsync(cancellationToken),
        cancellationToken);
}
