using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Audit;

/// <summary>Which audit entries are meant; read from and written to an address here.</summary>
public sealed record AuditFilter
{
    /// <summary>The whole action or its beginning up to a point: "payment" means every "payment.…".</summary>
    public string? Action { get; init; }
    public string? Entity { get; init; }
    public string? EntityId { get; init; }

    /// <summary>The actor's name or id, exactly.</summary>
    public string? Actor { get; init; }
    public TimeBound? From { get; init; }
    public TimeBound? To { get; init; }

    public bool IsEmpty => ToQueryString().Length == 0;

    public static Result<AuditFilter> Read(IEnumerable<KeyValuePair<string, string>> query, params IEnumerable<string> besides)
    {
        var reader = new QueryReader(query);
        var filter = new AuditFilter
        {
            Action = reader.Text("action", 100),
            Entity = reader.Text("entity", 100),
            EntityId = reader.Text("entity_id", 100),
            Actor = reader.Text("actor", 254),
            From = reader.Time("from"),
            To = reader.Time("to"),
        };
        return reader.Finish(besides) is { } problem ? problem : filter;
    }

    public string ToQueryString() => Write().ToString();

    public QueryWriter Write() => new QueryWriter()
        .Add("action", Action)
        .Add("entity", Entity)
        .Add("entity_id", EntityId)
        .Add("actor", Actor)
        .Add("from", From)
        .Add("to", To);
}

/// <summary>Reads the audit of one tenant, newest first, by its rising id.</summary>
public sealed class AuditSearch(PaymentStore store)
{
    public const int PageSize = 50;

    public Task<KeysetPage<AuditEntry>> PageAsync(Guid tenantId, TimeZoneInfo zone, AuditFilter filter, AuditCursor? cursor, CancellationToken cancellationToken) =>
        store.ReadAsync(
            db => KeysetPage.ReadAsync(cursor, PageSize, (place, count) => TakeAsync(Where(db, tenantId, zone, filter), place, count, cancellationToken), (entry, isNewer) => new AuditCursor(entry.Id, isNewer).ToString()),
            cancellationToken);

    private static Task<List<AuditEntry>> TakeAsync(IQueryable<AuditEntry> entries, AuditCursor? place, int count, CancellationToken cancellationToken)
    {
        entries = place switch
        {
            { IsNewer: true } newer => entries.Where(entry => entry.Id > newer.Id).OrderBy(entry => entry.Id),
            { } after => entries.Where(entry => entry.Id < after.Id).OrderByDescending(entry => entry.Id),
            null => entries.OrderByDescending(entry => entry.Id),
        };
        return entries.Take(count).ToListAsync(cancellationToken);
    }

    internal static IQueryable<AuditEntry> Where(PaymentDb db, Guid tenantId, TimeZoneInfo zone, AuditFilter filter)
    {
        var rows = db.AuditEntries.AsNoTracking().Where(entry => entry.TenantId == tenantId);
        if (filter.Action is { } action)
        {
            var family = action + ".";
            rows = rows.Where(entry => entry.Action == action || entry.Action.StartsWith(family));
        }
        if (filter.Entity is { } entity)
            rows = rows.Where(entry => entry.Entity == entity);
        if (filter.EntityId is { } entityId)
            rows = rows.Where(entry => entry.EntityId == entityId);
        if (filter.Actor is { } actor)
            rows = rows.Where(entry => entry.ActorName == actor || entry.ActorId == actor);
        if (filter.From?.From(zone) is { } from)
            rows = rows.Where(entry => entry.At >= from);
        return filter.To?.To(zone) is { } to ? rows.Where(entry => entry.At < to) : rows;
    }
}

/// <summary>A place in the audit: "o4711" is what lies before entry 4711 in time, "n4711" what came after it.</summary>
public readonly record struct AuditCursor(long Id, bool IsNewer) : IPlaceInList
{
    public static AuditCursor? Find(string? text) =>
        text is ['o' or 'n', .. var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? new AuditCursor(id, text[0] == 'n') : null;

    public override string ToString() => (IsNewer ? "n" : "o") + Id.ToString(CultureInfo.InvariantCulture);
}
