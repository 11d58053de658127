using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>One filter of a list: dashed while empty, solid with its value when set; opens a small panel with the inputs.</summary>
public sealed partial class FilterChip
{
    private bool isOpen;

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

    /// <summary>Closes the panel as if the user had: for a choice that needs no further press.</summary>
    public Task CloseAsync() => Close();

    private Task Toggle() => isOpen ? Close() : Open();

    private Task Open()
    {
        isOpen = true;
        return Task.CompletedTask;
    }

    private Task Close()
    {
        isOpen = false;
        return OnClose.InvokeAsync();
    }

    private Task ClearAsync()
    {
        isOpen = false;
        return OnClear.InvokeAsync();
    }

    private Task OnKey(KeyboardEventArgs e) => e.Key == "Escape" && isOpen ? Close() : Task.CompletedTask;
}
