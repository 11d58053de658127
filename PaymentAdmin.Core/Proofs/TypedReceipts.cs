using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Proofs;

/// <summary>
/// Who pays by hand reads a receipt number on the phone, and may type it on a proof: the same money is then reported by the payer and by the
/// provider. Whichever comes first counts, for whatever payment, and the other one does not.
/// </summary>
public sealed class TypedReceipts(ProviderRegistry providers)
{
    private readonly string[] paidByHand = [.. providers.All.Where(provider => provider is IPaidByHand).Select(provider => provider.Profile.Id)];

    /// <summary>What an approved proof with this number has counted; null where nobody could have typed it.</summary>
    public async Task<Receipt?> CountedByProofAsync(PaymentDb db, Guid tenantId, Mode mode, string provider, string reference, CancellationToken cancellationToken)
    {
        if (!paidByHand.Contains(provider) || ProofReference.KeyOf(reference) is not { } key)
            return null;
        var proof = await db.ManualProofs.Where(row => row.TenantId == tenantId && row.Mode == mode && row.ReferenceKey == key && row.Status == ProofStatus.Approved).Select(row => new { row.Id, row.PaymentId }).FirstOrDefaultAsync(cancellationToken);
        return proof is null ? null : await db.Receipts.FirstOrDefaultAsync(row => row.PaymentId == proof.PaymentId && row.ProofId == proof.Id, cancellationToken);
    }

    /// <summary>Money that the provider itself has reported under the number on this proof; null when it has not.</summary>
    public async Task<Receipt?> ReportedByProviderAsync(PaymentDb db, ManualProof proof, CancellationToken cancellationToken)
    {
        if (proof.ReferenceKey is not { } key)
            return null;
        // Along the index of receipts, which is by account.
        var accounts = db.ProviderAccounts.Where(row => row.TenantId == proof.TenantId && row.Mode == proof.Mode && paidByHand.Contains(row.Provider)).Select(row => (Guid?)row.Id);
        return await db.Receipts.AsNoTracking().FirstOrDefaultAsync(row => accounts.Contains(row.AccountId) && row.Reference == key && row.ProofId == null, cancellationToken);
    }

    /// <summary>Held by who counts money under this number, so that two who do so at one moment find each other.</summary>
    public Task LockAsync(PaymentDb db, Guid tenantId, string provider, string reference, CancellationToken cancellationToken) =>
        paidByHand.Contains(provider) ? db.LockNameAsync(NameOf(tenantId, ProofReference.KeyOf(reference)), cancellationToken) : Task.CompletedTask;

    internal static string NameOf(Guid tenantId, string? referenceKey) => $"proof:{tenantId}:{referenceKey}";
}
