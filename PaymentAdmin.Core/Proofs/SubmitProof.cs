using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Proofs;

/// <param name="Name">As the payer's device calls it.</param>
/// <param name="Declared">The content type that came along; the bytes decide.</param>
public sealed record SubmittedFile(string Name, string? Declared, byte[] Content);

/// <summary>A proof as it is brought. Amount and currency default to the payment's.</summary>
public sealed record ProofSubmission
{
    public required Guid TenantId { get; init; }
    public required Mode Mode { get; init; }
    public required Guid PaymentId { get; init; }
    public required ProofType Type { get; init; }
    public string? Reference { get; init; }
    public long? AmountMinor { get; init; }
    public string? Currency { get; init; }
    public string? Notes { get; init; }

    /// <summary>Kept as text; nobody fetches it.</summary>
    public string? ImageUrl { get; init; }
    public IReadOnlyList<SubmittedFile> Files { get; init; } = [];

    /// <summary>Id that an idempotency key has set aside.</summary>
    public Guid? ProofId { get; init; }
}

/// <summary>
/// Takes a proof of a manual payment: judges the files by their bytes, writes them, then stores the proof and puts the payment before a person,
/// in one transaction. A proof that is not decided yet gives way to the new one.
/// </summary>
public sealed class SubmitProof(PaymentStore store, ProofFiles files, ApplyObservation apply, IdSource ids, TimeProvider clock, FailPoints failPoints, LiveUpdates updates)
{
    public const int FilesMax = 5;
    public const int FileBytesMax = 6 * 1024 * 1024;
    public const int TotalBytesMax = 20 * 1024 * 1024;
    private const int ReferenceMax = 100;
    private const int NotesMax = 1000;
    private const int NameMax = 200;
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/\\<>\"'&:|?*");

    public async Task<Result<ProofObject>> RunAsync(ProofSubmission submission, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.ProofsReview) is { } missing)
            return missing;
        if (Judge(submission, out var types) is { } fault)
            return fault;
        // Refused here already, so that nothing is written for a payment that takes no proof; the transaction asks again.
        var early = await store.ReadAsync(db => db.Payments.AsNoTracking().FirstOrDefaultAsync(row => row.Id == submission.PaymentId, cancellationToken), cancellationToken);
        if (Refusal(early, submission) is { } refused)
            return refused;

        var written = new List<ProofFile>();
        var proofId = submission.ProofId ?? ids.NewId();
        Result<ProofObject> stored;
        try
        {
            foreach (var (index, file) in submission.Files.Index())
            {
                written.Add(new ProofFile
                {
                    Id = ids.NewId(),
                    TenantId = submission.TenantId,
                    ProofId = proofId,
                    Position = index,
                    Name = file.Name,
                    ContentType = types[index],
                    Bytes = file.Content.Length,
                    Sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content)),
                    StoredName = await files.WriteAsync(file.Content, cancellationToken),
                });
            }
            await failPoints.HitAsync("proof.file_written");
            stored = await store.WriteAsync(db => StoreAsync(db, submission, proofId, written, actor, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Problem(Codes.Unavailable, "The files could not be stored; send them again.") { RetryAfterSeconds = 5 };
        }
        await failPoints.HitAsync("proof.row_committed");
        // Files of a submission that was refused, or was here already, belong to nobody.
        var kept = stored.IsOk ? stored.Value.Files.Select(file => file.Id).ToHashSet() : [];
        foreach (var file in written.Where(file => !kept.Contains(file.Id)))
            files.Delete(file.StoredName);
        return stored;
    }

    private async Task<Result<ProofObject>> StoreAsync(PaymentDb db, ProofSubmission submission, Guid proofId, List<ProofFile> written, Actor actor, CancellationToken cancellationToken)
    {
        var payment = await db.LockPaymentAsync(submission.PaymentId, cancellationToken);
        if (await db.ManualProofs.FirstOrDefaultAsync(row => row.Id == proofId, cancellationToken) is { } repeated)
            return ProofObject.From(repeated, await db.ProofFiles.Where(file => file.ProofId == proofId).ToListAsync(cancellationToken));
        if (Refusal(payment, submission) is { } refused)
            return refused;
        var now = clock.GetUtcNow();
        foreach (var earlier in await db.ManualProofs.Where(row => row.PaymentId == payment!.Id && (row.Status == ProofStatus.Submitted || row.Status == ProofStatus.Claimed || row.Status == ProofStatus.MoreInfo || row.Status == ProofStatus.ApprovedFirst)).ToListAsync(cancellationToken))
            earlier.Supersede();
        var proof = new ManualProof
        {
            Id = proofId,
            TenantId = payment!.TenantId,
            Mode = payment.Mode,
            PaymentId = payment.Id,
            Type = submission.Type,
            Reference = Trimmed(submission.Reference),
            ReferenceKey = ProofReference.KeyOf(submission.Reference),
            AmountMinor = submission.AmountMinor ?? payment.AmountMinor - Math.Min(payment.ReceivedMinor, payment.AmountMinor - 1),
            Currency = submission.Currency ?? payment.Currency,
            Notes = Trimmed(submission.Notes),
            ImageUrl = Trimmed(submission.ImageUrl),
            SubmittedAt = now,
            SubmittedBy = $"{Words.Of(actor.Kind)}:{actor.Id}",
            SubmittedByUserId = actor.AnswerableUserId,
        };
        db.ManualProofs.Add(proof);
        db.ProofFiles.AddRange(written);
        payment.SetProofReference(proof.Reference, now);
        await apply.InTransactionAsync(
            db,
            new PaymentObservation { PaymentId = payment.Id, Fact = ObservedFact.ProofSubmitted, Source = ObservationSource.Proof, Actor = actor, ProofId = proof.Id, SourceId = proof.Id.ToString(), Reason = proof.Reference is null ? null : $"Reference {proof.Reference}" },
            cancellationToken);
        Tell(db, payment, proof, written, "proof.submitted", actor, reason: null, now);
        return ProofObject.From(proof, written);
    }

    /// <summary>Audit, event and live update of what has just happened to a proof; in the caller's transaction.</summary>
    internal void Tell(PaymentDb db, Payment payment, ManualProof proof, IReadOnlyList<ProofFile> proofFiles, string type, Actor actor, string? reason, DateTimeOffset now)
    {
        var seen = new { status = Words.Of(proof.Status), payment_id = payment.Id, proof_type = Words.Of(proof.Type), amount_minor = proof.AmountMinor, currency = proof.Currency, received_minor = proof.ReceivedMinor, files = proofFiles.Select(file => file.Sha256) };
        db.AuditEntries.Add(AuditEntry.By(actor, proof.TenantId, now, type, "proof", proof.Id.ToString(), reason, after: JsonSerializer.Serialize(seen)));
        if (type != "proof.first_approved")
            apply.Announce(db, payment, shown: null, type, $"{proof.Id}:{proof.Version.ToString(CultureInfo.InvariantCulture)}", now, JsonSerializer.Serialize(ProofObject.From(proof, proofFiles), ApiJson.Options));
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(proof.TenantId, "proof", payment.Id)));
    }

    private static Problem? Refusal(Payment? payment, ProofSubmission submission)
    {
        if (payment is null || payment.TenantId != submission.TenantId || payment.Mode != submission.Mode)
            return new Problem(Codes.PaymentNotFound, "No such payment.");
        return payment.Status is PaymentStatus.Succeeded or PaymentStatus.Failed
            ? new Problem(Codes.PaymentFinal, $"The payment is {Words.Of(payment.Status)}; it takes no proof.") { PaymentId = payment.Id }
            : null;
    }

    private static Problem? Judge(ProofSubmission submission, out string[] types)
    {
        types = new string[submission.Files.Count];
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (Texts.Fault(submission.Reference, ReferenceMax, isRequired: submission.Type != ProofType.CashOnDelivery) is { } reference)
            errors["proof_reference"] = [reference];
        else if (submission.Type != ProofType.CashOnDelivery && ProofReference.KeyOf(submission.Reference) is null)
            errors["proof_reference"] = ["must have a letter or a digit"];
        if (NotesFault(submission.Notes) is { } notes)
            errors["notes"] = [notes];
        if (Texts.Fault(submission.ImageUrl, 2000) is { } url)
            errors["proof_image_url"] = [url];
        if (submission.AmountMinor is <= 0 or > Money.MinorMax)
            errors["amount_minor"] = ["must be a whole number of minor units, 1 at least"];
        if (submission.Currency is { } currency && !Currency.IsKnown(currency))
            errors["currency"] = ["must be an ISO 4217 code"];
        if (submission.Files.Count > FilesMax)
            errors["file"] = [$"at most {FilesMax} files"];
        if (errors.Count > 0)
            return Problem.Invalid(errors);
        if (submission.Files.Any(file => file.Content.Length > FileBytesMax) || submission.Files.Sum(file => (long)file.Content.Length) > TotalBytesMax)
            return new Problem(Codes.TooLarge, $"A file may have {FileBytesMax / 1024 / 1024} MiB, all together {TotalBytesMax / 1024 / 1024} MiB.");
        foreach (var (index, file) in submission.Files.Index())
        {
            if (NameFault(file.Name) is { } name)
                return Problem.Invalid("file", name);
            if (ProofContent.Detect(file.Content, file.Name, file.Declared, out var fault) is not { } type)
                return new Problem(Codes.UnsupportedMediaType, $"A file {fault}. Send JPEG, PNG, WebP or PDF.") { Errors = new Dictionary<string, string[]> { ["file"] = [fault!] } };
            types[index] = type;
        }
        return null;
    }

    /// <summary>Names are shown, never used; one that looks like a path or like markup is no name that a camera gives.</summary>
    private static string? NameFault(string name) =>
        name.Length is 0 or > NameMax || name.AsSpan().IndexOfAny(NotInNames) >= 0 || name.Contains("..", StringComparison.Ordinal) || name.Any(char.IsControl)
            ? "has a name that is no plain file name"
            : null;

    private static string? NotesFault(string? notes) =>
        notes is null ? null : notes.Length > NotesMax ? $"must have at most {NotesMax} characters" : notes.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')) ? "must not have control characters" : null;

    private static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;
}
