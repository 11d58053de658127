using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Console;

/// <summary>The suite of the chosen provider and shop: runs it, shows how far it is, stops it. Whoever leaves the page stops it as well.</summary>
public sealed partial class SuitePanel : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private CancellationTokenSource? running;
    private List<SuiteRow> rows = [];
    private (string Provider, int? Shop)? shown;
    private (string Provider, int? Shop, Money Amount)? played;
    private string? problem;
    private bool isRunning;
    private bool isStopping;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Parameter, EditorRequired]
    public ProviderProfile Profile { get; set; } = null!;

    [Parameter]
    public int? ShopNumber { get; set; }

    /// <summary>What each of its payments is about; null while the form's amount is none.</summary>
    [Parameter]
    public Money? Amount { get; set; }

    [Inject]
    private RunSuite Suite { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private int Done => rows.Count(row => row.State is not (SuiteState.Waiting or SuiteState.Running));

    private ChipLook? Summary => played is null ? null : SuiteReport.Summary(rows);

    private string Report => played is var (provider, shop, amount) ? SuiteReport.Of(rows, Frame?.TenantName ?? "", provider, shop, amount, Time.GetUtcNow()) : "";

    protected override async Task OnParametersSetAsync()
    {
        if (isRunning || shown == (Profile.Id, ShopNumber) || Request is not { } request)
            return;
        shown = (Profile.Id, ShopNumber);
        played = null;
        var found = await Suite.ScenariosAsync(request, leaving.Token);
        problem = found.Problem?.Detail;
        rows = found.IsOk ? found.Value.ConvertAll(scenario => new SuiteRow(scenario, SuiteState.Waiting)) : [];
    }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    // Which scenarios there are does not depend on the amount.
    private SuiteRequest? Request => Frame?.TenantId is { } tenantId ? new SuiteRequest(tenantId, Profile.Id, ShopNumber, Amount ?? new Money(1, Profile.Currencies[0])) : null;

    private async Task RunAsync()
    {
        if (isRunning || Amount is not { } amount || Request is not { } request || !Frame!.IsAllowed(Permissions.TestConsole))
            return;
        (isRunning, isStopping) = (true, false);
        played = (Profile.Id, ShopNumber, amount);
        rows = rows.ConvertAll(row => new SuiteRow(row.Scenario, SuiteState.Waiting));
        using var stop = running = CancellationTokenSource.CreateLinkedTokenSource(leaving.Token);
        try
        {
            var result = await Suite.RunAsync(request, row => InvokeAsync(() => Take(row)), Frame.ToActor(), stop.Token);
            if (result.IsOk)
                rows = result.Value;
            problem = result.Problem?.Detail;
        }
        finally
        {
            running = null;
            isRunning = false;
        }
    }

    private Task StopAsync()
    {
        isStopping = true;
        return running?.CancelAsync() ?? Task.CompletedTask;
    }

    private void Take(SuiteRow row)
    {
        rows = rows.ConvertAll(present => present.Scenario == row.Scenario ? row : present);
        StateHasChanged();
    }
}
