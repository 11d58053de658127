using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>One filter of a list: dashed while empty, solid with its value when set; opens a small panel with the inputs.</summary>
public sealed partial class FilterChip
{
    private bool _isOpen;

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>What the filter is set to, in words; null when it is not set.</summary>
    [Parameter]
    public string? Value { get; set; }

    [Parameter]
    public string? Icon { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>Takes the filter away; without it there is no cross.</summary>
    [Parameter]
    public EventCallback OnClear { get; set; }

    /// <summary>The panel was closed by the user: the moment to put the filter into the URL.</summary>
    [Parameter]
    public EventCallback OnClose { get; set; }

    [Parameter]
    public string? TestId { get; set; }

    private Task Toggle() => _isOpen ? Close() : Open();

    private Task Open()
    {
        _isOpen = true;
        return Task.CompletedTask;
    }

    private Task Close()
    {
        _isOpen = false;
        return OnClose.InvokeAsync();
    }

    private Task ClearAsync()
    {
        _isOpen = false;
        return OnClear.InvokeAsync();
    }

    private Task OnKey(KeyboardEventArgs e) => e.Key == "Escape" && _isOpen ? Close() : Task.CompletedTask;
}
