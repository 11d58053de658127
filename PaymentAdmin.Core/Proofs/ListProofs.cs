using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Proofs;

/// <summary>Which part of the desk is looked at.</summary>
public enum ProofStage
{
    Waiting,
    SentBack,
    Decided,
}

/// <summary>A proof in the queue; amounts in minor units of <paramref name="Currency"/>.</summary>
/// <param name="RestMinor">What the payment still expects.</param>
/// <param name="IsUsedBefore">Its reference is on another proof too.</param>
public sealed record ProofRow(Guid Id, Guid PaymentId, string OrderReference, ProofType Type, string? Reference, long AmountMinor, string Currency, long RestMinor, ProofStatus Status, DateTimeOffset SubmittedAt, string? ClaimedBy, DateTimeOffset? ClaimedUntil, string? DecidedBy, DateTimeOffset? DecidedAt, bool IsUsedBefore);

/// <summary>Another proof that has something in common with this one.</summary>
public sealed record ProofTwin(Guid Id, Guid PaymentId, string OrderReference, long AmountMinor, string Currency, ProofStatus Status, string? DecidedBy, DateTimeOffset SubmittedAt, string What);

/// <summary>A proof with everything that its reviewer compares.</summary>
public sealed record ProofDetail(
    ManualProof Proof,
    Payment Payment,
    string? Payer,
    IReadOnlyList<ProofFile> Files,
    IReadOnlyList<ProofTwin> Twins,
    IReadOnlyList<ManualProof> Earlier,
    bool NeedsSecondPerson,
    int Position,
    int Waiting,
    Guid? PreviousId,
    Guid? NextId);

/// <summary>The proof desk's reading side: the queue, oldest first, and one proof beside what it must agree with.</summary>
public sealed class ListProofs(PaymentStore store)
{
    private const int ShownMax = 200;
    private const int TwinsMax = 10;

    public Task<List<ProofRow>> RunAsync(Guid tenantId, Mode mode, ProofStage queue, CancellationToken cancellationToken) => store.ReadAsync(
        db =>
        {
            var proofs = Queue(db, tenantId, mode, queue);
            proofs = queue == ProofStage.Decided ? proofs.OrderByDescending(row => row.DecidedAt) : proofs.OrderBy(row => row.SubmittedAt).ThenBy(row => row.Id);
            return proofs.Take(ShownMax).Join(db.Payments, proof => proof.PaymentId, payment => payment.Id, (proof, payment) => new ProofRow(
                proof.Id,
                proof.PaymentId,
                payment.OrderReference,
                proof.Type,
                proof.Reference,
                proof.AmountMinor,
                proof.Currency,
                payment.AmountMinor - payment.ReceivedMinor,
                proof.Status,
                proof.SubmittedAt,
                proof.ClaimedBy,
                proof.ClaimedUntil,
                proof.DecidedBy,
                proof.DecidedAt,
                proof.ReferenceKey != null && db.ManualProofs.Any(other => other.TenantId == tenantId && other.Mode == mode && other.ReferenceKey == proof.ReferenceKey && other.PaymentId != proof.PaymentId))).ToListAsync(cancellationToken);
        },
        cancellationToken);

    public Task<int> CountAsync(Guid tenantId, Mode mode, ProofStage queue, CancellationToken cancellationToken) =>
        store.ReadAsync(db => Queue(db, tenantId, mode, queue).CountAsync(cancellationToken), cancellationToken);

