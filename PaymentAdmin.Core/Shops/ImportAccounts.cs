using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Shops;

/// <param name="OffBecause">Null: it is switched on.</param>
public sealed record ImportedAccount(string Provider, Mode Mode, AccountEndpoint Endpoint, string? OffBecause);

/// <summary>
/// Takes the credentials that the replaced systems kept in the environment, once, into a database without accounts and payments. Later the
/// portal is the place for them, and the environment says nothing any more.
/// </summary>
public sealed class ImportAccounts(PaymentStore store, ProviderRegistry providers, SaveProviderAccount save, IConfiguration configuration, TimeProvider clock)
{
    private static readonly Actor Importer = Actor.System("environment");
    private static readonly string[] Off = ["false", "0", "no", "off"];

    /// <summary>What was imported; empty when there is nothing, or the database is not empty any more.</summary>
    public async Task<IReadOnlyList<ImportedAccount>> RunAsync(CancellationToken cancellationToken)
    {
        var named = providers.All.Where(provider => provider.Profile.EnvironmentNames is { } names && HasCredentials(provider.Profile, names)).Select(provider => provider.Profile).ToList();
        if (named.Count == 0 || !await store.ReadAsync(db => IsEmptyAsync(db, cancellationToken), cancellationToken))
            return [];
        return await store.WriteAsync(
            async db =>
            {
                await db.LockNameAsync("import-accounts", cancellationToken);
                if (!await IsEmptyAsync(db, cancellationToken))
                    return [];
                var tenant = await db.Tenants.SingleAsync(row => row.Slug == Tenant.DefaultSlug, cancellationToken);
                return named.ConvertAll(profile => Import(db, tenant, profile, profile.EnvironmentNames ?? throw new InvalidOperationException("Only providers with names are imported.")));
            },
            cancellationToken);
    }

    private static async Task<bool> IsEmptyAsync(PaymentDb db, CancellationToken cancellationToken) =>
        !await db.ProviderAccounts.AnyAsync(cancellationToken) && !await db.Payments.AnyAsync(cancellationToken);

    private bool HasCredentials(ProviderProfile profile, EnvironmentNames names) =>
        names.Fields.Any(pair => Value(pair.Key) is not null && profile.CredentialFields.Any(field => field.Name == pair.Value && field.IsRequired));

    private ImportedAccount Import(PaymentDb db, Tenant tenant, ProviderProfile profile, EnvironmentNames names)
    {
        var fields = names.Fields.Where(pair => Value(pair.Key) is not null).ToDictionary(pair => pair.Value, pair => Value(pair.Key) ?? "", StringComparer.Ordinal);
        var isSandbox = names.Sandbox is { } sandbox && Value(sandbox.Variable) == sandbox.Value;
        var baseUrl = isSandbox || names.BaseUrl is null ? null : BaseUrlOf(profile, Value(names.BaseUrl));
        var mode = isSandbox ? Mode.Test : ModeOf(profile, names, fields, baseUrl);
        if (baseUrl is not null && baseUrl != profile.BaseUrl(mode))
            fields[SaveProviderAccount.BaseUrl] = baseUrl;
        var request = new NewProviderAccount
        {
            TenantId = tenant.Id,
            Provider = profile.Id,
            Mode = mode,
            Endpoint = isSandbox ? AccountEndpoint.Sandbox : AccountEndpoint.Provider,
            Name = $"{profile.Name} from the environment",
            IsEnabled = true,
            IsForAllShops = true,
            Credentials = fields,
        };
        if (OffBecause(names, request) is { } reason)
            request = request with { IsEnabled = false, DisabledReason = reason };
        // A placeholder is no key: what has not the provider's shape stays out, and a person has to type it.
        if (save.FaultOf(request, Importer)?.Errors is { } faults)
        {
            request = request with
            {
                IsEnabled = false,
                DisabledReason = "imported from the environment with faults: " + string.Join("; ", faults.Select(fault => $"{VariableOf(names, fault.Key)} {string.Join(", ", fault.Value)}")),
                Credentials = fields.Where(field => !faults.ContainsKey(field.Key)).ToDictionary(StringComparer.Ordinal),
            };
        }
        save.Add(db, request, Importer);
        AddReturnOrigins(db, tenant, names);
        return new ImportedAccount(profile.Id, request.Mode, request.Endpoint, request.DisabledReason);
    }

    private string? OffBecause(EnvironmentNames names, NewProviderAccount request)
    {
        if (names.Switch is { } name && Value(name) is { } text && Off.Contains(text.ToLowerInvariant()))
            return $"{name}={text} when it was imported";
        return request.Mode == Mode.Live ? "imported from the environment: a person switches a live account on" : null;
    }

    /// <summary>By the key's shape, else by what the environment says, else by the host; a provider without a test mode is live.</summary>
    private Mode ModeOf(ProviderProfile profile, EnvironmentNames names, Dictionary<string, string> fields, string? baseUrl)
    {
        foreach (var field in profile.CredentialFields.Where(field => fields.ContainsKey(field.Name)))
        {
            if (field.LiveOnly is { } live && SaveProviderAccount.HasPrefix(fields[field.Name], live))
                return Mode.Live;
            if (field.TestOnly is { } test && SaveProviderAccount.HasPrefix(fields[field.Name], test))
                return Mode.Test;
        }
        if (names.Mode is { } name && Value(name) is { } word)
            return word.ToLowerInvariant() is "production" or "live" ? Mode.Live : Mode.Test;
        if (profile.TestBaseUrl.Length == 0)
            return Mode.Live;
        // Where both modes have one host, it tells nothing.
        return HostOf(baseUrl) is { } host && host == HostOf(profile.LiveBaseUrl) && host != HostOf(profile.TestBaseUrl) ? Mode.Live : Mode.Test;
    }

    /// <summary>"https://api.example" stands for "https://api.example/v2", where that is the provider's path.</summary>
    private static string? BaseUrlOf(ProviderProfile profile, string? text)
    {
        if (text is null || !Uri.TryCreate(text, UriKind.Absolute, out var url))
            return text;
        return url.AbsolutePath == "/" && profile.LiveBaseUrl.Length > 0 ? text.TrimEnd('/') + new Uri(profile.LiveBaseUrl).AbsolutePath.TrimEnd('/') : text.TrimEnd('/');
    }

    private static string? HostOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.Authority.ToLowerInvariant() : null;

    private static string VariableOf(EnvironmentNames names, string field) =>
        field == SaveProviderAccount.BaseUrl ? names.BaseUrl ?? field : names.Fields.FirstOrDefault(pair => pair.Value == field).Key ?? field;

    private void AddReturnOrigins(PaymentDb db, Tenant tenant, EnvironmentNames names)
    {
        var origins = names.ReturnUrls.Select(Value).Select(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? SetTenantValidator.Canonical(parsed.GetLeftPart(UriPartial.Authority)) : null).OfType<string>()
            .Except(tenant.ReturnOrigins, StringComparer.Ordinal).Distinct(StringComparer.Ordinal).ToList();
        if (origins.Count == 0)
            return;
        var before = new { return_origins = tenant.ReturnOrigins };
        tenant.ReturnOrigins = [.. tenant.ReturnOrigins, .. origins];
        db.AuditEntries.Add(AuditEntry.By(Importer, tenant.Id, clock.GetUtcNow(), "tenant.changed", "tenant", tenant.Id.ToString(), before: AuditJson.Of(before), after: AuditJson.Of(new { return_origins = tenant.ReturnOrigins })));
    }

    private string? Value(string name) => configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
}
