using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Checks;

/// <summary>
/// The part of the diagnosis that is about one tenant's accounts, provider by provider: what is configured, what was heard, what was tried.
/// What was tried is looked for among the newest few hundred rows, so that the answer comes at once however many there are.
/// </summary>
internal sealed class CheckAccounts(PaymentDb db, ProviderRegistry providers, ProviderAccounts accounts, Tenant tenant, DateTimeOffset now)
{
    private const int RowsLookedAt = 500;
    private static readonly TimeSpan RejectionsSince = TimeSpan.FromHours(24);

    /// <summary>A provider that was silent this much longer than we have been asking it for payments is likely to call another address.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromHours(24);

    public async Task<IReadOnlyList<Finding>> RunAsync(IReadOnlyList<ProviderAccount> all, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var switches = await db.TestModeSwitches.Where(row => row.TenantId == tenant.Id && row.IsOn).Select(row => row.Provider).ToListAsync(cancellationToken);
        var configs = await db.ShopConfigs.Where(config => config.TenantId == tenant.Id && config.IsActive).ToListAsync(cancellationToken);
        var tried = new Dictionary<Mode, Tried>();
        foreach (var mode in all.Select(account => account.Mode).Distinct())
            tried[mode] = await TriedAsync(mode, cancellationToken);
        foreach (var own in all.GroupBy(account => account.Provider, StringComparer.Ordinal))
        {
            if (!providers.TryFind(own.Key, out var provider))
                continue;
            foreach (var mode in own.Select(account => account.Mode).Distinct().OrderBy(mode => mode))
            {
                var here = own.Where(account => account.Mode == mode).ToList();
                findings.AddRange(here.Select(account => OfAccount(provider.Profile, account)));
                if (mode == Mode.Live && switches.Contains(own.Key))
                    findings.Add(Found(provider.Profile, mode, "test mode", FindingState.Warning, "The provider is in test mode: its live account takes no new payments.", FindingPlace.Providers) with { Subject = $"{own.Key} test mode" });
                if (!here.Exists(account => account.IsEnabled))
                    continue;
                findings.AddRange(OfShops(provider.Profile, mode, configs));
                findings.AddRange(OfCalls(provider.Profile, mode, tried[mode]));
                foreach (var account in here.Where(account => account.IsEnabled && provider is IReadsWebhooks))
                    findings.AddRange(await OfWebhooksAsync(provider.Profile, account, cancellationToken));
                findings.AddRange(await OfPaymentsAsync(provider.Profile, mode, tried[mode], cancellationToken));
            }
        }
        return findings;
    }

    private Finding OfAccount(ProviderProfile profile, ProviderAccount account)
    {
        // Live payments do not suffer from what is wrong with a test account.
        var broken = account.Mode == Mode.Live ? FindingState.Fault : FindingState.Warning;
        Finding This(FindingState state, string text, FindingPlace? place = FindingPlace.Providers) => Found(profile, account.Mode, "account", state, text, place);
        if (!account.IsEnabled)
            return This(FindingState.Warning, $"It is switched off: {account.DisabledReason ?? "by a person"}.");
        try
        {
            var opened = accounts.Open(account, route: null);
            var missing = profile.CredentialFields.Where(field => IsMissing(field, account, opened)).Select(field => field.Label).ToList();
            if (missing.Count > 0)
                return This(broken, $"Missing: {string.Join(", ", missing)}.");
            foreach (var field in profile.CredentialFields)
            {
                if (SaveProviderAccount.FieldFault(field, opened.Credentials.GetValueOrDefault(field.Name), account.Mode, account.Endpoint, out var fault))
                    return This(broken, $"{field.Label} {fault}.");
            }
            return This(FindingState.Ok, account.Endpoint == AccountEndpoint.Sandbox ? "Switched on, at the sandbox." : opened.BaseUrl.Length > 0 ? $"Switched on, {WithoutQuery(opened.BaseUrl)}." : "Switched on; people carry the money.");
        }
        catch (CryptographicException)
        {
            return This(broken, "Its credentials do not open under the master key that is configured.", place: null) with { Advice = "Security:MasterKey, or Security:PreviousMasterKeys" };
        }
    }

