using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Legacy;

/// <param name="Tenant">Its slug.</param>
/// <param name="Text">The CSV.</param>
/// <param name="FilesFolder">Where the proofs lie that the CSV names; null: they are not taken over.</param>
public sealed record ImportLegacyRequest(string Tenant, string Text, string? FilesFolder);

/// <summary>What an import did.</summary>
/// <param name="AlreadyThere">Rows whose reference the tenant has; nothing about them was changed.</param>
/// <param name="Files">Proofs that were taken over.</param>
/// <param name="MissingFiles">Names that the CSV has and the folder has not, or not as a file of a size that a proof has.</param>
public sealed record ImportedLegacy(int Rows, int Imported, int AlreadyThere, int Files, IReadOnlyList<string> MissingFiles);

/// <summary>
/// Takes over what a replaced system has registered, with its proofs, so that lists, exports and refunds by hand have one place. It tells
/// nobody: no event is written. A reference that is there already is left alone, so a second import changes nothing.
/// </summary>
public sealed class ImportLegacy(PaymentStore store, ProviderRegistry providers, ApplyObservation apply, ProofFiles files, TimeProvider clock)
{
    private const int BatchSize = 100;
    private const long FileBytesMax = 20 * 1024 * 1024;
    private const string Manual = "manual";
    private const string ReplacedSystem = "the replaced system";

    public async Task<Result<ImportedLegacy>> RunAsync(ImportLegacyRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var tenantId = await store.ReadAsync(db => db.Tenants.Where(row => row.Slug == request.Tenant).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(cancellationToken), cancellationToken);
        if (tenantId is not { } tenant)
            return Problem.Invalid("tenant", $"there is no tenant '{request.Tenant}'");
        var (rows, faults) = LegacyRow.Read(request.Text);
        if (faults.Count > 0)
            return Problem.Invalid(new Dictionary<string, string[]> { ["file"] = [.. faults] });
        var done = new ImportedLegacy(rows.Count, 0, 0, 0, []);
        foreach (var batch in rows.Chunk(BatchSize))
            done = Sum(done, await ImportAsync(tenant, batch, request.FilesFolder, actor, cancellationToken));
        return done;
    }

