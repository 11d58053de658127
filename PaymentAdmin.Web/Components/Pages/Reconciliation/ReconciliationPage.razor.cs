using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Settlement;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Payments;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Reconciliation;

/// <summary>Unallocated receipts and drift, each with its action; what other pages settle is counted here and leads there.</summary>
public sealed partial class ReconciliationPage : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource leaving = new();
    private readonly HashSet<Guid> running = [];
    private LiveRefresh? live;
    private SettlementCounts? counts;
    private IReadOnlyList<UnallocatedReceipt> receipts = [];
    private IReadOnlyList<Money> totals = [];
    private IReadOnlyList<ComparedAccount> accounts = [];
    private IReadOnlyList<BookDifference> differences = [];
    private bool isDifferencesShown;
    private string? said;
    private string? refused;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery]
    private string? Tab { get; set; }

    [Inject]
    private ReadSettlement Settlement { get; set; } = null!;

    [Inject]
    private ReceiptSearch Receipts { get; set; } = null!;

    [Inject]
    private SettleReceipt Settle { get; set; } = null!;

    [Inject]
    private CompareBooks Compare { get; set; } = null!;

    [Inject]
    private ExplainDifference Explain { get; set; } = null!;

    [Inject]
    private SettlePayment Payments { get; set; } = null!;

    [Inject]
    private FindPayment Find { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    private IReadOnlyList<LinkTab> Tabs =>
    [
        new("Unallocated receipts", Href(null), !isDifferencesShown, Count(counts?.Receipts)),
        new("Differences", Href("differences"), isDifferencesShown, Count(counts?.Differences)),
        new("Paid late", $"/payments?exception=paid_late&mode={ModeWord}", false, Count(counts?.PaidLate)),
        new("Charged twice", $"/payments?exception=duplicate_charge&mode={ModeWord}", false, Count(counts?.DuplicateCharges)),
        new("Events without a payment", $"/webhooks?state=unmatched&mode={ModeWord}", false, Count(counts?.UnmatchedEvents)),
    ];

    private string ModeWord => Words.Of(Frame?.Mode ?? Mode.Test);

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject is "settlement" or "payment" or "webhook" && update.TenantId == Frame?.TenantId, () => InvokeAsync(ReloadAsync));

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
        isDifferencesShown = Tab == "differences";
        if (Frame is not { TenantId: { } tenantId, Mode: var mode } || leaving.IsCancellationRequested)
            return;
        (receipts, totals) = await Receipts.UnallocatedAsync(tenantId, mode, leaving.Token);
        if (isDifferencesShown)
        {
            accounts = await Settlement.AccountsAsync(tenantId, mode, leaving.Token);
            differences = await Settlement.DifferencesAsync(tenantId, mode, leaving.Token);
        }
        counts = await Settlement.CountAsync(tenantId, mode, leaving.Token);
    }

    private Task AllocateAsync(UnallocatedReceipt receipt) => AskAsync(
        "Allocate this money?",
        receipt,
        $"Allocate {MoneyFormat.Text(receipt.AmountMinor, receipt.Currency)}",
        async (tenantId, given) =>
        {
            if (await Find.TypedAsync(tenantId, Frame!.Mode, given.Reference, CancellationToken.None) is not { } payment)
                return $"No {ModeWord} payment has the id, code or order reference “{given.Reference}”.";
            var done = await Settle.AllocateAsync(tenantId, receipt.Id, payment.Id, given.Reason, Frame.ToActor(), CancellationToken.None);
            said = done.IsOk ? $"{MoneyFormat.Text(receipt.AmountMinor, receipt.Currency)} counted for {payment.OrderReference}. {done.Value.Sentence}" : null;
            return done.Problem?.Detail;
        },
        "It counts there once: the exact amount pays the payment, another one puts it into review.",
        "Payment",
        "Its id, payment code or order reference.");

    private Task ReturnAsync(UnallocatedReceipt receipt) => AskAsync(
        "Mark as returned?",
        receipt,
        $"Mark {MoneyFormat.Text(receipt.AmountMinor, receipt.Currency)} as returned",
        async (tenantId, given) =>
        {
            var done = await Settle.ReturnAsync(tenantId, receipt.Id, given.Reason, Frame!.ToActor(), CancellationToken.None);
            said = done.IsOk ? $"{MoneyFormat.Text(receipt.AmountMinor, receipt.Currency)} marked as returned." : null;
            return done.Problem?.Detail;
        },
        "No money moves: this notes that you gave it back at the provider or the bank.");

    private async Task AskAsync(string title, UnallocatedReceipt receipt, string verb, Func<Guid, GivenReason, Task<string?>> act, string question, string? referenceLabel = null, string? referenceHint = null)
    {
        if (Frame?.TenantId is not { } tenantId)
            return;
        (said, refused) = (null, null);
        await Dialogs.OpenAsync<ReasonDialog>(
            title,
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ReasonDialog.Subject)] = new ConfirmSubject { AmountMinor = receipt.AmountMinor, Currency = receipt.Currency, Mode = Frame.Mode, Payer = receipt.Payer, More = [("Receipt", receipt.Reference), ("Typed by the payer", receipt.BillReference)] },
                [nameof(ReasonDialog.Verb)] = verb,
                [nameof(ReasonDialog.Question)] = question,
                [nameof(ReasonDialog.ReferenceLabel)] = referenceLabel,
                [nameof(ReasonDialog.ReferenceHint)] = referenceHint,
                [nameof(ReasonDialog.Act)] = (Func<GivenReason, Task<string?>>)(given => act(tenantId, given)),
            },
            new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        await LoadAsync();
    }

    private async Task CompareAsync((ComparedAccount Account, int DaysAgo) asked)
    {
        if (Frame?.TenantId is not { } tenantId || !running.Add(asked.Account.AccountId))
            return;
        (said, refused) = (null, null);
        StateHasChanged();
        try
        {
            var day = TimeBound.DayOf(Clock.GetUtcNow(), Frame.Zone).AddDays(-asked.DaysAgo);
            var done = await Compare.RunAsync(tenantId, asked.Account.AccountId, day, Frame.ToActor(), leaving.Token);
            refused = done.Problem?.Detail ?? (done.Value.State == ComparisonState.Failed ? $"The provider's list did not come: {done.Value.Fault}" : null);
            said = refused is null ? $"{asked.Account.Name}, {day:yyyy-MM-dd}: {done.Value.Compared} compared, {done.Value.Differences} differ." : null;
        }
        finally
        {
            running.Remove(asked.Account.AccountId);
        }
        await LoadAsync();
    }

    private async Task VerifyAsync(BookDifference difference)
    {
        if (Frame?.TenantId is not { } tenantId || difference.PaymentId is not { } paymentId)
            return;
        var asked = await Payments.VerifyAsync(tenantId, Frame.Mode, paymentId, Frame.ToActor(), leaving.Token);
        refused = asked.Problem?.Detail;
        said = asked.IsOk ? asked.Value ? "The provider was asked again; compare the day to see whether both agree now." : "The provider was asked a moment ago, or cannot be asked about this payment." : null;
        await LoadAsync();
    }

    private async Task ExplainAsync(BookDifference difference)
    {
        if (Frame?.TenantId is not { } tenantId)
            return;
        (said, refused) = (null, null);
        await Dialogs.OpenAsync<ReasonDialog>(
            "Explain this difference?",
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ReasonDialog.Subject)] = new ConfirmSubject { AmountMinor = difference.TheirsMinor ?? difference.OursMinor, Currency = difference.Currency, Mode = difference.Mode, More = [("Reference", difference.Reference)] },
                [nameof(ReasonDialog.Verb)] = "Explain",
                [nameof(ReasonDialog.Question)] = "It leaves the list and comes back when the figures change. No money moves.",
                [nameof(ReasonDialog.Act)] = (Func<GivenReason, Task<string?>>)(async given => (await Explain.RunAsync(tenantId, difference.Id, difference.Version, given.Reason, Frame.ToActor(), CancellationToken.None)).Problem?.Detail),
            },
            new DialogOptions { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        await LoadAsync();
    }

    private string Href(string? tab) => $"/reconciliation?{(tab is null ? "" : $"tab={tab}&")}mode={ModeWord}";

    private static string? Count(CappedCount? count) => count is { } some ? PaymentWords.Count(some) : null;
}
