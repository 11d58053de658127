using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>Finds the payment that a payer meant by what was typed as a bill number: our payment code, else the order reference.</summary>
internal static class BilledPayment
{
    private const int CandidatesMax = 50;

    /// <summary>
    /// Only payments that this account may take: with an attempt at it, or with none at another account of the provider and no shop config
    /// that names another one. Open ones come before ended ones, newest first.
    /// </summary>
    public static async Task<Payment?> FindAsync(PaymentDb db, Guid tenantId, Mode mode, string provider, Guid accountId, string typed, CancellationToken cancellationToken)
    {
        var code = PaymentCode.Normalise(typed);
        var reference = typed.Trim();
        if (code is null && reference.Length == 0)
            return null;
        var candidates = await db.Payments.AsNoTracking()
            .Where(row => row.TenantId == tenantId && row.Mode == mode && (row.PaymentCode == code || row.OrderReference == reference))
            .OrderByDescending(row => row.CreatedAt).Take(CandidatesMax).ToListAsync(cancellationToken);
        // A code that is somebody's own order reference too: the code was given to payers, so it wins.
        foreach (var payment in candidates.OrderByDescending(row => row.PaymentCode == code).ThenBy(row => row.IsFinal))
        {
            if (await MayTakeAsync(db, payment, provider, accountId, cancellationToken))
                return payment;
        }
        return null;
    }

    private static async Task<bool> MayTakeAsync(PaymentDb db, Payment payment, string provider, Guid accountId, CancellationToken cancellationToken)
    {
        var tried = await db.PaymentAttempts.Where(row => row.PaymentId == payment.Id && row.Provider == provider).Select(row => row.AccountId).Distinct().ToListAsync(cancellationToken);
        if (tried.Count > 0)
            return tried.Contains(accountId);
        return payment.ShopId is not { } shopId
            || !await db.ShopConfigs.AnyAsync(row => row.ShopId == shopId && row.Provider == provider && row.Mode == payment.Mode && row.IsActive && row.AccountId != null && row.AccountId != accountId, cancellationToken);
    }
}
