using System.Globalization;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Events;

/// <summary>What was told to one endpoint, with each try; state and place are in the address.</summary>
public sealed partial class DeliveryList : IDisposable
{
    private readonly CancellationTokenSource left = new();
    private DeliveryPage? page;
    private string? from;
    private string? to;
    private bool isRunning;
    private Guid shownEndpoint;
    private (Tone Tone, string Text)? said;

    [Parameter, EditorRequired]
    public EndpointSummary Endpoint { get; set; } = null!;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private DeliverySearch Search { get; set; } = null!;

    [Inject]
    private ResendEvents Resend { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool CanResend => Frame?.IsAllowed(Permissions.WebhooksReplay) == true;

    private DeliveryState? State => Words.Find<DeliveryState>(Navigation.Parameters().Find("state"));

    private IReadOnlyList<LinkTab> Tabs =>
    [
        new("All", Href(null, null), State is null),
        new(ChipLook.Of(DeliveryState.Pending).Word, Href(DeliveryState.Pending, null), State == DeliveryState.Pending, PaymentWords.Count(Endpoint.Waiting)),
        new(ChipLook.Of(DeliveryState.GivenUp).Word, Href(DeliveryState.GivenUp, null), State == DeliveryState.GivenUp, PaymentWords.Count(Endpoint.GivenUp)),
        new(ChipLook.Of(DeliveryState.Delivered).Word, Href(DeliveryState.Delivered, null), State == DeliveryState.Delivered),
    ];

    /// <summary>Whenever the page above has read the endpoints anew, its deliveries may have moved too.</summary>
    protected override async Task OnParametersSetAsync()
    {
        if (shownEndpoint != Endpoint.Endpoint.Id)
            (page, said, shownEndpoint) = (null, null, Endpoint.Endpoint.Id);
        await LoadAsync();
    }

    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }

    private async Task LoadAsync()
    {
        if (Frame is not { TenantId: { } tenantId } || left.IsCancellationRequested)
            return;
        var before = long.TryParse(Navigation.Parameters().Find("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : (long?)null;
        var found = await Search.PageAsync(tenantId, Frame.Mode, Endpoint.Endpoint.Id, State, before, left.Token);
        page = found.IsOk ? found.Value : new DeliveryPage([], null, true);
    }

    private string? ResendReason(DeliveryLog row)
    {
        if (!Endpoint.Endpoint.IsEnabled)
            return "The endpoint is off.";
        return row.Delivery is { State: DeliveryState.Pending, Attempts: 0 } ? "It is on its way already." : null;
    }

    private Task ResendRangeAsync()
    {
        if (long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && long.TryParse(string.IsNullOrWhiteSpace(to) ? from : to, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            return ResendAsync(first, last);
        said = (Tone.Red, "Write the sequences as numbers, as they stand before each event.");
        return Task.CompletedTask;
    }

    private async Task ResendAsync(long first, long last)
    {
        if (isRunning || Frame is not { TenantId: { } tenantId })
            return;
        isRunning = true;
        try
        {
            var resent = await Resend.RunAsync(tenantId, Frame.Mode, Endpoint.Endpoint.Id, first, last, Frame.ToActor(), CancellationToken.None);
            said = resent.Problem is { } problem
                ? (Tone.Red, problem.Errors is { } errors ? $"Nothing was sent: {errors.First().Value[0]}." : problem.Detail)
                : resent.Value == 0 ? (Tone.Amber, "Nothing to send again: no such delivery, or somebody was faster and it is due already.")
                : (Tone.Green, $"{resent.Value} {(resent.Value == 1 ? "delivery is" : "deliveries are")} sent again now.");
        }
        finally
        {
            isRunning = false;
        }
        await LoadAsync();
    }

    private string Href(DeliveryState? state, long? before) => "/events" + new QueryWriter()
        .Add("mode", Words.Of(Frame!.Mode)).Add("endpoint", Endpoint.Endpoint.Id.ToString()).Add("state", state is { } known ? Words.Of(known) : null).Add("before", before?.ToString(CultureInfo.InvariantCulture));
}
