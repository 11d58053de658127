using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Payments;

/// <summary>What a payer's page may show of a payment: nothing about the payer, nothing of the provider's own.</summary>
public sealed record PayerView
{
    public required Guid PaymentId { get; init; }
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required PaymentStatus Status { get; init; }
    public required PaymentKind Kind { get; init; }
    public required Money Amount { get; init; }
    public required long ReceivedMinor { get; init; }
    public required long RefundedMinor { get; init; }
    public required string OrderReference { get; init; }
    public required string PaymentCode { get; init; }
    public string? Description { get; init; }

    /// <summary>Who sells, and in which looks.</summary>
    public required PayerMerchant Merchant { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? SucceededAt { get; init; }

    /// <summary>The shop knows the payer's phone, so that it need not be typed.</summary>
    public required bool HasPhone { get; init; }

    /// <summary>The one that paid, else the newest; null while nothing was started.</summary>
    public PayerAttempt? Attempt { get; init; }

    /// <summary>The newest proof that the payer sent.</summary>
    public PayerProof? Proof { get; init; }

    public bool IsFinal => Status is PaymentStatus.Succeeded or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired;

    /// <summary>What is still to pay.</summary>
    public Money Rest => Amount with { Minor = Math.Max(0, Amount.Minor - ReceivedMinor) };
}

/// <param name="BrandColor">#rrggbb; null: the product's own.</param>
/// <param name="Seller">The legal entity whose account takes the money, and its BIN, where that is known.</param>
public sealed record PayerMerchant(string Name, string? BrandColor, string? Seller, TimeZoneInfo Zone);

/// <param name="Provider">Its profile, for its name and words.</param>
/// <param name="NextAction">In the contract's form, with the phone masked; null once it is over.</param>
/// <param name="ByHand">How the payer can pay without waiting for the phone; null where that is not possible.</param>
/// <param name="NeedsProof">Nobody but a person can tell that it was paid: the payer sends a proof.</param>
public sealed record PayerAttempt(Guid Id, ProviderProfile Provider, string? Method, AttemptStatus Status, JsonNode? NextAction, CheckoutResult.Instructions? ByHand, bool NeedsProof, string? ErrorCode, Money Amount, DateTimeOffset? ExpiresAt)
{
    public bool IsOpen => Status is AttemptStatus.Created or AttemptStatus.Pending or AttemptStatus.Unknown;

    public string? ActionType => NextAction?["type"]?.GetValue<string>();

    /// <summary>The provider's page, or a link to pay by.</summary>
    public string? Url => NextAction?["url"]?.GetValue<string>();
}

/// <param name="Question">What the reviewer asked; null unless more is wanted.</param>
public sealed record PayerProof(ProofStatus Status, ProofRejection? Rejection, string? Question, DateTimeOffset SubmittedAt);

/// <summary>
/// Finds a payment for somebody without credentials, by what nobody can guess: the payment's client token, or a provider's session id of
/// 128 random bits. Nothing else is looked up, whatever the address says.
/// </summary>
public sealed class ReadForPayer(PaymentStore store, AdmitPayer admit, ProviderRegistry providers, ProviderAccounts accounts)
{
    private const int SessionLengthMin = 24;
    private const int SessionLengthMax = 255;

    public async Task<PayerView?> ByTokenAsync(string? paymentId, string? token, CancellationToken cancellationToken)
    {
        if (token is null || !Guid.TryParseExact(paymentId, "D", out var id) || await admit.ByClientTokenAsync(token, id, cancellationToken) is null)
            return null;
        return await store.ReadAsync(async db => await ViewOfAsync(db, await db.Payments.SingleAsync(row => row.Id == id, cancellationToken), cancellationToken), cancellationToken);
    }

    public async Task<PayerView?> BySessionAsync(string? session, CancellationToken cancellationToken)
    {
        if (session is not { Length: >= SessionLengthMin and <= SessionLengthMax })
            return null;
        var unguessable = providers.All.Where(provider => provider.Profile.HasUnguessableReference).Select(provider => provider.Profile.Id).ToList();
        return await store.ReadAsync(
            async db =>
            {
                var ids = await db.PaymentAttempts.Where(row => row.ProviderReference == session && unguessable.Contains(row.Provider)).OrderBy(row => row.Id).Select(row => row.PaymentId).Take(2).ToListAsync(cancellationToken);
                return ids is [var id] ? await ViewOfAsync(db, await db.Payments.SingleAsync(row => row.Id == id, cancellationToken), cancellationToken) : null;
            },
            cancellationToken);
    }

    private async Task<PayerView> ViewOfAsync(PaymentDb db, Payment payment, CancellationToken cancellationToken)
    {
        var tenant = await db.Tenants.SingleAsync(row => row.Id == payment.TenantId, cancellationToken);
        var attempt = payment.AttemptId is { } attemptId ? await db.PaymentAttempts.FirstOrDefaultAsync(row => row.Id == attemptId, cancellationToken) : null;
        var proof = await db.ManualProofs.Where(row => row.PaymentId == payment.Id).OrderByDescending(row => row.SubmittedAt).ThenByDescending(row => row.Id).FirstOrDefaultAsync(cancellationToken);
        return new PayerView
        {
            PaymentId = payment.Id,
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            Status = payment.Status,
            Kind = payment.Kind,
            Amount = payment.Amount,
            ReceivedMinor = payment.ReceivedMinor,
            RefundedMinor = payment.RefundedMinor,
            OrderReference = payment.OrderReference,
            PaymentCode = payment.PaymentCode,
            Description = payment.Description,
            Merchant = new PayerMerchant(tenant.Name, tenant.BrandColor, await SellerAsync(db, payment, cancellationToken), tenant.Zone),
            ReturnUrl = payment.ReturnUrl,
            CancelUrl = payment.CancelUrl,
            ExpiresAt = payment.ExpiresAt,
            SucceededAt = payment.SucceededAt,
            HasPhone = payment.CustomerPhone is not null,
            Attempt = attempt is null ? null : await AttemptOfAsync(db, payment, attempt, cancellationToken),
            Proof = proof is null ? null : new PayerProof(proof.Status, proof.Rejection, proof.Status == ProofStatus.MoreInfo ? proof.Answer : null, proof.SubmittedAt),
        };
    }

    private static async Task<string?> SellerAsync(PaymentDb db, Payment payment, CancellationToken cancellationToken)
    {
        if (payment.OrganizationBin is not { } bin)
            return null;
        var name = await db.Organizations.Where(row => row.TenantId == payment.TenantId && row.Bin == bin).Select(row => row.Name).FirstOrDefaultAsync(cancellationToken);
        return name is null ? bin : $"{name}, {bin}";
    }

    private async Task<PayerAttempt> AttemptOfAsync(PaymentDb db, Payment payment, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        var provider = providers[attempt.Provider];
        var action = !payment.IsFinal && attempt is { IsOpen: true, NextActionJson: { } json } ? JsonNode.Parse(json) : null;
        CheckoutResult.Instructions? byHand = null;
        if (action?["phone"] is { } phone)
        {
            action["phone"] = SecretMask.Phone(phone.GetValue<string>());
            if (provider is IPaidByHand paidByHand)
                byHand = paidByHand.ByHand(await accounts.OpenForAsync(db, attempt, cancellationToken), new Money(attempt.AmountMinor, attempt.Currency), payment.PaymentCode);
        }
        return new PayerAttempt(attempt.Id, provider.Profile, attempt.Method, attempt.Status, action, byHand, provider is not IQueriesStatus, attempt.LastErrorCode, new Money(attempt.AmountMinor, attempt.Currency), attempt.ExpiresAt);
    }
}
