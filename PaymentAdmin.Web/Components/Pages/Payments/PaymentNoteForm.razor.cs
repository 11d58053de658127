using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>Writes a note onto a payment's timeline.</summary>
public sealed partial class PaymentNoteForm
{
    private string text = "";
    private string? error;
    private bool isRunning;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private AddPaymentNote AddNote { get; set; } = null!;

    [Parameter, EditorRequired]
    public Guid PaymentId { get; set; }

    [Parameter]
    public EventCallback OnDone { get; set; }

    private async Task RunAsync()
    {
        if (isRunning || Frame is not { TenantId: { } tenantId })
            return;
        isRunning = true;
        try
        {
            // One line on the timeline: what was typed on several is joined.
            var line = string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            error = (await AddNote.RunAsync(tenantId, PaymentId, line, Frame.ToActor(), CancellationToken.None)).Problem is { } problem ? PaymentActions.TextOf(problem) : null;
        }
        finally
        {
            isRunning = false;
        }
        if (error is null)
            await OnDone.InvokeAsync();
    }
}
