using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>What was refused at the door.</summary>
public sealed partial class RejectionLogList : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private List<RejectionRow>? rows;
    private (Guid? Tenant, Mode? Mode) shown;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private WebhookSearch Search { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    protected override async Task OnParametersSetAsync()
    {
        if (Frame is not { TenantId: { } tenantId } || shown == (tenantId, Frame.Mode))
            return;
        shown = (tenantId, Frame.Mode);
        rows = await Search.RejectedAsync(new SearchScope(tenantId, Frame.Mode, Frame.Zone), left.Token);
    }

    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }
}
