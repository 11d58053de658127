using PaymentAdmin.Core;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>The states that a payment went through, how long it stayed in each, its refunds, and what may come.</summary>
public static class PaymentRail
{
    public static IReadOnlyList<RailStep> For(PaymentDetail detail, TimeZoneInfo zone, DateTimeOffset now)
    {
        var payment = detail.Payment;
        var steps = new List<RailStep>();
        for (var i = 0; i < detail.Transitions.Count; i++)
        {
            var transition = detail.Transitions[i];
            var look = ChipLook.Of(transition.ToStatus);
            var isLast = i == detail.Transitions.Count - 1;
            var stay = isLast ? payment.IsFinal ? "final" : $"since {TimeFormat.Span(now - transition.At)}" : TimeFormat.Span(detail.Transitions[i + 1].At - transition.At);
            steps.Add(new RailStep(look.Word, $"{TimeFormat.Text(transition.At, TimeStyle.Row, zone, now)} · {stay}", IsCurrent: isLast, Icon: isLast || transition.ToStatus == PaymentStatus.InReview ? look.Icon : "check_circle", Tone: isLast || transition.ToStatus == PaymentStatus.InReview ? look.Tone : Tone.Green));
        }
        AddRefunds(steps, detail, zone, now);
        if (!payment.IsFinal && payment.Status != PaymentStatus.InReview)
            steps.Add(new RailStep("Succeeded", $"or expired {TimeFormat.Text(payment.ExpiresAt, TimeStyle.Row, zone, now)}", IsAhead: true));
        else if (payment.Status == PaymentStatus.InReview)
            steps.Add(new RailStep("Decision", "a person decides", IsAhead: true));
        return steps;
    }

    private static void AddRefunds(List<RailStep> steps, PaymentDetail detail, TimeZoneInfo zone, DateTimeOffset now)
    {
        var payment = detail.Payment;
        if (payment.RefundedMinor > 0)
        {
            var last = detail.Refunds.Where(refund => refund.Status == RefundStatus.Succeeded).Max(refund => refund.SettledAt ?? refund.UpdatedAt);
            var look = payment.RefundedMinor >= payment.ReceivedMinor ? ChipLook.Refunded : ChipLook.PartlyRefunded;
            steps.Add(new RailStep(look.Word, $"{TimeFormat.Text(last, TimeStyle.Row, zone, now)} · {MoneyFormat.Text(payment.RefundedMinor, payment.Currency)}", Icon: look.Icon, Tone: look.Tone));
        }
        if (detail.RefundWaitingMinor > 0)
        {
            var open = detail.Refunds.FirstOrDefault(refund => !refund.IsSettled);
            var why = open switch { { ActionRequired: RefundAction.Approval } => "needs consent", { ActionRequired: RefundAction.Manual } => "paid back by hand", { Status: RefundStatus.Unknown } => "outcome unknown", _ => "on its way" };
            steps.Add(new RailStep("Refund waiting", $"{MoneyFormat.Text(detail.RefundWaitingMinor, payment.Currency)} {why}", IsAhead: true));
        }
    }
}
