using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>An event as a row of the inbox.</summary>
public sealed record WebhookRow
{
    public required Guid Id { get; init; }
    public required Mode Mode { get; init; }
    public required string Provider { get; init; }
    public string? Kind { get; init; }
    public string? EventType { get; init; }
    public string? ProviderReference { get; init; }
    public required string SourceVerdict { get; init; }
    public required IntegrityVerdict Integrity { get; init; }
    public required WebhookState State { get; init; }
    public string? Outcome { get; init; }
    public Guid? PaymentId { get; init; }
    public string? OrderReference { get; init; }
    public required int Duplicates { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset? SettledAt { get; init; }
    public DateTimeOffset? NextAttemptAt { get; init; }
}

/// <summary>How many events are in each state that somebody may have to look at; applied ones are the rest and are not counted.</summary>
public sealed record WebhookCounts(IReadOnlyDictionary<WebhookState, CappedCount> Open, int Rejected, CappedCount InOtherMode, bool HasAny);

/// <summary>An event as a line of the file.</summary>
public sealed record WebhookLine(Guid Id, Mode Mode, DateTimeOffset ReceivedAt, DateTimeOffset? SettledAt, string Provider, string? Kind, string? EventType, string? ProviderReference, Guid? PaymentId, string SourceVerdict, IntegrityVerdict Integrity, WebhookState State, string? Outcome, int Attempts, int Duplicates, string? RemoteIp, string BodySha256, string DedupeKey);

/// <summary>A delivery that was not authentic, as the log shows it.</summary>
public sealed record RejectionRow(Guid Id, string Provider, string? AccountName, DateTimeOffset At, string? RemoteIp, string Reason, string HeaderNames, int BodyLength, string BodySha256, MaskedBody BodyStart, bool IsCut);

/// <summary>A delivery to an alias address that belongs to no single account.</summary>
public sealed record UnassignedRow(Guid Id, string Provider, DateTimeOffset ReceivedAt, string? EventType, string? ProviderReference, bool IsAuthentic, string Reason, string? RemoteIp, int BodyLength, string BodySha256, int Duplicates, MaskedBody Body);

/// <summary>Reads the inbox, newest first, by keyset; the rejection log; and for superadmins what belongs to nobody.</summary>
public sealed class WebhookSearch(PaymentStore store)
{
    public const int UnassignedMax = 200;

    public Task<Result<KeysetPage<WebhookRow>>> PageAsync(SearchScope scope, WebhookFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, PaymentSearch.PageSizeMax);
        var binding = $"webhooks {scope.TenantId} {scope.Mode} {scope.Zone.Id} {(filter with { Mode = null }).ToQueryString()}";
        var read = KeysetCursor.Read(cursor, binding);
        return read.IsOk
            ? store.ReadAsync<Result<KeysetPage<WebhookRow>>>(async db => await KeysetPage.ReadAsync(read.Value, limit, (place, count) => TakeAsync(db, scope, filter, place, count, cancellationToken), (row, isNewer) => CursorOf(row, isNewer, binding)), cancellationToken)
            : Task.FromResult<Result<KeysetPage<WebhookRow>>>(read.Problem!);
    }

    /// <summary>How many came since the newest row on screen.</summary>
    public Task<int> CountNewerAsync(SearchScope scope, WebhookFilter filter, DateTimeOffset at, Guid id, CancellationToken cancellationToken) => store.ReadAsync(
        db => Before(Query(db, scope, filter), at, id).OrderBy(row => row.ReceivedAt).Take(100).CountAsync(cancellationToken),
        cancellationToken);

