using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>
/// Deliveries that were not authentic, for whoever wonders why a webhook does not arrive: the newest 100 per account and 1,000 in all,
/// at most 6 a minute per account, so that a flood of forgeries costs nothing.
/// </summary>
public sealed class RejectionLog(PaymentStore store, IdSource ids, TimeProvider clock)
{
    private const int PerMinute = 6;
    private const int PerAccount = 100;
    private const int InAll = 1000;
    private const int BodyBytesKept = 2048;

    private readonly ConcurrentDictionary<Guid, (long Minute, int Count)> rates = new();

    public Task WriteAsync(ProviderAccountSnapshot account, InboundRequest request, string reason, string? remoteIp, CancellationToken cancellationToken) =>
        WriteAsync(account.Provider, account.AccountId, account.TenantId, request, reason, remoteIp, cancellationToken);

    /// <summary>A delivery to an address that belongs to no single account: nobody but superadmins may see it.</summary>
    public Task WriteOfNobodyAsync(string provider, InboundRequest request, string reason, string? remoteIp, CancellationToken cancellationToken) =>
        WriteAsync(provider, Guid.Empty, Guid.Empty, request, reason, remoteIp, cancellationToken);

    private async Task WriteAsync(string provider, Guid accountId, Guid tenantId, InboundRequest request, string reason, string? remoteIp, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var minute = now.Ticks / TimeSpan.TicksPerMinute;
        var rate = rates.AddOrUpdate(accountId, (minute, 1), (_, old) => old.Minute == minute ? (minute, old.Count + 1) : (minute, 1));
        if (rate.Count > PerMinute)
            return;
        var rejection = new WebhookRejection
        {
            Id = ids.NewId(),
            AccountId = accountId,
            TenantId = tenantId,
            Provider = provider,
            At = now,
            RemoteIp = remoteIp,
            Reason = reason[..Math.Min(reason.Length, 255)],
            HeaderNames = string.Join(", ", request.Headers.Keys.Order(StringComparer.Ordinal).Take(60)),
            BodyLength = request.Body.Length,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)),
            BodyStart = request.Body.Span[..Math.Min(BodyBytesKept, request.Body.Length)].ToArray(),
        };
        await store.WriteAsync(
            async db =>
            {
                db.WebhookRejections.Add(rejection);
                await db.SaveChangesAsync(cancellationToken);
                var surplus = await db.WebhookRejections.Where(row => row.AccountId == accountId).OrderByDescending(row => row.At).Skip(PerAccount).Select(row => row.Id)
                    .Union(db.WebhookRejections.OrderByDescending(row => row.At).Skip(InAll).Select(row => row.Id)).ToListAsync(cancellationToken);
                if (surplus.Count > 0)
                    await db.WebhookRejections.Where(row => surplus.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }
}
