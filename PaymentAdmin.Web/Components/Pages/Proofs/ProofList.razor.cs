using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Proofs;

/// <summary>The queue of the proof desk; which part of it stands in the URL.</summary>
public sealed partial class ProofList : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource leaving = new();
    private LiveRefresh? live;
    private List<ProofRow>? rows;
    private ProofStage queue;
    private (int Waiting, int SentBack) counts;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery]
    private string? Queue { get; set; }

    [Inject]
    private ListProofs List { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    private IReadOnlyList<LinkTab> Tabs =>
    [
        new("Waiting", "/proofs", queue == ProofStage.Waiting, $"{counts.Waiting}"),
        new("Sent back", "/proofs?queue=sent_back", queue == ProofStage.SentBack, $"{counts.SentBack}"),
        new("Decided", "/proofs?queue=decided", queue == ProofStage.Decided),
    ];

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject == "proof" && update.TenantId == Frame?.TenantId, () => InvokeAsync(ReloadAsync));

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        live?.Dispose();
        leaving.Cancel();
        leaving.Dispose();
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        queue = Words.Find<ProofStage>(Queue) ?? ProofStage.Waiting;
        if (Frame?.TenantId is not { } tenantId || leaving.IsCancellationRequested)
        {
            rows ??= [];
            return;
        }
        counts = (await List.CountAsync(tenantId, Frame.Mode, ProofStage.Waiting, leaving.Token), await List.CountAsync(tenantId, Frame.Mode, ProofStage.SentBack, leaving.Token));
        rows = await List.RunAsync(tenantId, Frame.Mode, queue, leaving.Token);
    }

    private static void NameRow(RowRenderEventArgs<ProofRow> row) => row.Attributes["data-testid"] = "proofs-row";
}
