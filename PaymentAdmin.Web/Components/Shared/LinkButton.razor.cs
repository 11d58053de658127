using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Shared;

public sealed partial class LinkButton
{
    /// <summary>Null shows it greyed.</summary>
    [Parameter, EditorRequired]
    public string? Href { get; set; }

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter]
    public string? Icon { get; set; }

    [Parameter]
    public bool IsPrimary { get; set; }

    [Parameter]
    public bool IsSmall { get; set; }

    [Parameter]
    public bool IsDownload { get; set; }

    /// <summary>Loads the whole page instead of moving inside it.</summary>
    [Parameter]
    public bool Reload { get; set; }

    /// <summary>The key that presses it.</summary>
    [Parameter]
    public string? Key { get; set; }

    [Parameter]
    public string? TestId { get; set; }

    private string Css =>
        "rz-button "
        + (IsSmall ? "rz-button-sm " : "rz-button-md ")
        + (IsPrimary ? "rz-variant-filled rz-primary rz-shade-default" : "rz-variant-outlined rz-base rz-shade-default")
        + (Icon is null ? " rz-button-text-only" : " rz-button-icon-left");
}
