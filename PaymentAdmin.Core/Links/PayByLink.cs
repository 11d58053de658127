using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Links;

/// <summary>A link as whoever has its address sees it.</summary>
/// <param name="OpenPaymentId">The payment of a link for one only that is under way.</param>
public sealed record LinkView(PaymentLink Link, LinkStatus Status, PayerMerchant Merchant, Guid? OpenPaymentId);

/// <summary>Opens links for payers and makes payments of them. Looking makes nothing.</summary>
public sealed class PayByLink(PaymentStore store, CreatePayment create, SettlePayment settle, TimeProvider clock)
{
    private const int MinutesMin = 5;
    private const int MinutesMax = 1440;
    private const int TokenLength = 32;

    /// <summary>Null when the address leads to no link.</summary>
    public async Task<LinkView?> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (token is not { Length: TokenLength })
            return null;
        return await store.ReadAsync(
            async db =>
            {
                if (await db.PaymentLinks.FirstOrDefaultAsync(row => row.Token == token, cancellationToken) is not { } link)
                    return null;
                var tenant = await db.Tenants.SingleAsync(row => row.Id == link.TenantId, cancellationToken);
                var isPaid = await db.Payments.AnyAsync(row => row.LinkId == link.Id && row.Status == PaymentStatus.Succeeded, cancellationToken);
                var open = await db.Payments.Where(row => row.LinkClaim == link.Id && row.Status != PaymentStatus.Succeeded).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken);
                return new LinkView(link, link.StatusAt(clock.GetUtcNow(), isPaid), new PayerMerchant(tenant.Name, tenant.BrandColor, Seller: null, tenant.Zone), open);
            },
            cancellationToken);
    }

    /// <summary>
    /// The payment that this link becomes. Of a link for one payment at most one is ever open or paid, also when many press Pay at once: a
    /// unique index holds it, and all of them go on with that one.
    /// </summary>
    /// <param name="amountMinor">What the payer typed, where the link leaves it open.</param>
    public async Task<Result<Guid>> RunAsync(string token, long? amountMinor, Actor actor, CancellationToken cancellationToken)
    {
        if (await FindAsync(token, cancellationToken) is not { } view)
            return new Problem(Codes.NotFound, "No such link.");
        var link = view.Link;
        var amount = link.AmountMinor ?? amountMinor;
        if (amount is null || amount < link.MinMinor || amount > link.MaxMinor)
            return new Problem(Codes.AmountOutOfRange, "The amount is outside of what the link takes.");
        if (view.OpenPaymentId is { } open && await IsUntouchedAsync(open, amount.Value, cancellationToken))
            await settle.CancelAsync(link.TenantId, link.Mode, open, "The payer chose another amount.", actor, cancellationToken);
        var now = clock.GetUtcNow();
        var created = await create.RunAsync(
            new CreatePaymentRequest
            {
                TenantId = link.TenantId,
                Mode = link.Mode,
                ShopId = link.ShopNumber,
                OrderReference = link.Use == LinkUse.Single ? link.OrderReference : $"{link.OrderReference}-{PaymentCode.New()[..7]}",
                AmountMinor = amount.Value,
                Currency = link.Currency,
                Description = link.Description,
                LinkId = link.Id,
                ExpiresInMinutes = link.ExpiresAt is { } end ? (int)Math.Clamp((end - now).TotalMinutes, MinutesMin, MinutesMax) : MinutesMax,
            },
            actor,
            cancellationToken);
        return created.IsOk ? created.Value.PaymentId : created.Problem!;
    }

    /// <summary>Nobody has begun to pay it, and it is of another amount.</summary>
    private Task<bool> IsUntouchedAsync(Guid paymentId, long amountMinor, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Payments.AnyAsync(row => row.Id == paymentId && row.Status == PaymentStatus.Created && row.AttemptId == null && row.AmountMinor != amountMinor, cancellationToken), cancellationToken);
}
