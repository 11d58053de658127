using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>One line of the payment log, as source system 001 shows it.</summary>
/// <param name="ExternalId">The provider's id of the payment, for refunds too.</param>
/// <param name="Status">The provider's status word, or ours where it has none; null while the answer is awaited.</param>
public sealed record ProviderCallItem(long Id, int? ShopId, string? OrganizationBin, ProviderOperation Operation, string? ExternalId, long? AmountMinor, string? Status, string? ErrorMessage, string Provider, DateTimeOffset CreatedAt);

/// <summary>The payment log: creates, status queries and refunds of one tenant and mode, newest first.</summary>
public sealed class ListProviderCalls(PaymentStore store)
{
    public const int LimitMax = 1000;

    public Task<List<ProviderCallItem>> RunAsync(Guid tenantId, Mode mode, int? shopNumber, int limit, CancellationToken cancellationToken) => store.ReadAsync(
        db => (from call in db.ProviderCalls
               where call.TenantId == tenantId && call.Mode == mode && (shopNumber == null || call.ShopNumber == shopNumber)
                   && (call.Operation == ProviderOperation.Create || call.Operation == ProviderOperation.Status || call.Operation == ProviderOperation.Refund)
               join attempt in db.PaymentAttempts on call.AttemptId equals attempt.Id into attempts
               from attempt in attempts.DefaultIfEmpty()
               orderby call.Id descending
               select new ProviderCallItem(call.Id, call.ShopNumber, call.OrganizationBin, call.Operation, attempt.ProviderReference ?? call.ExternalId, call.AmountMinor, call.StatusWord, call.ErrorMessage, call.Provider, call.StartedAt))
            .Take(limit).ToListAsync(cancellationToken),
        cancellationToken);
}
