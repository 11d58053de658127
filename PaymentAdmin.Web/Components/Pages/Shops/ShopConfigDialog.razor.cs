using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Shops;

/// <summary>Adds a config, or replaces one by its next version. Closes with the <see cref="SavedShopConfig"/>.</summary>
public sealed partial class ShopConfigDialog
{
    private ShopConfigForm form = new();
    private int waiting;
    private DateTimeOffset? tokenSince;
    private string? problem;
    private bool isSaving;

    /// <summary>The config to change; null: a new one.</summary>
    [Parameter]
    public ShopConfigItem? Present { get; set; }

    [Parameter, EditorRequired]
    public PortalFrame? Frame { get; set; }

    [Inject]
    private SaveShopConfig Save { get; set; } = null!;

    [Inject]
    private ListShopConfigs List { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    private bool UsesDeviceToken => Providers.TryFind(form.Provider, out var provider) && provider.Profile.UsesDeviceToken;

    private bool IsTurnedOff => Present is { IsActive: true } && !form.IsActive;

    private string Verb => (Present, IsTurnedOff) switch
    {
        (null, _) => "Add config",
        (_, true) => $"Deactivate shop {Present.ShopId}",
        _ => $"Save version {Present.Version + 1}",
    };

    protected override async Task OnInitializedAsync()
    {
        form = Present is null ? new ShopConfigForm { Provider = FirstProvider(), Mode = Frame?.Mode ?? Mode.Test } : ShopConfigForm.Of(Present);
        if (Present is null || Frame?.TenantId is not { } tenantId)
            return;
        waiting = await List.WaitingAsync(tenantId, Present.Id, Present.Version, CancellationToken.None);
        var history = await List.HistoryAsync(tenantId, Present.Id, CancellationToken.None);
        tokenSince = history.TakeWhile(version => version.DeviceToken == Present.DeviceToken).LastOrDefault()?.CreatedAt;
    }

    /// <summary>The provider that is lost without configs, where there is one.</summary>
    private string FirstProvider() => (Providers.All.FirstOrDefault(provider => provider.Profile.NeedsShopConfig) ?? (Providers.All is [var first, ..] ? first : null))?.Profile.Id ?? "";

    private string? Invalid(string member) => form.Error(member) is null ? null : "true";

    private async Task SaveAsync()
    {
        if (isSaving || Frame is not { TenantId: { } tenantId } || !Frame.IsAllowed(Permissions.ConfigsWrite))
            return;
        problem = null;
        if (form.LeaveAll() > 0)
            return;
        isSaving = true;
        try
        {
            var request = form.ToRequest(tenantId);
            var actor = Frame.ToActor();
            var result = Present is null ? await Save.CreateAsync(request, actor, CancellationToken.None) : await Save.ChangeAsync(request, actor, CancellationToken.None);
            if (result.IsOk)
                Dialogs.Close(result.Value);
            else if (result.Problem.IsWaiting())
                Dialogs.Close(result.Problem);
            else if (!form.Take(result.Problem!))
                problem = result.Problem!.Detail;
        }
        finally
        {
            isSaving = false;
        }
    }
}