    /// <summary>The same rows as they are now.</summary>
    public Task<List<WebhookRow>> RowsAsync(SearchScope scope, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) => store.ReadAsync(
        db => ReadAsync(db, db.WebhookEvents.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode && ids.Contains(row.Id)), cancellationToken),
        cancellationToken);

    public Task<WebhookCounts> CountAsync(SearchScope scope, WebhookFilter filter, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var open = new Dictionary<WebhookState, CappedCount>();
            foreach (var state in Enum.GetValues<WebhookState>().Where(state => state != WebhookState.Applied))
                open[state] = await CappedAsync(Query(db, scope, filter with { States = [state] }), cancellationToken);
            var other = scope with { Mode = scope.Mode == Mode.Live ? Mode.Test : Mode.Live };
            return new WebhookCounts(
                open,
                await Rejections(db, scope).CountAsync(cancellationToken),
                await CappedAsync(Query(db, other, filter), cancellationToken),
                await db.WebhookEvents.AnyAsync(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode, cancellationToken));
        },
        cancellationToken);

    /// <summary>Ids of the events of a filter that could be taken up again, newest first.</summary>
    public Task<List<Guid>> ReplayableAsync(SearchScope scope, WebhookFilter filter, int max, CancellationToken cancellationToken) => store.ReadAsync(
        db => Query(db, scope, filter)
            .Where(row => row.State != WebhookState.Applied && row.State != WebhookState.Pending)
            .OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id).Take(max).Select(row => row.Id).ToListAsync(cancellationToken),
        cancellationToken);

    /// <summary>The rejection log of the tenant's accounts in this mode; it is bounded where it is written.</summary>
    public Task<List<RejectionRow>> RejectedAsync(SearchScope scope, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var rows = await Rejections(db, scope).OrderByDescending(row => row.At).ToListAsync(cancellationToken);
            var names = await Accounts(db, scope).ToDictionaryAsync(row => row.Id, row => row.Name, cancellationToken);
            return rows.ConvertAll(row => new RejectionRow(row.Id, row.Provider, names.GetValueOrDefault(row.AccountId), row.At, row.RemoteIp, row.Reason, row.HeaderNames, row.BodyLength, row.BodySha256, BodyMask.Of(row.BodyStart, []), row.BodyStart.Length < row.BodyLength));
        },
        cancellationToken);

    /// <summary>What came to an alias and could be given to no account: of every tenant, so for superadmins only.</summary>
    public async Task<Result<List<UnassignedRow>>> UnassignedAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PlatformManage) is { } missing)
            return missing;
        var rows = await store.ReadAsync(db => db.UnmatchedWebhooks.OrderByDescending(row => row.IsAuthentic).ThenByDescending(row => row.ReceivedAt).Take(UnassignedMax).ToListAsync(cancellationToken), cancellationToken);
        return rows.ConvertAll(row => new UnassignedRow(row.Id, row.Provider, row.ReceivedAt, row.EventType, row.ProviderReference, row.IsAuthentic, row.Reason, row.RemoteIp, row.BodyLength, row.BodySha256, row.Duplicates, BodyMask.Of(row.Body, [])));
    }

    /// <summary>A filter as a query: the list, its figures, the bulk retry and the CSV are made from this one.</summary>
    internal static IQueryable<WebhookEvent> Query(PaymentDb db, SearchScope scope, WebhookFilter filter)
    {
        var rows = db.WebhookEvents.AsNoTracking().Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
        rows = filter.States switch
        {
            [] => rows,
            [WebhookState.Applied] => rows.Where(row => row.State == WebhookState.Applied),
            // The first condition is the one that the partial index of the open ones answers.
            [var only] => rows.Where(row => row.State != WebhookState.Applied && row.State == only),
            var some => rows.Where(row => some.Contains(row.State)),
        };
        if (filter.Verdicts.Count > 0)
            rows = rows.Where(row => filter.Verdicts.Contains(row.Integrity));
        rows = filter.Providers switch { [] => rows, [var only] => rows.Where(row => row.Provider == only), var some => rows.Where(row => some.Contains(row.Provider)) };
        if (filter.PaymentId is { } payment)
            rows = rows.Where(row => row.PaymentId == payment);
        if (filter.ReceivedFrom?.From(scope.Zone) is { } from)
            rows = rows.Where(row => row.ReceivedAt >= from);
        if (filter.ReceivedTo?.To(scope.Zone) is { } to)
            rows = rows.Where(row => row.ReceivedAt < to);
        if (filter.Query is not { } text)
            return rows;
        if (Guid.TryParse(text, out var id))
            return rows.Where(row => row.Id == id || row.PaymentId == id);
        // Each half is one look-up in an index; a condition with "or" would read along the time.
        var accounts = Accounts(db, scope).Select(account => account.Id);
        var found = db.WebhookEvents.Where(row => accounts.Contains(row.AccountId) && row.ProviderReference == text).Select(row => row.Id)
            .Union(db.WebhookEvents.Where(row => accounts.Contains(row.AccountId) && row.DedupeKey == text).Select(row => row.Id));
        return rows.Where(row => found.Contains(row.Id));
    }

    private static Task<List<WebhookRow>> TakeAsync(PaymentDb db, SearchScope scope, WebhookFilter filter, KeysetCursor? place, int count, CancellationToken cancellationToken)
    {
        var rows = Query(db, scope, filter);
        rows = place switch
        {
            { IsNewer: true } newer => Before(rows, newer.At, newer.Id).OrderBy(row => row.ReceivedAt).ThenBy(row => row.Id),
            { } after => rows.Where(row => row.ReceivedAt <= after.At && (row.ReceivedAt < after.At || row.Id < after.Id)).OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id),
            null => rows.OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id),
        };
        return ReadAsync(db, rows.Take(count), cancellationToken);
    }

    private static IQueryable<WebhookEvent> Before(IQueryable<WebhookEvent> rows, DateTimeOffset at, Guid id) => rows.Where(row => row.ReceivedAt >= at && (row.ReceivedAt > at || row.Id > id));

    private static string CursorOf(WebhookRow row, bool isNewer, string binding) => new KeysetCursor(row.ReceivedAt, row.Id, isNewer).ToText(binding);

    private static Task<List<WebhookRow>> ReadAsync(PaymentDb db, IQueryable<WebhookEvent> events, CancellationToken cancellationToken) => events.Select(row => new WebhookRow
    {
        Id = row.Id,
        Mode = row.Mode,
        Provider = row.Provider,
        Kind = row.Kind,
        EventType = row.EventType,
        ProviderReference = row.ProviderReference,
        SourceVerdict = row.SourceVerdict,
        Integrity = row.Integrity,
        State = row.State,
        Outcome = row.Outcome,
        PaymentId = row.PaymentId,
        OrderReference = db.Payments.Where(payment => payment.Id == row.PaymentId).Select(payment => payment.OrderReference).FirstOrDefault(),
        Duplicates = row.Duplicates,
        ReceivedAt = row.ReceivedAt,
        SettledAt = row.SettledAt,
        NextAttemptAt = row.NextAttemptAt,
    }).ToListAsync(cancellationToken);

    private static IQueryable<ProviderAccount> Accounts(PaymentDb db, SearchScope scope) => db.ProviderAccounts.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);

    private static IQueryable<WebhookRejection> Rejections(PaymentDb db, SearchScope scope)
    {
        var accounts = Accounts(db, scope).Select(row => row.Id);
        return db.WebhookRejections.Where(row => accounts.Contains(row.AccountId));
    }

    private static async Task<CappedCount> CappedAsync(IQueryable<WebhookEvent> rows, CancellationToken cancellationToken) =>
        new(await rows.OrderByDescending(row => row.ReceivedAt).Take(CappedCount.CountMax + 1).CountAsync(cancellationToken));
}
