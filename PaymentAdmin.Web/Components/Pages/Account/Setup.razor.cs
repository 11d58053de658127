using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Components.Pages.Account;

/// <summary>The first superadmin of an empty installation.</summary>
public sealed partial class Setup
{
    private bool isOpen;
    private IReadOnlyDictionary<string, string[]> faults = new Dictionary<string, string[]>(StringComparer.Ordinal);

    [SupplyParameterFromForm]
    private SetupForm? Form { get; set; }

    [Inject]
    private SetupCode Code { get; set; } = null!;

    [Inject]
    private SignInManager<User> SignIns { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync() => isOpen = await Code.IsOpenAsync(SignIns.Context.RequestAborted);

    private async Task RunAsync()
    {
        var http = SignIns.Context;
        var actor = Actor.System("setup") with { RemoteIp = http.Connection.RemoteIpAddress?.ToString(), RequestId = http.TraceIdentifier };
        var made = await Code.RunAsync(Form?.Email?.Trim() ?? "", Form?.Password ?? "", Form?.Code ?? "", actor, http.RequestAborted);
        if (made.Problem is { } problem)
        {
            faults = problem.Errors ?? faults;
            return;
        }
        if (await SignIns.UserManager.FindByIdAsync(made.Value.ToString()) is { } user)
            await SignIns.SignInAsync(user, isPersistent: false);
        Navigation.NavigateTo("/");
    }

    private string? FaultOf(string member) => faults.TryGetValue(member, out var texts) ? string.Join(" ", texts) : null;

    private string? IsFaulty(string member) => faults.ContainsKey(member) ? "true" : null;

    private sealed class SetupForm
    {
        public string? Email { get; set; }
        public string? Password { get; set; }
        public string? Code { get; set; }
    }
}
