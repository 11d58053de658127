using Microsoft.AspNetCore.Components;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>A moment in the tenant's zone; UTC shows on hover.</summary>
public sealed partial class TimeText
{
    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter, EditorRequired]
    public DateTimeOffset? At { get; set; }

    [Parameter]
    public TimeStyle Style { get; set; }

    /// <summary>What stands there when there is no time.</summary>
    [Parameter]
    public string Missing { get; set; } = "–";

    private string Shown(DateTimeOffset at) => TimeFormat.Text(at, Style, Frame?.Zone ?? TimeZoneInfo.Utc, Time.GetUtcNow());
}
