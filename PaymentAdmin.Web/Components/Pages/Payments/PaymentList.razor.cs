using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>
/// The list of payments. Filter and place are in the address; rows on screen follow the database where they stand,
/// and new ones wait behind a pill, so that nothing jumps under the hand.
/// </summary>
public sealed partial class PaymentList : IDisposable
{
    private const string Path = "/payments";
    private static readonly int[] PageSizes = [25, PaymentSearch.PageSizeDefault, 100, PaymentSearch.PageSizeMax];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    // Counts may be two seconds old: asked again when they cannot be any more.
    private static readonly TimeSpan CountsPause = TimeSpan.FromMilliseconds(2500);

    private readonly CancellationTokenSource left = new();
    private readonly HashSet<Guid> picked = [];
    private CancellationTokenSource? loading;
    private LiveRefresh? liveRows;
    private LiveRefresh? liveCounts;
    private (string? Uri, Guid? Tenant, Mode? Mode) shown;
    private PaymentFilter filter = PaymentFilter.All;
    private Problem? problem;
    private KeysetPage<PaymentRow>? page;
    private IReadOnlyList<PaymentRow> rows = [];
    private IList<PaymentRow> selected = [];
    private PaymentCounts? counts;
    private PaymentChoices choices = PaymentChoices.None;
    private IReadOnlyList<string> columns = [];
    private Guid? viewId;
    private string? cursor;
    private int size = PaymentSearch.PageSizeDefault;
    private int newCount;
    private bool isPaused;
    private DateTimeOffset? pausedAt;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private PaymentSearch Search { get; set; } = null!;

