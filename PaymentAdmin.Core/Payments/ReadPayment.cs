using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Payments;

public sealed record AttemptObject(Guid Id, string Provider, string? Method, string Status, string? ProviderReference, string? ProviderStatus, long ReceivedMinor, JsonNode? NextAction, ErrorObject? LastError, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record TimelineObject(Guid Id, DateTimeOffset At, string Type, string Text, string Actor);

/// <summary>A payment with everything about it, as <c>GET /v1/payments/{id}</c> answers it.</summary>
public sealed record PaymentWithEverything : PaymentObject
{
    // The payment itself comes first, its id before everything.
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public PaymentWithEverything(PaymentObject payment) : base(payment)
    {
        Attempts = [];
        Refunds = [];
        Proofs = [];
        Timeline = [];
    }

    [JsonPropertyOrder(1)]
    public required IReadOnlyList<AttemptObject> Attempts { get; init; }
    [JsonPropertyOrder(1)]
    public required IReadOnlyList<RefundObject> Refunds { get; init; }
    [JsonPropertyOrder(1)]
    public required IReadOnlyList<ProofObject> Proofs { get; init; }
    [JsonPropertyOrder(1)]
    public required IReadOnlyList<TimelineObject> Timeline { get; init; }
}

/// <summary>A payment as whoever holds its client token sees it: nothing about a person, nothing of the merchant's own.</summary>
public sealed record ClientPaymentObject(Guid Id, string Status, long AmountMinor, long ReceivedMinor, string Currency, string? Description, JsonNode? NextAction, DateTimeOffset ExpiresAt, string MerchantName, string OrderReference);

/// <summary>Reads payments and refunds for integrators, inside one tenant and mode.</summary>
public sealed class ReadPayment(PaymentStore store, PaymentObjects objects)
{
    public Task<bool> IsOwnAsync(Guid tenantId, Mode mode, Guid id, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Payments.AnyAsync(row => row.Id == id && row.TenantId == tenantId && row.Mode == mode, cancellationToken), cancellationToken);

    /// <summary>Null when there is none, or it is another tenant's or mode's.</summary>
    public Task<PaymentWithEverything?> WithEverythingAsync(Guid tenantId, Mode mode, Guid id, CancellationToken cancellationToken) =>
        store.ReadAsync(
            async db =>
            {
                var payment = await db.Payments.FirstOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId && row.Mode == mode, cancellationToken);
                if (payment is null)
                    return null;
                var attempts = await db.PaymentAttempts.Where(row => row.PaymentId == id).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken);
                var refunds = await db.Refunds.Where(row => row.PaymentId == id).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken);
                var notes = await db.PaymentNotes.Where(row => row.PaymentId == id).OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(500).ToListAsync(cancellationToken);
                var proofs = await db.ManualProofs.Where(row => row.PaymentId == id).OrderBy(row => row.SubmittedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken);
                var files = proofs.Count == 0 ? [] : await db.ProofFiles.Where(file => db.ManualProofs.Any(proof => proof.Id == file.ProofId && proof.PaymentId == id)).ToListAsync(cancellationToken);
                var whole = Everything(objects.Of(payment, attempts.FirstOrDefault(row => row.Id == payment.AttemptId)), attempts, refunds, notes);
                return whole with { Proofs = proofs.ConvertAll(proof => ProofObject.From(proof, files.Where(file => file.ProofId == proof.Id))) };
            },
            cancellationToken);

    /// <summary>Payments without their parts, in this order; those that are not there are left out.</summary>
    public Task<List<PaymentObject>> ManyAsync(IEnumerable<Guid> paymentIds, CancellationToken cancellationToken)
    {
        var ids = paymentIds.ToList();
        return store.ReadAsync(
            async db =>
            {
                var payments = await db.Payments.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellationToken);
                var shown = payments.Values.Select(payment => payment.AttemptId).OfType<Guid>().ToList();
                var attempts = await db.PaymentAttempts.Where(row => shown.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellationToken);
                return ids.Where(payments.ContainsKey).Select(id => payments[id]).Select(payment => objects.Of(payment, payment.AttemptId is { } attempt ? attempts.GetValueOrDefault(attempt) : null)).ToList();
            },
            cancellationToken);
    }

    /// <summary>Refunds in this order.</summary>
    public async Task<List<RefundObject>> RefundsAsync(IEnumerable<Guid> refundIds, CancellationToken cancellationToken)
    {
        var ids = refundIds.ToList();
        var refunds = await store.ReadAsync(db => db.Refunds.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellationToken), cancellationToken);
        return [.. ids.Where(refunds.ContainsKey).Select(id => RefundObject.From(refunds[id]))];
    }

    /// <summary>For a caller whose client token was found to be this payment's.</summary>
    public Task<ClientPaymentObject> ForClientAsync(Guid id, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var payment = await db.Payments.SingleAsync(row => row.Id == id, cancellationToken);
            var attempt = await db.PaymentAttempts.FirstOrDefaultAsync(row => row.Id == payment.AttemptId, cancellationToken);
            var merchant = await db.Tenants.Where(row => row.Id == payment.TenantId).Select(row => row.Name).SingleAsync(cancellationToken);
            var whole = objects.Of(payment, attempt);
            return new ClientPaymentObject(whole.Id, whole.Status, whole.AmountMinor, whole.ReceivedMinor, whole.Currency, whole.Description, WithoutPhone(whole.NextAction), whole.ExpiresAt, merchant, whole.OrderReference);
        },
        cancellationToken);

    // Whose phone was asked is known to its owner; whoever else has the link learns four digits.
    private static JsonNode? WithoutPhone(JsonNode? nextAction)
    {
        if (nextAction?["phone"] is { } phone)
            nextAction["phone"] = SecretMask.Phone(phone.GetValue<string>());
        return nextAction;
    }

    public async Task<RefundObject?> RefundAsync(Guid tenantId, Mode mode, Guid id, CancellationToken cancellationToken)
    {
        var refund = await store.ReadAsync(db => db.Refunds.FirstOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId && row.Mode == mode, cancellationToken), cancellationToken);
        return refund is null ? null : RefundObject.From(refund);
    }

    private static PaymentWithEverything Everything(PaymentObject payment, List<PaymentAttempt> attempts, List<Refund> refunds, List<PaymentNote> notes) => new(payment)
    {
        Attempts = attempts.ConvertAll(row => new AttemptObject(
            row.Id,
            row.Provider,
            row.Method,
            Words.Of(row.Status),
            row.ProviderReference,
            row.ProviderStatus,
            row.ReceivedMinor,
            row is { IsOpen: true, NextActionJson: { } action } ? JsonNode.Parse(action) : null,
            row.LastErrorCode is null ? null : new ErrorObject(row.LastErrorCode, row.LastErrorMessage, row.LastErrorProviderCode),
            row.CreatedAt,
            row.UpdatedAt)),
        Refunds = refunds.ConvertAll(RefundObject.From),
        Proofs = [],
        Timeline = notes.ConvertAll(note => new TimelineObject(note.Id, note.At, note.Type, note.Text, note.Actor)),
    };
}