    /// <summary>Null when there is none, or it is another tenant's.</summary>
    public Task<ProofDetail?> FindAsync(Guid tenantId, Guid proofId, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var proof = await db.ManualProofs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == proofId && row.TenantId == tenantId, cancellationToken);
            if (proof is null)
                return null;
            var payment = await db.Payments.AsNoTracking().SingleAsync(row => row.Id == proof.PaymentId, cancellationToken);
            var files = await db.ProofFiles.AsNoTracking().Where(file => file.ProofId == proofId).OrderBy(file => file.Position).ToListAsync(cancellationToken);
            var waiting = await Queue(db, tenantId, proof.Mode, ProofStage.Waiting).OrderBy(row => row.SubmittedAt).ThenBy(row => row.Id).Select(row => row.Id).Take(1000).ToListAsync(cancellationToken);
            var at = waiting.IndexOf(proofId);
            return new ProofDetail(
                proof,
                payment,
                SecretMask.Phone(payment.CustomerPhone) ?? SecretMask.Email(payment.CustomerEmail),
                files,
                await TwinsAsync(db, proof, files, cancellationToken),
                await db.ManualProofs.AsNoTracking().Where(row => row.PaymentId == proof.PaymentId && row.Id != proofId).OrderByDescending(row => row.SubmittedAt).Take(TwinsMax).ToListAsync(cancellationToken),
                await TwoPersons.AreNeededAsync(db, tenantId, proof.AmountMinor, proof.Currency, cancellationToken),
                at + 1,
                waiting.Count,
                at > 0 ? waiting[at - 1] : null,
                at < 0 ? (waiting.Count > 0 ? waiting[0] : null) : at + 1 < waiting.Count ? waiting[at + 1] : null);
        },
        cancellationToken);

    private static async Task<List<ProofTwin>> TwinsAsync(PaymentDb db, ManualProof proof, List<ProofFile> files, CancellationToken cancellationToken)
    {
        var hashes = files.ConvertAll(file => file.Sha256);
        var (dayBegin, dayEnd) = (proof.SubmittedAt.AddDays(-1), proof.SubmittedAt.AddDays(1));
        var others = db.ManualProofs.Where(row => row.TenantId == proof.TenantId && row.Mode == proof.Mode && row.PaymentId != proof.PaymentId);
        var sameFile = db.ProofFiles.Where(file => file.TenantId == proof.TenantId && hashes.Contains(file.Sha256)).Select(file => file.ProofId);
        var found = await others
            .Where(row => (proof.ReferenceKey != null && row.ReferenceKey == proof.ReferenceKey) || sameFile.Contains(row.Id) || (row.AmountMinor == proof.AmountMinor && row.Currency == proof.Currency && row.SubmittedAt > dayBegin && row.SubmittedAt < dayEnd))
            .OrderByDescending(row => row.SubmittedAt).Take(TwinsMax)
            .Join(db.Payments, row => row.PaymentId, payment => payment.Id, (row, payment) => new { Row = row, payment.OrderReference, IsSameFile = sameFile.Contains(row.Id) })
            .ToListAsync(cancellationToken);
        // What weighs most comes first.
        found.Sort((a, b) => Weight(proof, b.Row, b.IsSameFile).CompareTo(Weight(proof, a.Row, a.IsSameFile)));
        return found.ConvertAll(twin => new ProofTwin(
            twin.Row.Id,
            twin.Row.PaymentId,
            twin.OrderReference,
            twin.Row.AmountMinor,
            twin.Row.Currency,
            twin.Row.Status,
            twin.Row.DecidedBy,
            twin.Row.SubmittedAt,
            Weight(proof, twin.Row, twin.IsSameFile) switch { 2 => "reference", 1 => "file", _ => "amount and day" }));
    }

    private static int Weight(ManualProof proof, ManualProof other, bool isSameFile) => proof.ReferenceKey is not null && other.ReferenceKey == proof.ReferenceKey ? 2 : isSameFile ? 1 : 0;

    private static IQueryable<ManualProof> Queue(PaymentDb db, Guid tenantId, Mode mode, ProofStage queue)
    {
        var own = db.ManualProofs.AsNoTracking().Where(row => row.TenantId == tenantId && row.Mode == mode);
        return queue switch
        {
            ProofStage.Waiting => own.Where(row => row.Status == ProofStatus.Submitted || row.Status == ProofStatus.Claimed || row.Status == ProofStatus.ApprovedFirst),
            ProofStage.SentBack => own.Where(row => row.Status == ProofStatus.MoreInfo),
            _ => own.Where(row => row.Status == ProofStatus.Approved || row.Status == ProofStatus.Rejected || row.Status == ProofStatus.Superseded || row.Status == ProofStatus.Withdrawn),
        };
    }
}
