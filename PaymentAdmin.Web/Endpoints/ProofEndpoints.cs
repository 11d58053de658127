using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Web.Components.Layout;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>
/// <c>POST /v1/payments/{id}/proofs</c> (contract.md section 4), and the files of proofs for staff. No route decides a proof: a signed-in person
/// does, on the page.
/// </summary>
public static class ProofEndpoints
{
    /// <summary>The files and what stands around them.</summary>
    internal const int BodyBytesMax = SubmitProof.TotalBytesMax + 256 * 1024;
    private const int TextBytesMax = 8 * 1024;
    private static readonly string[] Members = ["proof_type", "proof_reference", "notes", "amount_minor", "currency", "proof_image_url"];

    public static IEndpointRouteBuilder MapProofs(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/payments/{id:guid}/proofs", SubmitAsync).RequireScope(Scopes.PaymentsWrite).OpenToPayers()
            .Idempotent(bytesMax: BodyBytesMax).WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));
        routes.MapGet("/proofs/files/{id:guid}", FileAsync).RequireAuthorization(Permissions.ProofsReview).ExcludeFromDescription();
        return routes;
    }

    private static async Task<IResult> SubmitAsync(HttpContext http, CallerIdentity caller, Guid id, SubmitProof submit, CancellationToken cancellationToken)
    {
        var body = await http.ReadBodyAsync(BodyBytesMax, cancellationToken);
        if (!body.IsOk)
            return body.Problem!.ToHttp();
        if (BoundaryOf(http.Request) is not { } boundary)
            return new Problem(Codes.UnsupportedMediaType, "Send the proof as multipart/form-data.").ToHttp();
        var form = await ReadAsync(body.Value, boundary, cancellationToken);
        if (form.Problem is { } fault)
            return fault.ToHttp();
        var (texts, files) = form.Value;
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var type = Words.Find<ProofType>(texts.GetValueOrDefault("proof_type")?.Trim().ToLowerInvariant());
        if (type is null)
            errors["proof_type"] = ["must be cash_on_delivery, bank_transfer or mobile_money"];
        if (files.Count == 0)
            errors["file"] = [$"is required: 1 to {SubmitProof.FilesMax} parts of this name"];
        long? amount = null;
        if (texts.GetValueOrDefault("amount_minor") is { } amountText)
        {
            if (long.TryParse(amountText, NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
                amount = minor;
            else
                errors["amount_minor"] = ["must be a whole number of minor units"];
        }
        if (errors.Count > 0)
            return Problem.Invalid(errors).ToHttp();
        var submitted = await submit.RunAsync(
            new ProofSubmission
            {
                TenantId = caller.TenantId,
                Mode = caller.Mode,
                PaymentId = id,
                Type = type!.Value,
                Reference = texts.GetValueOrDefault("proof_reference"),
                Notes = texts.GetValueOrDefault("notes"),
                AmountMinor = amount,
                Currency = texts.GetValueOrDefault("currency"),
                ImageUrl = texts.GetValueOrDefault("proof_image_url"),
                Files = files,
                ProofId = IdempotentRequests.ResourceIdOf(http),
            },
            caller.Actor,
            cancellationToken);
        return submitted.Problem is { } problem ? problem.ToHttp() : Results.Json(submitted.Value, Json.Api, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Null when the body is no form with parts.</summary>
    internal static string? BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var media) && media.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) && HeaderUtilities.RemoveQuotes(media.Boundary).Value is { Length: > 0 and <= 70 } boundary ? boundary : null;

    /// <summary>The fields and files of the form; members that we do not know, or that come twice, are refused.</summary>
    internal static async Task<Result<(Dictionary<string, string> Texts, List<SubmittedFile> Files)>> ReadAsync(byte[] body, string boundary, CancellationToken cancellationToken)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = new List<SubmittedFile>();
        try
        {
            using var stream = new MemoryStream(body, writable: false);
            var reader = new MultipartReader(boundary, stream) { HeadersCountLimit = 10, HeadersLengthLimit = 4096 };
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                    return new Problem(Codes.ValidationFailed, "A part of the form has no name.");
                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content, cancellationToken);
                if (name == "file")
                {
                    var fileName = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
                    // A browser sends a file field that was left empty.
                    if (content.Length == 0 && string.IsNullOrEmpty(fileName))
                        continue;
                    if (files.Count == SubmitProof.FilesMax)
                        return Problem.Invalid("file", $"at most {SubmitProof.FilesMax} files");
                    files.Add(new SubmittedFile(fileName is { Length: > 0 } ? fileName : "file", section.ContentType?.Split(';')[0].Trim(), content.ToArray()));
                }
                else if (!Members.Contains(name))
                {
                    return Problem.Invalid(name.Length > 40 ? name[..40] : name, "is not known here");
                }
                else if (content.Length > TextBytesMax || !texts.TryAdd(name, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content.ToArray())))
                {
                    return Problem.Invalid(name, content.Length > TextBytesMax ? "is too long" : "comes twice");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or DecoderFallbackException)
        {
            return new Problem(Codes.ValidationFailed, "The form cannot be read.");
        }
        return (texts, files);
    }

    /// <summary>A file as it was brought: never run, never framed, never cached; each view is in the audit.</summary>
    private static async Task<IResult> FileAsync(HttpContext http, Guid id, PortalFrameSource frames, PaymentStore store, ProofFiles files, TimeProvider clock, CancellationToken cancellationToken)
    {
        var frame = await frames.LoadAsync(http.User, FrameChoice.Of(http.Request), cancellationToken);
        var file = frame?.TenantId is { } tenantId ? await store.ReadAsync(db => db.ProofFiles.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.TenantId == tenantId, cancellationToken), cancellationToken) : null;
        if (file is null || await files.ReadAsync(file.StoredName, cancellationToken) is not { } content)
            return Results.NotFound();
        await store.WriteAsync(
            db =>
            {
                db.AuditEntries.Add(AuditEntry.By(frame!.ToActor(), file.TenantId, clock.GetUtcNow(), "proof.viewed", "proof", file.ProofId.ToString(), file.Sha256));
                return Task.CompletedTask;
            },
            cancellationToken);
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Results.File(content, file.ContentType, file.Name);
    }
}