    [Inject]
    private SavedViews Saved { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private SearchScope? Scope => Frame is { TenantId: { } tenantId } ? new SearchScope(tenantId, Frame.Mode, Frame.Zone) : null;

    private string ExportHref => "/export/payments.csv" + new ShownPayments(InMode(filter), columns).ToQueryString();

    private List<PaymentRow> PickedRows => [.. rows.Where(row => picked.Contains(row.Id))];

    private string PickedExportHref => "/export/payments.csv" + new ShownPayments(InMode(PaymentFilter.All with { Ids = [.. picked.Order()] }), columns).ToQueryString();

    private IReadOnlyList<LinkTab> Sizes => [.. PageSizes.Select(one => new LinkTab($"{one}", Href(filter, columns, viewId, cursor, one), one == size))];

    private string ClearHref => PageQuery.At(Path, new ShownPayments(InMode(PaymentFilter.All), columns).Write(), null);

    private string Summary => page!.NewerCursor is null && page.OlderCursor is null
        ? $"{rows.Count} of {rows.Count}, newest first"
        : counts is null ? $"{rows.Count} shown, newest first" : $"{rows.Count} of {PaymentWords.Count(counts.Matching)}, newest first";

    private IReadOnlyList<LinkTab> Tabs
    {
        get
        {
            var open = filter with { Statuses = [], HasRefund = null };
            var tabs = new List<LinkTab> { new("All", Href(open), filter.Statuses.Count == 0 && filter.HasRefund is null, CountOf(counts?.All)) };
            PaymentStatus[] order = [PaymentStatus.Succeeded, PaymentStatus.Pending, PaymentStatus.InReview, PaymentStatus.Failed, PaymentStatus.Expired, PaymentStatus.Cancelled, PaymentStatus.Created];
            foreach (var status in order)
                tabs.Add(new(ChipLook.Of(status).Word, Href(open with { Statuses = [status] }), filter.HasRefund is null && filter.Statuses is [var only] && only == status, CountOf(counts?.ByStatus[status])));
            tabs.Add(new("Refunded", Href(open with { HasRefund = true }), filter.HasRefund == true, CountOf(counts?.WithRefund)));
            return tabs;
        }
    }

    protected override void OnInitialized()
    {
        liveRows = new LiveRefresh(Updates, Pause, Concerns, () => InvokeAsync(FollowRowsAsync));
        liveCounts = new LiveRefresh(Updates, CountsPause, Concerns, () => InvokeAsync(CountAsync));
    }

    protected override async Task OnParametersSetAsync()
    {
        var now = (Navigation.Uri, Frame?.TenantId, Frame?.Mode);
        if (shown == now || Navigation.PathOf() != Path)
            return;
        shown = now;
        if (await DefaultHrefAsync() is { } href)
            Navigation.NavigateTo(href, replace: true);
        else
            await LoadAsync();
    }

    public void Dispose()
    {
        liveRows?.Dispose();
        liveCounts?.Dispose();
        loading?.Cancel();
        loading?.Dispose();
        left.Cancel();
        left.Dispose();
        Dialogs.CloseSide();
    }

    /// <summary>The bare address opens with the user's own default view; one with any filter, or a mode, means what it says.</summary>
    private async Task<string?> DefaultHrefAsync()
    {
        if (Frame is not { TenantId: { } tenantId } || Navigation.Parameters().Count > 0)
            return null;
        var view = (await Saved.ListAsync(tenantId, Frame.UserId, left.Token)).Find(one => one.IsDefault && one.UserId == Frame.UserId);
        return view is not null && Saved.Open(view) is { IsEmpty: false } named ? Href(named.Filter, named.Columns, view.Id) : null;
    }

    private bool Concerns(LiveUpdate update) => update.Subject is "payment" or "refund" && update.TenantId == Frame?.TenantId;

    private async Task LoadAsync()
    {
        loading?.Cancel();
        loading?.Dispose();
        loading = CancellationTokenSource.CreateLinkedTokenSource(left.Token);
        var token = loading.Token;
        var parameters = Navigation.Parameters();
        var read = ShownPayments.Read(parameters, Providers, "cursor", PageQuery.View, PageQuery.Limit);
        var limit = new QueryReader(parameters.Where(pair => pair.Key == PageQuery.Limit));
        size = limit.Number(PageQuery.Limit, 1, PaymentSearch.PageSizeMax) ?? PaymentSearch.PageSizeDefault;
        problem = read.Problem ?? limit.Finish([]);
        if (problem is not null || Scope is not { } scope)
            return;
        filter = read.Value.Filter with { Mode = null };
        columns = read.Value.Columns;
        viewId = Guid.TryParse(parameters.Find(PageQuery.View), out var id) ? id : null;
        cursor = parameters.Find("cursor");
        try
        {
            var found = await Search.PageAsync(scope, filter, cursor, size, token);
            problem = found.Problem;
            if (problem is not null)
                return;
            page = found.Value;
            rows = page.Rows;
            selected = [];
            picked.Clear();
            newCount = 0;
            // Rows first: they are what was asked for; the figures above them may take longer. Without a pause a database that answers at once
            // would hold the rows back until the figures are there.
            StateHasChanged();
            await Task.Yield();
            counts = await Search.CountAsync(scope, filter, token);
            choices = choices == PaymentChoices.None ? await Search.ChoicesAsync(scope.TenantId, token) : choices;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Another address was asked for meanwhile, and is being loaded.
        }
    }

    /// <summary>The rows on screen as they are now, and how many came on top of them.</summary>
    private async Task FollowRowsAsync()
    {
        if (Scope is not { } scope || page is null || problem is not null || isPaused)
            return;
        if (rows.Count == 0)
        {
            await LoadAsync();
        }
        else
        {
            var fresh = (await Search.RowsAsync(scope, [.. rows.Select(row => row.Id)], left.Token)).ToDictionary(row => row.Id);
            rows = [.. rows.Select(row => fresh.GetValueOrDefault(row.Id, row))];
            selected = [.. rows.Where(row => selected.Any(one => one.Id == row.Id))];
            newCount = page.NewerCursor is null ? await Search.CountNewerAsync(scope, filter, rows[0].CreatedAt, rows[0].Id, left.Token) : 0;
        }
        StateHasChanged();
    }

    private async Task CountAsync()
    {
        if (Scope is not { } scope || problem is not null || isPaused)
            return;
        counts = await Search.CountAsync(scope, filter, left.Token);
        StateHasChanged();
    }

    private async Task ShowNewestAsync()
    {
        if (cursor is null)
            await LoadAsync();
        else
            Navigation.NavigateTo(Href(filter));
    }

    /// <summary>Rows stand still while somebody reads them, and catch up at once afterwards.</summary>
    private async Task PauseAsync()
    {
        isPaused = !isPaused;
        pausedAt = isPaused ? Time.GetUtcNow() : null;
        if (isPaused)
            return;
        await FollowRowsAsync();
        await CountAsync();
    }

    private void Arrange(IReadOnlyList<string> next) => Navigation.NavigateTo(Href(filter, next, viewId, cursor));

    private void GoTo(PaymentFilter next) => Navigation.NavigateTo(Href(next));

    private async Task OpenAsync(PaymentRow row)
    {
        selected = [row];
        var options = new SideDialogOptions { Width = "480px", ShowMask = false, Position = DialogPosition.Right, AutoFocusFirstElement = true, CloseAriaLabel = "Close" };
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(PaymentDrawer.PaymentId)] = row.Id,
            [nameof(PaymentDrawer.Ids)] = rows.Select(one => one.Id).ToList(),
            [nameof(PaymentDrawer.OnMove)] = (Action<Guid>)(id =>
            {
                selected = [.. rows.Where(one => one.Id == id)];
                options.Title = selected.Count > 0 ? selected[0].OrderReference : options.Title;
                StateHasChanged();
            }),
        };
        await Dialogs.OpenSideAsync<PaymentDrawer>(row.OrderReference, parameters, options);
        selected = [];
    }

    private void Pick(Guid id, bool isPicked)
    {
        if (isPicked)
            picked.Add(id);
        else
            picked.Remove(id);
    }

    private void PickAll(bool isPicked)
    {
        picked.Clear();
        if (isPicked)
            picked.UnionWith(rows.Select(row => row.Id));
    }

    private static void NameRow(RowRenderEventArgs<PaymentRow> row) => row.Attributes["data-testid"] = "payments-row";

    private static string? Remark(PaymentRow row) => PaymentWords.All(row.Exceptions) ?? (row.Status is PaymentStatus.Failed or PaymentStatus.Pending ? row.LastError : null);

    private static string? CountOf(CappedCount? count) => count is { } known ? PaymentWords.Count(known) : null;

    private PaymentFilter InMode(PaymentFilter any) => any with { Mode = Frame?.Mode };

    private string Href(PaymentFilter any, string? at = null) => Href(any, columns, viewId, at);

    private string Href(PaymentFilter any, IReadOnlyList<string> shown, Guid? view, string? at = null, int? rowsOfPage = null) =>
        PageQuery.At(Path, new ShownPayments(InMode(any), shown).Write().Add(PageQuery.View, view?.ToString()).Add(PageQuery.Limit, SizeText(rowsOfPage ?? size)), at);

    private static string? SizeText(int rowsOfPage) => rowsOfPage == PaymentSearch.PageSizeDefault ? null : rowsOfPage.ToString(CultureInfo.InvariantCulture);
}
