using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Approvals;

/// <summary>What waits for a second person, and what was decided.</summary>
public sealed partial class ApprovalList : IDisposable
{
    private const int ShownMax = 200;
    private const int ChangesShownMax = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource leaving = new();
    private LiveRefresh? live;
    private List<ApprovalRequest>? rows;
    private bool isDecidedShown;
    private bool hasEnoughPeople = true;
    private string? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery]
    private string? State { get; set; }

    [Inject]
    private PaymentStore Store { get; set; } = null!;

    [Inject]
    private DecideApproval Decide { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    private IReadOnlyList<LinkTab> Tabs => [new("Waiting", "/approvals", !isDecidedShown), new("Decided", "/approvals?state=decided", isDecidedShown)];

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject is "approval" or "refund" && update.TenantId == Frame?.TenantId, () => InvokeAsync(ReloadAsync));

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
        isDecidedShown = State == "decided";
        if (Frame?.TenantId is not { } tenantId || leaving.IsCancellationRequested)
        {
            rows ??= [];
            return;
        }
        var mode = Frame.Mode;
        (rows, hasEnoughPeople) = await Store.ReadAsync(
            async db =>
            {
                var own = db.ApprovalRequests.AsNoTracking().Where(row => row.TenantId == tenantId && (row.Mode == null || row.Mode == mode));
                var shown = isDecidedShown ? own.Where(row => row.Status != ApprovalStatus.Waiting).OrderByDescending(row => row.DecidedAt) : own.Where(row => row.Status == ApprovalStatus.Waiting).OrderBy(row => row.RequestedAt);
                var people = await TwoPersons.Approvers(db, tenantId).CountAsync(leaving.Token);
                return (await shown.Take(ShownMax).ToListAsync(leaving.Token), people >= TwoPersons.ApproversMin);
            },
            leaving.Token);
    }

    private bool CanDecide(ApprovalRequest row) => Frame?.IsAllowed(Permissions.Approve) == true && !IsOwn(row);

    private bool IsOwn(ApprovalRequest row) => Frame is not null && row.RequestedByUserId == Frame.UserId;

    private async Task DecideAsync(ApprovalRequest row, bool isApproved)
    {
        if (Frame?.TenantId is not { } tenantId || !CanDecide(row))
            return;
        said = null;
        var subject = new ConfirmSubject { AmountMinor = row.AmountMinor, Currency = row.Currency, Mode = row.Mode, More = [("What", row.Summary), ("Asked by", row.RequestedBy), ("Why", row.Reason), .. AuditChange.Between(row.Before, row.After).Select(change => (change.Name, (string?)$"{change.Before ?? "–"} → {change.After ?? "–"}"))] };
        if (isApproved)
        {
            var verb = row.AmountMinor is { } minor && row.Currency is { } currency ? $"Approve {Core.MoneyFormat.Text(minor, currency)}" : "Approve";
            if (await Dialogs.ConfirmAsync("Approve?", subject, verb, async () => (await Decide.RunAsync(tenantId, row.Id, row.Version, isApproved: true, reason: null, Frame.ToActor(), CancellationToken.None)).Problem?.Detail, "It is done at once, in both your names.", testId: "approve-confirm"))
                said = $"{row.Summary}: approved.";
        }
        else
        {
            var answer = await Dialogs.OpenAsync<ReasonDialog>(
                "Refuse?",
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    [nameof(ReasonDialog.Subject)] = subject,
                    [nameof(ReasonDialog.Verb)] = "Refuse",
                    [nameof(ReasonDialog.IsDanger)] = true,
                    [nameof(ReasonDialog.Act)] = (Func<GivenReason, Task<string?>>)(async given => (await Decide.RunAsync(tenantId, row.Id, row.Version, isApproved: false, given.Reason, Frame.ToActor(), CancellationToken.None)).Problem?.Detail),
                },
                new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
            if (answer is true)
                said = $"{row.Summary}: refused{(row.Kind == ApprovalKind.Refund ? "; the amount can be refunded again" : "; nothing has changed")}.";
        }
        await LoadAsync();
    }

    private async Task WithdrawAsync(ApprovalRequest row)
    {
        if (Frame?.TenantId is not { } tenantId)
            return;
        said = null;
        var subject = new ConfirmSubject { AmountMinor = row.AmountMinor, Currency = row.Currency, Mode = row.Mode, More = [("What", row.Summary), ("Why", row.Reason)] };
        if (await Dialogs.ConfirmAsync("Take the request back?", subject, "Take back", async () => (await Decide.WithdrawAsync(tenantId, row.Id, row.Version, Frame.ToActor(), CancellationToken.None)).Problem?.Detail, "Nobody is asked any more, and nothing is done.", testId: "withdraw-confirm"))
            said = $"{row.Summary}: taken back{(row.Kind == ApprovalKind.Refund ? "; the amount can be refunded again" : "; nothing has changed")}.";
        await LoadAsync();
    }

    private static ChipLook LookOf(ApprovalStatus status) => status switch
    {
        ApprovalStatus.Approved => new(Tone.Green, "check_circle", "Approved"),
        ApprovalStatus.Rejected => new(Tone.Red, "cancel", "Refused"),
        ApprovalStatus.Expired => new(Tone.Grey, "timer_off", "Expired"),
        _ => new(Tone.Grey, "block", "Withdrawn"),
    };

    private static void NameRow(RowRenderEventArgs<ApprovalRequest> row) => row.Attributes["data-testid"] = "approvals-row";
}
