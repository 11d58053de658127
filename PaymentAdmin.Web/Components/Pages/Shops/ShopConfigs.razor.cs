using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Shops;

/// <summary>Shops and BINs: the list, and the dialogs that change it. What is filtered, and which config is open, stands in the URL.</summary>
public sealed partial class ShopConfigs : IDisposable
{
    private const string PagePath = "/superadmin/payment-configs";
    private const string None = "";
    private const int ShownMax = 300;

    private readonly CancellationTokenSource leaving = new();
    private List<ShopConfigItem>? items;
    private SavedNote? saved;
    private IDisposable? listening;
    private int all;
    private long? opened;

    private sealed record SavedNote(string Text, IReadOnlyList<string> Warnings);

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery]
    private string? Provider { get; set; }

    /// <summary>Not "mode": that word in a URL chooses the mode of the whole portal.</summary>
    [SupplyParameterFromQuery(Name = "config_mode")]
    private string? ModeWord { get; set; }

    [SupplyParameterFromQuery]
    private string? State { get; set; }

    /// <summary>The config whose dialog is open.</summary>
    [SupplyParameterFromQuery]
    private long? Config { get; set; }

    [Inject]
    private ListShopConfigs List { get; set; } = null!;

    [Inject]
    private SaveShopConfig Save { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    private bool CanWrite => Frame?.IsAllowed(Permissions.ConfigsWrite) == true && Frame.TenantId is not null;

    private bool IsFiltered => !string.IsNullOrWhiteSpace(Query) || Provider is { Length: > 0 } || ModeWord is { Length: > 0 } || State is { Length: > 0 };

    private IEnumerable<ProviderProfile> Profiles => Providers.All.Select(provider => provider.Profile);

    protected override void OnInitialized() => listening = Updates.Listen(OnUpdate);

    protected override Task OnParametersSetAsync() => LoadAsync();

    /// <summary>Only now: a dialog that is opened while the browser still goes to its address is closed as part of going there.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Config == opened || items is null)
            return;
        opened = Config;
        if (opened is { } id)
            await OpenAsync(id);
    }

    public void Dispose()
    {
        listening?.Dispose();
        leaving.Cancel();
        leaving.Dispose();
    }

    private void OnUpdate(LiveUpdate update)
    {
        if (update.Subject == "config" && update.TenantId == Frame?.TenantId)
            _ = InvokeAsync(ReloadAsync);
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        if (Frame?.TenantId is not { } tenantId || leaving.IsCancellationRequested)
        {
            items ??= [];
            return;
        }
        var filter = new ShopConfigFilter(tenantId)
        {
            Text = Query,
            Provider = string.IsNullOrEmpty(Provider) ? null : Provider,
            Mode = Words.Find<Mode>(ModeWord),
            IsActive = State switch { "active" => true, "inactive" => false, _ => null },
        };
        var found = await List.RunAsync(filter, leaving.Token);
        all = found.Count;
        items = found.Count > ShownMax ? found[..ShownMax] : found;
    }

    /// <summary>Goes to the same page with other filters: null leaves one as it is, <see cref="None"/> takes it away.</summary>
    private void Go(string? q = null, string? provider = null, string? mode = null, string? state = null) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["q"] = Kept(q, Query),
            ["provider"] = Kept(provider, Provider),
            ["config_mode"] = Kept(mode, ModeWord),
            ["state"] = Kept(state, State),
            ["config"] = null,
        }),
        replace: true);

    private static string? Kept(string? next, string? present) => (next ?? present)?.Trim() is { Length: > 0 } value ? value : null;

    private string HrefOf(ShopConfigItem item) => new Uri(Navigation.GetUriWithQueryParameter("config", item.Id)).PathAndQuery;

    private Task AddAsync() => FillInAsync("Add config", null);

    private async Task EditAsync(long id)
    {
        if (Frame?.TenantId is { } tenantId && await List.FindAsync(tenantId, id, leaving.Token) is { } item)
            await FillInAsync($"Edit shop {item.ShopId}, {ProviderName(item.Provider)}", item);
    }

    /// <summary>Opens the config that the URL names, and takes its name out of the URL when the dialog is closed.</summary>
    private async Task OpenAsync(long id)
    {
        if (CanWrite)
            await EditAsync(id);
        else if (items?.Find(item => item.Id == id) is { } item)
            await ShowHistoryAsync(item);
        if (!leaving.IsCancellationRequested)
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("config", (long?)null), replace: true);
    }

    private async Task FillInAsync(string title, ShopConfigItem? item)
    {
        saved = null;
        var answer = await Dialogs.OpenAsync<ShopConfigDialog>(
            title,
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(ShopConfigDialog.Present)] = item, [nameof(ShopConfigDialog.Frame)] = Frame },
            new DialogOptions { Width = "520px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        if (answer is Problem waiting)
            saved = new SavedNote(waiting.Detail, []);
        if (answer is SavedShopConfig done)
            await NoteAsync(done, item is null ? "Added" : "Saved");
    }

    private async Task DeactivateAsync(ShopConfigItem item)
    {
        if (Frame?.TenantId is not { } tenantId || !CanWrite)
            return;
        saved = null;
        SavedShopConfig? done = null;
        var subject = new ConfirmSubject { Bin = item.OrganizationBin, Mode = item.Mode, More = [("Shop", $"{item.ShopId} {item.ShopName}".TrimEnd()), ("Provider", ProviderName(item.Provider))] };
        await Dialogs.ConfirmAsync(
            $"Deactivate shop {item.ShopId}?",
            subject,
            $"Deactivate shop {item.ShopId}",
            async () =>
            {
                var result = await Save.DeactivateAsync(tenantId, item.Mode, item.Provider, item.ShopId, item.Version, Frame.ToActor(), CancellationToken.None);
                done = result.IsOk ? result.Value : null;
                return result.Problem?.Detail;
            },
            "New payments of this shop are refused from now on. Status and refunds of its old payments go on; nothing is erased.",
            isDanger: true,
            testId: "config-deactivate-confirm");
        if (done is not null)
            await NoteAsync(done, "Deactivated");
    }

    private async Task ShowHistoryAsync(ShopConfigItem item)
    {
        var answer = await Dialogs.OpenAsync<ShopConfigHistory>(
            $"History of shop {item.ShopId}, {ProviderName(item.Provider)}",
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(ShopConfigHistory.Config)] = item, [nameof(ShopConfigHistory.Frame)] = Frame },
            new DialogOptions { Width = "560px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        if (answer is ShopConfigVersionItem version)
            await RestoreAsync(item, version);
    }

    private async Task RestoreAsync(ShopConfigItem item, ShopConfigVersionItem version)
    {
        if (Frame?.TenantId is not { } tenantId || !CanWrite)
            return;
        saved = null;
        Result<SavedShopConfig>? result = null;
        var subject = new ConfirmSubject
        {
            Bin = version.OrganizationBin,
            Mode = item.Mode,
            More = [("Shop", $"{item.ShopId} {item.ShopName}".TrimEnd()), ("Provider", ProviderName(item.Provider)), ("Device token", version.DeviceToken ?? "none"), ("State", version.IsActive ? "Active" : "Inactive")],
        };
        await Dialogs.ConfirmAsync(
            $"Restore version {version.Version}?",
            subject,
            $"Restore as version {item.Version + 1}",
            async () =>
            {
                result = await Save.RestoreAsync(tenantId, item.Id, version.Version, item.Version, Frame.ToActor(), CancellationToken.None);
                return result?.Problem.Refusal();
            },
            "New payments of this shop are made with these values. Payments under way keep the version that they were made with.",
            testId: "config-restore-confirm");
        if (result is not { } answered)
            return;
        if (answered.IsOk)
            await NoteAsync(answered.Value, $"Version {version.Version} restored");
        else if (answered.Problem.IsWaiting())
            saved = new SavedNote(answered.Problem!.Detail, []);
    }

    private async Task NoteAsync(SavedShopConfig done, string verb)
    {
        saved = new SavedNote($"{verb}: {ProviderName(done.Config.Provider)} config of {ShopOf(done.Config)}, version {done.Config.Version}.", done.Warnings);
        await ReloadAsync();
    }

    private static string ShopOf(ShopConfigItem item) => item.ShopName is null ? $"shop {item.ShopId}" : $"shop {item.ShopId} {item.ShopName}";

    private string? ProviderName(string? id) => Providers.TryFind(id, out var provider) ? provider.Profile.Name : string.IsNullOrEmpty(id) ? null : id;

    private string ProviderMarkOf(string id) => Providers.TryFind(id, out var provider) ? provider.Profile.Mark : "?";

    private static void MarkInactive(RowRenderEventArgs<ShopConfigItem> row)
    {
        if (row.Data is { IsActive: false })
            row.Attributes["data-off"] = "true";
    }
}
