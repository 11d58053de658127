using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.GoLive;

/// <summary>How a finding is shown, and where its link leads.</summary>
public static class FindingLook
{
    public static ChipLook Of(FindingState state) => state switch
    {
        FindingState.Ok => new(Tone.Green, "check_circle", "In order"),
        FindingState.Todo => new(Tone.Grey, "circle", "Not done"),
        FindingState.Warning => new(Tone.Amber, "warning", "Look at it"),
        FindingState.Fault => new(Tone.Red, "cancel", "Fault"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>"Account" of "kaspi test account": provider and mode stand beside it.</summary>
    public static string TitleOf(Finding finding)
    {
        var title = finding.Subject;
        if (finding.Provider is { } provider && title.StartsWith(provider + " ", StringComparison.Ordinal))
            title = title[(provider.Length + 1)..];
        if (finding.Mode == Mode.Test && title.StartsWith("test ", StringComparison.Ordinal))
            title = title["test ".Length..];
        return char.ToUpperInvariant(title[0]) + title[1..];
    }

    /// <summary>The page where it is mended; null when there is none, or it is not this role's.</summary>
    public static (string Href, string Text)? FixOf(Finding finding, PortalFrame frame)
    {
        if (finding.State == FindingState.Ok || finding.Place is not { } place)
            return null;
        var mode = "mode=" + Words.Of(finding.Mode ?? Mode.Live);
        var provider = finding.Provider is { } id ? "&provider=" + id : "";
        (string Href, string Text, string Permission) found = place switch
        {
            FindingPlace.Providers => ("/providers", "Providers", Permissions.ConfigsRead),
            FindingPlace.Shops => ($"/superadmin/payment-configs?config_{mode}{provider}", "Shops & BINs", Permissions.ConfigsRead),
            FindingPlace.Users => ("/users", "Users", Permissions.UsersManage),
            FindingPlace.Settings => ("/settings", "Settings", Permissions.SettingsManage),
            FindingPlace.Approvals => ("/approvals", "Approvals", Permissions.PaymentsRead),
            FindingPlace.Proofs => ("/proofs", "Manual proofs", Permissions.ProofsReview),
            FindingPlace.Events => ($"/events?{mode}", "Events out", Permissions.WebhooksRead),
            FindingPlace.PaymentsInReview => ($"/payments?{mode}&status=in_review", "Payments in review", Permissions.PaymentsRead),
            FindingPlace.Payments => ($"/payments?{mode}{provider}", "Payments", Permissions.PaymentsRead),
            FindingPlace.Webhooks => ($"/webhooks?{mode}{provider}", "Webhooks in", Permissions.WebhooksRead),
            FindingPlace.RejectedDeliveries => ($"/webhooks?{mode}&view=rejected", "Rejected deliveries", Permissions.WebhooksRead),
            FindingPlace.TestConsole => (finding.Provider is null ? "/test-console" : $"/test-console?provider={finding.Provider}", "Test console", Permissions.TestConsole),
            _ => throw new ArgumentOutOfRangeException(nameof(finding)),
        };
        return frame.IsAllowed(found.Permission) ? (found.Href, found.Text) : null;
    }
}
