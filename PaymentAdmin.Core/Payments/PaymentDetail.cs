using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>Why the money goes to this organization: what the shop's configuration said when the attempt was made.</summary>
public sealed record BinReason(string? OrganizationName, string? Bin, int? ShopNumber, string? ShopName, int? ConfigVersion, DateTimeOffset? ConfiguredAt, string? DeviceTokenMask, AccountEndpoint? Endpoint, string? AccountName);

/// <summary>A payment that shares the order reference or the payer's phone.</summary>
public sealed record RelatedPayment(Guid Id, string OrderReference, PaymentStatus Status, long AmountMinor, long ReceivedMinor, long RefundedMinor, string Currency, DateTimeOffset CreatedAt, bool SameOrder);

/// <summary>Everything that the page of a payment shows, read at one moment.</summary>
public sealed record PaymentDetail
{
    public required Payment Payment { get; init; }

    /// <summary>Newest first, as are the other lists.</summary>
    public required IReadOnlyList<PaymentAttempt> Attempts { get; init; }
    public required IReadOnlyList<Refund> Refunds { get; init; }
    public required IReadOnlyList<Dispute> Disputes { get; init; }
    public required IReadOnlyList<ProviderCall> Calls { get; init; }
    public required IReadOnlyList<TimelineItem> Timeline { get; init; }

    /// <summary>In the order in which they happened.</summary>
    public required IReadOnlyList<PaymentTransition> Transitions { get; init; }
    public required BinReason Bin { get; init; }
    public required IReadOnlyList<RelatedPayment> Related { get; init; }

    /// <summary>Above this a refund needs a second person; null: never. 0: always.</summary>
    public required long? ApprovalLimitMinor { get; init; }

    /// <summary>Another decision about it than a refund that a second person was asked for; null: none waits.</summary>
    public required ApprovalRequest? Waiting { get; init; }

    /// <summary>The attempt that lists show: the one that paid, else the newest.</summary>
    public PaymentAttempt? Shown => Attempts.FirstOrDefault(attempt => attempt.Id == Payment.AttemptId) ?? (Attempts.Count > 0 ? Attempts[0] : null);

    public long RefundWaitingMinor => Payment.RefundReservedMinor - Payment.RefundedMinor;
}

/// <summary>Reads the page of a payment. Another tenant's payment does not exist.</summary>
public sealed class PaymentDetails(PaymentStore store)
{
    private const int CallsMax = 50;
    private const int RelatedMax = 5;

    public Task<PaymentDetail?> FindAsync(Guid tenantId, Guid paymentId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => FindAsync(db, tenantId, paymentId, cancellationToken), cancellationToken);

    private static async Task<PaymentDetail?> FindAsync(PaymentDb db, Guid tenantId, Guid paymentId, CancellationToken cancellationToken)
    {
        var payment = await db.Payments.FirstOrDefaultAsync(row => row.Id == paymentId && row.TenantId == tenantId, cancellationToken);
        if (payment is null)
            return null;
        var attempts = await db.PaymentAttempts.Where(row => row.PaymentId == paymentId).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).ToListAsync(cancellationToken);
        return new PaymentDetail
        {
            Payment = payment,
            Attempts = attempts,
            Refunds = await db.Refunds.Where(row => row.PaymentId == paymentId).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).ToListAsync(cancellationToken),
            Disputes = await db.Disputes.Where(row => row.PaymentId == paymentId).OrderByDescending(row => row.OpenedAt).ToListAsync(cancellationToken),
            Calls = await db.ProviderCalls.Where(row => row.PaymentId == paymentId).OrderByDescending(row => row.Id).Take(CallsMax).ToListAsync(cancellationToken),
            Timeline = await PaymentTimeline.ReadAsync(db, paymentId, cancellationToken),
            Transitions = await db.PaymentTransitions.Where(row => row.PaymentId == paymentId).OrderBy(row => row.Sequence).ToListAsync(cancellationToken),
            Bin = await BinAsync(db, payment, attempts.FirstOrDefault(attempt => attempt.Id == payment.AttemptId), cancellationToken),
            Related = await RelatedAsync(db, payment, cancellationToken),
            Waiting = await db.ApprovalRequests.FirstOrDefaultAsync(row => row.PaymentId == paymentId && row.Status == ApprovalStatus.Waiting && row.Kind != ApprovalKind.Refund, cancellationToken),
            ApprovalLimitMinor = await ApprovalLimitAsync(db, payment, cancellationToken),
        };
    }

    private static async Task<BinReason> BinAsync(PaymentDb db, Payment payment, PaymentAttempt? attempt, CancellationToken cancellationToken)
    {
        var bin = attempt?.OrganizationBin ?? payment.OrganizationBin;
        var shop = payment.ShopId is { } shopId ? await db.Shops.FirstOrDefaultAsync(row => row.Id == shopId, cancellationToken) : null;
        var organization = bin is null ? null : await db.Organizations.FirstOrDefaultAsync(row => row.TenantId == payment.TenantId && row.Bin == bin, cancellationToken);
        var version = attempt?.ConfigVersionId is { } versionId ? await db.ShopConfigVersions.FirstOrDefaultAsync(row => row.Id == versionId, cancellationToken) : null;
        var account = attempt is null ? null : await db.ProviderAccounts.Where(row => row.Id == attempt.AccountId).Select(row => row.Name).FirstOrDefaultAsync(cancellationToken);
        return new BinReason(organization?.Name, bin, payment.ShopNumber, shop?.Name, version?.Version, version?.CreatedAt, version?.DeviceTokenMask, attempt?.Endpoint, account);
    }

    private static async Task<List<RelatedPayment>> RelatedAsync(PaymentDb db, Payment payment, CancellationToken cancellationToken)
    {
        var own = db.Payments.Where(row => row.TenantId == payment.TenantId && row.Mode == payment.Mode && row.Id != payment.Id);
        var related = await Rows(own.Where(row => row.OrderReference == payment.OrderReference), sameOrder: true).ToListAsync(cancellationToken);
        if (payment.PhoneDigits is { } digits)
            related.AddRange(await Rows(own.Where(row => row.PhoneDigits == digits && row.OrderReference != payment.OrderReference), sameOrder: false).ToListAsync(cancellationToken));
        return related;

        static IQueryable<RelatedPayment> Rows(IQueryable<Payment> rows, bool sameOrder) => rows.NewestFirst().Take(RelatedMax)
            .Select(row => new RelatedPayment(row.Id, row.OrderReference, row.Status, row.AmountMinor, row.ReceivedMinor, row.RefundedMinor, row.Currency, row.CreatedAt, sameOrder));
    }

    private static async Task<long?> ApprovalLimitAsync(PaymentDb db, Payment payment, CancellationToken cancellationToken)
    {
        var rule = await db.Tenants.Where(row => row.Id == payment.TenantId).Select(row => row.TwoPersonRule).SingleAsync(cancellationToken);
        if (rule != TwoPersonRule.OverLimit)
            return rule == TwoPersonRule.Always ? 0 : null;
        return await db.ApprovalLimits.Where(row => row.TenantId == payment.TenantId && row.Currency == payment.Currency).Select(row => row.AmountMinor).FirstOrDefaultAsync(cancellationToken);
    }
}
