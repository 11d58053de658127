using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>A sentence that must be read: what failed or was done, whether money moved, what happens next.</summary>
public sealed partial class Note
{
    [Parameter]
    public Tone Tone { get; set; } = Tone.Blue;

    [Parameter]
    public string? Icon { get; set; }

    /// <summary>The first sentence, in bold.</summary>
    [Parameter]
    public string? Title { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Parameter]
    public string? TestId { get; set; }

    private string DefaultIcon => Tone switch
    {
        Tone.Red => "error",
        Tone.Amber => "warning",
        Tone.Green => "check_circle",
        Tone.Violet => "flag",
        _ => "info",
    };
}
