using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Risk;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Risk;

/// <summary>What the risk rules flagged, why, and the release of what is held.</summary>
public sealed partial class RiskDesk : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource left = new();
    private LiveRefresh? live;
    private RiskOverview? overview;
    private (Tone Tone, string Text)? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ListRisky List { get; set; } = null!;

    [Inject]
    private SettlePayment Settle { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject == "payment" && update.TenantId == Frame?.TenantId, () => InvokeAsync(FollowAsync));

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
        if (Frame is { TenantId: { } tenantId } && !left.IsCancellationRequested)
            overview = await List.RunAsync(new SearchScope(tenantId, Frame.Mode, Frame.Zone), left.Token);
    }

    private async Task ReleaseAsync(RiskyPayment row)
    {
        if (Frame is not { TenantId: { } tenantId })
            return;
        var amount = MoneyFormat.Text(row.ReceivedMinor, row.Currency);
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(ReasonDialog.Subject)] = new ConfirmSubject { AmountMinor = row.ReceivedMinor, Currency = row.Currency, Payer = row.Payer, Mode = row.Mode, More = [("Order", row.OrderReference), ("Score", $"{row.Score} of 100")] },
            [nameof(ReasonDialog.Verb)] = $"Release {amount}",
            [nameof(ReasonDialog.Question)] = "The payment succeeds and your backend is told. No money moves by this.",
            [nameof(ReasonDialog.Act)] = (Func<GivenReason, Task<string?>>)(async given =>
                (await Settle.DecideAsync(tenantId, row.Id, ObservedFact.HoldReleased, given.Reason, Frame.ToActor(), CancellationToken.None)).Problem is { } problem ? PaymentActions.TextOf(problem) : null),
        };
        if (await Dialogs.OpenAsync<ReasonDialog>("Release the payment?", parameters, new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true }) is true)
            said = (Tone.Green, $"{row.OrderReference}: {amount} released.");
        await LoadAsync();
    }

    private static string Why(RiskyPayment row) => row.Reasons.Count == 0 ? row.Payer ?? "" : string.Join("; ", row.Reasons);
}
