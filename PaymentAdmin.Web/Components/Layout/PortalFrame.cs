using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>
/// Who looks at what: the user, the tenant and the mode of everything on the page. Cascaded to every page as
/// <c>[CascadingParameter] PortalFrame Frame</c>. <see cref="TenantId"/> is null only while no tenant exists;
/// <see cref="LiveAvailable"/>: the tenant has a live account that is switched on.
/// </summary>
public sealed record PortalFrame(
    Guid UserId,
    string UserName,
    string Role,
    Guid? TenantId,
    string TenantName,
    string TimeZoneId,
    Mode Mode,
    bool LiveAvailable)
{
    /// <summary>The tenants this user may switch to; one or none for everybody but superadmins.</summary>
    public IReadOnlyList<FrameTenant> Tenants { get; init; } = [];

    public bool IsTest => Mode == Mode.Test;

    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZoneId, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>The user as use cases and the audit know people.</summary>
    public Actor ToActor() => new(ActorKind.User, UserId.ToString(), UserName, Role, UserId);

    public bool IsAllowed(string permission) => Permissions.IsAllowed(Role, permission);
}

public sealed record FrameTenant(Guid Id, string Name);

/// <summary>On a page that shows test payments whatever the frame's mode is.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TestModeOnlyAttribute : Attribute;
