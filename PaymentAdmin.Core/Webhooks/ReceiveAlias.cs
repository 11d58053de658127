using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>
/// Deliveries to the source systems' addresses, which name a provider but no account (contract.md section 6, Alias webhook routes). A signed
/// provider's delivery belongs to the account that proves it. One without signatures proves nothing: it only makes us ask the provider about
/// an attempt that it names by both of the provider's numbers.
/// </summary>
public sealed class ReceiveAlias(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, ReceiveWebhook receive, RejectionLog rejections, IdSource ids, TimeProvider clock)
{
    /// <summary>With more of them every delivery would cost too much, and each account has an address of its own.</summary>
    public const int AccountsMax = 32;

    /// <summary>Of what nothing proves, so much is kept and so many.</summary>
    private const int UnprovenBytesKept = 2048;
    private const int UnprovenKept = 1000;
    private const int UnprovenPerMinute = 60;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Lock unprovenLock = new();
    private (long Minute, int Count) unproven;

    /// <param name="takesUnsigned">The switch Webhooks:UnsignedAlias.</param>
    public async Task<ReceivedWebhook> RunAsync(string providerId, InboundRequest request, string? remoteIp, bool takesUnsigned, CancellationToken cancellationToken)
    {
        if (!providers.TryFind(providerId, out var provider) || provider is not IReadsWebhooks reader)
            return new ReceivedWebhook.UnknownAccount();
        if (provider is IReadsUnsignedAlias unsigned)
            return takesUnsigned ? await TakeUnsignedAsync(provider.Profile.Id, unsigned, request, remoteIp, cancellationToken) : new ReceivedWebhook.UnknownAccount();
        if (provider.Profile.WebhookTrust is not (WebhookTrust.BodySignature or WebhookTrust.SharedSecret))
            return new ReceivedWebhook.UnknownAccount();
        // What a delivery is about is then said by the rest of its address, which an alias has not.
        if (ReceiveWebhook.AddressOf(provider.Profile, rest: null) is null)
            return new ReceivedWebhook.UseAccountUrl();

        var own = await store.ReadAsync(db => db.ProviderAccounts.Where(row => row.Provider == provider.Profile.Id).OrderBy(row => row.Id).Take(AccountsMax + 1).ToListAsync(cancellationToken), cancellationToken);
        if (own.Count > AccountsMax)
            return new ReceivedWebhook.UseAccountUrl();
        var verdicts = own.ConvertAll(row =>
        {
            var account = accounts.Open(row, route: null);
            return (Account: account, Verdict: reader.Verify(account, request));
        });
        var proven = verdicts.Where(pair => pair.Verdict is WebhookVerification.Verified).Select(pair => (pair.Account, Verified: (WebhookVerification.Verified)pair.Verdict)).ToList();
        if (proven.Count == 0)
            return await RejectAsync(provider.Profile.Id, verdicts, request, remoteIp, cancellationToken);

        var reading = reader.Parse(request);
        var owners = await OwnersAsync(proven.ConvertAll(pair => pair.Account.AccountId), reading, cancellationToken);
        var chosen = proven.Count == 1 ? proven : proven.FindAll(pair => owners.Contains(pair.Account.AccountId));
        if (chosen.Count != 1)
        {
            var reason = $"{proven.Count} accounts prove it, and {(chosen.Count == 0 ? "none" : "more than one")} of them has the payment that it names";
            return await KeepAsync(provider.Profile.Id, reading, request, remoteIp, proven.ConvertAll(pair => pair.Account.AccountId), reason, reader.Acknowledgement, cancellationToken);
        }
        var received = await receive.StoreAsync(chosen[0].Account, reader, chosen[0].Verified, request, named: null, remoteIp, cancellationToken);
        return received is ReceivedWebhook.Stored stored ? stored with { NamesPayment = owners.Contains(chosen[0].Account.AccountId) } : received;
    }

