using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>The refunds of all payments, by state.</summary>
public sealed partial class RefundList : IDisposable
{
    private const string Path = "/refunds";
    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private (string? Uri, Guid? Tenant, Mode? Mode) shown;
    private RefundFilter filter = new();
    private Problem? problem;
    private KeysetPage<RefundRow>? page;
    private RefundCounts? counts;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private RefundSearch Search { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private Mode Other => Frame?.IsTest == true ? Mode.Live : Mode.Test;

    private IReadOnlyList<LinkTab> Tabs
    {
        get
        {
            var open = filter with { Statuses = [] };
            var tabs = new List<LinkTab> { new("All", Href(open), filter.Statuses.Count == 0) };
            RefundStatus[] order = [RefundStatus.Requested, RefundStatus.Pending, RefundStatus.Unknown, RefundStatus.Succeeded, RefundStatus.Failed];
            foreach (var status in order)
                tabs.Add(new(ChipLook.Of(status).Word, Href(open with { Statuses = [status] }), filter.Statuses is [var only] && only == status, counts is null ? null : PaymentWords.Count(counts.ByStatus[status])));
            return tabs;
        }
    }

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, TimeSpan.FromMilliseconds(500), update => update.Subject == "refund" && update.TenantId == Frame?.TenantId, () => InvokeAsync(FollowAsync));

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
        left.Cancel();
        left.Dispose();
    }

    private async Task LoadAsync()
    {
        var parameters = Navigation.Parameters();
        var read = RefundFilter.Read(parameters, "cursor");
        problem = read.Problem;
        if (problem is not null || Frame is not { TenantId: { } tenantId })
            return;
        filter = read.Value with { Mode = null };
        var scope = new SearchScope(tenantId, Frame.Mode, Frame.Zone);
        var found = await Search.PageAsync(scope, filter, parameters.Find("cursor"), PaymentSearch.PageSizeDefault, left.Token);
        problem = found.Problem;
        if (!found.IsOk)
            return;
        page = found.Value;
        counts = await Search.CountAsync(scope, filter, left.Token);
    }

    private async Task FollowAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private void Open(RefundRow row) => Navigation.NavigateTo(PageQuery.PaymentHref(row.PaymentId, row.Mode));

    private static void NameRow(RowRenderEventArgs<RefundRow> row) => row.Attributes["data-testid"] = "refunds-row";

    private string Href(RefundFilter any, string? at = null) => PageQuery.At(Path, (any with { Mode = Frame?.Mode }).Write(), at);
}
