using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Proofs;

/// <summary>One proof beside what it must agree with, and the decision. Opening it takes it; deciding opens the next one.</summary>
public sealed partial class ProofView : IDisposable
{
    private const int TwinsShown = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource leaving = new();
    private LiveRefresh? live;
    private ProofDetail? detail;
    private Guid loaded;
    private bool isMissing;
    private bool isRunning;
    private bool isLarge;
    private int turn;
    private int at;
    private string received = "";
    private string answer = "";
    private string note = "";
    private ProofRejection? reason;
    private string? amountError;
    private string? reasonError;
    private string? answerError;
    private string? problem;
    private string? claimProblem;
    private string? said;

    [Parameter]
    public Guid Id { get; set; }

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ListProofs List { get; set; } = null!;

    [Inject]
    private ReviewProof Review { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private ManualProof Proof => detail!.Proof;

    private ProofFile? Shown => detail!.Files.ElementAtOrDefault(at);

    private ProofTwin? SameReference => detail!.Twins.FirstOrDefault(twin => twin.What == "reference");

    private long Expected => Math.Max(0, detail!.Payment.AmountMinor - detail.Payment.ReceivedMinor);

    private ChipLook AmountLook => Proof.Currency != detail!.Payment.Currency
        ? new ChipLook(Tone.Red, "difference", "Other currency")
        : (Proof.AmountMinor - Expected) switch
        {
            0 => new ChipLook(Tone.Green, "check_circle", "Same"),
            < 0 and var difference => new ChipLook(Tone.Red, "cancel", $"{MoneyFormat.Text(-difference, Proof.Currency)} short"),
            var difference => new ChipLook(Tone.Amber, "add_circle", $"{MoneyFormat.Text(difference, Proof.Currency)} over"),
        };

    private long? ReceivedMinor => MoneyInput.Fault(received, detail!.Payment.Currency, out var money) is null ? money.Minor : null;

    private string AcceptText => ReceivedMinor is { } minor ? $"Accept {MoneyFormat.Text(minor, detail!.Payment.Currency)}" : "Accept";

    /// <summary>Why this person cannot decide it; null when he can.</summary>
    private string? Blocked => Proof switch
    {
        _ when Proof.SubmittedByUserId is { } by && by == Frame?.UserId => "You brought this proof yourself; another person decides it.",
        _ when Proof.FirstApprovedByUserId is { } first && first == Frame?.UserId => "You approved it first; a second person must find the same.",
        _ when claimProblem is not null => claimProblem,
        _ => null,
    };

    private string HeldBy => Proof.IsOpen && Proof.ClaimedByUserId == Frame?.UserId && Proof.ClaimedUntil is { } until ? $"You hold this proof until {TimeFormat.Text(until, TimeStyle.Clock, Frame?.Zone ?? TimeZoneInfo.Utc, until)[..5]}." : "";

    private string Consequence
    {
        get
        {
            var second = detail!.NeedsSecondPerson && Proof.FirstApprovedByUserId is null ? " A second person must agree before it counts." : "";
            return ReceivedMinor switch
            {
                null => "",
                { } minor when minor == Expected => $"The payment then has succeeded.{second}",
                { } minor when minor < Expected => $"The payment then stays in review with {MoneyFormat.Text(Expected - minor, detail.Payment.Currency)} missing.{second}",
                { } minor => $"The payment then stays in review: {MoneyFormat.Text(minor - Expected, detail.Payment.Currency)} came too much.{second}",
            };
        }
    }

    private ProofDecision Decision => new(Frame!.TenantId!.Value, Proof.Id, Proof.Version);

    protected override void OnInitialized() =>
        live = new LiveRefresh(Updates, Pause, update => update.Subject is "proof" or "payment" && update.TenantId == Frame?.TenantId, () => InvokeAsync(RefreshAsync));

    protected override async Task OnParametersSetAsync()
    {
        if (loaded == Id || Frame?.TenantId is not { } tenantId)
            return;
        loaded = Id;
        (detail, isMissing, problem, claimProblem, amountError, reasonError, answerError) = (null, false, null, null, null, null, null);
        (turn, isLarge, at, answer, note, reason) = (0, false, 0, "", "", null);
        // Looking at it takes it: who else comes meanwhile reads who has it.
        var claimed = await Review.ClaimAsync(tenantId, Id, Frame.ToActor(), leaving.Token);
        claimProblem = claimed.Problem is { Code: Codes.ChangedMeanwhile } taken ? taken.Detail : null;
        detail = await List.FindAsync(tenantId, Id, leaving.Token);
        isMissing = detail is null;
        if (detail is not null)
            received = Money.ToPlain(detail.Proof.ReceivedMinor ?? detail.Proof.AmountMinor, Currency.Exponent(detail.Payment.Currency));
    }

    public void Dispose()
    {
        live?.Dispose();
        leaving.Cancel();
        leaving.Dispose();
    }

    private async Task RefreshAsync()
    {
        if (isRunning || Frame?.TenantId is not { } tenantId || leaving.IsCancellationRequested)
            return;
        if (await List.FindAsync(tenantId, Id, leaving.Token) is { } now)
            detail = now;
        StateHasChanged();
    }

    private void Look(int index) => (at, turn, isLarge) = (index, 0, false);

    private void TypeAmount(string? text) => (received, amountError) = (text ?? "", null);

    private void Choose(string? word) => (reason, reasonError) = (Words.Find<ProofRejection>(word), null);

    private async Task ApproveAsync()
    {
        if (ReceivedMinor is not { } minor)
        {
            amountError = MoneyInput.Fault(received, detail!.Payment.Currency, out _);
            return;
        }
        await DecideAsync(
            () => Review.ApproveAsync(Decision, minor, NoteOrNull, Frame!.ToActor(), CancellationToken.None),
            status => status == ProofStatus.ApprovedFirst ? $"{detail!.Payment.OrderReference}: first approval kept; a second person decides." : $"{detail!.Payment.OrderReference}: {MoneyFormat.Text(minor, detail.Payment.Currency)} accepted.");
    }

    private async Task RejectAsync()
    {
        if (reason is not { } chosen)
        {
            reasonError = "Choose why; the payer reads it.";
            return;
        }
        await DecideAsync(() => Review.RejectAsync(Decision, chosen, answer, NoteOrNull, Frame!.ToActor(), CancellationToken.None), _ => $"{detail!.Payment.OrderReference}: rejected.");
    }

    private async Task AskAsync()
    {
        if (string.IsNullOrWhiteSpace(answer))
        {
            answerError = "Say what the payer shall send or say.";
            return;
        }
        await DecideAsync(() => Review.AskForMoreAsync(Decision, answer, Frame!.ToActor(), CancellationToken.None), _ => $"{detail!.Payment.OrderReference}: the payer is asked for more.");
    }

    private string? NoteOrNull => string.IsNullOrWhiteSpace(note) ? null : note.Trim();

    /// <summary>Runs the decision once; what was refused stays on screen, what was done opens the next proof.</summary>
    private async Task DecideAsync(Func<Task<Result<ProofStatus>>> act, Func<ProofStatus, string> sentence)
    {
        if (isRunning || Blocked is not null)
            return;
        (isRunning, problem, answerError) = (true, null, null);
        try
        {
            var next = detail!.NextId;
            var result = await act();
            if (result.Problem is { } refused)
            {
                answerError = refused.Errors?.GetValueOrDefault("answer")?[0];
                amountError = refused.Errors?.GetValueOrDefault("received_minor")?[0];
                problem = answerError is null && amountError is null ? refused.Errors?.Values.FirstOrDefault()?[0] ?? refused.Detail : null;
                return;
            }
            said = sentence(result.Value);
            if (next is { } id)
                Navigation.NavigateTo($"/proofs/{id}");
            else
                Navigation.NavigateTo("/proofs");
        }
        finally
        {
            isRunning = false;
        }
    }
}
