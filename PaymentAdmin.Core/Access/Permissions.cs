using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Access;

/// <summary>The roles a user can have; exactly one each. Superadmins belong to no tenant and see all.</summary>
public static class Roles
{
    public const string Superadmin = "superadmin";
    public const string Admin = "admin";
    public const string Finance = "finance";
    public const string Clerk = "clerk";
    public const string Developer = "developer";
    public const string Auditor = "auditor";

    public static IReadOnlyList<string> All { get; } = [Superadmin, Admin, Finance, Clerk, Developer, Auditor];
}

/// <summary>What a person may do. Each page, endpoint and use case names one; the policy of the same name checks it.</summary>
public static class Permissions
{
    public const string PaymentsRead = "payments.read";
    public const string PaymentsWrite = "payments.write";
    public const string PaymentsReview = "payments.review";
    public const string RefundsRequest = "refunds.request";
    public const string Approve = "approvals.decide";
    public const string ProofsReview = "proofs.review";
    public const string ConfigsRead = "configs.read";
    public const string ConfigsWrite = "configs.write";
    public const string WebhooksRead = "webhooks.read";
    public const string WebhooksReplay = "webhooks.replay";
    public const string TestConsole = "console.use";
    public const string Export = "exports.run";
    public const string AuditRead = "audit.read";
    public const string UsersManage = "users.manage";
    public const string KeysManage = "keys.manage";
    public const string SettingsManage = "settings.manage";
    public const string PlatformManage = "platform.manage";

    public static IReadOnlyList<string> All { get; } =
    [
        PaymentsRead, PaymentsWrite, PaymentsReview, RefundsRequest, Approve, ProofsReview, ConfigsRead, ConfigsWrite,
        WebhooksRead, WebhooksReplay, TestConsole, Export, AuditRead, UsersManage, KeysManage, SettingsManage, PlatformManage,
    ];

    private static readonly Dictionary<string, HashSet<string>> ByRole = new(StringComparer.Ordinal)
    {
        [Roles.Superadmin] = [.. All],
        [Roles.Admin] = [.. All.Where(permission => permission != PlatformManage)],
        [Roles.Finance] = [PaymentsRead, PaymentsWrite, PaymentsReview, RefundsRequest, Approve, ProofsReview, ConfigsRead, WebhooksRead, Export, AuditRead],
        [Roles.Clerk] = [PaymentsRead, ProofsReview, RefundsRequest, Export],
        [Roles.Developer] = [PaymentsRead, ConfigsRead, WebhooksRead, WebhooksReplay, TestConsole, KeysManage],
        [Roles.Auditor] = [PaymentsRead, ConfigsRead, WebhooksRead, Export, AuditRead],
    };

    /// <summary>The problem to answer when a person's role does not allow it; other callers were judged by their scopes.</summary>
    public static Problem? Missing(Actor actor, string permission) => actor.Kind != ActorKind.User || IsAllowed(actor.Role, permission)
        ? null
        : new Problem(Codes.PermissionMissing, $"The role {actor.Role ?? "none"} does not allow this.");

    public static bool IsAllowed(string? role, string permission) =>
        role is not null && ByRole.TryGetValue(role, out var allowed) && allowed.Contains(permission);
}
