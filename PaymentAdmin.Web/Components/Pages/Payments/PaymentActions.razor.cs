using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Proofs;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>The buttons of a payment, on its page and in the drawer.</summary>
public sealed partial class PaymentActions
{
    private bool isRunning;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private SettlePayment Settle { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentDetail Detail { get; set; } = null!;

    /// <summary>Something was done; the text says what, null where the timeline says it.</summary>
    [Parameter]
    public EventCallback<(Tone Tone, string Text)?> OnDone { get; set; }

    /// <summary>In the drawer: fewer, without icons.</summary>
    [Parameter]
    public bool IsCompact { get; set; }

    private IReadOnlyList<PaymentAction> Actions => Frame is null
        ? []
        : [.. PaymentAction.For(Detail, Frame, Providers).Where(action => !IsCompact || action is { Kind: PaymentActionKind.Refund } or { Kind: PaymentActionKind.Ask, Reason: null })];

    private IReadOnlyList<PaymentDecisionChoice> Decisions => PaymentDecisionChoice.For(Detail, Frame);

    private static string TestIdOf(PaymentActionKind kind) => kind switch
    {
        PaymentActionKind.Refund => "refund-open",
        PaymentActionKind.Attach => "attach-open",
        PaymentActionKind.Cancel => "cancel-open",
        PaymentActionKind.Proof => "proof-add",
        _ => "ask-provider",
    };

    private async Task RunAsync(PaymentAction action)
    {
        if (isRunning || Frame is not { TenantId: { } tenantId })
            return;
        isRunning = true;
        try
        {
            await OnDone.InvokeAsync(action.Kind switch
            {
                PaymentActionKind.Ask => await AskAsync(tenantId, Frame),
                PaymentActionKind.Refund => await RefundAsync(),
                PaymentActionKind.Attach => await AttachAsync(tenantId, Frame),
                PaymentActionKind.Proof => await AddProofAsync(),
                _ => await CancelAsync(tenantId, Frame),
            });
        }
        finally
        {
            isRunning = false;
        }
    }

    private async Task<(Tone, string)?> AskAsync(Guid tenantId, PortalFrame frame)
    {
        var name = Providers.NameOf(Detail.Shown?.Provider);
        var asked = await Settle.VerifyAsync(tenantId, Detail.Payment.Mode, Detail.Payment.Id, frame.ToActor(), CancellationToken.None);
        if (!asked.IsOk)
            return (Tone.Red, asked.Problem!.Detail);
        return asked.Value ? (Tone.Blue, $"{name} was asked; what it said stands in the timeline.") : (Tone.Blue, $"{name} was asked a moment ago: at most once in five seconds.");
    }

    private async Task<(Tone, string)?> RefundAsync()
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(RefundDialog.Detail)] = Detail };
        await Dialogs.OpenAsync<RefundDialog>($"Refund {Detail.Payment.OrderReference}", parameters, DialogLook());
        return null;
    }

    /// <summary>For a payer who sent the receipt by mail or stands at the counter.</summary>
    private async Task<(Tone, string)?> AddProofAsync()
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(ProofDialog.Payment)] = Detail.Payment, [nameof(ProofDialog.Frame)] = Frame };
        return await Dialogs.OpenAsync<ProofDialog>($"Add a proof to {Detail.Payment.OrderReference}", parameters, DialogLook()) is true
            ? (Tone.Green, "The proof waits at the desk. Another person decides it.")
            : null;
    }

    private async Task<(Tone, string)?> AttachAsync(Guid tenantId, PortalFrame frame)
    {
        var attempt = PaymentAction.ToAttach(Detail)!;
        var name = Providers.NameOf(attempt.Provider);
        var subject = Subject(attempt.AmountMinor) with { More = [("Provider", name), ("Sent", TimeFormat.Text(attempt.CreatedAt, TimeStyle.Full, frame.Zone, attempt.CreatedAt))] };
        await OpenReasonAsync(
            "Attach the provider’s reference",
            subject,
            "Attach and ask",
            async given => (await Settle.AttachReferenceAsync(tenantId, Detail.Payment.Id, attempt.Id, given.Reference, given.Reason, frame.ToActor(), CancellationToken.None)).Problem is { } problem ? TextOf(problem) : null,
            $"The answer of {name} was lost. Look the payment up there. {name} is then asked about this reference; amount and outcome are its word, not yours. Nothing is sent again.",
            referenceLabel: $"{name}’s reference");
        return null;
    }

    private async Task<(Tone, string)?> CancelAsync(Guid tenantId, PortalFrame frame)
    {
        var wasCancelled = false;
        await OpenReasonAsync(
            $"Cancel {Detail.Payment.OrderReference}",
            Subject(Detail.Payment.AmountMinor),
            $"Cancel {MoneyFormat.Text(Detail.Payment.AmountMinor, Detail.Payment.Currency)}",
            async given =>
            {
                var cancelled = await Settle.CancelAsync(tenantId, Detail.Payment.Mode, Detail.Payment.Id, given.Reason, frame.ToActor(), CancellationToken.None);
                wasCancelled = cancelled is { IsOk: true, Value: false };
                return cancelled.Problem is { } problem ? TextOf(problem) : null;
            },
            "Open checkouts are closed at the provider where it can do that. Where it cannot, the payment is watched: money that still comes makes it succeeded, marked as paid late.",
            isDanger: true);
        return wasCancelled ? (Tone.Blue, "It was cancelled already, by somebody else; who and why stands in the timeline. Yours has changed nothing.") : null;
    }

    private ConfirmSubject Subject(long minor) => new()
    {
        AmountMinor = minor,
        Currency = Detail.Payment.Currency,
        Bin = Detail.Bin.Bin,
        Payer = SecretMask.Phone(Detail.Shown?.PayerPhone ?? Detail.Payment.CustomerPhone) ?? SecretMask.Email(Detail.Payment.CustomerEmail),
        Mode = Detail.Payment.Mode,
    };

    private async Task OpenReasonAsync(string title, ConfirmSubject subject, string verb, Func<GivenReason, Task<string?>> act, string question, string? referenceLabel = null, bool isDanger = false) =>
        await Dialogs.OpenAsync<ReasonDialog>(
            title,
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(ReasonDialog.Subject)] = subject,
                [nameof(ReasonDialog.Verb)] = verb,
                [nameof(ReasonDialog.Act)] = act,
                [nameof(ReasonDialog.Question)] = question,
                [nameof(ReasonDialog.ReferenceLabel)] = referenceLabel,
                [nameof(ReasonDialog.IsDanger)] = isDanger,
            },
            DialogLook());

    internal static DialogOptions DialogLook() => new() { Width = "480px", CloseDialogOnEsc = true, AutoFocusFirstElement = true };

    internal static string TextOf(Problem problem) => problem.Errors is { Count: > 0 } errors ? string.Join(" ", errors.Select(error => $"{error.Key} {string.Join(", ", error.Value)}.")) : problem.Detail;
}
