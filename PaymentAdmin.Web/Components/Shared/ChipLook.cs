using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>How a state is shown: colour, icon and word together, never colour alone.</summary>
public sealed record ChipLook(Tone Tone, string Icon, string Word)
{
    public static ChipLook PartlyRefunded { get; } = new(Tone.Teal, "undo", "Partly refunded");
    public static ChipLook Refunded { get; } = new(Tone.Teal, "undo", "Refunded");
    public static ChipLook Active { get; } = new(Tone.Green, "check_circle", "Active");
    public static ChipLook Inactive { get; } = new(Tone.Grey, "block", "Inactive");
    public static ChipLook Authentic { get; } = new(Tone.Green, "verified_user", "Authentic");
    public static ChipLook NotAuthentic { get; } = new(Tone.Red, "gpp_bad", "Not authentic");
    public static ChipLook Unchecked { get; } = new(Tone.Grey, "circle", "Not checked");

    public static ChipLook Of(PaymentStatus status) => status switch
    {
        PaymentStatus.Created => new(Tone.Grey, "circle", "Created"),
        PaymentStatus.Pending => new(Tone.Blue, "schedule", "Pending"),
        PaymentStatus.InReview => new(Tone.Violet, "flag", "In review"),
        PaymentStatus.Succeeded => new(Tone.Green, "check_circle", "Succeeded"),
        PaymentStatus.Failed => new(Tone.Red, "cancel", "Failed"),
        PaymentStatus.Cancelled => new(Tone.Grey, "block", "Cancelled"),
        PaymentStatus.Expired => new(Tone.Grey, "timer_off", "Expired"),
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    /// <summary>A payment's status with what its refunds made of it: the status stays Succeeded, the chip says more.</summary>
    public static ChipLook Of(PaymentStatus status, long receivedMinor, long refundedMinor)
    {
        if (status != PaymentStatus.Succeeded || refundedMinor <= 0)
            return Of(status);
        return refundedMinor >= receivedMinor ? Refunded : PartlyRefunded;
    }

    public static ChipLook Of(AttemptStatus status) => status switch
    {
        AttemptStatus.Created => Of(PaymentStatus.Created),
        AttemptStatus.Pending => Of(PaymentStatus.Pending),
        AttemptStatus.Succeeded => Of(PaymentStatus.Succeeded),
        AttemptStatus.Failed => Of(PaymentStatus.Failed),
        AttemptStatus.Cancelled => Of(PaymentStatus.Cancelled),
        AttemptStatus.Expired => Of(PaymentStatus.Expired),
        AttemptStatus.Unknown => new(Tone.Amber, "help", "Unknown"),
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static ChipLook Of(RefundStatus status) => status switch
    {
        RefundStatus.Requested => new(Tone.Blue, "how_to_reg", "Requested"),
        RefundStatus.Pending => Of(PaymentStatus.Pending),
        RefundStatus.Succeeded => Of(PaymentStatus.Succeeded),
        RefundStatus.Failed => Of(PaymentStatus.Failed),
        RefundStatus.Unknown => Of(AttemptStatus.Unknown),
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    /// <summary>A shop's configuration or a provider account, switched on or off.</summary>
    public static ChipLook OfActive(bool isActive) => isActive ? Active : Inactive;

    public static ChipLook Of(WebhookState state) => state switch
    {
        WebhookState.Pending => new(Tone.Blue, "schedule", "Waiting"),
        WebhookState.Applied => new(Tone.Green, "check_circle", "Applied"),
        WebhookState.Ignored => new(Tone.Grey, "block", "Changes nothing"),
        WebhookState.Unmatched => new(Tone.Amber, "link_off", "No payment"),
        WebhookState.Quarantined => new(Tone.Violet, "flag", "Needs a person"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The second verdict on a delivery: does it agree with what we asked for?</summary>
    public static ChipLook Of(IntegrityVerdict verdict) => verdict switch
    {
        IntegrityVerdict.Unchecked => Unchecked,
        IntegrityVerdict.Agrees => new(Tone.Green, "check_circle", "Agrees"),
        IntegrityVerdict.AmountDiffers => new(Tone.Red, "difference", "Amount differs"),
        IntegrityVerdict.CurrencyDiffers => new(Tone.Red, "difference", "Currency differs"),
        IntegrityVerdict.WrongMode => new(Tone.Red, "difference", "Wrong mode"),
        IntegrityVerdict.WrongAccount => new(Tone.Red, "difference", "Wrong account"),
        IntegrityVerdict.WrongReference => new(Tone.Red, "difference", "Wrong reference"),
        IntegrityVerdict.Unreadable => new(Tone.Red, "broken_image", "Unreadable"),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    public static ChipLook Of(DeliveryState state) => state switch
    {
        DeliveryState.Pending => new(Tone.Blue, "schedule", "Waiting"),
        DeliveryState.Delivered => new(Tone.Green, "check_circle", "Delivered"),
        DeliveryState.GivenUp => new(Tone.Red, "cancel", "Given up"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
