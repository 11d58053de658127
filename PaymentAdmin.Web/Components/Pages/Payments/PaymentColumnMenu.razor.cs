using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Pages.Payments;

/// <summary>Chooses the columns of the list and their order. What is ticked in the open menu is a draft until it is asked for.</summary>
public sealed partial class PaymentColumnMenu
{
    private string? shown;
    private List<string> draft = [];

    /// <summary>As the address has them; empty: the standard ones.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Columns { get; set; } = [];

    [Parameter, EditorRequired]
    public EventCallback<IReadOnlyList<string>> OnChange { get; set; }

    /// <summary>Chosen ones first, in their order.</summary>
    private IEnumerable<string> Offered => draft.Concat(PaymentCsv.Columns.Where(column => !draft.Contains(column)));

    protected override void OnParametersSet()
    {
        // A refresh of the page must not take away what is being ticked.
        var text = string.Join(',', Columns);
        if (text == shown)
            return;
        shown = text;
        draft = [.. Columns.Count == 0 ? PaymentColumns.AtFirst : Columns];
    }

    private void Toggle(string column)
    {
        if (!draft.Remove(column))
            draft.Add(column);
    }

    private void Move(string column, int by)
    {
        var place = draft.IndexOf(column);
        draft.RemoveAt(place);
        draft.Insert(Math.Clamp(place + by, 0, draft.Count), column);
    }

    private Task ApplyAsync() => OnChange.InvokeAsync(draft.AsReadOnly());

    private Task ResetAsync()
    {
        draft = [.. PaymentColumns.AtFirst];
        return OnChange.InvokeAsync([]);
    }
}
