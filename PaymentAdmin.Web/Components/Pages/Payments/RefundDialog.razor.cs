using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>
/// Gives money back. The refund's id is made when the dialog opens: pressing twice, or pressing again after a lost answer, is the same refund.
/// What became of it is said in place.
/// </summary>
public sealed partial class RefundDialog
{
    private static readonly string[] Reasons = ["Requested by the customer", "Item missing", "Item damaged", "Late delivery", "Order cancelled", "Charged twice"];

    private Guid refundId;
    private Guid? chargeId;
    private string amountText = "";
    private string reason = Reasons[0];
    private string? amountError;
    private string? reasonError;
    private string? problem;
    private Money amount;
    private Refund? outcome;
    private bool isRunning;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private RefundPayment Refunds { get; set; } = null!;

    [Inject]
    private PaymentStore Store { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private IdSource Ids { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentDetail Detail { get; set; } = null!;

    private string Currency => Detail.Payment.Currency;

    private string ProviderName => Providers.NameOf(Charge?.Provider ?? Detail.Payment.Provider);

    private string? Payer => SecretMask.Phone(Charge?.PayerPhone ?? Detail.Payment.CustomerPhone) ?? SecretMask.Email(Detail.Payment.CustomerEmail) ?? Detail.Payment.CustomerName;

    /// <summary>The attempts that took money: more than one after a double charge, or when a rest was paid.</summary>
    private IReadOnlyList<PaymentAttempt> Charges => [.. Detail.Attempts.Where(attempt => attempt.ReceivedMinor > 0)];

    private PaymentAttempt? Charge => Detail.Attempts.FirstOrDefault(attempt => attempt.Id == chargeId);

    private long RefundableMinor => Charge is { } charge
        ? Math.Min(Detail.Payment.RefundableMinor, charge.ReceivedMinor - Detail.Refunds.Where(refund => refund.AttemptId == charge.Id && refund.Status != RefundStatus.Failed).Sum(refund => refund.AmountMinor))
        : Detail.Payment.RefundableMinor;

    private bool NeedsConsent => Detail.ApprovalLimitMinor is { } limit && amount.Minor > limit;

    private string Verb => amount.Minor == 0 ? "Refund" : $"{(NeedsConsent ? "Ask to refund" : "Refund")} {MoneyFormat.Text(amount.Minor, Currency)}";

    private string? Hint => Detail.ApprovalLimitMinor switch
    {
        null => null,
        0 => "A second person must agree.",
        { } limit => $"Over {MoneyFormat.Text(limit, Currency)} a second person must agree.",
    };

    private (Tone Tone, string Title, string Text) Outcome
    {
        get
        {
            var text = MoneyFormat.Text(outcome!.AmountMinor, outcome.Currency);
            return outcome switch
            {
                { Status: RefundStatus.Succeeded } => (Tone.Green, $"Refunded {text}.", $"{ProviderName} has paid it back."),
                { Status: RefundStatus.Failed } => (Tone.Red, $"{ProviderName} refused the refund of {text}.", $"No money has moved; it can be refunded again. {outcome.FailureMessage}"),
                { Status: RefundStatus.Unknown } => (Tone.Amber, $"{ProviderName} did not answer the refund of {text}.", "We do not know if money has moved. The amount stays reserved, nothing is sent twice, and what became of it will stand in the timeline."),
                { ActionRequired: RefundAction.Approval } => (Tone.Blue, $"The refund of {text} waits for a second person.", "No money has moved. The amount is reserved until somebody else agrees or refuses."),
                { ActionRequired: RefundAction.Manual } => (Tone.Blue, $"The refund of {text} is reserved.", $"{ProviderName} takes no refunds from here: pay it back there, then say so here."),
                _ => (Tone.Blue, $"The refund of {text} is on its way.", $"{ProviderName} took it; the timeline shows when it has arrived."),
            };
        }
    }

    protected override void OnInitialized()
    {
        chargeId = (Charges.FirstOrDefault(attempt => attempt.Id == Detail.Payment.AttemptId) ?? (Charges.Count > 0 ? Charges[0] : null))?.Id;
        StartAnew();
    }

    private void StartAnew()
    {
        refundId = Ids.NewId();
        outcome = null;
        problem = null;
        Propose();
    }

    private void Propose()
    {
        amountText = MoneyFormat.Figure(RefundableMinor, Currency);
        CheckAmount();
    }

    private void ChooseCharge(object? value)
    {
        chargeId = Guid.TryParse(value as string, out var id) ? id : chargeId;
        Propose();
    }

    private void CheckAmount()
    {
        problem = null;
        amountError = MoneyInput.Fault(amountText, Currency, out amount)
            ?? (amount.Minor > RefundableMinor ? $"{MoneyFormat.Text(RefundableMinor, Currency)} can be refunded." : null);
        if (amountError is not null)
            amount = default;
    }

    private async Task RunAsync()
    {
        CheckAmount();
        reasonError = string.IsNullOrWhiteSpace(reason) ? "Say why: the reason stands in the audit." : null;
        if (isRunning || amountError is not null || reasonError is not null || Frame is not { TenantId: { } tenantId })
            return;
        isRunning = true;
        try
        {
            var request = new RefundRequestedBy(tenantId, Detail.Payment.Mode, Detail.Payment.Id, amount.Minor, Charges.Count > 1 ? chargeId : null, reason.Trim(), refundId);
            // Not cancelled when the page is left: the question of money is answered and stored all the same.
            var done = await Refunds.RunAsync(request, Frame.ToActor(), CancellationToken.None);
            problem = done.Problem?.Detail;
            if (done.IsOk)
                outcome = await Store.ReadAsync(db => db.Refunds.SingleAsync(row => row.Id == done.Value), CancellationToken.None);
        }
        finally
        {
            isRunning = false;
        }
    }

    private void Close() => Dialogs.Close(outcome is not null);
}
