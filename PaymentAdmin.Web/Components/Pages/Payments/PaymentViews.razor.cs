using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>Named filters with their columns: one's own and the tenant's shared ones.</summary>
public sealed partial class PaymentViews : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private List<SavedView> views = [];
    private Guid? loadedFor;
    private string name = "";
    private bool isShared;
    private string? error;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private SavedViews Saved { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Parameter, EditorRequired]
    public ShownPayments Shown { get; set; } = ShownPayments.All;

    /// <summary>The view that the list was opened with, as the address says.</summary>
    [Parameter]
    public Guid? ChosenId { get; set; }

    /// <summary>The view that shows what is on screen.</summary>
    private SavedView? Current => Shown.IsEmpty ? null : views.Find(view => view.Query == SavedViews.QueryOf(Shown));

    private SavedView? Chosen => views.Find(view => view.Id == ChosenId);

    private bool IsModified => Chosen is { } chosen && chosen.Query != SavedViews.QueryOf(Shown);

    protected override async Task OnParametersSetAsync()
    {
        if (Frame is not { TenantId: { } tenantId } || loadedFor == tenantId)
            return;
        loadedFor = tenantId;
        await LoadAsync();
    }

    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }

    private async Task LoadAsync()
    {
        if (Frame is { TenantId: { } tenantId })
            views = await Saved.ListAsync(tenantId, Frame.UserId, left.Token);
    }

    private async Task SaveAsync()
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var saved = await Saved.AddAsync(tenantId, name, Shown, isShared, Frame.ToActor(), left.Token);
        error = saved.Problem is { } problem ? PaymentActions.TextOf(problem) : null;
        if (!saved.IsOk)
            return;
        (name, isShared) = ("", false);
        await LoadAsync();
        Navigation.NavigateTo(HrefOf(saved.Value));
    }

    private async Task RemoveAsync(SavedView view)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        error = (await Saved.RemoveAsync(tenantId, view.Id, Frame.ToActor(), left.Token)).Problem?.Detail;
        await LoadAsync();
    }

    private async Task SetDefaultAsync(SavedView view)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        error = (await Saved.SetDefaultAsync(tenantId, view.IsDefault ? null : view.Id, Frame.ToActor(), left.Token)).Problem?.Detail;
        await LoadAsync();
    }

    private string HrefOf(SavedView view)
    {
        var shown = Saved.Open(view) ?? ShownPayments.All;
        return PageQuery.At("/payments", (shown with { Filter = shown.Filter with { Mode = Frame?.Mode } }).Write().Add(PageQuery.View, view.Id.ToString()), null);
    }
}
