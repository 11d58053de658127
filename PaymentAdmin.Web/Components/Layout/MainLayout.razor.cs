using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.WebUtilities;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Web.Components.Layout;

/// <summary>Side bar, top bar, the bars of a phone, and the frame that makes test mode impossible to miss.</summary>
public sealed partial class MainLayout : IDisposable
{
    private static readonly TimeSpan CountsAge = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource left = new();
    private ErrorBoundary? boundary;
    private IReadOnlyDictionary<string, PortalCount> counts = PortalCounts.None;
    private DateTimeOffset countedAt;
    private PortalFrame? countedFor;
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

    [Inject]
    private FindAnything Find { get; set; } = null!;

    [Inject]
    private PortalCounts Counts { get; set; } = null!;

    private bool IsTest => Frame is { IsTest: true };

    private bool IsRehearsal => Environment.IsEnvironment("Rehearsal");

    private IReadOnlyList<PortalMenuGroup> Menu => Frame is null ? [] : PortalMenu.For(Frame.Role);

    private IEnumerable<PortalMenuItem> OnPhone => Menu.SelectMany(group => group.Items).Where(item => item.OnPhone is not null);

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

    protected override async Task OnParametersSetAsync()
    {
        boundary?.Recover();
        await CountAsync();
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        left.Cancel();
        left.Dispose();
    }

    /// <summary>With each page, but not more often than every few seconds; a missing figure is no reason to lose the page.</summary>
    private async Task CountAsync()
    {
        var now = Time.GetUtcNow();
        if (Frame is null || (Frame == countedFor && now - countedAt < CountsAge))
            return;
        (countedAt, countedFor) = (now, Frame);
        try
        {
            counts = await Counts.LoadAsync(Frame, left.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Data.Common.DbException)
        {
            counts = PortalCounts.None;
        }
    }

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

    /// <summary>A text that names one payment exactly leads to it; any other to the list of what it finds.</summary>
    private async Task SearchAsync()
    {
        var text = search?.Trim() ?? "";
        if (Frame is { TenantId: { } tenantId })
        {
            var found = await Find.RunAsync(new SearchScope(tenantId, Frame.Mode, Frame.Zone), text, Frame.Role, left.Token);
            if (found.Where(record => record is { Kind: FoundKind.Payment, IsExact: true }).ToList() is [{ } only])
            {
                Navigation.NavigateTo(Shared.PageQuery.PaymentHref(only.Id, Frame.Mode));
                return;
            }
        }
        Navigation.NavigateTo(QueryHelpers.AddQueryString("/payments", "q", text));
    }
}
