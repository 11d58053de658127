using PaymentAdmin.Core.Payments;

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
    public static ChipLook NotVerified { get; } = new(Tone.Amber, "gpp_maybe", "Not signed");
    public static ChipLook Agrees { get; } = new(Tone.Green, "check_circle", "Agrees");
    public static ChipLook AmountDiffers { get; } = Differs("Amount differs");
    public static ChipLook WrongMode { get; } = Differs("Wrong mode");
    public static ChipLook NotChecked { get; } = new(Tone.Grey, "circle", "Not checked");

    public static ChipLook Differs(string what) => new(Tone.Red, "difference", what);

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
        AttemptStatus.Created => new(Tone.Grey, "circle", "Created"),
        AttemptStatus.Pending => new(Tone.Blue, "schedule", "Pending"),
        AttemptStatus.Succeeded => new(Tone.Green, "check_circle", "Succeeded"),
        AttemptStatus.Failed => new(Tone.Red, "cancel", "Failed"),
        AttemptStatus.Cancelled => new(Tone.Grey, "block", "Cancelled"),
        AttemptStatus.Expired => new(Tone.Grey, "timer_off", "Expired"),
        AttemptStatus.Unknown => new(Tone.Amber, "help", "Unknown"),
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static ChipLook Of(RefundStatus status) => status switch
    {
        RefundStatus.Requested => new(Tone.Blue, "how_to_reg", "Requested"),
        RefundStatus.Pending => new(Tone.Blue, "schedule", "Pending"),
        RefundStatus.Succeeded => new(Tone.Green, "check_circle", "Succeeded"),
        RefundStatus.Failed => new(Tone.Red, "cancel", "Failed"),
        RefundStatus.Unknown => new(Tone.Amber, "help", "Unknown"),
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    public static ChipLook OfActive(bool isActive) => isActive ? Active : Inactive;
}
