using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Web.Components.Layout;
using Radzen;

namespace PaymentAdmin.Web.Components.Pages.ApiKeys;

/// <summary>Makes a key and shows its text, once: it is in no form field, so that nothing on this machine keeps it.</summary>
public sealed partial class ApiKeyDialog
{
    private readonly List<string> scopes = [Scopes.PaymentsRead, Scopes.PaymentsWrite];
    private string name = "";
    private int days;
    private IReadOnlyDictionary<string, string[]>? errors;
    private string? problem;
    private bool isSaving;
    private CreatedApiKey? created;

    [Parameter, EditorRequired]
    public PortalFrame Frame { get; set; } = null!;

    [Inject]
    private CreateApiKey Create { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private static string MeaningOf(string scope) => scope switch
    {
        Scopes.PaymentsRead => "see payments, links and exports",
        Scopes.PaymentsWrite => "make and cancel payments",
        Scopes.RefundsWrite => "pay back",
        Scopes.ConfigsRead => "see shops and BINs",
        Scopes.ConfigsWrite => "change shops and BINs",
        _ => "see logs and webhooks",
    };

    private string? Error(string member) => errors?.GetValueOrDefault(member) is { } texts ? string.Join(" ", texts) : null;

    private void Toggle(string scope)
    {
        if (!scopes.Remove(scope))
            scopes.Add(scope);
    }

    private async Task SaveAsync()
    {
        if (isSaving || Frame.TenantId is not { } tenantId)
            return;
        (errors, problem, isSaving) = (null, null, true);
        try
        {
            var actor = Frame.ToActor();
            var request = new CreateApiKeyRequest(tenantId, Frame.Mode, name.Trim(), [.. Scopes.All.Where(scopes.Contains)])
            {
                CreatedByUserId = actor.AnswerableUserId,
                ExpiresAt = days == 0 ? null : Time.GetUtcNow().AddDays(days),
            };
            var answer = await Create.RunAsync(request, actor, CancellationToken.None);
            created = answer.IsOk ? answer.Value : null;
            errors = answer.Problem?.Errors;
            problem = errors is null ? answer.Problem?.Detail : null;
        }
        finally
        {
            isSaving = false;
        }
    }
}
