using Microsoft.AspNetCore.Components;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Shared;

namespace PaymentAdmin.Web.Components.Pages.Settings;

/// <summary>The tenant's two-person rule and its limits.</summary>
public sealed partial class TenantSettingsPage : IDisposable
{
    private readonly CancellationTokenSource leaving = new();
    private TwoPersonSettings? present;
    private int approvers;
    private string rule = "off";
    private List<LimitRow> limits = [];
    private string? ruleError;
    private string? problem;
    private string? said;
    private bool isSaving;

    [CascadingParameter]
    private PortalFrame? Frame { get; set; }

    [Inject]
    private SetTwoPersons TwoPersons { get; set; } = null!;

    [Inject]
    private ProviderRegistry Providers { get; set; } = null!;

    private IEnumerable<string> Others => Providers.All.SelectMany(provider => provider.Profile.Currencies).Distinct(StringComparer.Ordinal).Except(limits.Select(limit => limit.Currency)).Order(StringComparer.Ordinal);

    protected override Task OnParametersSetAsync() => present is null ? LoadAsync() : Task.CompletedTask;

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    private async Task LoadAsync()
    {
        if (Frame?.TenantId is not { } tenantId || leaving.IsCancellationRequested)
            return;
        (present, approvers) = await TwoPersons.ReadAsync(tenantId, leaving.Token);
        rule = Words.Of(present.Rule);
        limits = [.. present.Limits.OrderBy(limit => limit.Key, StringComparer.Ordinal).Select(limit => new LimitRow(limit.Key) { Text = Money.ToPlain(limit.Value, Currency.Exponent(limit.Key)) })];
    }

    private void Add(ChangeEventArgs chosen)
    {
        if (chosen.Value is string { Length: > 0 } currency)
            limits.Add(new LimitRow(currency));
    }

    private async Task SaveAsync()
    {
        if (isSaving || Frame?.TenantId is not { } tenantId)
            return;
        (ruleError, problem, said) = (null, null, null);
        var wanted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var limit in limits)
        {
            limit.Error = limit.Text.Trim() is "" or "0" ? null : MoneyInput.Fault(limit.Text, limit.Currency, out var money) is { } fault ? fault : Keep(wanted, money);
        }
        if (limits.Exists(limit => limit.Error is not null))
            return;
        isSaving = true;
        try
        {
            var answer = await TwoPersons.RunAsync(tenantId, new TwoPersonSettings(Words.Parse<TwoPersonRule>(rule), wanted), Frame.ToActor(), CancellationToken.None);
            ruleError = answer.Problem?.Errors?.GetValueOrDefault("rule") is { } texts ? string.Join(" ", texts) : null;
            problem = ruleError is null ? answer.Problem.Refusal() : null;
            said = answer.IsOk ? "Saved." : answer.Problem.IsWaiting() ? answer.Problem!.Detail : null;
        }
        finally
        {
            isSaving = false;
        }
        if (said is not null)
            await LoadAsync();
    }

    private static string? Keep(Dictionary<string, long> wanted, Money money)
    {
        wanted[money.Currency] = money.Minor;
        return null;
    }

    /// <summary>A limit as it is typed.</summary>
    private sealed class LimitRow(string currency)
    {
        public string Currency => currency;

        public string Text { get; set; } = "";

        public string? Error { get; set; }
    }
}
