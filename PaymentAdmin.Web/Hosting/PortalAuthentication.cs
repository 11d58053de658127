using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// An open page is a connection that lives for hours and sends no cookie: the user is looked up again and again, so that a disabled
/// one, or one with a new password or role (both change the security stamp), loses the page too.
/// </summary>
public sealed class PortalAuthentication(ILoggerFactory logs, PaymentStore store, IOptions<IdentityOptions> identity) : RevalidatingServerAuthenticationStateProvider(logs)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(20);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        var principal = authenticationState.User;
        if (!Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var userId))
            return false;
        var stamp = await store.ReadAsync(db => db.Users.Where(user => user.Id == userId && !user.IsDisabled).Select(user => user.SecurityStamp).FirstOrDefaultAsync(cancellationToken), cancellationToken);
        return stamp is not null && stamp == principal.FindFirstValue(identity.Value.ClaimsIdentity.SecurityStampClaimType);
    }
}
