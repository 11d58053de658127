using System.Reflection;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>One way into the portal. <paramref name="Key"/> is pressed after g; <paramref name="OnPhone"/> is its word in the bottom bar.</summary>
public sealed record PortalMenuItem(string Href, string Icon, string Text, string Permission, string? Key = null, string? OnPhone = null)
{
    public bool IsCurrent(string path) =>
        Href == "/" ? path == "/" : path == Href || path.StartsWith(Href + "/", StringComparison.Ordinal);
}

/// <summary>Items under one heading; the first group has none.</summary>
public sealed record PortalMenuGroup(string? Title, IReadOnlyList<PortalMenuItem> Items);

/// <summary>The side bar, by task. An item is shown when its page exists and the user's role may open it.</summary>
public static class PortalMenu
{
    public static IReadOnlyList<PortalMenuGroup> Groups { get; } =
    [
        new(null,
        [
            new("/", "space_dashboard", "Dashboard", Permissions.PaymentsRead, "d", "Home"),
            new("/payments", "payments", "Payments", Permissions.PaymentsRead, "p", "Payments"),
            new("/refunds", "undo", "Refunds", Permissions.PaymentsRead, "r"),
            new("/proofs", "fact_check", "Manual proofs", Permissions.ProofsReview, "m", "Proofs"),
            new("/payment-links", "link", "Payment links", Permissions.PaymentsRead, "l"),
            new("/approvals", "how_to_reg", "Approvals", Permissions.PaymentsRead, "c"),
        ]),
        new("Flow",
        [
            new("/webhooks", "webhook", "Webhooks in", Permissions.WebhooksRead, "w", "Webhooks"),
            new("/events", "outbox", "Events out", Permissions.WebhooksRead, "o"),
            new("/reconciliation", "rule", "Reconciliation", Permissions.PaymentsReview),
            new("/exports", "download", "Exports", Permissions.Export, "e"),
        ]),
        new("Set up",
        [
            new("/superadmin/payment-configs", "storefront", "Shops & BINs", Permissions.ConfigsRead, "s"),
            new("/providers", "hub", "Providers", Permissions.ConfigsRead, "v"),
            new("/test-console", "science", "Test console", Permissions.TestConsole, "t"),
            new("/health-check", "monitor_heart", "Go-live", Permissions.ConfigsRead, "h"),
        ]),
        new("Control",
        [
            new("/risk", "shield", "Risk", Permissions.PaymentsReview),
            new("/audit", "history", "Audit", Permissions.AuditRead, "a"),
            new("/users", "group", "Users", Permissions.UsersManage, "u"),
            new("/api-keys", "key", "API keys", Permissions.KeysManage, "k"),
            new("/settings", "tune", "Settings", Permissions.SettingsManage),
        ]),
    ];

    /// <summary>Every route of a page in this program, as it is written in its @page line.</summary>
    public static IReadOnlySet<string> Routes { get; } = typeof(PortalMenu).Assembly.GetTypes()
        .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
        .Select(route => route.Template)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What <paramref name="role"/> sees; groups that would be empty are left out.</summary>
    public static IReadOnlyList<PortalMenuGroup> For(string role) =>
    [
        .. Groups
            .Select(group => group with { Items = [.. group.Items.Where(item => Routes.Contains(item.Href) && Permissions.IsAllowed(role, item.Permission))] })
            .Where(group => group.Items.Count > 0),
    ];
}
