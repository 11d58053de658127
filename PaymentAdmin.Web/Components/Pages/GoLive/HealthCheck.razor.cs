using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.GoLive;

/// <summary>One provider's findings; open at first where something is wrong.</summary>
public sealed record FindingGroup(ProviderProfile Profile, IReadOnlyList<Finding> Findings)
{
    public bool IsOpen => Findings.Any(finding => finding.State is FindingState.Fault or FindingState.Warning);

    public string Accounts => (Findings.Any(finding => finding.Mode == Mode.Test), Findings.Any(finding => finding.Mode == Mode.Live)) switch
    {
        (true, true) => "test and live account",
        (false, true) => "live account",
        _ => "test account",
    };

    public IEnumerable<(FindingState State, int Count)> Counts => Findings.GroupBy(finding => finding.State).OrderByDescending(group => group.Key).Select(group => (group.Key, group.Count()));
}

/// <summary>The go-live diagnosis of a tenant: the findings of <see cref="CheckGoLive"/>, each with a way to mend it, and on request the answers of the hosts.</summary>
public sealed partial class HealthCheck : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource leaving = new();
    private IReadOnlyList<Finding>? findings;
    private IReadOnlyList<Finding> reached = [];
    private DateTimeOffset checkedAt;
    private Guid? shownTenant;
    private LiveRefresh? live;
    private bool isRunning;
    private bool isReaching;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private CheckGoLive Check { get; set; } = null!;

    [Inject]
    private ReachProviders Reach { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <summary>It sends something, so that looking on is not enough.</summary>
    private bool CanReach => Frame?.TenantId is not null && Frame.IsAllowed(Permissions.TestConsole);

    private IReadOnlyList<Finding> All => [.. findings ?? [], .. reached];

    private IReadOnlyList<Finding> General => [.. All.Where(finding => finding.Provider is null)];

    private IReadOnlyList<FindingGroup> Groups =>
    [
        .. All.Where(finding => finding.Provider is not null).GroupBy(finding => finding.Provider, StringComparer.Ordinal)
            .Select(group => new FindingGroup(Providers[group.Key!].Profile, [.. group])).OrderBy(group => group.Profile.Name, StringComparer.Ordinal),
    ];

    private (Tone Tone, string Icon, string Title, string Text) Verdict
    {
        get
        {
            int Of(FindingState state) => All.Count(finding => finding.State == state);
            return (Of(FindingState.Fault), Of(FindingState.Warning), Of(FindingState.Todo)) switch
            {
                ( > 0 and var faults, _, _) => (Tone.Red, "cancel", $"{faults} {(faults == 1 ? "fault stands" : "faults stand")} in the way of live payments.", "Each row says what is so and where it is mended."),
                (_, > 0 and var warnings, _) => (Tone.Amber, "warning", "Nothing stands in the way of live payments.", $"{warnings} {(warnings == 1 ? "thing" : "things")} should be looked at all the same."),
                (_, _, > 0 and var steps) => (Tone.Blue, "info", "Nothing is wrong.", $"{steps} {(steps == 1 ? "step has" : "steps have")} not been taken yet, or not lately."),
                _ => (Tone.Green, "check_circle", "Everything that can be checked is in order.", "Live payments may come."),
            };
        }
    }

    private string Report
    {
        get
        {
            var text = new StringBuilder();
            text.AppendLine(CultureInfo.InvariantCulture, $"Go-live check of {Frame?.TenantName}, {TimeFormat.Utc(checkedAt)}");
            text.AppendLine(Verdict.Title);
            foreach (var finding in All)
                text.AppendLine(finding.ToString());
            return text.ToString();
        }
    }

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject is "account" or "approval" or "config" && update.TenantId == Frame?.TenantId, () => InvokeAsync(ReloadAsync));

    protected override async Task OnParametersSetAsync()
    {
        if (Frame?.TenantId == shownTenant)
            return;
        (shownTenant, reached) = (Frame?.TenantId, []);
        await RunAsync();
    }

    public void Dispose()
    {
        live?.Dispose();
        leaving.Cancel();
        leaving.Dispose();
    }

    private static string WordOf(FindingState state, int count) => state switch
    {
        FindingState.Fault => count == 1 ? "fault" : "faults",
        FindingState.Warning => "to look at",
        FindingState.Todo => "not done",
        _ => "in order",
    };

    private async Task ReloadAsync()
    {
        await RunAsync();
        StateHasChanged();
    }

    private async Task RunAsync()
    {
        if (isRunning || leaving.IsCancellationRequested || Frame?.TenantId is not { } tenantId)
            return;
        isRunning = true;
        try
        {
            var found = await Check.RunAsync(tenantId, leaving.Token);
            findings = [.. found.Where(finding => !finding.IsForOperators || Frame.IsAllowed(Permissions.PlatformManage))];
            checkedAt = Time.GetUtcNow();
        }
        finally
        {
            isRunning = false;
        }
    }

    private async Task ReachAsync()
    {
        if (isReaching || !CanReach || Frame?.TenantId is not { } tenantId)
            return;
        isReaching = true;
        try
        {
            await RunAsync();
            reached = await Reach.RunAsync(tenantId, leaving.Token);
            checkedAt = Time.GetUtcNow();
        }
        finally
        {
            isReaching = false;
        }
    }
}
