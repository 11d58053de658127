using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>A payment beside the list it was chosen from, with the way to its neighbours.</summary>
public sealed partial class PaymentDrawer : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private PaymentDetail? detail;
    private Guid currentId;
    private (Tone Tone, string Text)? said;
    private bool isLeaving;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private PaymentDetails Details { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Parameter, EditorRequired]
    public Guid PaymentId { get; set; }

    /// <summary>The payments of the list, in its order.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<Guid> Ids { get; set; } = [];

    /// <summary>Another payment is shown now: the list marks its row.</summary>
    [Parameter]
    public Action<Guid>? OnMove { get; set; }

    private int Index => Ids.ToList().IndexOf(currentId);

    private string? Payer => SecretMask.Phone(detail?.Shown?.PayerPhone ?? detail?.Payment.CustomerPhone) ?? SecretMask.Email(detail?.Payment.CustomerEmail) ?? detail?.Payment.CustomerName;

    protected override async Task OnInitializedAsync()
    {
        currentId = PaymentId;
        Navigation.LocationChanged += OnLocationChanged;
        live = new LiveRefresh(Updates, TimeSpan.FromMilliseconds(300), update => update.PaymentId == currentId, () => InvokeAsync(FollowAsync));
        await ReadAsync();
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        live?.Dispose();
        left.Cancel();
        left.Dispose();
    }

    /// <summary>The drawer slides away for a moment while the next page is there already: two buttons for one act must not be.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        isLeaving = true;
        _ = InvokeAsync(StateHasChanged);
    }

    private async Task ReadAsync()
    {
        var id = currentId;
        var read = Frame is { TenantId: { } tenantId } ? await Details.FindAsync(tenantId, id, left.Token) : null;
        if (id == currentId)
            detail = read;
    }

    private async Task FollowAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }

    private async Task MoveAsync(int step)
    {
        var next = Index + step;
        if (next < 0 || next >= Ids.Count)
            return;
        currentId = Ids[next];
        said = null;
        OnMove?.Invoke(currentId);
        await ReadAsync();
    }

    private Task SayAsync((Tone Tone, string Text)? words)
    {
        said = words;
        return ReadAsync();
    }
}
