using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Checks;

/// <summary>
/// Looks at everything that live payments need and says what is missing, before a payer finds out. Reads only, and calls nobody: whether hosts
/// answer is <see cref="ReachProviders"/>'s question. The verb <c>check</c> and the page /health-check show the same findings.
/// </summary>
public sealed class CheckGoLive(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, Deployment deployment, TimeProvider clock)
{
    private const long FreeBytesMin = 1024L * 1024 * 1024;
    private static readonly TimeSpan SealedWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReviewedWithin = TimeSpan.FromDays(1);

    /// <param name="tenant">A slug; null: all of them.</param>
    public Task<IReadOnlyList<Finding>> RunAsync(string? tenant, CancellationToken cancellationToken) =>
        RunAsync(rows => rows.Where(row => tenant == null || row.Slug == tenant), cancellationToken);

    public Task<IReadOnlyList<Finding>> RunAsync(Guid tenantId, CancellationToken cancellationToken) =>
        RunAsync(rows => rows.Where(row => row.Id == tenantId), cancellationToken);

    private Task<IReadOnlyList<Finding>> RunAsync(Func<IQueryable<Tenant>, IQueryable<Tenant>> which, CancellationToken cancellationToken) => store.ReadAsync<IReadOnlyList<Finding>>(
        async db =>
        {
            List<Finding> findings = [.. OfDeployment(), await OfUsersAsync(db, cancellationToken), .. await OfAuditAsync(db, cancellationToken)];
            foreach (var row in await which(db.Tenants).OrderBy(row => row.Slug).ToListAsync(cancellationToken))
                findings.AddRange(await OfTenantAsync(db, row, cancellationToken));
            return findings;
        },
        cancellationToken);

    private IEnumerable<Finding> OfDeployment()
    {
        if (deployment.LiveRefusals.Count == 0)
            yield return new Finding(null, "live mode", FindingState.Ok, $"Live payments are welcome at {deployment.PublicUrl}.");
        foreach (var refusal in deployment.LiveRefusals)
            yield return new Finding(null, "live mode", FindingState.Fault, refusal) { Advice = "README, Going live" };
        yield return deployment.RequireSecondFactor
            ? new Finding(null, "second factor", FindingState.Ok, "Who signs in proves it by a second factor.")
            : new Finding(null, "second factor", FindingState.Warning, "A password alone signs people in.") { Advice = "Security:RequireSecondFactor=true" };
        var free = new DriveInfo(deployment.DataDirectory).AvailableFreeSpace;
        if (free < FreeBytesMin)
            yield return new Finding(null, "data directory", FindingState.Warning, $"{free / 1024 / 1024} MiB are free in {deployment.DataDirectory}.") { Advice = "Make room: a full disk takes no payment", IsForOperators = true };
    }

    private static async Task<Finding> OfUsersAsync(PaymentDb db, CancellationToken cancellationToken) =>
        await db.Users.AnyAsync(user => user.Role == Roles.Superadmin && !user.IsDisabled, cancellationToken)
            ? new Finding(null, "administrator", FindingState.Ok, "A superadmin can sign in.") { IsForOperators = true }
            : new Finding(null, "administrator", FindingState.Fault, "Nobody can sign in as superadmin.") { Advice = "create-admin --email E --password P", IsForOperators = true };

