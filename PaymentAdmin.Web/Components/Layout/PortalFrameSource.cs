using System.Security.Claims;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>Makes the <see cref="PortalFrame"/> of a signed-in user; null for everybody else. Endpoints that follow the frame use it too.</summary>
public sealed class PortalFrameSource
{
    public Task<PortalFrame?> LoadAsync(ClaimsPrincipal user, FrameChoice choice, CancellationToken cancellationToken = default)
    {
        if (!Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var userId) || user.FindFirstValue(ClaimTypes.Role) is not { } role)
            return Task.FromResult<PortalFrame?>(null);
        var frame = new PortalFrame(userId, user.Identity?.Name ?? "", role, null, "Default tenant", "Asia/Almaty", choice.ModeOr(Mode.Test), LiveAvailable: true);
        return Task.FromResult<PortalFrame?>(frame);
    }
}
