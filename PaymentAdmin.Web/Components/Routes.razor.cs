using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components;

/// <summary>Finds the page and hands it the <see cref="PortalFrame"/> of the signed-in user.</summary>
public sealed partial class Routes : IDisposable
{
    private PortalFrame? frame;
    private FrameChoice? chosen;
    private bool isLoaded;

    /// <summary>What the user chose before, read from cookies while there was a request.</summary>
    [Parameter]
    public FrameChoice Choice { get; set; } = FrameChoice.None;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = null!;

    [Inject]
    private PortalFrameSource Frames { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += OnLocationChanged;
        chosen = Choice.WithQueryOf(Navigation.Uri);
        frame = await Frames.LoadAsync((await Authentication).User, chosen);
        isLoaded = true;
    }

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    private PortalFrame? FrameOf(Microsoft.AspNetCore.Components.RouteData route) =>
        frame is not null && Attribute.IsDefined(route.PageType, typeof(TestModeOnlyAttribute)) ? frame with { Mode = Core.Payments.Mode.Test } : frame;

    /// <summary>A mode named in the URL stays for the pages that follow: leaving test by a click on an ordinary link would surprise.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        if (frame is null || chosen is null)
            return;
        chosen = chosen.WithQueryOf(e.Location);
        frame = frame with { Mode = chosen.ModeOr(frame.Mode) };
        _ = InvokeAsync(StateHasChanged);
    }
}
