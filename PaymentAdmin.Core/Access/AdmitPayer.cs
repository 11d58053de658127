using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Access;

/// <summary>A payment that a payer may act on.</summary>
public sealed record AdmittedPayment(Guid Id, Guid TenantId, Mode Mode);

/// <summary>Which payments a payer's own token opens: a client token its payment, a customer token the customer's. The mode is the payment's.</summary>
public sealed class AdmitPayer(PaymentStore store, ClientTokens tokens, TimeProvider clock)
{
    /// <summary>After the payment became final.</summary>
    private static readonly TimeSpan ClientTokenLives = TimeSpan.FromDays(30);
    private static readonly Mode[] BothModes = [Mode.Test, Mode.Live];

    /// <summary>Null when the token is not this payment's, or its time is over.</summary>
    public async Task<AdmittedPayment?> ByClientTokenAsync(string token, Guid paymentId, CancellationToken cancellationToken)
    {
        if (!tokens.IsFor(token, paymentId))
            return null;
        var payment = await store.ReadAsync(db => db.Payments.FirstOrDefaultAsync(row => row.Id == paymentId, cancellationToken), cancellationToken);
        return payment is null || (payment.IsFinal && payment.StatusSince + ClientTokenLives <= clock.GetUtcNow()) ? null : Admitted(payment);
    }

    /// <summary>By our id, else the newest with this order reference. Null when there is none, or it is somebody else's.</summary>
    public async Task<AdmittedPayment?> ToCustomerAsync(CustomerIdentity customer, string idOrReference, CancellationToken cancellationToken)
    {
        var payment = await store.ReadAsync(
            async db =>
            {
                var own = db.Payments.Where(row => row.TenantId == customer.TenantId && row.CustomerId == customer.CustomerId);
                if (Guid.TryParse(idOrReference, out var id) && await own.FirstOrDefaultAsync(row => row.Id == id, cancellationToken) is { } named)
                    return named;
                return await own.Where(row => BothModes.Contains(row.Mode) && row.OrderReference == idOrReference).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
            },
            cancellationToken);
        return payment is null ? null : Admitted(payment);
    }

    /// <summary>The mode of a list that names none: live once the tenant has a live account switched on, as in the portal's frame.</summary>
    public Task<Mode> UsualModeAsync(Guid tenantId, CancellationToken cancellationToken) => store.ReadAsync(
        async db => await db.ProviderAccounts.AnyAsync(account => account.TenantId == tenantId && account.Mode == Mode.Live && account.IsEnabled, cancellationToken) ? Mode.Live : Mode.Test,
        cancellationToken);

    private static AdmittedPayment Admitted(Payment payment) => new(payment.Id, payment.TenantId, payment.Mode);
}