    /// <summary>A webhook secret is optional for testing only, and one that is too short counts as missing.</summary>
    private static bool IsMissing(CredentialField field, ProviderAccount account, ProviderAccountSnapshot opened)
    {
        var value = opened.Credentials.GetValueOrDefault(field.Name);
        if (field.RequiredUnless is { } other && opened.Credentials.ContainsKey(other))
            return false;
        return field.IsWebhookSecret ? account.Mode == Mode.Live && SaveProviderAccount.IsMissing(value, account.Endpoint) : field.IsRequired && string.IsNullOrEmpty(value);
    }

    private IEnumerable<Finding> OfShops(ProviderProfile profile, Mode mode, List<ShopConfig> configs)
    {
        if (!profile.NeedsShopConfig)
            yield break;
        var own = configs.FindAll(config => config.Provider == profile.Id && config.Mode == mode);
        var withoutToken = own.Count(config => config.DeviceTokenCipher is null);
        var broken = mode == Mode.Live ? FindingState.Fault : FindingState.Warning;
        var word = Words.Of(mode);
        yield return (own.Count, profile.UsesDeviceToken && withoutToken > 0 && own.Select(config => config.OrganizationId).Distinct().Count() > 1) switch
        {
            (0, _) => Found(profile, mode, "shops", broken, $"No shop has an active {word} config: every payment is refused.", FindingPlace.Shops),
            (_, true) => Found(profile, mode, "shops", broken, $"{withoutToken} of {own.Count} {word} configs have no device token, and there are several organizations: their payments are refused.", FindingPlace.Shops),
            _ => Found(profile, mode, "shops", FindingState.Ok, $"{CheckGoLive.Count(own.Count, "shop has", "shops have")} an active {word} config.", FindingPlace.Shops),
        };
    }

    /// <summary>Whether the provider took our credentials when it was last called in earnest.</summary>
    private IEnumerable<Finding> OfCalls(ProviderProfile profile, Mode mode, Tried tried)
    {
        if (tried.Calls.FirstOrDefault(call => call.Provider == profile.Id) is not { } last)
            yield break;
        yield return last.HttpStatus is 401 or 403
            ? Found(profile, mode, "credentials", mode == Mode.Live ? FindingState.Fault : FindingState.Warning, $"The last call, at {At(last.At)}, was answered {last.HttpStatus}: the provider does not take our credentials.", FindingPlace.Providers)
            : Found(profile, mode, "credentials", FindingState.Ok, $"The provider took them when it was last called, at {At(last.At)}.");
    }

