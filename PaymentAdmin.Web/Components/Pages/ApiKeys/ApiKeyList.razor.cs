using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.ApiKeys;

/// <summary>The keys of the tenant's programs in the mode of the frame: make one, see when each was last used, take one out of service.</summary>
public sealed partial class ApiKeyList : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private List<ApiKeyItem>? keys;
    private string? said;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private Core.Access.ApiKeys Keys { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    private async Task LoadAsync()
    {
        if (!leaving.IsCancellationRequested)
            keys = Frame?.TenantId is { } tenantId ? await Keys.ListAsync(tenantId, Frame.Mode, leaving.Token) : [];
    }

    private async Task CreateAsync()
    {
        if (Frame?.TenantId is null)
            return;
        said = null;
        await Dialogs.OpenAsync<ApiKeyDialog>(
            "Create an API key",
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(ApiKeyDialog.Frame)] = Frame },
            new DialogOptions { Width = "520px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        await LoadAsync();
    }

    private async Task RevokeAsync(ApiKeyItem key)
    {
        if (Frame?.TenantId is not { } tenantId)
            return;
        said = null;
        var subject = new ConfirmSubject { Mode = Frame.Mode, More = [("Key", $"{key.Name}, {key.Prefix}…"), ("Last used", key.LastUsedAt is { } at ? TimeFormat.Text(at, TimeStyle.Relative, Frame.Zone, Time.GetUtcNow()) : "never")] };
        if (await Dialogs.ConfirmAsync("Revoke this key?", subject, $"Revoke {key.Name}", async () => (await Keys.RevokeAsync(tenantId, key.Id, Frame.ToActor(), CancellationToken.None)).Problem?.Detail, "Programs that use it are refused at once. It cannot be switched on again; payments that it began go on.", isDanger: true, testId: "key-revoke-confirm"))
            said = $"{key.Name} is revoked.";
        await LoadAsync();
    }

    private ChipLook LookOf(ApiKeyItem key) => key switch
    {
        { RevokedAt: not null } => new(Tone.Grey, "block", "Revoked"),
        _ when !key.IsActiveAt(Time.GetUtcNow()) => new(Tone.Grey, "timer_off", "Expired"),
        _ => ChipLook.OfActive(isActive: true),
    };

    private static void NameRow(RowRenderEventArgs<ApiKeyItem> row) => row.Attributes["data-testid"] = "keys-row";
}
