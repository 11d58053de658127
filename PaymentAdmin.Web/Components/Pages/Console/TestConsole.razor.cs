using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Components.Pages.Console;

/// <summary>Makes a test payment with the product's own code and shows, while it happens, what is sent, what comes back and what comes next.</summary>
public sealed partial class TestConsole : IAsyncDisposable
{
    /// <summary>How the console's order references begin.</summary>
    public const string ReferencePrefix = "console-";

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int TicksPerReload = 3;

    private readonly CancellationTokenSource leaving = new();
    private readonly ConsoleForm form = new();
    private readonly HashSet<string> faults = new(StringComparer.Ordinal);
    private IReadOnlyList<ConsoleShop> shops = [];
    private PaymentRun? run;
    private IDisposable? listening;
    private ITimer? timer;
    private string? problem;
    private string? routeProblem;
    private string? routeText;
    private bool isOnSandbox;
    private bool isSending;
    private bool isPaused;
    private bool isNew;
    private int ticks;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    /// <summary>The payment that is watched.</summary>
    [SupplyParameterFromQuery]
    private Guid? Run { get; set; }

    /// <summary>The provider that is chosen at first.</summary>
    [SupplyParameterFromQuery]
    private string? Provider { get; set; }

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private SandboxDial Dial { get; set; } = null!;

    [Inject]
    private ConsoleShops Shops { get; set; } = null!;

    [Inject]
    private CreatePayment Create { get; set; } = null!;

    [Inject]
    private ReadPaymentRun Read { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    [Inject]
    private IdSource Ids { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    private static string EarlierRuns => $"/payments?mode=test&q={ReferencePrefix}";

    protected override async Task OnInitializedAsync()
    {
        listening = Updates.Listen(OnUpdate);
        timer = Time.CreateTimer(_ => _ = InvokeAsync(TickAsync), null, Tick, Tick);
        if (Providers.All is [var first, ..])
            form.Choose((Providers.TryFind(Provider, out var asked) ? asked : Providers.All.FirstOrDefault(provider => provider.Profile.NeedsShopConfig) ?? first).Profile);
        await LoadShopsAsync();
    }

    protected override Task OnParametersSetAsync() => ReloadAsync();

    /// <summary>On a phone the timeline is far below the button. Only now: going to another address scrolls to the top first.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!isNew || run is null || run.Payment.Id != Run)
            return;
        isNew = false;
        await Script.InvokeVoidAsync("portal.show", leaving.Token, "console-live");
    }

    public async ValueTask DisposeAsync()
    {
        listening?.Dispose();
        if (timer is not null)
            await timer.DisposeAsync();
        await leaving.CancelAsync();
        leaving.Dispose();
    }

    private void OnUpdate(LiveUpdate update)
    {
        if (update.PaymentId is { } changed && changed == Run && !isPaused)
            _ = InvokeAsync(RedrawAsync);
    }

    /// <summary>The clock of a running payment; now and then a look at the database, for what another instance did.</summary>
    private async Task TickAsync()
    {
        if (run is null or { IsOver: true } || isPaused)
            return;
        if (++ticks % TicksPerReload == 0)
            await ReloadAsync();
        StateHasChanged();
    }

    private async Task RedrawAsync()
    {
        await ReloadAsync();
        StateHasChanged();
    }

    private async Task ReloadAsync()
    {
        if (leaving.IsCancellationRequested)
            return;
        run = Run is { } paymentId && Frame?.TenantId is { } tenantId ? await Read.RunAsync(tenantId, Mode.Test, paymentId, leaving.Token) : null;
    }

    private Task PauseAsync()
    {
        isPaused = !isPaused;
        return isPaused ? Task.CompletedTask : ReloadAsync();
    }

    private async Task ChooseProviderAsync(ChangeEventArgs e)
    {
        if (!Providers.TryFind(e.Value as string, out var provider))
            return;
        form.Choose(provider.Profile);
        faults.Clear();
        await LoadShopsAsync();
    }

    private async Task ChooseShopAsync(ChangeEventArgs e)
    {
        form.ShopNumber = int.TryParse(e.Value as string, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
        await FindRouteAsync();
    }

    private async Task LoadShopsAsync()
    {
        if (form.Provider is not { } profile || Frame?.TenantId is not { } tenantId)
            return;
        shops = await Shops.ListAsync(tenantId, profile, leaving.Token);
        if (shops.All(shop => shop.Number != form.ShopNumber))
            form.ShopNumber = shops is [var first, ..] && profile.NeedsShopConfig ? first.Number : null;
        await FindRouteAsync();
    }

    /// <summary>Says before anything is sent where a payment would go, or why it cannot.</summary>
    private async Task FindRouteAsync()
    {
        (problem, routeProblem, routeText, isOnSandbox) = (null, null, null, false);
        if (form.Provider is not { } profile || Frame?.TenantId is not { } tenantId)
            return;
        var found = await Shops.RouteAsync(tenantId, profile, form.ShopNumber, leaving.Token);
        if (!found.IsOk)
        {
            routeProblem = found.Problem!.Detail;
            return;
        }
        isOnSandbox = Dial.IsThere && found.Value.Account.Endpoint == AccountEndpoint.Sandbox;
        var endpoint = found.Value.Account.Endpoint == AccountEndpoint.Sandbox ? "sandbox" : "the provider's test host";
        routeText = found.Value.Config is { } config ? $"BIN {config.OrganizationBin}, version {config.Version}, {endpoint}" : $"{found.Value.Account.Name}, {endpoint}";
    }

    private void Turn(string fault, bool isOn)
    {
        if (isOn)
            faults.Add(fault);
        else
            faults.Remove(fault);
    }

    private string? Invalid(string member) => form.Error(member) is null ? null : "true";

    private async Task RunAsync()
    {
        if (isSending || Frame is not { TenantId: { } tenantId } || !Frame.IsAllowed(Permissions.TestConsole))
            return;
        problem = null;
        var paymentId = Ids.NewId();
        if (form.ToRequest(tenantId, paymentId, $"{ReferencePrefix}{paymentId.ToString("N")[^12..]}") is not { } request)
            return;
        isSending = true;
        try
        {
            if (isOnSandbox && !await Dial.SetAsync(form.Provider!.Id, faults, leaving.Token))
            {
                problem = "The sandbox did not take the fault dial.";
                return;
            }
            // The id is known before the payment is: the page watches while the provider is still being asked.
            isNew = true;
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("run", paymentId), replace: Run is null);
            var created = await Create.RunAsync(request, Frame.ToActor(), CancellationToken.None);
            if (created.Problem is { } refused && !form.Take(refused))
                problem = refused.Detail;
        }
        finally
        {
            isSending = false;
        }
        await ReloadAsync();
    }
}
