using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>Finds the payment of an orphaned event and matches it, with a reason.</summary>
public sealed partial class MatchDialog
{
    private const int ShownMax = 6;

    private string query = "";
    private string reason = "";
    private string? findError;
    private string? reasonError;
    private string? problem;
    private IReadOnlyList<PaymentRow> found = [];
    private Guid? chosen;
    private bool isRunning;

    [Parameter, EditorRequired]
    public WebhookDetail Detail { get; set; } = null!;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private PaymentSearch Search { get; set; } = null!;

    [Inject]
    private MatchWebhook Match { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    private async Task FindAsync()
    {
        (found, chosen, findError) = ([], null, null);
        if (Frame is not { TenantId: { } tenantId } || string.IsNullOrWhiteSpace(query))
        {
            findError = "Say which payment.";
            return;
        }
        var page = await Search.PageAsync(new SearchScope(tenantId, Detail.Row.Mode, Frame.Zone), new PaymentFilter { Query = query.Trim() }, cursor: null, ShownMax, CancellationToken.None);
        found = page.IsOk ? page.Value.Rows : [];
        chosen = found is [var only] ? only.Id : null;
        findError = page.Problem?.Detail ?? (found.Count == 0 ? "No payment has this." : null);
    }

    private async Task RunAsync()
    {
        if (chosen is null)
        {
            await FindAsync();
            return;
        }
        reasonError = string.IsNullOrWhiteSpace(reason) ? "Say why." : null;
        if (isRunning || reasonError is not null || Frame is not { TenantId: { } tenantId })
            return;
        isRunning = true;
        try
        {
            problem = (await Match.RunAsync(tenantId, Detail.Row.Id, chosen.Value, reason, Frame.ToActor(), CancellationToken.None)).Problem is { } refused ? PaymentActions.TextOf(refused) : null;
        }
        finally
        {
            isRunning = false;
        }
        if (problem is null)
            Dialogs.Close(true);
    }
}
