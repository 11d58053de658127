using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Checks;

public enum FindingState
{
    Ok,

    /// <summary>Live payments are taken; somebody should look at this all the same.</summary>
    Warning,

    /// <summary>Live payments are refused, or go wrong, until it is repaired.</summary>
    Fault,
}

/// <param name="Tenant">Its slug; null: it is about the whole installation.</param>
/// <param name="Subject">"live mode", "kaspi account".</param>
/// <param name="Text">What was found.</param>
/// <param name="Fix">What to do, and where; null when there is nothing to do.</param>
public sealed record Finding(string? Tenant, string Subject, FindingState State, string Text, string? Fix = null);

/// <summary>Looks at everything that live payments need and says what is missing, before a payer finds out. Reads only, and calls nobody.</summary>
public sealed class CheckGoLive(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, Deployment deployment, TimeProvider clock)
{
    private const long FreeBytesMin = 1024L * 1024 * 1024;
    private static readonly TimeSpan SealedWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReviewedWithin = TimeSpan.FromDays(1);

    /// <param name="tenant">A slug; null: all of them.</param>
    public Task<IReadOnlyList<Finding>> RunAsync(string? tenant, CancellationToken cancellationToken) => store.ReadAsync<IReadOnlyList<Finding>>(
        async db =>
        {
            List<Finding> findings = [.. OfDeployment(), await OfUsersAsync(db, cancellationToken), .. await OfAuditAsync(db, cancellationToken)];
            foreach (var row in await db.Tenants.Where(row => tenant == null || row.Slug == tenant).OrderBy(row => row.Slug).ToListAsync(cancellationToken))
                findings.AddRange(await OfTenantAsync(db, row, cancellationToken));
            return findings;
        },
        cancellationToken);

    private IEnumerable<Finding> OfDeployment()
    {
        if (deployment.LiveRefusals.Count == 0)
            yield return new Finding(null, "live mode", FindingState.Ok, $"Live payments are welcome at {deployment.PublicUrl}.");
        foreach (var refusal in deployment.LiveRefusals)
            yield return new Finding(null, "live mode", FindingState.Fault, refusal, "README, Going live");
        if (!deployment.RequireSecondFactor)
            yield return new Finding(null, "second factor", FindingState.Warning, "A password alone signs people in.", "Security:RequireSecondFactor=true");
        var free = new DriveInfo(deployment.DataDirectory).AvailableFreeSpace;
        if (free < FreeBytesMin)
            yield return new Finding(null, "data directory", FindingState.Warning, $"{free / 1024 / 1024} MiB are free in {deployment.DataDirectory}.", "Make room: a full disk takes no payment");
    }

    private static async Task<Finding> OfUsersAsync(PaymentDb db, CancellationToken cancellationToken) =>
        await db.Users.AnyAsync(user => user.Role == Roles.Superadmin && !user.IsDisabled, cancellationToken)
            ? new Finding(null, "administrator", FindingState.Ok, "A superadmin can sign in.")
            : new Finding(null, "administrator", FindingState.Fault, "Nobody can sign in as superadmin.", "create-admin --email E --password P");