    private async Task<IEnumerable<Finding>> OfWebhooksAsync(ProviderProfile profile, ProviderAccount account, CancellationToken cancellationToken)
    {
        var heard = await db.WebhookEvents.Where(row => row.TenantId == tenant.Id && row.Mode == account.Mode).OrderByDescending(row => row.ReceivedAt).Take(RowsLookedAt)
            .Where(row => row.AccountId == account.Id).Select(row => (DateTimeOffset?)row.ReceivedAt).FirstOrDefaultAsync(cancellationToken);
        var paid = await db.Payments.Where(row => row.TenantId == tenant.Id && row.Mode == account.Mode && row.Provider == profile.Id).OrderByDescending(row => row.CreatedAt).Take(RowsLookedAt)
            .Where(row => !row.IsDemo).Select(row => (DateTimeOffset?)row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        var since = now - RejectionsSince;
        var rejected = await db.WebhookRejections.Where(row => row.AccountId == account.Id && row.At > since).OrderByDescending(row => row.At).Select(row => row.Reason).ToListAsync(cancellationToken);
        return
        [
            (heard, paid) switch
            {
                (null, _) => Found(profile, account.Mode, "webhooks", FindingState.Todo, "None has come lately. The address stands on the page Providers; the provider must know it.", FindingPlace.Providers),
                ({ } at, { } last) when last - at > SilenceMax => Found(profile, account.Mode, "webhooks", FindingState.Warning, $"The last one came at {At(at)}, and payments were made since.", FindingPlace.Webhooks),
                ({ } at, _) => Found(profile, account.Mode, "webhooks", FindingState.Ok, $"The last one came at {At(at)}."),
            },
            rejected.Count > 0
                ? Found(profile, account.Mode, "signatures", FindingState.Warning, $"{CheckGoLive.Count(rejected.Count, "delivery was", "deliveries were")} not authentic in the last 24 hours; the last one: {rejected[0]}.", FindingPlace.RejectedDeliveries)
                : Found(profile, account.Mode, "signatures", FindingState.Ok, "No delivery was refused in the last 24 hours."),
        ];
    }

    private async Task<IEnumerable<Finding>> OfPaymentsAsync(ProviderProfile profile, Mode mode, Tried tried, CancellationToken cancellationToken)
    {
        var word = Words.Of(mode);
        var place = mode == Mode.Test ? FindingPlace.TestConsole : FindingPlace.Payments;
        var paid = await db.Payments.Where(row => row.TenantId == tenant.Id && row.Mode == mode && row.Provider == profile.Id).OrderByDescending(row => row.CreatedAt).Take(RowsLookedAt)
            .Where(row => row.Status == PaymentStatus.Succeeded && !row.IsDemo).Select(row => row.SucceededAt).FirstOrDefaultAsync(cancellationToken);
        var refunded = tried.Refunds.FirstOrDefault(row => row.Provider == profile.Id && row.Status == RefundStatus.Succeeded);
        return
        [
            paid is { } at
                ? Found(profile, mode, "payment", FindingState.Ok, $"A {word} payment succeeded at {At(at)}.")
                : Found(profile, mode, "payment", FindingState.Todo, mode == Mode.Test ? "No test payment has succeeded yet, or not lately." : "No live payment has succeeded yet, or not lately: make a small one.", place),
            refunded is not null
                ? Found(profile, mode, "refund", FindingState.Ok, $"A {word} refund succeeded, asked for at {At(refunded.At)}.")
                : Found(profile, mode, "refund", FindingState.Todo, $"No {word} refund has succeeded yet, or not lately.", place),
        ];
    }

    private async Task<Tried> TriedAsync(Mode mode, CancellationToken cancellationToken) => new(
        await db.ProviderCalls.Where(row => row.TenantId == tenant.Id && row.Mode == mode).OrderByDescending(row => row.Id).Take(RowsLookedAt)
            .Where(row => row.HttpStatus != null && !db.Payments.Any(payment => payment.Id == row.PaymentId && payment.IsDemo)).Select(row => new TriedCall(row.Provider, row.HttpStatus, row.StartedAt)).ToListAsync(cancellationToken),
        await db.Refunds.Where(row => row.TenantId == tenant.Id && row.Mode == mode).OrderByDescending(row => row.CreatedAt).Take(RowsLookedAt)
            .Where(row => !row.IsDemo).Select(row => new TriedRefund(row.Provider, row.Status, row.CreatedAt)).ToListAsync(cancellationToken));

    private Finding Found(ProviderProfile profile, Mode mode, string what, FindingState state, string text, FindingPlace? place = null) =>
        new(tenant.Slug, mode == Mode.Live ? $"{profile.Id} {what}" : $"{profile.Id} test {what}", state, text, place) { Provider = profile.Id, Mode = mode };

    private string At(DateTimeOffset at)
    {
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(tenant.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString(local.Year == TimeZoneInfo.ConvertTime(now, zone).Year ? "HH:mm 'on' d MMMM" : "HH:mm 'on' d MMMM yyyy", CultureInfo.InvariantCulture);
    }

    private static string WithoutQuery(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? $"{address.GetLeftPart(UriPartial.Authority)}{address.AbsolutePath.TrimEnd('/')}" : url;

    private sealed record Tried(IReadOnlyList<TriedCall> Calls, IReadOnlyList<TriedRefund> Refunds);

    private sealed record TriedCall(string Provider, int? HttpStatus, DateTimeOffset At);

    private sealed record TriedRefund(string Provider, RefundStatus Status, DateTimeOffset At);
}
