using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>Money that matched no payment, as a list shows it.</summary>
public sealed record UnallocatedReceipt(Guid Id, string Provider, string Reference, long AmountMinor, string Currency, string? Payer, string? BillReference, DateTimeOffset ReceivedAt);

/// <summary>The unallocated receipts of a tenant in one mode: a person allocates each or marks it returned (<see cref="SettleReceipt"/>).</summary>
public sealed class ReceiptSearch(PaymentStore store)
{
    public const int RowsMax = 500;

    /// <summary>Newest first, and what they come to per currency over all of them.</summary>
    public Task<(IReadOnlyList<UnallocatedReceipt> Rows, IReadOnlyList<Money> Totals)> UnallocatedAsync(Guid tenantId, Mode mode, CancellationToken cancellationToken) =>
        store.ReadAsync<(IReadOnlyList<UnallocatedReceipt>, IReadOnlyList<Money>)>(
            async db =>
            {
                var open = db.Receipts.Where(row => row.TenantId == tenantId && row.Mode == mode && row.State == ReceiptState.Unallocated);
                var rows = await open.OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id).Take(RowsMax)
                    .Select(row => new UnallocatedReceipt(row.Id, row.Provider, row.Reference, row.AmountMinor, row.Currency, row.Payer, row.BillReference, row.ReceivedAt)).ToListAsync(cancellationToken);
                var totals = await open.GroupBy(row => row.Currency).Select(group => new { Currency = group.Key, Minor = group.Sum(row => row.AmountMinor) }).OrderBy(total => total.Currency).ToListAsync(cancellationToken);
                return (rows, totals.ConvertAll(total => new Money(total.Minor, total.Currency)));
            },
            cancellationToken);
}
