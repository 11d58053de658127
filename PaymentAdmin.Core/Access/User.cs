using Microsoft.AspNetCore.Identity;

namespace PaymentAdmin.Core.Access;

/// <summary>A person who signs in. Superadmins have no tenant; everybody else exactly one.</summary>
public sealed class User : IdentityUser<Guid>
{
    public Guid? TenantId { get; init; }
    public required string Role { get; set; }
    public string? DisplayName { get; set; }
    public bool IsDisabled { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastSignInAt { get; set; }
}
