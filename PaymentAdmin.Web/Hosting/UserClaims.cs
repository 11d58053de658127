using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PaymentAdmin.Core.Access;

namespace PaymentAdmin.Web.Hosting;

/// <summary>What the sign-in cookie says beside the user's id: the one role, which every policy asks for, and the tenant.</summary>
public sealed class UserClaims(UserManager<User> users, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<User>(users, options)
{
    public const string Tenant = "tenant";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(User user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(ClaimTypes.Role, user.Role));
        if (user.TenantId is { } tenantId)
            identity.AddClaim(new Claim(Tenant, tenantId.ToString("D")));
        return identity;
    }
}
