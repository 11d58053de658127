using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Web.Components.Pages.Account;

/// <summary>E-mail and password, then the second factor where the user has one. Never says which of the two was wrong.</summary>
public sealed partial class SignIn
{
    private const string WrongText = "E-mail or password is wrong. After five wrong tries sign-in pauses for a while.";

    private string? problem;

    [SupplyParameterFromForm]
    private SignInForm? Form { get; set; }

    [SupplyParameterFromQuery(Name = "returnUrl")]
    private string? ReturnUrl { get; set; }

    [Inject]
    private SignInManager<User> SignIns { get; set; } = null!;

    [Inject]
    private Deployment Deployment { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private AccountLog Log { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private SetupCode Setup { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        if (await Setup.IsOpenAsync(SignIns.Context.RequestAborted))
            Navigation.NavigateTo("/setup");
    }

    private async Task SignInAsync()
    {
        var email = Form?.Email?.Trim() ?? "";
        var password = Form?.Password ?? "";
        var user = await SignIns.UserManager.FindByEmailAsync(email);
        if (user is null || user.IsDisabled)
        {
            // As much work as for a real user: the time of the answer must not tell who has an account.
            _ = SignIns.UserManager.PasswordHasher.HashPassword(Nobody, password);
            problem = WrongText;
            return;
        }
        var result = await SignIns.PasswordSignInAsync(user, password, isPersistent: false, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            user.LastSignInAt = Time.GetUtcNow();
            await SignIns.UserManager.UpdateAsync(user);
            await Log.WriteAsync(user, "user.signed_in");
            Navigation.NavigateTo(LocalUrl.Or(ReturnUrl, "/"));
        }
        else if (result.RequiresTwoFactor)
        {
            Navigation.NavigateTo("/account/code?returnUrl=" + Uri.EscapeDataString(LocalUrl.Or(ReturnUrl, "/")));
        }
        else if (result.IsLockedOut)
        {
            await Log.WriteAsync(user, "user.locked_out", "Too many wrong passwords.");
            problem = PauseText(user.LockoutEnd);
        }
        else
        {
            problem = WrongText;
        }
    }

    private string PauseText(DateTimeOffset? until)
    {
        var minutes = (int)Math.Ceiling(((until ?? Time.GetUtcNow()) - Time.GetUtcNow()).TotalMinutes);
        return minutes <= 1 ? "Too many wrong tries. Sign-in pauses; try again in a minute." : $"Too many wrong tries. Sign-in pauses; try again in {minutes} minutes.";
    }

    private static User Nobody { get; } = new() { Role = Roles.Auditor, CreatedAt = default };

    private sealed class SignInForm
    {
        public string? Email { get; set; }
        public string? Password { get; set; }
    }
}
