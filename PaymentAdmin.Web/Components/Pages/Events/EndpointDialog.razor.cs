using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Web.Components.Layout;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Events;

/// <summary>Names an address for the tenant's events; closes with the endpoint and its secret.</summary>
public sealed partial class EndpointDialog
{
    private readonly HashSet<string> types = new(StringComparer.Ordinal);
    private string url = "";
    private string? description;
    private bool isForAll = true;
    private bool isRunning;
    private Problem? problem;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private EventEndpoints Endpoints { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    private string? ErrorOf(string member) => problem?.Errors is { } errors && errors.TryGetValue(member, out var texts) ? $"It {texts[0]}." : null;

    private void Toggle(string type)
    {
        if (!types.Remove(type))
            types.Add(type);
    }

    private async Task RunAsync()
    {
        if (isRunning || Frame is not { TenantId: { } tenantId })
            return;
        if (!isForAll && types.Count == 0)
        {
            problem = Problem.Invalid("types", "needs at least one kind of event");
            return;
        }
        isRunning = true;
        try
        {
            var added = await Endpoints.AddAsync(tenantId, Frame.Mode, url.Trim(), isForAll ? [] : [.. EventTypes.All.Where(types.Contains)], string.IsNullOrWhiteSpace(description) ? null : description.Trim(), Frame.ToActor(), CancellationToken.None);
            problem = added.Problem;
            if (added.IsOk)
                Dialogs.Close(added.Value);
        }
        finally
        {
            isRunning = false;
        }
    }
}
