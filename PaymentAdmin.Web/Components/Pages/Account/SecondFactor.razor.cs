using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Components.Pages.Account;

/// <summary>Enrols an authenticator app, shows recovery codes once, and turns the factor off where it is not required.</summary>
public sealed partial class SecondFactor
{
    private const int RecoveryCodes = 10;

    private User? user;
    private bool isOn;
    private int codesLeft;
    private string key = "";
    private string? problem;
    private IReadOnlyList<string>? recoveryCodes;

    [SupplyParameterFromForm]
    private FactorForm? Form { get; set; }

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [Inject]
    private SignInManager<User> SignIns { get; set; } = null!;

    [Inject]
    private Deployment Deployment { get; set; } = null!;

    [Inject]
    private AccountLog Log { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private UserManager<User> Users => SignIns.UserManager;

    private ClaimsPrincipal Principal => Http.User;

    /// <summary>What authenticator apps read: RFC 6238 with the defaults that all of them have.</summary>
    private string Address => $"otpauth://totp/PaymentAdmin:{Uri.EscapeDataString(user?.Email ?? "")}?secret={key}&issuer=PaymentAdmin&digits=6";

    protected override async Task OnInitializedAsync()
    {
        user = await Users.GetUserAsync(Principal);
        if (user is null)
        {
            Navigation.NavigateTo("/account/sign-in");
            return;
        }
        isOn = await Users.GetTwoFactorEnabledAsync(user);
        codesLeft = isOn ? await Users.CountRecoveryCodesAsync(user) : 0;
        if (!isOn)
            key = await KeyAsync(user);
    }

    private async Task EnrolAsync()
    {
        if (user is null || isOn)
            return;
        var code = new string([.. (Form?.Code ?? "").Where(char.IsAsciiDigit)]);
        if (!await Users.VerifyTwoFactorTokenAsync(user, Users.Options.Tokens.AuthenticatorTokenProvider, code))
        {
            problem = "These digits do not fit the key. They change every 30 seconds; is the phone's clock right?";
            return;
        }
        await Users.SetTwoFactorEnabledAsync(user, true);
        recoveryCodes = await NewCodesAsync(user);
        await Log.WriteAsync(user, "user.second_factor_on");
        await SignIns.SignInWithClaimsAsync(user, isPersistent: false, [new Claim(SecondFactorGate.MethodClaim, SecondFactorGate.MultiFactor)]);
    }

    private async Task RenewAsync()
    {
        if (user is null || !isOn || !Principal.HasClaim(SecondFactorGate.MethodClaim, SecondFactorGate.MultiFactor))
            return;
        recoveryCodes = await NewCodesAsync(user);
        await Log.WriteAsync(user, "user.recovery_codes_renewed");
    }

    private async Task TurnOffAsync()
    {
        if (user is null || Deployment.RequireSecondFactor || !Principal.HasClaim(SecondFactorGate.MethodClaim, SecondFactorGate.MultiFactor))
            return;
        await Users.SetTwoFactorEnabledAsync(user, false);
        await Users.ResetAuthenticatorKeyAsync(user);
        await Log.WriteAsync(user, "user.second_factor_off");
        await SignIns.SignInAsync(user, isPersistent: false);
        Navigation.NavigateTo("/account/second-factor");
    }

    private async Task<string> KeyAsync(User of)
    {
        if (await Users.GetAuthenticatorKeyAsync(of) is { Length: > 0 } existing)
            return existing;
        await Users.ResetAuthenticatorKeyAsync(of);
        await SignIns.RefreshSignInAsync(of);
        return await Users.GetAuthenticatorKeyAsync(of) ?? "";
    }

    private async Task<IReadOnlyList<string>> NewCodesAsync(User of) => [.. await Users.GenerateNewTwoFactorRecoveryCodesAsync(of, RecoveryCodes) ?? []];

    private static string Grouped(string key) => string.Join(' ', key.Chunk(4).Select(part => new string(part))).ToLowerInvariant();

    private sealed class FactorForm
    {
        public string? Code { get; set; }
    }
}
