using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Components.Pages.Providers;

/// <summary>
/// What stands in an account's fields. What is stored never comes here: an empty field keeps it, and only what was typed is sent.
/// </summary>
public sealed class AccountForm
{
    private readonly Dictionary<string, string> typed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> refused = new(StringComparer.Ordinal);

    public string Provider { get; set; } = "";
    public Mode Mode { get; set; }
    public AccountEndpoint Endpoint { get; set; }
    public string Name { get; set; } = "";
    public bool IsEnabled { get; set; } = true;
    public bool IsForAllShops { get; set; }

    /// <summary>Fields whose stored value goes.</summary>
    public HashSet<string> Removed { get; } = new(StringComparer.Ordinal);

    public bool HasTyped => typed.Count > 0 || Removed.Count > 0;

    public static AccountForm Of(AccountOverview account, string provider) => new()
    {
        Provider = provider,
        Mode = account.Mode,
        Endpoint = account.Endpoint,
        Name = account.Name,
        IsEnabled = account.IsEnabled,
        IsForAllShops = account.IsForAllShops,
    };

    public string Typed(string field) => typed.GetValueOrDefault(field) ?? "";

    public void Type(string field, object? value)
    {
        refused.Remove(field);
        if (value is string { Length: > 0 } text)
            typed[field] = text;
        else
            typed.Remove(field);
    }

    public void Remove(string field, bool isRemoved)
    {
        if (!isRemoved)
        {
            Removed.Remove(field);
            return;
        }
        Removed.Add(field);
        typed.Remove(field);
    }

    /// <summary>What to say beside a field; null while there is nothing.</summary>
    public string? Error(string member) => refused.GetValueOrDefault(member);

    /// <summary>Puts what the use case refused beside its fields; false when it names none that is on screen.</summary>
    public bool Take(Problem problem, ProviderProfile profile)
    {
        refused.Clear();
        foreach (var (member, texts) in problem.Errors ?? new Dictionary<string, string[]>())
        {
            var label = profile.CredentialFields.FirstOrDefault(field => field.Name == member)?.Label ?? (member == "name" ? "The name" : "This");
            refused[member] = char.IsLower(texts[0][0]) ? $"{label} {texts[0]}." : texts[0];
        }
        return refused.Count > 0 && refused.Keys.All(member => member is "name" or "endpoint" || profile.CredentialFields.Any(field => field.Name == member));
    }

    public NewProviderAccount ToNew(Guid tenantId) => new()
    {
        TenantId = tenantId,
        Provider = Provider,
        Mode = Mode,
        Endpoint = Endpoint,
        Name = Name,
        IsEnabled = IsEnabled,
        IsForAllShops = IsForAllShops,
        Credentials = typed,
    };

    public ProviderAccountChange ToChange(Guid tenantId, AccountOverview present) => new()
    {
        TenantId = tenantId,
        AccountId = present.Id,
        Name = Name,
        IsEnabled = IsEnabled,
        IsForAllShops = IsForAllShops,
        Credentials = typed.Select(value => (value.Key, Value: (string?)value.Value)).Concat(Removed.Select(field => (Key: field, Value: (string?)null))).ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal),
        ExpectedVersion = present.Version,
    };
}
