using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Checks;

/// <summary>
/// Calls the hosts of a tenant's accounts, because somebody pressed a button: one short request each, without credentials, through the same
/// guarded client as every payment. Any answer will do; what counts is that there is one, and what time it is over there.
/// </summary>
public sealed class ReachProviders(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, ProviderHttp http, TimeProvider clock)
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>Signatures with a time are good for five minutes at most, and clocks may be wrong on both sides.</summary>
    private static readonly TimeSpan SkewMax = TimeSpan.FromSeconds(60);

    /// <param name="tenant">A slug; null: all of them.</param>
    public async Task<IReadOnlyList<Finding>> RunAsync(string? tenant, CancellationToken cancellationToken) =>
        await RunAsync(await SlugsAsync(rows => rows.Where(row => tenant == null || row.Slug == tenant), cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<Finding>> RunAsync(Guid tenantId, CancellationToken cancellationToken) =>
        await RunAsync(await SlugsAsync(rows => rows.Where(row => row.Id == tenantId), cancellationToken), cancellationToken);

    private Task<Dictionary<Guid, string>> SlugsAsync(Func<IQueryable<Tenant>, IQueryable<Tenant>> which, CancellationToken cancellationToken) =>
        store.ReadAsync(db => which(db.Tenants).ToDictionaryAsync(row => row.Id, row => row.Slug, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<Finding>> RunAsync(Dictionary<Guid, string> slugs, CancellationToken cancellationToken)
    {
        var ids = slugs.Keys.ToList();
        var rows = await store.ReadAsync(
            db => db.ProviderAccounts.AsNoTracking().Where(account => ids.Contains(account.TenantId) && account.IsEnabled).OrderBy(account => account.Provider).ThenBy(account => account.Mode).ThenBy(account => account.CreatedAt).ToListAsync(cancellationToken),
            cancellationToken);
        var findings = new IReadOnlyList<Finding>[rows.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (index, cancelled) => findings[index] = await OfAsync(rows[index], slugs[rows[index].TenantId], cancelled));
        return [.. findings.SelectMany(found => found)];
    }

    private async Task<IReadOnlyList<Finding>> OfAsync(ProviderAccount row, string slug, CancellationToken cancellationToken)
    {
        // Its credentials are told about elsewhere, and the host is needed only.
        if (!providers.TryFind(row.Provider, out _) || Opened(row) is not { } account || !Uri.TryCreate(account.BaseUrl, UriKind.Absolute, out var url))
            return [];
        Finding Found(string what, FindingState state, string text) =>
            new(slug, row.Mode == Mode.Live ? $"{row.Provider} {what}" : $"{row.Provider} test {what}", state, text, state == FindingState.Ok ? null : FindingPlace.Providers) { Provider = row.Provider, Mode = row.Mode };
        var broken = row.Mode == Mode.Live ? FindingState.Fault : FindingState.Warning;
        var isSandbox = row.Endpoint == AccountEndpoint.Sandbox;
        var host = isSandbox ? "The sandbox" : url.Host;
        using var request = new HttpRequestMessage(HttpMethod.Get, isSandbox ? new Uri(url.AbsoluteUri.TrimEnd('/') + "/") : new Uri(url.GetLeftPart(UriPartial.Authority) + "/"));
        var began = clock.GetUtcNow();
        var watch = Stopwatch.GetTimestamp();
        var answer = await http.SendAsync(account with { Timeout = Patience }, request, [], cancellationToken);
        var took = Stopwatch.GetElapsedTime(watch);
        switch (answer)
        {
            case ProviderAnswer.Answered { Status: var status } when (int)status >= 500:
                return [Found("host", FindingState.Warning, $"{host} answers {(int)status}: it is up, and not well.")];
            case ProviderAnswer.Answered answered:
                var reached = Found("host", FindingState.Ok, string.Create(CultureInfo.InvariantCulture, $"{host} answered in {took.TotalMilliseconds:0} ms."));
                return !isSandbox && Skew(answered, began + (took / 2)) is { } skew ? [reached, OfClock(Found, skew, broken)] : [reached];
            case ProviderAnswer.NotSent notSent:
                return [Found("host", broken, $"{host} was not reached: {notSent.Reason.TrimEnd('.')}. No payment can be sent there.")];
            case ProviderAnswer.Unknown unknown:
                return [Found("host", broken, $"{host} did not answer: {unknown.Reason.TrimEnd('.')}.")];
            default:
                throw new UnreachableException();
        }
    }

    private ProviderAccountSnapshot? Opened(ProviderAccount row)
    {
        try
        {
            return accounts.Open(row, route: null);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static Finding OfClock(Func<string, FindingState, string, Finding> found, TimeSpan skew, FindingState broken) =>
        skew.Duration() <= SkewMax
            ? found("clock", FindingState.Ok, "Its clock and ours agree.")
            : found("clock", broken, string.Create(CultureInfo.InvariantCulture, $"Its clock and ours are {skew.Duration().TotalSeconds:0} s apart: signatures that hold the time are refused. Set this machine's clock."));

    /// <summary>How far the answer's own time is from ours; null when it carries none.</summary>
    private static TimeSpan? Skew(ProviderAnswer.Answered answer, DateTimeOffset ours) =>
        answer.Headers.TryGetValue("date", out var text) && DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var theirs) ? theirs - ours : null;
}
