using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>Why there is no payment to see: looked for in the wrong mode, filtered away, or none made yet.</summary>
public sealed partial class PaymentListEmpty
{
    [Parameter, EditorRequired]
    public PortalFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public PaymentFilter Filter { get; set; } = PaymentFilter.All;

    /// <summary>Null while they are being counted.</summary>
    [Parameter]
    public PaymentCounts? Counts { get; set; }

    private Mode Other => Frame.IsTest ? Mode.Live : Mode.Test;

    private string Here => Words.Of(Frame.Mode);

    private string Exist => (Counts!.InOtherMode.Number == 1, Filter.IsEmpty) switch
    {
        (true, true) => "payment exists",
        (true, false) => "payment of this filter exists",
        (false, true) => "payments exist",
        _ => "payments of this filter exist",
    };

    private string There => Words.Of(Other);
}
