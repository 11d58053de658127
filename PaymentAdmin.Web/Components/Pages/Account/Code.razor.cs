using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Components.Pages.Account;

/// <summary>The second factor of a sign-in whose password was right a moment ago.</summary>
public sealed partial class Code
{
    private string? problem;
    private User? user;

    [SupplyParameterFromForm]
    private CodeForm? Form { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")]
    private string? ReturnUrl { get; set; }

    [Inject]
    private SignInManager<User> SignIns { get; set; } = null!;

    [Inject]
    private AccountLog Log { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        user = await SignIns.GetTwoFactorAuthenticationUserAsync();
        if (user is null)
            Navigation.NavigateTo("/account/sign-in");
    }

    private async Task CheckAsync()
    {
        if (user is null || user.IsDisabled)
            return;
        var code = (Form?.Code ?? "").Replace(" ", "", StringComparison.Ordinal);
        var result = code.Length == 6 && code.All(char.IsAsciiDigit)
            ? await SignIns.TwoFactorAuthenticatorSignInAsync(code, isPersistent: false, rememberClient: false)
            : await SignIns.TwoFactorRecoveryCodeSignInAsync(code);
        if (result.Succeeded)
        {
            await Log.WriteAsync(user, "user.signed_in", "With a second factor.");
            Navigation.NavigateTo(LocalUrl.Or(ReturnUrl, "/"));
            return;
        }
        problem = result.IsLockedOut ? "Too many wrong tries. Sign-in pauses for a while." : "The code is wrong or was used before.";
    }

    private sealed class CodeForm
    {
        public string? Code { get; set; }
    }
}
