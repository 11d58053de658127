using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
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

    private readonly HashSet<Guid> picked = [];
    private List<UserItem> people = [];
    private string assignee = "";
    private string? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery]
    private string? Queue { get; set; }

    [Inject]
    private ListProofs List { get; set; } = null!;

    [Inject]
    private ReviewProof Review { get; set; } = null!;

    [Inject]
    private ListUsers Users { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    /// <summary>Who reviews payments gives out the work of the desk.</summary>
    private bool CanAssign => queue == ProofStage.Waiting && Frame?.IsAllowed(Permissions.PaymentsReview) == true;

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
        picked.IntersectWith(rows.Select(row => row.Id));
        if (CanAssign && people.Count == 0)
            people = (await Users.RunAsync(tenantId, withSuperadmins: false, leaving.Token)).FindAll(person => !person.IsDisabled && Permissions.IsAllowed(person.Role, Permissions.ProofsReview));
    }

    private void Pick(ProofRow row, bool isPicked)
    {
        if (isPicked)
            picked.Add(row.Id);
        else
            picked.Remove(row.Id);
    }

    private async Task AssignAsync()
    {
        if (Frame?.TenantId is not { } tenantId || !Guid.TryParse(assignee, out var userId))
            return;
        var asked = picked.Count;
        var given = await Review.AssignAsync(tenantId, [.. picked], userId, Frame.ToActor(), CancellationToken.None);
        var name = people.Find(person => person.Id == userId)?.Email;
        said = given.IsOk
            ? $"{name} has {given.Value} of them for {TimeFormat.Span(ReviewProof.AssignedTime)}.{(given.Value < asked ? " The others are before somebody else, or were brought by this person." : "")}"
            : given.Problem!.Detail;
        picked.Clear();
        assignee = "";
        await LoadAsync();
    }

    private static void NameRow(RowRenderEventArgs<ProofRow> row) => row.Attributes["data-testid"] = "proofs-row";
}
