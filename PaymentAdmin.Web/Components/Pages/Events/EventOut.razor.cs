using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Events;

/// <summary>The addresses that the tenant wants its events at, and what was delivered to the chosen one.</summary>
public sealed partial class EventOut : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private List<EndpointSummary>? endpoints;
    private Guid? chosen;
    private string? secret;
    private bool isRotated;
    private (Tone Tone, string Text)? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery]
    private string? Endpoint { get; set; }

    [Inject]
    private DeliverySearch Search { get; set; } = null!;

    [Inject]
    private EventEndpoints Endpoints { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool CanChange => Frame is { TenantId: not null } && Frame.IsAllowed(Permissions.ConfigsWrite);

    private EndpointSummary? Chosen => endpoints?.Find(one => one.Endpoint.Id == chosen);

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject is "delivery" or "payment" or "refund" && update.TenantId == Frame?.TenantId, () => InvokeAsync(FollowAsync));

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        live?.Dispose();
        left.Cancel();
        left.Dispose();
    }

    private async Task FollowAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        if (left.IsCancellationRequested)
            return;
        endpoints = Frame is { TenantId: { } tenantId } ? await Search.EndpointsAsync(tenantId, Frame.Mode, left.Token) : [];
        chosen = endpoints.Find(one => one.Endpoint.Id.ToString() == Endpoint)?.Endpoint.Id ?? (endpoints.Count > 0 ? endpoints[0].Endpoint.Id : null);
    }

    private async Task AddAsync()
    {
        if (await Dialogs.OpenAsync<EndpointDialog>("Add endpoint", [], new DialogOptions { Width = "520px", CloseDialogOnEsc = true, AutoFocusFirstElement = true }) is EndpointWithSecret added)
            Show(added, isNew: true, $"{added.Endpoint.Url} is told what happens from now on.");
        await LoadAsync();
    }

    private async Task SwitchAsync(EventEndpoint endpoint)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var changed = await Endpoints.ChangeAsync(tenantId, Frame.Mode, endpoint.Id, !endpoint.IsEnabled, types: null, Frame.ToActor(), CancellationToken.None);
        said = changed.Problem is { } problem ? (Tone.Red, problem.Detail) : (Tone.Green, endpoint.IsEnabled ? $"{endpoint.Url} is told nothing until it is enabled again." : $"{endpoint.Url} is told again, with what was missed.");
        await LoadAsync();
    }

    private async Task RotateAsync(EventEndpoint endpoint)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        EndpointWithSecret? rotated = null;
        var subject = new ConfirmSubject { Mode = endpoint.Mode, More = [("Endpoint", endpoint.Url)] };
        var isDone = await Dialogs.ConfirmAsync("Rotate the secret?", subject, "Rotate secret", async () =>
        {
            var answer = await Endpoints.RotateSecretAsync(tenantId, Frame.Mode, endpoint.Id, Frame.ToActor(), CancellationToken.None);
            rotated = answer.IsOk ? answer.Value : null;
            return answer.Problem?.Detail;
        }, "A new secret is made and shown once. For 24 hours deliveries carry the signatures of both.", testId: "endpoint-rotate-confirm");
        if (isDone && rotated is not null)
            Show(rotated, isNew: false, $"{endpoint.Url} has a new secret.");
        await LoadAsync();
    }

    private async Task RemoveAsync(EventEndpoint endpoint)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var subject = new ConfirmSubject { Mode = endpoint.Mode, More = [("Endpoint", endpoint.Url)] };
        if (await Dialogs.ConfirmAsync("Delete the endpoint?", subject, "Delete endpoint", async () => (await Endpoints.RemoveAsync(tenantId, Frame.Mode, endpoint.Id, Frame.ToActor(), CancellationToken.None)).Problem?.Detail, "Its delivery log is deleted with it. Events stay readable with GET /v1/events.", isDanger: true, testId: "endpoint-delete-confirm"))
        {
            said = (Tone.Green, $"{endpoint.Url} was deleted.");
            secret = null;
        }
        await LoadAsync();
    }

    private void Show(EndpointWithSecret one, bool isNew, string sentence)
    {
        (secret, isRotated) = (one.Secret, !isNew);
        said = (Tone.Green, sentence);
    }

    private string StandOf(EndpointSummary one)
    {
        var parts = new List<string>();
        var zone = Frame?.Zone ?? TimeZoneInfo.Utc;
        if (one.LastDeliveredAt is { } at)
            parts.Add($"last delivered {TimeFormat.Text(at, TimeStyle.Relative, zone, Time.GetUtcNow())}");
        if (one.Waiting.Number > 0)
            parts.Add($"{PaymentWords.Count(one.Waiting)} waiting{(one.NextAttemptAt is { } next ? $", next try {TimeFormat.Text(next, TimeStyle.Relative, zone, Time.GetUtcNow())}" : "")}");
        if (one.GivenUp.Number > 0)
            parts.Add($"{PaymentWords.Count(one.GivenUp)} given up");
        if (one is { Behind: > 0, Endpoint.IsEnabled: false })
            parts.Add($"{one.Behind} events missed while it is off");
        return parts.Count == 0 ? "Nothing was told here yet." : char.ToUpperInvariant(parts[0][0]) + string.Join(" · ", parts)[1..];
    }

    private string HrefOf(Guid id) => $"/events?mode={Words.Of(Frame!.Mode)}&endpoint={id}";
}
