using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Shops;

/// <summary>Who changed a config, when, and what was different afterwards; tokens masked. Closes with the <see cref="ShopConfigVersionItem"/> that is to be restored.</summary>
public sealed partial class ShopConfigHistory
{
    private List<(ShopConfigVersionItem Version, IReadOnlyList<string> Changes)>? versions;

    [Parameter, EditorRequired]
    public ShopConfigItem Config { get; set; } = null!;

    [Parameter, EditorRequired]
    public PortalFrame? Frame { get; set; }

    [Inject]
    private ListShopConfigs List { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        if (Frame?.TenantId is not { } tenantId)
            return;
        var history = await List.HistoryAsync(tenantId, Config.Id, CancellationToken.None);
        versions = [.. history.Select((version, index) => (version, Changes(index + 1 < history.Count ? history[index + 1] : null, version)))];
    }

    /// <summary>What a version changed, one line each; a first version says what it began with.</summary>
    public static IReadOnlyList<string> Changes(ShopConfigVersionItem? before, ShopConfigVersionItem version)
    {
        var lines = new List<string>();
        Compare("BIN", before?.OrganizationBin, version.OrganizationBin);
        Compare("Device token", before?.DeviceToken, version.DeviceToken);
        Compare("Description", before?.Description, version.Description);
        if (before is not null && before.IsActive != version.IsActive)
            lines.Add(version.IsActive ? "Activated" : "Deactivated");
        if (before is not null && before.AccountId != version.AccountId)
            lines.Add("Another provider account");
        return lines.Count > 0 ? lines : [before is null ? "Created" : "The device token was replaced by one that begins alike"];

        void Compare(string name, string? old, string? now)
        {
            if (old != now)
                lines.Add(before is null ? $"{name} {now}" : $"{name}: {old ?? "none"} → {now ?? "none"}");
        }
    }
}
