using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>A state as colour, icon and word. One of <see cref="Payment"/>, <see cref="Attempt"/>, <see cref="Refund"/>, <see cref="Look"/> says which.</summary>
public sealed partial class StatusChip
{
    [Parameter]
    public PaymentStatus? Payment { get; set; }

    /// <summary>With <see cref="RefundedMinor"/>: a succeeded payment's chip also tells of its refunds.</summary>
    [Parameter]
    public long ReceivedMinor { get; set; }

    [Parameter]
    public long RefundedMinor { get; set; }

    [Parameter]
    public AttemptStatus? Attempt { get; set; }

    [Parameter]
    public RefundStatus? Refund { get; set; }

    [Parameter]
    public ChipLook? Look { get; set; }

    /// <summary>Another word for the same state ("Needs consent").</summary>
    [Parameter]
    public string? Text { get; set; }

    [Parameter]
    public string? TestId { get; set; }

    private ChipLook Shown => this switch
    {
        { Look: { } look } => look,
        { Payment: { } payment } => ChipLook.Of(payment, ReceivedMinor, RefundedMinor),
        { Attempt: { } attempt } => ChipLook.Of(attempt),
        { Refund: { } refund } => ChipLook.Of(refund),
        _ => ChipLook.Unchecked,
    };
}
