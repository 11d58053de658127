using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>What a payer's page may show of a payment: nothing about the payer, nothing about its attempts.</summary>
/// <param name="Merchant">The tenant's name.</param>
public sealed record PayerView(
    Guid PaymentId,
    Guid TenantId,
    Mode Mode,
    PaymentStatus Status,
    PaymentKind Kind,
    Money Amount,
    string OrderReference,
    string? Description,
    string Merchant,
    string? ReturnUrl,
    string? CancelUrl)
{
    public bool IsFinal => Status is PaymentStatus.Succeeded or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired;
}

/// <summary>
/// Finds a payment for somebody without credentials, by what nobody can guess: the payment's client token, or a provider's session id of
/// 128 random bits. Nothing else is looked up, whatever the address says.
/// </summary>
public sealed class ReadForPayer(PaymentStore store, AdmitPayer admit, ProviderRegistry providers)
{
    private const int SessionLengthMin = 24;
    private const int SessionLengthMax = 255;

    public async Task<PayerView?> ByTokenAsync(string? paymentId, string? token, CancellationToken cancellationToken)
    {
        if (token is null || !Guid.TryParseExact(paymentId, "D", out var id) || await admit.ByClientTokenAsync(token, id, cancellationToken) is null)
            return null;
        return await ViewOfAsync(await store.ReadAsync(db => db.Payments.SingleAsync(row => row.Id == id, cancellationToken), cancellationToken), cancellationToken);
    }

    public async Task<PayerView?> BySessionAsync(string? session, CancellationToken cancellationToken)
    {
        if (session is not { Length: >= SessionLengthMin and <= SessionLengthMax })
            return null;
        var unguessable = providers.All.Where(provider => provider.Profile.HasUnguessableReference).Select(provider => provider.Profile.Id).ToList();
        var found = await store.ReadAsync(
            async db =>
            {
                var ids = await db.PaymentAttempts.Where(row => row.ProviderReference == session && unguessable.Contains(row.Provider)).Select(row => row.PaymentId).Take(2).ToListAsync(cancellationToken);
                return ids is [var id] ? await db.Payments.SingleAsync(row => row.Id == id, cancellationToken) : null;
            },
            cancellationToken);
        return found is null ? null : await ViewOfAsync(found, cancellationToken);
    }

    private async Task<PayerView> ViewOfAsync(Payment payment, CancellationToken cancellationToken)
    {
        var merchant = await store.ReadAsync(db => db.Tenants.Where(row => row.Id == payment.TenantId).Select(row => row.Name).SingleAsync(cancellationToken), cancellationToken);
        return new PayerView(payment.Id, payment.TenantId, payment.Mode, payment.Status, payment.Kind, payment.Amount, payment.OrderReference, payment.Description, merchant, payment.ReturnUrl, payment.CancelUrl);
    }
}
