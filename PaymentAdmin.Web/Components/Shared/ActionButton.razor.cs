using Microsoft.AspNetCore.Components;
using Radzen;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>A button that says why it cannot be pressed, instead of hiding or staying mute.</summary>
public sealed partial class ActionButton
{
    private readonly string id = "why-" + Guid.CreateVersion7().ToString("N");

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    [Parameter]
    public string? Icon { get; set; }

    /// <summary>Why it is dead; null: it is not.</summary>
    [Parameter]
    public string? Reason { get; set; }

    [Parameter]
    public bool IsPrimary { get; set; }

    [Parameter]
    public bool IsDanger { get; set; }

    [Parameter]
    public bool IsSmall { get; set; }

    [Parameter]
    public bool IsBusy { get; set; }

    [Parameter]
    public EventCallback OnClick { get; set; }

    [Parameter]
    public string? TestId { get; set; }

    private ButtonStyle Style => IsDanger ? ButtonStyle.Danger : IsPrimary ? ButtonStyle.Primary : ButtonStyle.Base;
}