    private Task<HashSet<Guid>> OwnersAsync(List<Guid> accountIds, WebhookReading reading, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var owners = new HashSet<Guid>();
            foreach (var accountId in accountIds)
            {
                if (await WebhookAttempt.FindAsync(db, accountId, reading, cancellationToken) is not null)
                    owners.Add(accountId);
            }
            return owners;
        },
        cancellationToken);

    /// <summary>A forgery for one tenant's account is no other tenant's business, so it is logged for an account only where there is no doubt whose.</summary>
    private async Task<ReceivedWebhook> RejectAsync(string provider, List<(ProviderAccountSnapshot Account, WebhookVerification Verdict)> verdicts, InboundRequest request, string? remoteIp, CancellationToken cancellationToken)
    {
        var reason = verdicts.Count == 1 && verdicts[0].Verdict is WebhookVerification.Rejected only ? only.Reason : $"none of {verdicts.Count} accounts proves it";
        if (verdicts.Count == 1)
            await rejections.WriteAsync(verdicts[0].Account, request, reason, remoteIp, cancellationToken);
        else
            await rejections.WriteOfNobodyAsync(provider, request, reason, remoteIp, cancellationToken);
        return new ReceivedWebhook.Rejected(reason, verdicts.Count == 1 ? verdicts[0].Account.AccountId : Guid.Empty);
    }

    private async Task<ReceivedWebhook> TakeUnsignedAsync(string provider, IReadsUnsignedAlias unsigned, InboundRequest request, string? remoteIp, CancellationToken cancellationToken)
    {
        var named = unsigned.NumbersOf(request) is { } numbers
            ? await store.ReadAsync(db => db.PaymentAttempts.Where(row => row.Provider == provider && row.ProviderReference == numbers.Reference && row.ProviderReference2 == numbers.Reference2).OrderBy(row => row.Id).Select(row => row.Id).Take(2).ToListAsync(cancellationToken), cancellationToken)
            : [];
        if (named is [var attemptId])
        {
            await store.WriteAsync(db => AskSoonAsync(db, attemptId, cancellationToken), cancellationToken);
            return new ReceivedWebhook.Asked(unsigned.AliasReply);
        }
        var reason = named.Count == 0 ? "Nothing proves it, and no attempt has both of its numbers" : "Nothing proves it, and several attempts have its numbers";
        return TakesMoreUnproven(clock.GetUtcNow())
            ? await KeepAsync(provider, unsigned.Parse(request), request, remoteIp, [], reason, unsigned.AliasReply, cancellationToken)
            : new ReceivedWebhook.Unmatched(IsAuthentic: false, IsDuplicate: false, unsigned.AliasReply);
    }

    /// <summary>Whoever knows the numbers may say so as often as they like: the provider is not asked more often for that.</summary>
    private async Task AskSoonAsync(PaymentDb db, Guid attemptId, CancellationToken cancellationToken)
    {
        var attempt = await db.PaymentAttempts.SingleAsync(row => row.Id == attemptId, cancellationToken);
        var now = clock.GetUtcNow();
        var at = attempt.UpdatedAt + AskAgainAfter > now ? attempt.UpdatedAt + AskAgainAfter : now;
        if (attempt.IsOpen && !(attempt.NextCheckAt <= at))
            attempt.ScheduleCheck(at, attempt.Checks, now);
    }

    /// <summary>Anybody can send such a delivery, and each would be a row.</summary>
    private bool TakesMoreUnproven(DateTimeOffset now)
    {
        var minute = now.Ticks / TimeSpan.TicksPerMinute;
        lock (unprovenLock)
        {
            unproven = unproven.Minute == minute ? (minute, unproven.Count + 1) : (minute, 1);
            return unproven.Count <= UnprovenPerMinute;
        }
    }

    /// <summary>Stored once, for superadmins. Nothing reads it as evidence.</summary>
    private async Task<ReceivedWebhook> KeepAsync(string provider, WebhookReading reading, InboundRequest request, string? remoteIp, List<Guid> provenBy, string reason, WebhookReply reply, CancellationToken cancellationToken)
    {
        var isAuthentic = provenBy.Count > 0;
        var row = new UnmatchedWebhook
        {
            Id = ids.NewId(),
            Provider = provider,
            DedupeKey = ReceiveWebhook.DedupeKeyOf(reading),
            Body = request.Body[..Math.Min(request.Body.Length, isAuthentic ? ReceiveWebhook.BodyBytesMax : UnprovenBytesKept)].ToArray(),
            BodyLength = request.Body.Length,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)),
            HeadersJson = ReceiveWebhook.HeadersOf(request),
            RemoteIp = remoteIp,
            ReceivedAt = request.ReceivedAt,
            EventType = ReceiveWebhook.Cut(reading.EventType),
            ProviderReference = ReceiveWebhook.Cut(reading.Reference),
            IsAuthentic = isAuthentic,
            AccountsJson = JsonSerializer.Serialize(provenBy),
            Reason = reason,
        };
        var isNew = await store.WriteAsync(
            async db =>
            {
                if (await db.UnmatchedWebhooks.Where(known => known.Provider == provider && known.DedupeKey == row.DedupeKey).ExecuteUpdateAsync(set => set.SetProperty(known => known.Duplicates, known => known.Duplicates + 1), cancellationToken) > 0)
                    return false;
                db.UnmatchedWebhooks.Add(row);
                await db.SaveChangesAsync(cancellationToken);
                if (!isAuthentic)
                    await ForgetSurplusAsync(db, cancellationToken);
                return true;
            },
            cancellationToken);
        return new ReceivedWebhook.Unmatched(isAuthentic, !isNew, reply);
    }

    /// <summary>Anybody can send what nothing proves, so only the newest of it stay.</summary>
    private static async Task ForgetSurplusAsync(PaymentDb db, CancellationToken cancellationToken)
    {
        var surplus = await db.UnmatchedWebhooks.Where(row => !row.IsAuthentic).OrderByDescending(row => row.ReceivedAt).Skip(UnprovenKept).Select(row => row.Id).ToListAsync(cancellationToken);
        if (surplus.Count > 0)
            await db.UnmatchedWebhooks.Where(row => surplus.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
    }
}
