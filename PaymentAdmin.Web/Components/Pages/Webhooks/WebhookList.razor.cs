using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>The inbox: filter and place are in the address, rows follow the database, new ones wait behind a pill.</summary>
public sealed partial class WebhookList : IDisposable
{
    private const string Path = "/webhooks";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly WebhookState[] TabOrder = [WebhookState.Quarantined, WebhookState.Unmatched, WebhookState.Pending, WebhookState.Applied, WebhookState.Ignored];

    private readonly CancellationTokenSource left = new();
    private CancellationTokenSource? retrying;
    private LiveRefresh? live;
    private (string? Uri, Guid? Tenant, Mode? Mode) shown;
    private View view;
    private WebhookFilter filter = WebhookFilter.All;
    private Problem? problem;
    private KeysetPage<WebhookRow>? page;
    private IReadOnlyList<WebhookRow> rows = [];
    private WebhookCounts? counts;
    private string? cursor;
    private int newCount;
    private RetryProgress? retry;
    private bool isRetrying;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private WebhookSearch Search { get; set; } = null!;

    [Inject]
    private ReplayWebhook Replay { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private enum View
    {
        Events,
        Rejected,
        Unassigned,
    }

    private SearchScope? Scope => Frame is { TenantId: { } tenantId } ? new SearchScope(tenantId, Frame.Mode, Frame.Zone) : null;

    private Mode Other => Frame?.IsTest == true ? Mode.Live : Mode.Test;

    private bool CanReplay => Frame?.IsAllowed(Permissions.WebhooksReplay) == true;

    private string ExportHref => "/export/webhooks.csv" + (filter with { Mode = Frame?.Mode }).ToQueryString();

    /// <summary>Everything at once would include what changes nothing anyway: first the state is chosen.</summary>
    private string? RetryReason => filter.States.Count > 0 && filter.States.All(state => state is WebhookState.Quarantined or WebhookState.Unmatched or WebhookState.Ignored)
        ? rows.Count == 0 ? "No event of this filter waits." : null
        : "Choose first which: those that need a person, or have no payment.";

    private string RetryTitle => isRetrying ? "Taking them up again." : retry is { } run && run.Done < run.Total ? "Stopped." : "Done.";

    private IReadOnlyList<LinkTab> Tabs
    {
        get
        {
            var open = filter with { States = [] };
            var tabs = new List<LinkTab> { new("All", Href(open), view == View.Events && filter.States.Count == 0) };
            foreach (var state in TabOrder)
                tabs.Add(new(ChipLook.Of(state).Word, Href(open with { States = [state] }), view == View.Events && filter.States is [var only] && only == state, counts is not null && counts.Open.TryGetValue(state, out var count) ? PaymentWords.Count(count) : null));
            tabs.Add(new("Rejected", $"{Path}?{ModeText}&view=rejected", view == View.Rejected, counts is null ? null : $"{counts.Rejected}"));
            if (Frame?.IsAllowed(Permissions.PlatformManage) == true)
                tabs.Add(new("Of no account", $"{Path}?{ModeText}&view=unassigned", view == View.Unassigned));
            return tabs;
        }
    }

    private string ModeText => $"mode={Words.Of(Frame!.Mode)}";

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject == "webhook" && (update.TenantId is null || update.TenantId == Frame?.TenantId), () => InvokeAsync(FollowAsync));

    protected override async Task OnParametersSetAsync()
    {
        var now = (Navigation.Uri, Frame?.TenantId, Frame?.Mode);
        if (shown == now || Navigation.PathOf() != Path)
            return;
        shown = now;
        await LoadAsync();
    }

    public void Dispose()
    {
        live?.Dispose();
        retrying?.Cancel();
        left.Cancel();
        left.Dispose();
    }

