using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components;

/// <summary>Finds the page and hands it the <see cref="PortalFrame"/> of the signed-in user.</summary>
public sealed partial class Routes : IDisposable
{
    private PortalFrame? _frame;
    private FrameChoice? _chosen;
    private bool _isLoaded;

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
        _chosen = Choice.WithQueryOf(Navigation.Uri);
        _frame = await Frames.LoadAsync((await Authentication).User, _chosen);
        _isLoaded = true;
    }

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    private PortalFrame? FrameOf(Microsoft.AspNetCore.Components.RouteData route) =>
        _frame is not null && Attribute.IsDefined(route.PageType, typeof(TestModeOnlyAttribute)) ? _frame with { Mode = Core.Payments.Mode.Test } : _frame;

    /// <summary>A mode named in the URL stays for the pages that follow: leaving test by a click on an ordinary link would surprise.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        if (_frame is null || _chosen is null)
            return;
        _chosen = _chosen.WithQueryOf(e.Location);
        _frame = _frame with { Mode = _chosen.ModeOr(_frame.Mode) };
        _ = InvokeAsync(StateHasChanged);
    }
}
