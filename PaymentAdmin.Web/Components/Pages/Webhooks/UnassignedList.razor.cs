using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>Deliveries that belong to no account; for superadmins.</summary>
public sealed partial class UnassignedList : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private List<UnassignedRow>? rows;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private WebhookSearch Search { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        if (Frame is null)
            return;
        var found = await Search.UnassignedAsync(Frame.ToActor(), left.Token);
        rows = found.IsOk ? found.Value : [];
    }

    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }
}
