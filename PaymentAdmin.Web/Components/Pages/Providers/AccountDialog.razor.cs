using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Providers;

/// <summary>Adds an account, or changes one: secrets are written and never read. Closes with what was done, in words.</summary>
public sealed partial class AccountDialog
{
    private AccountForm form = new();
    private string word = "";
    private string? problem;
    private bool isSaving;

    /// <summary>The account to change; null: a new one.</summary>
    [Parameter]
    public AccountOverview? Present { get; set; }

    /// <summary>The provider of <see cref="Present"/>, or the one to begin with.</summary>
    [Parameter]
    public string? Provider { get; set; }

    [Parameter]
    public Mode Mode { get; set; }

    [Parameter, EditorRequired]
    public PortalFrame? Frame { get; set; }

    [Parameter, EditorRequired]
    public Guid TenantId { get; set; }

    [Inject]
    private SaveProviderAccount Save { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    [Inject]
    private Deployment Deployment { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    private ProviderProfile Profile => Providers[form.Provider].Profile;

    private bool CanBeSandbox => form.Mode == Mode.Test && Deployment.SandboxEnabled;

    /// <summary>Live credentials and going live are typed for, not only clicked.</summary>
    private bool AsksForWord => form.Mode == Mode.Live && (form.HasTyped || (form.IsEnabled && Present?.IsEnabled != true));

    private string WhatChanges
    {
        get
        {
            var keys = Present is null ? "its credentials are stored" : form.HasTyped ? "its credentials are replaced" : "its credentials stay";
            return form.IsEnabled && Present?.IsEnabled != true ? $"{keys}, and it serves real payments from now on." : $"{keys}.";
        }
    }

    protected override void OnInitialized()
    {
        var provider = Provider ?? Providers.All[0].Profile.Id;
        form = Present is null
            ? new AccountForm { Provider = provider, Mode = Mode, Endpoint = AccountEndpoint.Provider, Name = NameOf(provider, Mode), IsForAllShops = !Providers[provider].Profile.NeedsShopConfig, IsEnabled = Mode == Mode.Test }
            : AccountForm.Of(Present, provider);
    }

    private string NameOf(string provider, Mode mode) => $"{Providers[provider].Profile.Name} {Words.Of(mode)}";

    private void Choose(string? provider)
    {
        if (provider is null || !Providers.TryFind(provider, out _))
            return;
        form.Provider = provider;
        form.Name = NameOf(provider, form.Mode);
        form.IsForAllShops = !Profile.NeedsShopConfig;
    }

    private void ChooseMode(string? mode)
    {
        form.Mode = Words.Find<Mode>(mode) ?? form.Mode;
        form.Name = NameOf(form.Provider, form.Mode);
        if (form.Mode == Mode.Live)
            (form.Endpoint, form.IsEnabled) = (AccountEndpoint.Provider, false);
    }

    private string HintOf(CredentialField field, AccountField? stored)
    {
        var prefix = form.Mode == Mode.Live ? field.LiveOnly : field.TestOnly;
        var begins = prefix is null ? "" : $" Begins with {prefix.Replace("|", " or ", StringComparison.Ordinal)}.";
        var keeps = stored is { IsSet: true } ? "Leave it empty to keep the stored one. " : "";
        return $"{keeps}{field.Hint}{begins}".Trim();
    }

    private async Task SaveAsync()
    {
        if (isSaving || Frame is null || (AsksForWord && word.Trim() != form.Provider))
            return;
        problem = null;
        isSaving = true;
        try
        {
            var result = Present is null
                ? await Save.CreateAsync(form.ToNew(TenantId), Frame.ToActor(), CancellationToken.None)
                : await Save.ChangeAsync(form.ToChange(TenantId, Present), Frame.ToActor(), CancellationToken.None);
            if (result.IsOk)
                Dialogs.Close($"{form.Name} is saved and {(form.IsEnabled ? "on" : "off")}.");
            else if (result.Problem.IsWaiting())
                Dialogs.Close(result.Problem!.Detail);
            else if (!form.Take(result.Problem!, Profile))
                problem = result.Problem!.Detail;
        }
        finally
        {
            isSaving = false;
        }
    }

    private async Task DeleteAsync()
    {
        if (isSaving || Frame is null || Present is null)
            return;
        Problem? answer = null;
        var done = await Dialogs.ConfirmAsync(
            $"Delete the credentials of {Present.Name}?",
            new ConfirmSubject { Mode = Present.Mode, More = [("Provider", Profile.Name), ("Host", Present.Host)] },
            "Delete credentials",
            async () => (answer = (await Save.DeleteCredentialsAsync(TenantId, Present.Id, Frame.ToActor(), CancellationToken.None)).Problem).Refusal(),
            "The account is switched off and its secrets are erased. Its payments and their history stay. While open attempts or refunds need it, this is refused.",
            isDanger: true,
            typeToConfirm: Present.Mode == Mode.Live ? form.Provider : null,
            testId: "account-delete-confirm");
        if (done)
            Dialogs.Close(answer?.Detail ?? $"The credentials of {Present.Name} are deleted.");
    }
}
