using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>An attempt with the payment that it belongs to, as they are now.</summary>
public sealed record FoundAttempt(Payment Payment, PaymentAttempt Attempt);

/// <summary>Finds payments for callers who know them by the provider's number, and waits for the answer to one that is on its way.</summary>
public sealed class FindPayment(PaymentStore store, LiveUpdates updates, TimeProvider clock)
{
    /// <summary>Longer than a provider may take to answer, shorter than a request may take here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Another instance tells nothing of its changes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>By the provider's reference, among the tenant's accounts of this provider and mode.</summary>
    public Task<FoundAttempt?> ByReferenceAsync(Guid tenantId, Mode mode, string provider, string reference, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var accounts = db.ProviderAccounts.Where(account => account.TenantId == tenantId && account.Mode == mode && account.Provider == provider).Select(account => account.Id);
            var attempt = await db.PaymentAttempts.Where(row => accounts.Contains(row.AccountId) && row.ProviderReference == reference).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
            return attempt is null ? null : new FoundAttempt(await db.Payments.SingleAsync(row => row.Id == attempt.PaymentId, cancellationToken), attempt);
        },
        cancellationToken);

    /// <summary>The same for a caller who names the shop too: another shop's payment is none of its.</summary>
    public async Task<Result<FoundAttempt>> OfShopAsync(Guid tenantId, Mode mode, string provider, string reference, int shopNumber, CancellationToken cancellationToken)
    {
        if (await ByReferenceAsync(tenantId, mode, provider, reference, cancellationToken) is { } found && found.Payment.ShopNumber == shopNumber)
            return found;
        return await store.ReadAsync(db => db.Shops.AnyAsync(shop => shop.TenantId == tenantId && shop.Number == shopNumber, cancellationToken), cancellationToken)
            ? new Problem(Codes.PaymentNotFound, $"Shop {shopNumber} has no payment with the number {reference}.")
            : new Problem(Codes.ShopNotConfigured, $"Shop {shopNumber} does not exist.");
    }

    /// <summary>By our id, or the newest one with this order reference: how source systems' routes name a payment.</summary>
    /// <param name="customerId">Only this customer's payments are there; null: every one.</param>
    public Task<Payment?> NamedAsync(Guid tenantId, Mode mode, string name, string? customerId, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var own = db.Payments.Where(row => row.TenantId == tenantId && row.Mode == mode && (customerId == null || row.CustomerId == customerId));
            var byId = Guid.TryParse(name, out var id) ? await own.FirstOrDefaultAsync(row => row.Id == id, cancellationToken) : null;
            // The order references of the old systems are often UUIDs themselves.
            return byId ?? await own.Where(row => row.OrderReference == name).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).FirstOrDefaultAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>As an operator names it: by our id, the payment code that payers type, or the order reference (the newest one).</summary>
    public async Task<Payment?> TypedAsync(Guid tenantId, Mode mode, string typed, CancellationToken cancellationToken)
    {
        var name = typed.Trim();
        if (PaymentCode.Normalise(name) is { } code)
        {
            var byCode = await store.ReadAsync(db => db.Payments.Where(row => row.TenantId == tenantId && row.Mode == mode && row.PaymentCode == code).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken), cancellationToken);
            if (byCode is not null)
                return byCode;
        }
        return await NamedAsync(tenantId, mode, name, customerId: null, cancellationToken);
    }

    /// <summary>The payment whose id was given to an anonymous payer; null unless it was made for guests and still waits for money.</summary>
    public async Task<Payment?> OfGuestAsync(string id, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(id, "D", out var paymentId))
            return null;
        var payment = await store.ReadAsync(db => db.Payments.FirstOrDefaultAsync(row => row.Id == paymentId && row.IsGuest, cancellationToken), cancellationToken);
        return payment is { IsFinal: false } ? payment : null;
    }

    /// <summary>By the session that a provider's page had: the provider's number, else our attempt's id.</summary>
    public Task<FoundAttempt?> BySessionAsync(Guid tenantId, Mode mode, string session, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var own = db.PaymentAttempts.Where(row => row.TenantId == tenantId && row.Mode == mode);
            var attempt = await own.Where(row => row.ProviderReference == session).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
            if (attempt is null && Guid.TryParse(session, out var id))
                attempt = await own.FirstOrDefaultAsync(row => row.Id == id, cancellationToken);
            return attempt is null ? null : new FoundAttempt(await db.Payments.SingleAsync(row => row.Id == attempt.PaymentId, cancellationToken), attempt);
        },
        cancellationToken);

    /// <summary>Which payment a session is of, for whoever judges next whether the caller may know of it.</summary>
    public Task<Guid?> PaymentOfSessionAsync(string session, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.PaymentAttempts.Where(row => row.ProviderReference == session).OrderByDescending(row => row.CreatedAt).Select(row => (Guid?)row.PaymentId).FirstOrDefaultAsync(cancellationToken),
        cancellationToken);

    /// <summary>The imitated provider's page of an open test attempt; null for everything else.</summary>
    public async Task<string?> SandboxPageAsync(string provider, Guid attemptId, CancellationToken cancellationToken)
    {
        var attempt = await store.ReadAsync(db => db.PaymentAttempts.FirstOrDefaultAsync(row => row.Id == attemptId && row.Provider == provider && row.Mode == Mode.Test && row.Endpoint == Shops.AccountEndpoint.Sandbox, cancellationToken), cancellationToken);
        return attempt?.NextActionJson is { } action ? System.Text.Json.Nodes.JsonNode.Parse(action)?["url"]?.GetValue<string>() : null;
    }

    /// <summary>A refund that a use case has just told the id of.</summary>
    public Task<Refund> RefundAsync(Guid refundId, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Refunds.SingleAsync(row => row.Id == refundId, cancellationToken), cancellationToken);

    /// <summary>The payment's attempt (the one it shows, when none is named) once the provider has answered, or its silence is stored; null when that takes too long.</summary>
    public async Task<FoundAttempt?> AnsweredAsync(Guid paymentId, Guid? attemptId, CancellationToken cancellationToken)
    {
        using var changed = new SemaphoreSlim(0);
        using var listening = updates.Listen(update => Release(changed, update, paymentId));
        var started = clock.GetTimestamp();
        while (true)
        {
            var found = await OfPaymentAsync(paymentId, attemptId, cancellationToken);
            if (found.Attempt.Status != AttemptStatus.Created)
                return found;
            if (clock.GetElapsedTime(started) >= Patience)
                return null;
            await changed.WaitAsync(Pause, cancellationToken);
        }
    }

    private Task<FoundAttempt> OfPaymentAsync(Guid paymentId, Guid? attemptId, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var payment = await db.Payments.SingleAsync(row => row.Id == paymentId, cancellationToken);
            return new FoundAttempt(payment, await db.PaymentAttempts.SingleAsync(row => row.Id == (attemptId ?? payment.AttemptId), cancellationToken));
        },
        cancellationToken);

    private static void Release(SemaphoreSlim changed, LiveUpdate update, Guid paymentId)
    {
        if (update.PaymentId != paymentId)
            return;
        try
        {
            changed.Release();
        }
        catch (ObjectDisposedException)
        {
            // The one who waited has its answer and is gone; whoever tells of the change has nothing to do with that.
        }
    }
}
