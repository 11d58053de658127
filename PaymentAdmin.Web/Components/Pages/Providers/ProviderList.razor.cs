using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Providers;

/// <summary>Each provider's test and live accounts side by side, and its test-mode switch.</summary>
public sealed partial class ProviderList : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private IReadOnlyList<ProviderOverview>? items;
    private string? saved;
    private IDisposable? listening;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private ListProviderAccounts List { get; set; } = null!;

    [Inject]
    private SetTestMode TestMode { get; set; } = null!;

    [Inject]
    private RegisterAddresses Register { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private LiveUpdates Updates { get; set; } = null!;

    private bool CanWrite => Frame?.IsAllowed(Permissions.ConfigsWrite) == true && Frame.TenantId is not null;

    protected override void OnInitialized() => listening = Updates.Listen(OnUpdate);

    protected override Task OnParametersSetAsync() => LoadAsync();

    public void Dispose()
    {
        listening?.Dispose();
        leaving.Cancel();
        leaving.Dispose();
    }

    private void OnUpdate(LiveUpdate update)
    {
        if (update.Subject == "account" && update.TenantId == Frame?.TenantId)
            _ = InvokeAsync(ReloadAsync);
    }

    private async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    private async Task LoadAsync()
    {
        if (leaving.IsCancellationRequested)
            return;
        items = Frame?.TenantId is { } tenantId ? await List.RunAsync(tenantId, leaving.Token) : [];
    }

    private static string Summary(ProviderProfile profile)
    {
        var currencies = profile.Currencies.Count <= 3 ? string.Join(", ", profile.Currencies) : $"{profile.Currencies[0]} and {profile.Currencies.Count - 1} more";
        return $"{currencies} · {string.Join(", ", profile.Methods.Select(method => PaymentWords.OfMethod(method).ToLowerInvariant()))}";
    }

    /// <summary>Asks before either way: going live needs the provider's id typed, and says which host, key and address will then count.</summary>
    private async Task SwitchAsync(ProviderOverview item, bool isLive)
    {
        if (Frame?.TenantId is not { } tenantId || !CanWrite)
            return;
        saved = null;
        var live = item.In(Mode.Live).Where(account => account.IsEnabled).ToList();
        var subject = new ConfirmSubject
        {
            Mode = Mode.Live,
            More =
            [
                ("Provider", item.Profile.Name),
                ("Live accounts on", live.Count == 0 ? "none yet" : string.Join(", ", live.Select(account => $"{account.Name} at {account.Host}"))),
                .. live.Where(_ => isLive).Select(account => ("Webhook URL", (string?)account.WebhookUrl)),
            ],
        };
        Problem? answer = null;
        var done = await Dialogs.ConfirmAsync(
            isLive ? $"Serve live payments by {item.Profile.Name}?" : $"Take {item.Profile.Name} out of live service?",
            subject,
            isLive ? "Go live" : "Switch test mode on",
            async () => (answer = (await TestMode.RunAsync(tenantId, item.Profile.Id, !isLive, reason: null, Frame.ToActor(), CancellationToken.None)).Problem).Refusal(),
            isLive
                ? "New live payments may be paid with real money from now on."
                : "New live payments that ask for it are refused with provider_in_test_mode. Open attempts, refunds, polling and webhooks go on.",
            isDanger: !isLive,
            typeToConfirm: isLive ? item.Profile.Id : null,
            testId: "switch-confirm");
        if (done)
            saved = answer?.Detail ?? (isLive ? $"{item.Profile.Name} serves live payments." : $"{item.Profile.Name} is in test mode: new live payments are refused.");
        await LoadAsync();
    }

    /// <summary>The provider keeps one set of addresses, so that a second account of the same number takes them from the first: asked before.</summary>
    private async Task RegisterAsync(ProviderOverview item, AccountOverview account)
    {
        if (!CanWrite || Frame?.TenantId is not { } tenantId)
            return;
        saved = null;
        string? answer = null;
        var done = await Dialogs.ConfirmAsync(
            $"Register our addresses with {item.Profile.Name}?",
            new ConfirmSubject { Mode = account.Mode, More = [("Account", account.Name), ("Host", account.Host), ("Addresses under", account.WebhookUrl)] },
            "Register",
            async () =>
            {
                var result = await Register.RunAsync(tenantId, account.Id, Frame.ToActor(), CancellationToken.None);
                answer = result.IsOk && result.Value is RegistrationResult.Registered registered ? registered.Message : null;
                return result.IsOk
                    ? result.Value switch { RegistrationResult.Refused refused => refused.Message, RegistrationResult.Unknown unknown => $"It did not answer: {unknown.Reason} Registering again is safe.", _ => null }
                    : result.Problem!.Detail;
            },
            "It sends paybill money and its questions there from then on.",
            testId: "register-confirm");
        if (done)
            saved = $"{item.Profile.Name} knows our addresses. {answer}";
    }

    private async Task FillInAsync(string? provider, Mode mode, AccountOverview? account)
    {
        if (!CanWrite || Frame?.TenantId is not { } tenantId)
            return;
        saved = null;
        var answer = await Dialogs.OpenAsync<AccountDialog>(
            account is null ? "Add account" : $"Edit {account.Name}",
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(AccountDialog.Present)] = account, [nameof(AccountDialog.Provider)] = provider, [nameof(AccountDialog.Mode)] = mode, [nameof(AccountDialog.Frame)] = Frame, [nameof(AccountDialog.TenantId)] = tenantId },
            new DialogOptions { Width = "520px", CloseDialogOnEsc = true, AutoFocusFirstElement = true });
        if (answer is string said)
            saved = said;
        await LoadAsync();
    }
}
