using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace PaymentAdmin.Web.Components.Shared;

/// <summary>What happened, newest first, with what will happen by itself on top. The entry that the URL names is marked and shown.</summary>
public sealed partial class TimelineList
{
    private string page = "";
    private string named = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<TimelineEntry> Entries { get; set; } = [];

    /// <summary>The sentence after "Next:".</summary>
    [Parameter]
    public RenderFragment? Next { get; set; }

    [Parameter]
    public TimeStyle Style { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    protected override void OnParametersSet()
    {
        var uri = new Uri(Navigation.Uri);
        page = uri.PathAndQuery;
        named = uri.Fragment.TrimStart('#');
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && named.StartsWith("evt-", StringComparison.Ordinal))
            await Script.InvokeVoidAsync("portal.reveal", named);
    }

    private static string AnchorOf(TimelineEntry entry) => "evt-" + entry.Id;
}
