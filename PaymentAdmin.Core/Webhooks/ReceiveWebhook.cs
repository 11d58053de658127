using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>What became of an inbound delivery. Closed.</summary>
public abstract record ReceivedWebhook
{
    private ReceivedWebhook()
    {
    }

    /// <summary>No account has this key, or the account is another provider's. Nothing was stored.</summary>
    public sealed record UnknownAccount : ReceivedWebhook;

    /// <summary>Not authentic. No effect; at most a line in the rejection log.</summary>
    public sealed record Rejected(string Reason, Guid AccountId) : ReceivedWebhook;

    /// <summary>Authentic and committed. <paramref name="IsDuplicate"/>: it was here already.</summary>
    public sealed record Stored(Guid EventId, bool IsDuplicate, WebhookReply Reply) : ReceivedWebhook
    {
        /// <summary>The account has the payment that it is about; null where nobody looked.</summary>
        public bool? NamesPayment { get; init; }
    }

    /// <summary>Came by an alias and cannot be given to one account: kept for superadmins, without effect.</summary>
    public sealed record Unmatched(bool IsAuthentic, bool IsDuplicate, WebhookReply Reply) : ReceivedWebhook;

    /// <summary>Came by an alias and nothing proves it, but it names an attempt of ours: the provider is asked.</summary>
    public sealed record Asked(WebhookReply Reply) : ReceivedWebhook;

    /// <summary>Came by an alias of a provider with so many accounts that each must be named.</summary>
    public sealed record UseAccountUrl : ReceivedWebhook;

    /// <summary>A question that was answered from our state; nothing was stored.</summary>
    public sealed record Answered(WebhookReply Reply) : ReceivedWebhook;

    /// <summary>Authentic, but it could not be stored: the provider must come again.</summary>
    public sealed record Unavailable : ReceivedWebhook;
}

/// <summary>
/// Takes a delivery: account by its key, source verified on raw bytes, stored, answered only after the commit. Interprets nothing:
/// what it says is <see cref="ProcessWebhook"/>'s affair.
/// </summary>
public sealed class ReceiveWebhook(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, InboxWriter inbox, RejectionLog rejections, AnswerCheck answerCheck, IdSource ids, TimeProvider clock, FailPoints failPoints)
{
    public const int BodyBytesMax = 256 * 1024;

    /// <summary>Stands for the provider's id at URLs that hide it: any provider that hides its name is meant.</summary>
    public const string AnyHidden = "";

    /// <summary>An account is opened anew after this time, so that a rotated secret or a new account is known soon.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(5);

    /// <summary>Headers worth keeping. None of them carries a secret; signatures are kept as "present".</summary>
    private static readonly string[] KeptHeaders = ["content-type", "content-length", "user-agent", "date", "x-request-id", "x-event-id", "x-event-type"];

    private readonly ConcurrentDictionary<string, (ProviderAccountSnapshot? Account, DateTimeOffset Until)> known = new(StringComparer.Ordinal);

    public async Task<ReceivedWebhook> RunAsync(string providerId, string accountKey, InboundRequest request, string? remoteIp, CancellationToken cancellationToken)
    {
        var account = await FindAccountAsync(accountKey, cancellationToken);
        if (account is null || !providers.TryFind(account.Provider, out var provider) || provider is not IReadsWebhooks reader)
            return new ReceivedWebhook.UnknownAccount();
        if (providerId != (provider.Profile.HidesItsNameInUrls ? AnyHidden : account.Provider))
            return new ReceivedWebhook.UnknownAccount();
        if (AddressOf(provider.Profile, request.Kind) is not var (kind, token))
            return new ReceivedWebhook.UnknownAccount();
        request = request with { Kind = kind, Token = token };
        var named = token is null ? null : await FindNamedAsync(account.AccountId, token, cancellationToken);
        request = request with { IsAboutRefund = named?.RefundId is not null };
        var verification = token is not null && named is null ? new WebhookVerification.Rejected("the token in the path names nothing") : reader.Verify(account, request);
        if (verification is not WebhookVerification.Verified verified)
        {
            var reason = (verification as WebhookVerification.Rejected)?.Reason ?? "not verified";
            await rejections.WriteAsync(account, request, reason, remoteIp, cancellationToken);
            return new ReceivedWebhook.Rejected(reason, account.AccountId);
        }
        if (provider is IAnswersChecks answers && answers.IsCheck(request))
            return new ReceivedWebhook.Answered(await answerCheck.RunAsync(account, answers, request, cancellationToken));

        return await StoreAsync(account, reader, verified, request, named, remoteIp, cancellationToken);
    }