    private async Task LoadAsync()
    {
        var parameters = Navigation.Parameters();
        view = parameters.Find("view") switch { "rejected" => View.Rejected, "unassigned" when Frame?.IsAllowed(Permissions.PlatformManage) == true => View.Unassigned, _ => View.Events };
        var read = WebhookFilter.Read(parameters, Providers, "cursor", "view");
        problem = read.Problem;
        if (problem is not null || Scope is not { } scope)
        {
            page ??= Scope is null ? new KeysetPage<WebhookRow>([], null, null) : page;
            return;
        }
        filter = read.Value with { Mode = null };
        cursor = parameters.Find("cursor");
        if (view == View.Events)
        {
            var found = await Search.PageAsync(scope, filter, cursor, PaymentSearch.PageSizeDefault, left.Token);
            problem = found.Problem;
            if (!found.IsOk)
                return;
            page = found.Value;
            rows = page.Rows;
            newCount = 0;
            // Rows first: they are what was asked for, and must not wait for the figures.
            StateHasChanged();
            await Task.Yield();
            if (left.IsCancellationRequested)
                return;
        }
        counts = await Search.CountAsync(scope, filter, left.Token);
    }

    /// <summary>The rows on screen as they are now, and how many came on top of them.</summary>
    private async Task FollowAsync()
    {
        if (Scope is not { } scope || problem is not null || view != View.Events || page is null || left.IsCancellationRequested)
            return;
        if (rows.Count == 0)
        {
            await LoadAsync();
        }
        else
        {
            var fresh = (await Search.RowsAsync(scope, [.. rows.Select(row => row.Id)], left.Token)).ToDictionary(row => row.Id);
            rows = [.. rows.Select(row => fresh.GetValueOrDefault(row.Id, row))];
            newCount = page.NewerCursor is null ? await Search.CountNewerAsync(scope, filter, rows[0].ReceivedAt, rows[0].Id, left.Token) : 0;
            counts = await Search.CountAsync(scope, filter, left.Token);
        }
        StateHasChanged();
    }

    private async Task ShowNewestAsync()
    {
        if (cursor is null)
            await LoadAsync();
        else
            Navigation.NavigateTo(Href(filter));
    }

    private async Task AskRetryAsync()
    {
        if (Scope is not { } scope)
            return;
        var state = string.Join(", ", filter.States.Select(one => ChipLook.Of(one).Word));
        var subject = new ConfirmSubject { Mode = Frame!.Mode, More = [("State", state), ("Events", counts is null ? null : PaymentWords.Count(new CappedCount(filter.States.Sum(one => counts.Open.TryGetValue(one, out var count) ? count.Number : 0))))] };
        if (await Dialogs.ConfirmAsync("Retry all?", subject, "Retry all", () => Task.FromResult<string?>(null), "Each is processed again as if it had just come. What took effect once does not do so twice.", testId: "webhooks-retry-confirm"))
            _ = RetryAsync(scope, filter);
    }

    /// <summary>Runs beside the page: leaving it, or Stop, ends it between two events.</summary>
    private async Task RetryAsync(SearchScope scope, WebhookFilter of)
    {
        if (isRetrying)
            return;
        isRetrying = true;
        retrying = CancellationTokenSource.CreateLinkedTokenSource(left.Token);
        try
        {
            await foreach (var progress in Replay.RunAllAsync(scope, of, Frame!.ToActor(), retrying.Token))
            {
                retry = progress;
                if (progress.Done % 10 == 0)
                    StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (retrying.IsCancellationRequested)
        {
            // Stopped between two events: each is done or untouched.
        }
        finally
        {
            isRetrying = false;
            retrying.Dispose();
            retrying = null;
        }
        if (!left.IsCancellationRequested)
            await FollowAsync();
    }

    private void StopRetry() => retrying?.Cancel();

    private void Open(WebhookRow row) => Navigation.NavigateTo(HrefOf(row));

    private void GoTo(WebhookFilter next) => Navigation.NavigateTo(Href(next));

    private static string HrefOf(WebhookRow row) => $"/webhooks/{row.Id}?mode={Words.Of(row.Mode)}";

    private static string LagOf(WebhookRow row) => row is { State: WebhookState.Applied, SettledAt: { } at } ? TimeFormat.Span(at - row.ReceivedAt) : "–";

    private static void NameRow(RowRenderEventArgs<WebhookRow> row) => row.Attributes["data-testid"] = "webhooks-row";

    private string Href(WebhookFilter any, string? at = null) => PageQuery.At(Path, (any with { Mode = Frame?.Mode }).Write(), at);
}