    private async Task<IEnumerable<Finding>> OfAuditAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - SealedWithin;
        return await db.AuditEntries.Where(entry => entry.Sequence == null).OrderBy(entry => entry.Id).Select(entry => (DateTimeOffset?)entry.At).FirstOrDefaultAsync(cancellationToken) < before
            ? [new Finding(null, "audit", FindingState.Warning, "Audit entries wait for their seal for more than 10 minutes.") { Advice = "Is a server running? verify-audit seals them too", IsForOperators = true }]
            : [];
    }

    private async Task<IEnumerable<Finding>> OfTenantAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var all = await db.ProviderAccounts.Where(account => account.TenantId == tenant.Id).OrderBy(account => account.Provider).ThenBy(account => account.CreatedAt).ToListAsync(cancellationToken);
        var live = all.FindAll(account => account.Mode == Mode.Live);
        var findings = new List<Finding>();
        if (live.Count == 0)
            findings.Add(new Finding(tenant.Slug, "accounts", FindingState.Warning, "There is no live account: this tenant takes test payments only.", FindingPlace.Providers));
        else if (live.TrueForAll(account => !account.IsEnabled))
            findings.Add(new Finding(tenant.Slug, "accounts", FindingState.Fault, "No live account is switched on.", FindingPlace.Providers));
        if (live.Count > 0)
        {
            findings.Add(await OfPeopleAsync(db, tenant, cancellationToken));
            findings.AddRange(await OfEventsAsync(db, tenant, cancellationToken));
            findings.AddRange(await OfPaymentsAsync(db, tenant, cancellationToken));
        }
        findings.AddRange(await OfApprovalsAsync(db, tenant, cancellationToken));
        findings.AddRange(await new CheckAccounts(db, providers, accounts, tenant, clock.GetUtcNow()).RunAsync(all, cancellationToken));
        return findings;
    }

    private static async Task<Finding> OfPeopleAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        if (tenant.TwoPersonRule == TwoPersonRule.Off)
            return new Finding(tenant.Slug, "two persons", FindingState.Warning, "One person alone may pay back, approve and change live accounts.", FindingPlace.Settings);
        var approvers = await TwoPersons.Approvers(db, tenant.Id).CountAsync(cancellationToken);
        return approvers >= TwoPersons.ApproversMin
            ? new Finding(tenant.Slug, "two persons", FindingState.Ok, $"{approvers} people may approve.")
            : new Finding(tenant.Slug, "two persons", FindingState.Fault, $"Fewer than two people may approve: what needs a second person ends undecided. Another active user with the role {TwoPersons.RolesInWords} must exist.", FindingPlace.Users);
    }

    /// <summary>Requests and proofs that nobody who is active may decide, because all who may have asked for it themselves: they wait for nothing.</summary>
    private static async Task<IEnumerable<Finding>> OfApprovalsAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var requests = await db.ApprovalRequests.Where(row => row.TenantId == tenant.Id && row.Status == ApprovalStatus.Waiting)
            .GroupBy(row => row.RequestedByUserId).Select(group => new { By = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        var proofs = await db.ManualProofs.Where(row => row.TenantId == tenant.Id && (row.Status == ProofStatus.Submitted || row.Status == ProofStatus.Claimed || row.Status == ProofStatus.ApprovedFirst))
            .GroupBy(row => new { row.SubmittedByUserId, row.FirstApprovedByUserId }).Select(group => new { group.Key.SubmittedByUserId, group.Key.FirstApprovedByUserId, Count = group.Count() }).ToListAsync(cancellationToken);
        var waiting = requests.Sum(row => row.Count) + proofs.Sum(row => row.Count);
        if (waiting == 0)
            return [];
        var people = await db.Users.Where(user => !user.IsDisabled && (user.TenantId == tenant.Id || user.TenantId == null)).Select(user => new { user.Id, user.Role }).ToListAsync(cancellationToken);
        var approvers = people.FindAll(user => Permissions.IsAllowed(user.Role, Permissions.Approve));
        var reviewers = people.FindAll(user => Permissions.IsAllowed(user.Role, Permissions.ProofsReview));
        var stuckRequests = requests.Where(row => approvers.TrueForAll(user => user.Id == row.By)).Sum(row => row.Count);
        var stuckProofs = proofs.Where(row => reviewers.TrueForAll(user => user.Id == row.SubmittedByUserId || user.Id == row.FirstApprovedByUserId)).Sum(row => row.Count);
        if (stuckRequests + stuckProofs == 0)
            return [new Finding(tenant.Slug, "waiting approvals", FindingState.Ok, $"{Count(waiting, "decision waits", "decisions wait")} for a person, and somebody may take each.")];
        var what = (stuckRequests, stuckProofs) switch
        {
            (var count, 0) => Count(count, "request waits", "requests wait"),
            (0, var count) => Count(count, "proof waits", "proofs wait"),
            _ => $"{Count(stuckRequests, "request", "requests")} and {Count(stuckProofs, "proof", "proofs")} wait",
        };
        return [new Finding(tenant.Slug, "waiting approvals", FindingState.Fault, $"{what} and nobody may decide: another active user with the role {TwoPersons.RolesInWords} must exist. A request ends undecided after 72 hours.", FindingPlace.Users)];
    }

    private static async Task<IEnumerable<Finding>> OfEventsAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var endpoints = await db.EventEndpoints.Where(endpoint => endpoint.TenantId == tenant.Id && endpoint.Mode == Mode.Live).ToListAsync(cancellationToken);
        if (endpoints.Count == 0)
            return [new Finding(tenant.Slug, "events", FindingState.Warning, "No endpoint is told of live payments; the shop's backend has to read /v1/events.", FindingPlace.Events)];
        // The path and query of an endpoint may carry a secret of the tenant's own.
        return endpoints.Where(endpoint => !endpoint.IsEnabled).Select(endpoint => new Finding(tenant.Slug, "events", FindingState.Warning, $"The endpoint at {HostOf(endpoint.Url)} is switched off: {endpoint.DisabledReason ?? "by a person"}.", FindingPlace.Events))
            .DefaultIfEmpty(new Finding(tenant.Slug, "events", FindingState.Ok, $"{Count(endpoints.Count, "endpoint is", "endpoints are")} told of live payments."));
    }

    private async Task<IEnumerable<Finding>> OfPaymentsAsync(PaymentDb db, Tenant tenant, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - ReviewedWithin;
        var waiting = await db.Payments.CountAsync(payment => payment.TenantId == tenant.Id && payment.Mode == Mode.Live && payment.Status == PaymentStatus.InReview && payment.CreatedAt < before, cancellationToken);
        return waiting == 0 ? [] : [new Finding(tenant.Slug, "payments", FindingState.Warning, $"{Count(waiting, "live payment waits", "live payments wait")} for a decision for more than a day.", FindingPlace.PaymentsInReview)];
    }

    internal static string Count(int count, string one, string several) => $"{count} {(count == 1 ? one : several)}";

    private static string HostOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.Host : "an address that cannot be read";
}