    /// <summary>Stores what this account has proven; also for deliveries that came by an alias.</summary>
    /// <param name="named">What the token of the address names.</param>
    internal async Task<ReceivedWebhook> StoreAsync(ProviderAccountSnapshot account, IReadsWebhooks reader, WebhookVerification.Verified verified, InboundRequest request, (Guid? AttemptId, Guid? RefundId)? named, string? remoteIp, CancellationToken cancellationToken)
    {
        var reading = reader.Parse(request);
        var body = request.Body.ToArray();
        var received = new WebhookEvent
        {
            Id = ids.NewId(),
            TenantId = account.TenantId,
            AccountId = account.AccountId,
            Provider = account.Provider,
            Mode = account.Mode,
            Kind = request.Kind,
            DedupeKey = DedupeKeyOf(reading),
            Body = body,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(body)),
            HeadersJson = HeadersOf(request),
            RemoteIp = remoteIp,
            ReceivedAt = request.ReceivedAt,
            SourceVerdict = verified.How,
            AttemptId = named?.AttemptId,
            RefundId = named?.RefundId,
            EventType = Cut(reading.EventType),
            ProviderReference = Cut(reading.Reference),
            State = WebhookState.Pending,
            NextAttemptAt = clock.GetUtcNow(),
        };
        await failPoints.HitAsync("hook.before_insert");
        var stored = await inbox.WriteAsync(received, cancellationToken);
        await failPoints.HitAsync("hook.after_commit_before_200");
        return stored switch
        {
            StoredEvent.New => new ReceivedWebhook.Stored(received.Id, IsDuplicate: false, reader.Acknowledgement),
            StoredEvent.Known => new ReceivedWebhook.Stored(received.Id, IsDuplicate: true, reader.Acknowledgement),
            _ => new ReceivedWebhook.Unavailable(),
        };
    }

    /// <summary>Which of the provider's addresses this is; null when it has no such one.</summary>
    internal static (string? Kind, string? Token)? AddressOf(ProviderProfile profile, string? rest)
    {
        if (string.IsNullOrEmpty(rest))
            return profile.WebhookKinds.Count == 0 || profile.WebhookKinds.Any(kind => kind.Name.Length == 0) ? (null, null) : null;
        foreach (var kind in profile.WebhookKinds)
        {
            if (!kind.HasToken && rest == kind.Name)
                return (kind.Name, null);
            if (kind.HasToken && rest.Length > kind.Name.Length + 1 && rest.StartsWith(kind.Name + "/", StringComparison.Ordinal) && rest.AsSpan(kind.Name.Length + 1).IndexOf('/') < 0)
                return (kind.Name, rest[(kind.Name.Length + 1)..]);
        }
        return null;
    }

    private async Task<ProviderAccountSnapshot?> FindAccountAsync(string accountKey, CancellationToken cancellationToken)
    {
        var hash = ApiKey.HashOf(accountKey);
        var now = clock.GetUtcNow();
        if (known.TryGetValue(hash, out var entry) && entry.Until > now)
            return entry.Account;
        var account = await store.ReadAsync(db => db.ProviderAccounts.FirstOrDefaultAsync(row => row.WebhookKeyHash == hash, cancellationToken), cancellationToken);
        if (account is null)
            return null;
        var opened = accounts.Open(account, route: null);
        known[hash] = (opened, now + KnownFor);
        return opened;
    }

    private async Task<(Guid? AttemptId, Guid? RefundId)?> FindNamedAsync(Guid accountId, string token, CancellationToken cancellationToken)
    {
        var hash = ApiKey.HashOf(token);
        return await store.ReadAsync<(Guid?, Guid?)?>(
            async db =>
            {
                if (await db.PaymentAttempts.Where(row => row.CallbackTokenHash == hash && row.AccountId == accountId).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken) is { } attemptId)
                    return (attemptId, null);
                var refund = await db.Refunds.Where(row => row.CallbackTokenHash == hash && row.AccountId == accountId).Select(row => new { row.Id, row.AttemptId }).FirstOrDefaultAsync(cancellationToken);
                return refund is null ? null : (refund.AttemptId, refund.Id);
            },
            cancellationToken);
    }

    /// <summary>As it is stored, whatever its length.</summary>
    internal static string DedupeKeyOf(WebhookReading reading) =>
        reading.DedupeKey.Length <= 200 ? reading.DedupeKey : Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(reading.DedupeKey)));

    internal static string HeadersOf(InboundRequest request) =>
        JsonSerializer.Serialize(request.Headers.ToDictionary(header => header.Key, header => KeptHeaders.Contains(header.Key) ? header.Value[..Math.Min(header.Value.Length, 300)] : "present"));

    internal static string? Cut(string? text) => text is null || text.Length <= 255 ? text : text[..255];
}