    private async Task<IEnumerable<Finding>> OfAuditAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - SealedWithin;
        return await db.AuditEntries.Where(entry => entry.Sequence == null).OrderBy(entry => entry.Id).Select(entry => (DateTimeOffset?)entry.At).FirstOrDefaultAsync(cancellationToken) < before
            ? [new Finding(null, "audit", FindingState.Warning, "Audit entries wait for their seal for more than 10 minutes.", "Is a server running? verify-audit seals them too")]
            : [];
    }

    private async Task<IEnumerable<Finding>> OfTenantAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var live = await db.ProviderAccounts.Where(account => account.TenantId == tenant.Id && account.Mode == Mode.Live).OrderBy(account => account.Provider).ThenBy(account => account.CreatedAt).ToListAsync(cancellationToken);
        if (live.Count == 0)
            return [new Finding(tenant.Slug, "accounts", FindingState.Warning, "There is no live account: this tenant takes test payments only.", "Page Providers")];
        var findings = live.ConvertAll(account => OfAccount(tenant, account));
        if (live.TrueForAll(account => !account.IsEnabled))
            findings.Add(new Finding(tenant.Slug, "accounts", FindingState.Fault, "No live account is switched on.", "Page Providers"));
        var switches = await db.TestModeSwitches.Where(row => row.TenantId == tenant.Id && row.IsOn).Select(row => row.Provider).ToListAsync(cancellationToken);
        findings.AddRange(switches.Where(provider => live.Exists(account => account.Provider == provider)).Select(provider => new Finding(tenant.Slug, $"{provider} test mode", FindingState.Warning, "The provider is in test mode: its live account takes no new payments.", "Page Providers")));
        findings.AddRange(await OfShopsAsync(db, tenant, live, cancellationToken));
        findings.AddRange(await OfPeopleAsync(db, tenant, cancellationToken));
        findings.AddRange(await OfEventsAsync(db, tenant, cancellationToken));
        findings.AddRange(await OfPaymentsAsync(db, tenant, cancellationToken));
        return findings;
    }

    private Finding OfAccount(Tenant tenant, ProviderAccount account)
    {
        Finding Found(FindingState state, string text, string? fix = "Page Providers") => new(tenant.Slug, $"{account.Provider} account", state, text, fix);
        if (!account.IsEnabled)
            return Found(FindingState.Warning, $"It is switched off: {account.DisabledReason ?? "by a person"}.");
        try
        {
            var opened = accounts.Open(account, route: null);
            var missing = providers[account.Provider].Profile.CredentialFields.Where(field => IsMissing(field, opened.Credentials)).Select(field => field.Label).ToList();
            return missing.Count > 0
                ? Found(FindingState.Fault, $"Missing: {string.Join(", ", missing)}.")
                : Found(FindingState.Ok, $"Switched on, {opened.BaseUrl}.", fix: null);
        }
        catch (CryptographicException)
        {
            return Found(FindingState.Fault, "Its credentials do not open under the master key that is configured.", "Security:MasterKey, or Security:PreviousMasterKeys");
        }
    }

    /// <summary>A webhook secret is optional for testing only.</summary>
    private static bool IsMissing(CredentialField field, IReadOnlyDictionary<string, string> credentials) =>
        (field.IsRequired || field.IsWebhookSecret) && !credentials.ContainsKey(field.Name) && !(field.RequiredUnless is { } other && credentials.ContainsKey(other));

    private async Task<IEnumerable<Finding>> OfShopsAsync(PaymentDb db, Tenant tenant, List<ProviderAccount> live, CancellationToken cancellationToken)
    {
        var configs = await db.ShopConfigs.Where(config => config.TenantId == tenant.Id && config.Mode == Mode.Live && config.IsActive).ToListAsync(cancellationToken);
        var findings = new List<Finding>();
        foreach (var profile in live.Where(account => account.IsEnabled).Select(account => providers[account.Provider].Profile).Where(profile => profile.NeedsShopConfig).DistinctBy(profile => profile.Id))
        {
            var own = configs.FindAll(config => config.Provider == profile.Id);
            var withoutToken = own.Count(config => config.DeviceTokenCipher is null);
            findings.Add((own.Count, profile.UsesDeviceToken && withoutToken > 0 && own.Select(config => config.OrganizationId).Distinct().Count() > 1) switch
            {
                (0, _) => new Finding(tenant.Slug, $"{profile.Id} shops", FindingState.Fault, "No shop has a live config: every payment is refused.", "Page Shops & BINs"),
                (_, true) => new Finding(tenant.Slug, $"{profile.Id} shops", FindingState.Fault, $"{withoutToken} of {own.Count} live configs have no device token, and there are several organizations: their payments are refused.", "Page Shops & BINs"),
                _ => new Finding(tenant.Slug, $"{profile.Id} shops", FindingState.Ok, $"{own.Count} shops have live configs."),
            });
        }
        return findings;
    }

    private static async Task<IEnumerable<Finding>> OfPeopleAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        if (tenant.TwoPersonRule == TwoPersonRule.Off)
            return [new Finding(tenant.Slug, "two persons", FindingState.Warning, "One person alone may pay back, approve and change live accounts.", "Page Settings")];
        var approvers = await TwoPersons.Approvers(db, tenant.Id).CountAsync(cancellationToken);
        return [approvers >= TwoPersons.ApproversMin
            ? new Finding(tenant.Slug, "two persons", FindingState.Ok, $"{approvers} people may approve.")
            : new Finding(tenant.Slug, "two persons", FindingState.Fault, $"Fewer than two people may approve: what needs a second person ends undecided. Another active user with the role {TwoPersons.RolesInWords} must exist.", "Page Users")];
    }

    private static async Task<IEnumerable<Finding>> OfEventsAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var endpoints = await db.EventEndpoints.Where(endpoint => endpoint.TenantId == tenant.Id && endpoint.Mode == Mode.Live).ToListAsync(cancellationToken);
        if (endpoints.Count == 0)
            return [new Finding(tenant.Slug, "events", FindingState.Warning, "No endpoint is told of live payments; the shop's backend has to read /v1/events.", "POST /v1/event-endpoints")];
        return endpoints.Where(endpoint => !endpoint.IsEnabled).Select(endpoint => new Finding(tenant.Slug, "events", FindingState.Warning, $"{endpoint.Url} is switched off: {endpoint.DisabledReason ?? "by a person"}.", "PATCH /v1/event-endpoints/{id}"))
            .DefaultIfEmpty(new Finding(tenant.Slug, "events", FindingState.Ok, $"{endpoints.Count} endpoints are told of live payments."));
    }

    private async Task<IEnumerable<Finding>> OfPaymentsAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - ReviewedWithin;
        var waiting = await db.Payments.CountAsync(payment => payment.TenantId == tenant.Id && payment.Mode == Mode.Live && payment.Status == PaymentStatus.InReview && payment.CreatedAt < before, cancellationToken);
        return waiting == 0 ? [] : [new Finding(tenant.Slug, "payments", FindingState.Warning, $"{waiting} live payments wait for a decision for more than a day.", "Page Payments, In review")];
    }
}
