using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>One answer that a person can give to the question that a payment waits with.</summary>
/// <param name="Verb">On the button, with the amount.</param>
/// <param name="Meaning">What it does, and whether money moves.</param>
public sealed record PaymentDecisionChoice(ObservedFact Fact, string Verb, string Meaning, bool IsDanger = false)
{
    public static IReadOnlyList<PaymentDecisionChoice> For(PaymentDetail detail, PortalFrame? frame)
    {
        if (frame?.IsAllowed(Permissions.PaymentsReview) != true)
            return [];
        var payment = detail.Payment;
        var choices = new List<PaymentDecisionChoice>();
        var received = MoneyFormat.Text(payment.ReceivedMinor, payment.Currency);
        var missing = payment.AmountMinor - payment.ReceivedMinor;
        var mismatch = payment.OpenReviews.HasFlag(PaymentExceptions.AmountMismatch) || (payment.IsFinal && payment.Status != PaymentStatus.Succeeded && payment.ReceivedMinor > 0);
        if (mismatch && (payment.Status == PaymentStatus.InReview || missing <= 0))
            choices.Add(new(ObservedFact.ReceivedAccepted, $"Accept {received}", missing > 0 ? "The payment goes on: the rest can still be paid. No money moves by this." : "The payment succeeds with what came. No money moves by this."));
        if (mismatch && missing > 0)
            choices.Add(new(ObservedFact.DifferenceWrittenOff, $"Write off {MoneyFormat.Text(missing, payment.Currency)}", $"The payment succeeds with {received}; the missing rest is let go. No money moves by this."));
        if (payment.Status == PaymentStatus.InReview && payment.OpenReviews.HasFlag(PaymentExceptions.Risk))
            choices.Add(new(ObservedFact.HoldReleased, $"Release {received}", "The payment succeeds. No money moves by this."));
        if (payment.Status == PaymentStatus.InReview && (payment.OpenReviews & ~PaymentExceptions.OutcomeUnknown & ~PaymentExceptions.Manual) != PaymentExceptions.None)
        {
            choices.Add(new(ObservedFact.EvidenceRejected, "Reject, wait on", "The payment waits for the payer again. Received money stays and can be refunded.", IsDanger: true));
            choices.Add(new(ObservedFact.EvidenceRejectedForGood, "Reject and cancel", "The payment ends as cancelled. Received money stays and can be refunded.", IsDanger: true));
        }
        return choices;
    }

    /// <summary>Why a person must decide; null when nobody must.</summary>
    public static string? Question(PaymentDetail detail)
    {
        var payment = detail.Payment;
        var received = MoneyFormat.Text(payment.ReceivedMinor, payment.Currency);
        var asked = MoneyFormat.Text(payment.AmountMinor, payment.Currency);
        if (payment.Status != PaymentStatus.InReview)
            return payment.IsFinal && payment.Status != PaymentStatus.Succeeded && payment.ReceivedMinor > 0 ? $"{received} came after the end, {asked} was asked for." : null;
        return payment.OpenReviews switch
        {
            var open when open.HasFlag(PaymentExceptions.OutcomeUnknown) => "The provider’s answer was lost.",
            var open when open.HasFlag(PaymentExceptions.AmountMismatch) => $"Received {received}, expected {asked}.",
            var open when open.HasFlag(PaymentExceptions.CurrencyMismatch) => $"Money came in another currency than {payment.Currency}.",
            var open when open.HasFlag(PaymentExceptions.Risk) => $"{received} came and is held because of its risk.",
            var open when open.HasFlag(PaymentExceptions.Manual) => "A proof of payment waits for a check.",
            _ => "The payment waits for a decision.",
        };
    }

    /// <summary>Whether money has moved, and that nothing happens by itself.</summary>
    public static string Consequence(PaymentDetail detail) => detail.Payment.OpenReviews.HasFlag(PaymentExceptions.OutcomeUnknown)
        ? "We do not know if money has moved. Nothing is sent again; look it up there and attach its reference."
        : detail.Payment.ReceivedMinor > 0
            ? "Money has moved. The payment waits for a decision; nothing happens by itself."
            : "No money is counted. The payment waits for a decision; nothing happens by itself.";
}
