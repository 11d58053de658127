using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.Users;

/// <summary>A new person, or another role for one.</summary>
public sealed partial class UserDialog
{
    private string email = "";
    private string name = "";
    private string password = "";
    private string role = Roles.Clerk;
    private IReadOnlyDictionary<string, string[]>? errors;
    private string? problem;
    private bool isSaving;

    [Parameter, EditorRequired]
    public PortalFrame Frame { get; set; } = null!;

    /// <summary>Null: a new one.</summary>
    [Parameter]
    public UserItem? Person { get; set; }

    [Inject]
    private CreateUser Create { get; set; } = null!;

    [Inject]
    private ChangeUser Change { get; set; } = null!;

    [Inject]
    private PaymentStore Store { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    /// <summary>Roles that belong to a tenant.</summary>
    private static IEnumerable<string> Offered => Roles.All.Where(one => one != Roles.Superadmin);

    private string Verb => Person is null ? $"Add {role}" : $"Make {Person.Email} {role}";

    private string Means => role switch
    {
        Roles.Admin => "Everything of this tenant, approvals too.",
        Roles.Finance => "Payments, refunds, proofs, reconciliation, exports, approvals.",
        Roles.Clerk => "Payments, proofs; may ask for refunds.",
        Roles.Developer => "Configs to read, webhooks, API keys, the test console.",
        _ => "Reads and exports; changes nothing.",
    };

    protected override void OnInitialized() => role = Person?.Role ?? role;

    private string? Error(string member) => errors?.GetValueOrDefault(member) is { } texts ? string.Join(" ", texts) : null;

    private async Task SaveAsync()
    {
        if (isSaving || Frame.TenantId is not { } tenantId)
            return;
        (errors, problem, isSaving) = (null, null, true);
        try
        {
            var answer = Person is null ? await AddAsync(tenantId) : await Change.RunAsync(new UserChange(Person.Id) { Role = role }, Frame.ToActor(), CancellationToken.None);
            if (answer.IsOk || answer.Problem.IsWaiting())
                Dialogs.Close(answer.Problem?.Detail ?? (Person is null ? $"{email} may sign in as {role}." : $"{Person.Email} is {role} now."));
            errors = answer.Problem?.Errors;
            problem = errors is null ? answer.Problem.Refusal() : null;
        }
        finally
        {
            isSaving = false;
        }
    }

    private async Task<Result<Guid>> AddAsync(Guid tenantId)
    {
        var slug = await Store.ReadAsync(async db => (await db.Tenants.FindAsync(tenantId))!.Slug, CancellationToken.None);
        return await Create.RunAsync(new CreateUserRequest(email.Trim(), password, role, slug) { DisplayName = string.IsNullOrWhiteSpace(name) ? null : name.Trim() }, Frame.ToActor(), CancellationToken.None);
    }
}
