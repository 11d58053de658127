using Microsoft.AspNetCore.Components;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>One term with its value, plain or as content; goes into a <see cref="DefinitionList"/>.</summary>
public sealed partial class DefinitionRow
{
    [Parameter, EditorRequired]
    public string Term { get; set; } = "";

    [Parameter]
    public string? Value { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Parameter]
    public bool IsMono { get; set; }

    [Parameter]
    public bool CanCopy { get; set; }

    /// <summary>Leaves the row out when there is nothing to say.</summary>
    [Parameter]
    public bool HideEmpty { get; set; }

    private bool IsShown => ChildContent is not null || !string.IsNullOrEmpty(Value) || !HideEmpty;
}
