using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Webhooks;

/// <summary>The inbox's filter as chips; closing a panel puts what was chosen into the address.</summary>
public sealed partial class WebhookFilters
{
    private string? shownFilter;
    private WebhookFilter draft = WebhookFilter.All;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Parameter, EditorRequired]
    public WebhookFilter Filter { get; set; } = WebhookFilter.All;

    [Parameter, EditorRequired]
    public EventCallback<WebhookFilter> OnChange { get; set; }

    protected override void OnParametersSet()
    {
        // A refresh of the page must not take away what is being ticked.
        var text = Filter.ToQueryString();
        if (text == shownFilter)
            return;
        shownFilter = text;
        draft = Filter;
    }

    private Task ApplyAsync() => draft.ToQueryString() == shownFilter ? Task.CompletedTask : OnChange.InvokeAsync(draft);

    private static IReadOnlyList<T> Toggled<T>(IReadOnlyList<T> list, T value) => list.Contains(value) ? [.. list.Where(one => !Equals(one, value))] : [.. list.Append(value).Order()];

    private static string? Joined(IEnumerable<string> values) => string.Join(", ", values) is { Length: > 0 } text ? text : null;

    private static string? TextOf(object? value) => (value as string)?.Trim() is { Length: > 0 } text ? text : null;
}
