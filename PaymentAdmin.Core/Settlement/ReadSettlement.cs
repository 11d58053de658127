using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Settlement;

/// <summary>An account that can be compared, with its last comparison.</summary>
public sealed record ComparedAccount(Guid AccountId, string Provider, string Name, BookComparison? Last);

/// <summary>What waits on the page /reconciliation, counted to <see cref="CappedCount.CountMax"/>.</summary>
public sealed record SettlementCounts(CappedCount Receipts, CappedCount Differences, CappedCount PaidLate, CappedCount DuplicateCharges, CappedCount UnmatchedEvents);

/// <summary>Reads what the page /reconciliation shows, in one tenant and mode.</summary>
public sealed class ReadSettlement(PaymentStore store, ProviderRegistry providers)
{
    public const int RowsMax = 200;

    public Task<SettlementCounts> CountAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken) => store.ReadAsync(
        async db => new SettlementCounts(
            await CappedAsync(db.Receipts.Where(row => row.TenantId == tenantId && row.Mode == mode && row.State == ReceiptState.Unallocated).OrderBy(row => row.Id), cancellationToken),
            await CappedAsync(db.BookDifferences.Where(row => row.TenantId == tenantId && row.Mode == mode && row.State == DifferenceState.Open).OrderBy(row => row.Day), cancellationToken),
            await CappedAsync(db.Payments.Where(row => row.TenantId == tenantId && row.Mode == mode && row.Exceptions != PaymentExceptions.None && (row.Exceptions & PaymentExceptions.PaidLate) != PaymentExceptions.None).NewestFirst(), cancellationToken),
            await CappedAsync(db.Payments.Where(row => row.TenantId == tenantId && row.Mode == mode && row.Exceptions != PaymentExceptions.None && (row.Exceptions & PaymentExceptions.DuplicateCharge) != PaymentExceptions.None).NewestFirst(), cancellationToken),
            await CappedAsync(db.WebhookEvents.Where(row => row.TenantId == tenantId && row.Mode == mode && row.State == WebhookState.Unmatched).OrderBy(row => row.ReceivedAt), cancellationToken)),
        cancellationToken);

    public Task<IReadOnlyList<BookDifference>> DifferencesAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken) => store.ReadAsync<IReadOnlyList<BookDifference>>(
        async db => await db.BookDifferences.Where(row => row.TenantId == tenantId && row.Mode == mode && row.State == DifferenceState.Open)
            .OrderByDescending(row => row.Day).ThenBy(row => row.Id).Take(RowsMax).ToListAsync(cancellationToken),
        cancellationToken);

    /// <summary>Every account whose provider lists its transactions, with its newest comparison.</summary>
    public Task<IReadOnlyList<ComparedAccount>> AccountsAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken)
    {
        var listing = providers.All.Where(provider => provider is IListsTransactions).Select(provider => provider.Profile.Id).ToList();
        return store.ReadAsync<IReadOnlyList<ComparedAccount>>(
            async db =>
            {
                var accounts = await db.ProviderAccounts.Where(row => row.TenantId == tenantId && row.Mode == mode && listing.Contains(row.Provider)).OrderBy(row => row.Provider).ThenBy(row => row.Name).ToListAsync(cancellationToken);
                var ids = accounts.ConvertAll(row => row.Id);
                var days = await db.BookComparisons.Where(row => ids.Contains(row.AccountId)).GroupBy(row => row.AccountId).Select(group => new { group.Key, Day = group.Max(row => row.Day) }).ToListAsync(cancellationToken);
                var newest = new Dictionary<Guid, BookComparison>();
                foreach (var day in days)
                    newest[day.Key] = await db.BookComparisons.SingleAsync(row => row.AccountId == day.Key && row.Day == day.Day, cancellationToken);
                return accounts.ConvertAll(row => new ComparedAccount(row.Id, row.Provider, row.Name, newest.GetValueOrDefault(row.Id)));
            },
            cancellationToken);
    }

    private static async Task<CappedCount> CappedAsync<T>(IOrderedQueryable<T> rows, CancellationToken cancellationToken) => new(await rows.Take(CappedCount.CountMax + 1).CountAsync(cancellationToken));
}