    private async Task<ImportedLegacy> ImportAsync(Guid tenantId, LegacyRow[] batch, string? folder, Actor actor, CancellationToken cancellationToken)
    {
        var known = await store.ReadAsync(db => KnownAsync(db, tenantId, batch, cancellationToken), cancellationToken);
        var proofs = new Dictionary<string, StoredProof?>(StringComparer.Ordinal);
        foreach (var row in batch.Where(row => row.Proof is not null && !known.Contains((row.Mode, row.Reference))))
            proofs[row.Reference] = folder is null ? null : await TakeFileAsync(folder, row.Proof ?? "", cancellationToken);
        return await store.WriteAsync(
            async db =>
            {
                await db.LockNameAsync($"import-legacy {tenantId}", cancellationToken);
                var there = await KnownAsync(db, tenantId, batch, cancellationToken);
                var added = batch.Where(row => !there.Contains((row.Mode, row.Reference))).ToList();
                foreach (var row in added)
                    Add(db, tenantId, row, proofs.GetValueOrDefault(row.Reference), actor);
                if (added.Count > 0)
                    db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "legacy.imported", "tenant", tenantId.ToString(), after: AuditJson.Of(new { Imported = added.Count, First = added[0].Reference, Last = added[^1].Reference })));
                var missing = folder is null ? [] : added.Where(row => row.Proof is not null && proofs.GetValueOrDefault(row.Reference) is null).Select(row => row.Proof ?? "").ToList();
                return new ImportedLegacy(0, added.Count, batch.Length - added.Count, added.Count(row => proofs.GetValueOrDefault(row.Reference) is not null), missing);
            },
            cancellationToken);
    }

    private static async Task<HashSet<(Mode, string)>> KnownAsync(PaymentDb db, Guid tenantId, LegacyRow[] batch, CancellationToken cancellationToken)
    {
        var references = batch.Select(row => row.Reference).ToList();
        var known = await db.Payments.Where(payment => payment.TenantId == tenantId && references.Contains(payment.OrderReference)).Select(payment => new { payment.Mode, payment.OrderReference }).ToListAsync(cancellationToken);
        return [.. known.Select(payment => (payment.Mode, payment.OrderReference))];
    }

    /// <summary>The bytes into the store of proofs; null when the name leads to no file inside the folder.</summary>
    private async Task<StoredProof?> TakeFileAsync(string folder, string name, CancellationToken cancellationToken)
    {
        if (FindFile(folder, name) is not { } path)
            return null;
        var content = await File.ReadAllBytesAsync(path, cancellationToken);
        var shown = Path.GetFileName(path);
        // What is no picture and no document is kept all the same, as bytes that no browser opens.
        var type = ProofContent.Detect(content, shown, declared: null, out _) ?? "application/octet-stream";
        return new StoredProof(await files.WriteAsync(content, cancellationToken), shown, type, content.LongLength, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    /// <summary>By the path as it is written, else by the name alone; never outside of the folder, also not over a link.</summary>
    private static string? FindFile(string folder, string name)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        foreach (var candidate in new[] { name.TrimStart('/', '\\'), name.Split('/', '\\')[^1] })
        {
            var file = new FileInfo(Path.GetFullPath(candidate, root));
            if (candidate.Length == 0 || !file.FullName.StartsWith(root, StringComparison.Ordinal) || !file.Exists || file.Length > FileBytesMax)
                continue;
            if (file.ResolveLinkTarget(returnFinalTarget: true) is not { } target || target.FullName.StartsWith(root, StringComparison.Ordinal))
                return file.FullName;
        }
        return null;
    }

    private void Add(PaymentDb db, Guid tenantId, LegacyRow row, StoredProof? stored, Actor actor)
    {
        var payment = NewPayment(tenantId, row);
        db.Payments.Add(payment);
        var isProvider = providers.TryFind(row.Method?.ToLowerInvariant(), out var provider);
        payment.ShowImported(isProvider && provider is not null ? provider.Profile.Id : Manual, PaymentMethods.All.FirstOrDefault(method => method == row.Method?.ToLowerInvariant()), row.PaymentId, row.At);
        apply.Begin(db, payment, shown: null, actor, $"{MoneyFormat.Text(payment.AmountMinor, payment.Currency)} for {payment.OrderReference}, taken over from {ReplacedSystem}", row.At);
        var proofId = row.Proof is null ? (Guid?)null : AddProof(db, payment, row, stored);
        if (row.Status == PaymentStatus.Created)
            return;
        var observation = new PaymentObservation
        {
            PaymentId = payment.Id,
            Fact = row.Status switch { PaymentStatus.Succeeded => ObservedFact.Succeeded, PaymentStatus.Failed => ObservedFact.Failed, _ => ObservedFact.Pending },
            Source = ObservationSource.Import,
            Actor = actor,
            Received = row.Status == PaymentStatus.Succeeded ? row.Amount : null,
            ReceiptReference = row.Status == PaymentStatus.Succeeded ? row.PaymentId ?? row.Reference : null,
            ProofId = row.Status == PaymentStatus.Succeeded ? proofId : null,
            Reason = $"payment_status in the export of {ReplacedSystem}",
        };
        apply.Take(db, payment, [], default, observation, row.At);
    }

    private static Guid AddProof(PaymentDb db, Payment payment, LegacyRow row, StoredProof? stored)
    {
        var proof = new ManualProof
        {
            Id = IdSource.NewId(row.At),
            TenantId = payment.TenantId,
            Mode = payment.Mode,
            PaymentId = payment.Id,
            Type = ProofType.BankTransfer,
            AmountMinor = payment.AmountMinor,
            Currency = payment.Currency,
            Notes = $"payment_proof: {row.Proof}",
            SubmittedAt = row.At,
            SubmittedBy = ReplacedSystem,
            IsLegacy = true,
        };
        if (row.Status != PaymentStatus.Pending)
            proof.TakeOver(row.Status == PaymentStatus.Succeeded ? ProofStatus.Approved : ProofStatus.Rejected, ReplacedSystem, row.At);
        db.ManualProofs.Add(proof);
        if (stored is not null)
            db.ProofFiles.Add(new ProofFile { Id = IdSource.NewId(row.At), TenantId = payment.TenantId, ProofId = proof.Id, Position = 1, Name = stored.Name, ContentType = stored.ContentType, Bytes = stored.Bytes, Sha256 = stored.Sha256, StoredName = stored.StoredName });
        payment.SetProofReference(row.Proof, row.At);
        return proof.Id;
    }

    private static Payment NewPayment(Guid tenantId, LegacyRow row) => new()
    {
        Id = IdSource.NewId(row.At),
        TenantId = tenantId,
        Mode = row.Mode,
        Kind = PaymentKind.Registration,
        OrderReference = row.Reference,
        PaymentCode = PaymentCode.New(),
        AmountMinor = row.Amount.Minor,
        Currency = row.Amount.Currency,
        CustomerEmail = row.Email,
        CreatedAt = row.At,
        ExpiresAt = row.At.AddDays(1),
        EndsWithFirstAttempt = true,
        CreatedBy = Payment.ImportedBy,
    };

    private static ImportedLegacy Sum(ImportedLegacy all, ImportedLegacy batch) => all with
    {
        Imported = all.Imported + batch.Imported,
        AlreadyThere = all.AlreadyThere + batch.AlreadyThere,
        Files = all.Files + batch.Files,
        MissingFiles = [.. all.MissingFiles, .. batch.MissingFiles],
    };

    private sealed record StoredProof(string StoredName, string Name, string ContentType, long Bytes, string Sha256);
}
