using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>Which refunds are meant; read from and written to an address here.</summary>
public sealed record RefundFilter
{
    public IReadOnlyList<RefundStatus> Statuses { get; init; } = [];
    public Mode? Mode { get; init; }
    public Guid? PaymentId { get; init; }
    public TimeBound? CreatedFrom { get; init; }
    public TimeBound? CreatedTo { get; init; }

    public bool IsEmpty => (this with { Mode = null }).ToQueryString().Length == 0;

    public static Result<RefundFilter> Read(IEnumerable<KeyValuePair<string, string>> query, params IEnumerable<string> besides)
    {
        var reader = new QueryReader(query);
        var filter = new RefundFilter
        {
            Statuses = reader.Words<RefundStatus>("status"),
            Mode = reader.Word<Mode>("mode"),
            PaymentId = reader.Id("payment_id"),
            CreatedFrom = reader.Time("created_from"),
            CreatedTo = reader.Time("created_to"),
        };
        return reader.Finish(besides) is { } problem ? problem : filter;
    }

    public string ToQueryString() => Write().ToString();

    public QueryWriter Write() => new QueryWriter()
        .Add("status", Statuses)
        .Add("mode", Mode is { } mode ? Words.Of(mode) : null)
        .Add("payment_id", PaymentId?.ToString())
        .Add("created_from", CreatedFrom)
        .Add("created_to", CreatedTo);
}

/// <summary>A refund as a row of the list, with the payment it belongs to.</summary>
public sealed record RefundRow
{
    public required Guid Id { get; init; }
    public required Guid PaymentId { get; init; }
    public required Mode Mode { get; init; }
    public required RefundStatus Status { get; init; }
    public RefundAction? ActionRequired { get; init; }
    public required long AmountMinor { get; init; }
    public required string Currency { get; init; }
    public required string Provider { get; init; }
    public string? OrganizationBin { get; init; }
    public required string Reason { get; init; }
    public string? FailureMessage { get; init; }
    public required string OrderReference { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? SettledAt { get; init; }
    public string? ProviderReference { get; init; }
    public string? RequestedBy { get; init; }
    public string? ApprovedBy { get; init; }
}

public sealed record RefundCounts(IReadOnlyDictionary<RefundStatus, CappedCount> ByStatus, CappedCount InOtherMode);

/// <summary>Reads the list of refunds, newest first, by keyset.</summary>
public sealed class RefundSearch(PaymentStore store)
{
    public Task<Result<KeysetPage<RefundRow>>> PageAsync(SearchScope scope, RefundFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, PaymentSearch.PageSizeMax);
        var binding = $"refunds {scope.TenantId} {scope.Mode} {scope.Zone.Id} {(filter with { Mode = null }).ToQueryString()}";
        var read = KeysetCursor.Read(cursor, binding);
        return read.IsOk
            ? store.ReadAsync<Result<KeysetPage<RefundRow>>>(async db => await KeysetPage.ReadAsync(read.Value, limit, (place, count) => TakeAsync(db, scope, filter, place, count, cancellationToken), (row, isNewer) => CursorOf(row, isNewer, binding)), cancellationToken)
            : Task.FromResult<Result<KeysetPage<RefundRow>>>(read.Problem!);
    }

    public Task<RefundCounts> CountAsync(SearchScope scope, RefundFilter filter, CancellationToken cancellationToken) => store.ReadAsync(
        async db =>
        {
            var tabs = filter with { Statuses = [] };
            var byStatus = new Dictionary<RefundStatus, CappedCount>();
            foreach (var status in Enum.GetValues<RefundStatus>())
                byStatus[status] = await CappedAsync(Where(db, scope, tabs).Where(row => row.Status == status), cancellationToken);
            var other = scope with { Mode = scope.Mode == Mode.Live ? Mode.Test : Mode.Live };
            return new RefundCounts(byStatus, await CappedAsync(Where(db, other, filter), cancellationToken));
        },
        cancellationToken);

    private static async Task<CappedCount> CappedAsync(IQueryable<Refund> rows, CancellationToken cancellationToken) => new(await rows.OrderByDescending(row => row.CreatedAt).Take(CappedCount.CountMax + 1).CountAsync(cancellationToken));

    private static Task<List<RefundRow>> TakeAsync(PaymentDb db, SearchScope scope, RefundFilter filter, KeysetCursor? place, int count, CancellationToken cancellationToken)
    {
        var rows = Where(db, scope, filter);
        rows = place switch
        {
            { IsNewer: true } newer => rows.Where(row => row.CreatedAt >= newer.At && (row.CreatedAt > newer.At || row.Id > newer.Id)).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id),
            { } after => rows.Where(row => row.CreatedAt <= after.At && (row.CreatedAt < after.At || row.Id < after.Id)).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id),
            null => rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id),
        };
        return Select(db, rows.Take(count)).ToListAsync(cancellationToken);
    }

    internal static IQueryable<Refund> Where(PaymentDb db, SearchScope scope, RefundFilter filter)
    {
        var rows = db.Refunds.AsNoTracking().Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
        if (filter.Statuses.Count > 0)
            rows = rows.Where(row => filter.Statuses.Contains(row.Status));
        if (filter.PaymentId is { } paymentId)
            rows = rows.Where(row => row.PaymentId == paymentId);
        if (filter.CreatedFrom?.From(scope.Zone) is { } from)
            rows = rows.Where(row => row.CreatedAt >= from);
        return filter.CreatedTo?.To(scope.Zone) is { } to ? rows.Where(row => row.CreatedAt < to) : rows;
    }

    internal static IQueryable<RefundRow> Select(PaymentDb db, IQueryable<Refund> refunds) => refunds.Select(row => new RefundRow
    {
        Id = row.Id,
        PaymentId = row.PaymentId,
        Mode = row.Mode,
        Status = row.Status,
        ActionRequired = row.ActionRequired,
        AmountMinor = row.AmountMinor,
        Currency = row.Currency,
        Provider = row.Provider,
        OrganizationBin = row.OrganizationBin,
        Reason = row.Reason,
        FailureMessage = row.FailureMessage,
        OrderReference = db.Payments.Where(payment => payment.Id == row.PaymentId).Select(payment => payment.OrderReference).First(),
        CreatedAt = row.CreatedAt,
        SettledAt = row.SettledAt,
        ProviderReference = row.ProviderReference,
        RequestedBy = row.RequestedBy,
        ApprovedBy = row.ApprovedBy,
    });

    private static string CursorOf(RefundRow row, bool isNewer, string binding) => new KeysetCursor(row.CreatedAt, row.Id, isNewer).ToText(binding);
}
