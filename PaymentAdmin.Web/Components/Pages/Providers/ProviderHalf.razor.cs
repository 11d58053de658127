using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Providers;

public sealed partial class ProviderHalf
{
    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Parameter, EditorRequired]
    public ProviderOverview Item { get; set; } = null!;

    [Parameter, EditorRequired]
    public Mode Mode { get; set; }

    [Parameter]
    public bool CanWrite { get; set; }

    /// <summary>The account to edit; null: a first one.</summary>
    [Parameter]
    public EventCallback<AccountOverview?> OnEdit { get; set; }

    /// <summary>Tells the provider our addresses of this account.</summary>
    [Parameter]
    public EventCallback<AccountOverview> OnRegister { get; set; }

    /// <summary>Live accounts that the switch has taken out of service.</summary>
    private bool IsDimmed => Mode == Mode.Live && Item.IsInTestMode;

    private string Needs
    {
        get
        {
            var fields = Item.Profile.CredentialFields.Where(one => one.IsRequired || (Mode == Mode.Live && one.IsWebhookSecret)).Select(one =>
                (Mode == Mode.Live ? one.LiveOnly : one.TestOnly) is { } prefix ? $"{one.Label} that begins with {prefix.Replace("|", " or ", StringComparison.Ordinal)}" : one.Label).ToList();
            return fields.Count == 0 ? "Needs no credentials." : $"Needs: {string.Join(", ", fields)}.";
        }
    }

    private ChipLook Webhooks(AccountOverview account) => account switch
    {
        _ when !Item.CanBeAsked => new ChipLook(Tone.Grey, "person", "A person decides"),
        _ when Item.Profile.WebhookTrust == WebhookTrust.None => new ChipLook(Tone.Grey, "sync", "No webhooks: it is asked"),
        { CanProveWebhooks: false } => new ChipLook(Tone.Amber, "warning", "No webhook secret: it is asked"),
        { LastWebhookAt: { } at } => new ChipLook(Tone.Green, "check_circle", $"Webhook seen {TimeFormat.Text(at, TimeStyle.Relative, TimeZoneInfo.Utc, Clock.GetUtcNow())}"),
        _ => new ChipLook(Tone.Amber, "hourglass_empty", "No webhook in the last 7 days"),
    };

    [Inject]
    private TimeProvider Clock { get; set; } = null!;
}
