using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>How a kind of event looks on the timeline.</summary>
public static class TimelineLook
{
    public static TimelineEntry Of(TimelineItem item)
    {
        var (tone, icon) = item.Type switch
        {
            "payment.created" => (Tone.Grey, "add_circle"),
            "payment.pending" when item.Source == ObservationSource.Checkout => (Tone.Grey, "smartphone"),
            "payment.pending" => (Tone.Blue, "schedule"),
            "payment.in_review" => (Tone.Violet, "flag"),
            "payment.succeeded" => (Tone.Green, "check_circle"),
            "payment.failed" => (Tone.Red, "cancel"),
            "payment.cancelled" => (Tone.Grey, "block"),
            "payment.expired" => (Tone.Grey, "timer_off"),
            "refund.requested" => (Tone.Blue, "how_to_reg"),
            "refund.pending" => (Tone.Blue, "schedule"),
            "refund.succeeded" => (Tone.Teal, "undo"),
            "refund.failed" => (Tone.Red, "cancel"),
            "refund.unknown" => (Tone.Amber, "help"),
            "attempt.reference_attached" => (Tone.Violet, "link"),
            "event.delivered" => (Tone.Green, "outbox"),
            "event.given_up" => (Tone.Red, "outbox"),
            "event.pending" => (Tone.Grey, "outbox"),
            "note" => (Tone.Grey, "chat"),
            _ => OfSource(item.Source),
        };
        var by = item.Type == "note" ? $"Note by {item.Actor}" : item.Detail;
        return new TimelineEntry(item.Id.ToString("N"), tone, icon, item.Text, by, item.At);
    }

    private static (Tone, string) OfSource(ObservationSource? source) => source switch
    {
        ObservationSource.Webhook => (Tone.Amber, "webhook"),
        ObservationSource.StatusQuery => (Tone.Blue, "sync"),
        ObservationSource.Operator => (Tone.Violet, "person"),
        ObservationSource.Proof => (Tone.Violet, "fact_check"),
        ObservationSource.Clock => (Tone.Grey, "timer"),
        ObservationSource.Settlement => (Tone.Teal, "rule"),
        ObservationSource.Checkout => (Tone.Grey, "smartphone"),
        _ => (Tone.Grey, "circle"),
    };
}
