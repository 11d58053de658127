using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Audit;

/// <summary>What the audit keeps of a file that was given out, in its <c>after</c>.</summary>
/// <param name="Filter">As it stood in the address: "?status=pending", or empty.</param>
/// <param name="BeganAt">When its rows were asked for: what was created since is in no case in it. Null in older entries.</param>
public sealed record ExportNote(string Filter, string Mode, long Rows, bool Whole, IReadOnlyList<string> Columns, DateTimeOffset? BeganAt)
{
    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public const string Entity = "export";

    public string ToJson() => JsonSerializer.Serialize(this, Wire);

    public static ExportNote? Read(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<ExportNote>(json, Wire);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A file that somebody took: when, who, which rows.</summary>
/// <param name="File">"payments.csv".</param>
public sealed record ExportTaken(long Id, DateTimeOffset At, string By, string File, ExportNote Note);

/// <summary>The files that were given out of a tenant's lists, as the audit knows them.</summary>
public sealed class ListExports(PaymentStore store)
{
    private const int LookedAt = 50;

    /// <param name="files">"payments.csv", …</param>
    /// <param name="actorId">Only this one's; null: everybody's.</param>
    public async Task<IReadOnlyList<ExportTaken>> RecentAsync(Guid tenantId, IReadOnlyCollection<string> files, string? actorId, int count, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(
            db => Of(db, tenantId, files).Where(entry => actorId == null || entry.ActorId == actorId).OrderByDescending(entry => entry.Id).Take(count).ToListAsync(cancellationToken),
            cancellationToken);
        return [.. rows.Select(Taken).OfType<ExportTaken>()];
    }

    /// <summary>
    /// Where the next file begins that is to hold what no earlier one does: the moment at which the last whole and unlimited one was asked for.
    /// Null when there is none. A row that was created in that very moment may be in both, never in neither.
    /// </summary>
    /// <param name="from">The parameter that a file may have been limited by and still be one of the chain.</param>
    public async Task<DateTimeOffset?> EndOfLastAsync(Guid tenantId, string file, Mode mode, string from, CancellationToken cancellationToken)
    {
        var rows = await store.ReadAsync(db => Of(db, tenantId, [file]).OrderByDescending(entry => entry.Id).Take(LookedAt).ToListAsync(cancellationToken), cancellationToken);
        return rows.Select(Taken).OfType<ExportTaken>().FirstOrDefault(taken => taken.Note.Whole && taken.Note.Mode == Words.Of(mode) && IsUnlimited(taken.Note.Filter, from)) is { } last
            ? last.Note.BeganAt ?? last.At
            : null;
    }

    // By entity and id, which is what the audit has an index for.
    private static IQueryable<AuditEntry> Of(PaymentDb db, Guid tenantId, IReadOnlyCollection<string> files) =>
        db.AuditEntries.AsNoTracking().Where(entry => entry.Entity == ExportNote.Entity && files.Contains(entry.EntityId) && entry.TenantId == tenantId);

    private static ExportTaken? Taken(AuditEntry entry) =>
        ExportNote.Read(entry.After) is { } note ? new ExportTaken(entry.Id, entry.At, entry.ActorName, entry.EntityId, note) : null;

    private static bool IsUnlimited(string filter, string from) =>
        filter.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')[0]).All(name => name == from || name == "mode" || CsvOptions.Parameters.Contains(name));
}
