using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Proofs;

/// <summary>A file of a proof in the API: never its bytes, never an address.</summary>
public sealed record ProofFileObject(Guid Id, string Sha256, string ContentType, long Bytes);

/// <summary>A proof as the API and events show it; amounts in minor units of <c>currency</c>. The reference is masked but for its last four characters.</summary>
/// <param name="SinglePerson">Approved by one person alone.</param>
public sealed record ProofObject(
    Guid Id,
    Guid PaymentId,
    string Status,
    string ProofType,
    string? ProofReference,
    long AmountMinor,
    string Currency,
    long? ReceivedMinor,
    string? Rejection,
    string? Answer,
    IReadOnlyList<ProofFileObject> Files,
    bool SinglePerson,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DecidedAt)
{
    public static ProofObject From(ManualProof proof, IEnumerable<ProofFile> files) => new(
        proof.Id,
        proof.PaymentId,
        Words.Of(proof.Status),
        Words.Of(proof.Type),
        Mask(proof.Reference),
        proof.AmountMinor,
        proof.Currency,
        proof.Status == ProofStatus.Approved ? proof.ReceivedMinor : null,
        proof.Rejection is { } rejection ? Words.Of(rejection == ProofRejection.SuspectedForgery ? ProofRejection.Other : rejection) : null,
        proof.Answer,
        [.. files.OrderBy(file => file.Position).Select(file => new ProofFileObject(file.Id, file.Sha256, file.ContentType, file.Bytes))],
        proof.Status == ProofStatus.Approved && proof.FirstApprovedBy is null,
        proof.SubmittedAt,
        proof.DecidedAt);

    private static string? Mask(string? reference) => reference is null || reference.Length <= 4 ? reference : new string('•', Math.Min(reference.Length - 4, 12)) + reference[^4..];
}
