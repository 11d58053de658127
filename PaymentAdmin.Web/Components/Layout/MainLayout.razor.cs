using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.WebUtilities;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>Side bar, top bar, the bars of a phone, and the frame that makes test mode impossible to miss.</summary>
public sealed partial class MainLayout : IDisposable
{
    private ErrorBoundary? boundary;
    private bool isMenuOpen;
    private string? search;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IWebHostEnvironment Environment { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool IsTest => Frame is { IsTest: true };

    private bool IsRehearsal => Environment.IsEnvironment("Rehearsal");

    private IReadOnlyList<PortalMenuGroup> Menu => Frame is null ? [] : PortalMenu.For(Frame.Role);

    private IEnumerable<PortalMenuItem> OnPhone => Menu.SelectMany(group => group.Items).Where(item => item.OnPhone is not null);

    private IReadOnlyDictionary<string, PortalCount> Counts { get; } = new Dictionary<string, PortalCount>(StringComparer.Ordinal);

    private string Path => new Uri(Navigation.Uri).AbsolutePath;

    private string SkipHref => new Uri(Navigation.Uri).PathAndQuery + "#main";

    /// <summary>This page, without the mode that the URL names: after a switch the chosen one counts.</summary>
    private string ReturnUrl => Navigation.ToBaseRelativePath(Navigation.GetUriWithQueryParameter("mode", (string?)null)) is var path ? "/" + path : "/";

    private string ZoneText
    {
        get
        {
            if (Frame is null)
                return "";
            var offset = Frame.Zone.GetUtcOffset(Time.GetUtcNow());
            var sign = offset < TimeSpan.Zero ? "\u2212" : "+";
            var text = offset.Minutes == 0 ? offset.ToString("%h", null) : offset.ToString("h\\:mm", null);
            return $"{Frame.TimeZoneId}, UTC{sign}{text}";
        }
    }

    protected override void OnInitialized() => Navigation.LocationChanged += OnLocationChanged;

    protected override void OnParametersSet() => boundary?.Recover();

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        isMenuOpen = false;
        _ = InvokeAsync(StateHasChanged);
    }

    private void OpenMenu() => isMenuOpen = true;

    private void CloseMenu() => isMenuOpen = false;

    private void OnMenuKey(KeyboardEventArgs e)
    {
        if (e.Key == "Escape")
            isMenuOpen = false;
    }

    private void Search() => Navigation.NavigateTo(QueryHelpers.AddQueryString("/payments", "q", search?.Trim() ?? ""));
}

/// <summary>A figure beside a menu item: how many wait there, said to screen readers with its meaning.</summary>
public sealed record PortalCount(int Number, string Meaning, bool IsUrgent = false);
