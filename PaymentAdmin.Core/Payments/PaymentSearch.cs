using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Payments;

/// <summary>A payment as a row of the list. Who paid is masked here, so that the full text never reaches a page.</summary>
public sealed record PaymentRow
{
    public required Guid Id { get; init; }
    public required Mode Mode { get; init; }
    public required PaymentStatus Status { get; init; }
    public required PaymentExceptions Exceptions { get; init; }
    public required long AmountMinor { get; init; }
    public required long ReceivedMinor { get; init; }
    public required long RefundedMinor { get; init; }
    public required string Currency { get; init; }
    public required string OrderReference { get; init; }
    public required PaymentKind Kind { get; init; }
    public string? Description { get; init; }
    public string? LastError { get; init; }
    public string? Provider { get; init; }
    public string? Method { get; init; }
    public string? Payer { get; init; }
    public int? ShopNumber { get; init; }
    public string? ShopName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What only a chosen column shows; masked as the payer is.</summary>
    public DateTimeOffset? SucceededAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public string? OrganizationBin { get; init; }
    public string? ProviderReference { get; init; }
    public long RefundableMinor { get; init; }
    public string? CustomerId { get; init; }
    public string? CustomerName { get; init; }
    public string? CustomerEmail { get; init; }
    public string? CustomerPhone { get; init; }
    public string? ProofReference { get; init; }
    public string? PaymentCode { get; init; }
}

/// <summary>A number that is counted up to <see cref="CountMax"/>: what lies beyond is more than a person reads.</summary>
public readonly record struct CappedCount(long Number)
{
    public const int CountMax = 10_000;

    public bool IsMore => Number > CountMax;
}

public sealed record CurrencyTotal(string Currency, int Count, long AmountMinor);

/// <summary>What stands above the list: how many per status, and the amounts per currency (of the newest 10,000 where there are more).</summary>
public sealed record PaymentCounts
{
    public required CappedCount Matching { get; init; }
    public required IReadOnlyDictionary<PaymentStatus, CappedCount> ByStatus { get; init; }

    /// <summary>Whatever the status; a figure of its own because refunds are none.</summary>
    public required CappedCount All { get; init; }
    public required CappedCount WithRefund { get; init; }
    public required IReadOnlyList<CurrencyTotal> Totals { get; init; }

    /// <summary>Counted only when nothing matches: how many the same filter finds in the other mode.</summary>
    public required CappedCount InOtherMode { get; init; }
    public required bool HasAny { get; init; }
}

public sealed record ShopChoice(int Number, string? Name);

public sealed record BinChoice(string Bin, string? Name);

public sealed record PaymentChoices(IReadOnlyList<ShopChoice> Shops, IReadOnlyList<BinChoice> Bins)
{
    public const int Max = 200;

    public static PaymentChoices None { get; } = new([], []);
}

/// <summary>Reads the list of payments: pages by keyset, so that page 1000 costs what page 1 does, and counts that never read millions.</summary>
public sealed class PaymentSearch(PaymentStore store) : IDisposable
{
    public const int PageSizeDefault = 50;
    public const int PageSizeMax = 200;
    private static readonly TimeSpan CountsLive = TimeSpan.FromSeconds(2);
    private readonly MemoryCache counts = new(new MemoryCacheOptions { SizeLimit = 1000 });

    public async Task<Result<KeysetPage<PaymentRow>>> PageAsync(SearchScope scope, PaymentFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, PageSizeMax);
        var binding = BindingOf(scope, filter);
        var read = KeysetCursor.Read(cursor, binding);
        if (!read.IsOk)
            return read.Problem!;
        return await store.ReadAsync(
            db => KeysetPage.ReadAsync(read.Value, limit, (place, count) => TakeAsync(db, scope, filter, place, count, cancellationToken), (row, isNewer) => CursorOf(row, isNewer, binding)),
            cancellationToken);
    }

    /// <summary>The same rows as they are now, for a page that stays open. Those that are gone or not the tenant's are left out.</summary>
    public Task<List<PaymentRow>> RowsAsync(SearchScope scope, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        store.ReadAsync(db => ReadAsync(db, db.Payments.AsNoTracking().Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode && ids.Contains(row.Id)).NewestFirst(), cancellationToken), cancellationToken);

    /// <summary>How many came since the newest row that is on screen.</summary>
    public Task<int> CountNewerAsync(SearchScope scope, PaymentFilter filter, DateTimeOffset at, Guid id, CancellationToken cancellationToken) =>
        store.ReadAsync(
            async db => await (await PaymentQuery.ForAsync(db, scope, filter, cancellationToken)).Before(at, id).NewestFirst().Take(100).CountAsync(cancellationToken),
            cancellationToken);

    /// <summary>May be two seconds old.</summary>
    public async Task<PaymentCounts> CountAsync(SearchScope scope, PaymentFilter filter, CancellationToken cancellationToken)
    {
        var key = BindingOf(scope, filter);
        if (counts.TryGetValue(key, out PaymentCounts? known) && known is not null)
            return known;
        var found = await store.ReadAsync(db => CountAsync(db, scope, filter, cancellationToken), cancellationToken);
        return counts.Set(key, found, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = CountsLive, Size = 1 });
    }

    /// <summary>What the filters offer: the tenant's shops and organizations.</summary>
    public Task<PaymentChoices> ChoicesAsync(Guid tenantId, CancellationToken cancellationToken) => store.ReadAsync(
        async db => new PaymentChoices(
            await db.Shops.Where(shop => shop.TenantId == tenantId).OrderBy(shop => shop.Number).Take(PaymentChoices.Max).Select(shop => new ShopChoice(shop.Number, shop.Name)).ToListAsync(cancellationToken),
            await db.Organizations.Where(row => row.TenantId == tenantId).OrderBy(row => row.Bin).Take(PaymentChoices.Max).Select(row => new BinChoice(row.Bin, row.Name)).ToListAsync(cancellationToken)),
        cancellationToken);

    public void Dispose() => counts.Dispose();

    private static string BindingOf(SearchScope scope, PaymentFilter filter) => $"payments {scope.TenantId} {scope.Mode} {scope.Zone.Id} {scope.CustomerId} {(filter with { Mode = null }).ToQueryString()}";

    /// <summary>So many rows from the cursor on, nearest first.</summary>
    private static async Task<List<PaymentRow>> TakeAsync(PaymentDb db, SearchScope scope, PaymentFilter filter, KeysetCursor? cursor, int count, CancellationToken cancellationToken)
    {
        var found = new List<PaymentRow>();
        var parts = PaymentQuery.OneByOne(filter);
        foreach (var part in parts)
        {
            var rows = await PaymentQuery.ForAsync(db, scope, part, cancellationToken);
            var ordered = cursor switch
            {
                { IsNewer: true } newer => rows.Before(newer.At, newer.Id).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id),
                { } after => rows.After(after.At, after.Id).NewestFirst(),
                null => rows.NewestFirst(),
            };
            found.AddRange(await ReadAsync(db, ordered.Take(count), cancellationToken));
        }
        if (parts.Count == 1)
            return found;
        // What changed between two reads may be in both.
        var merged = found.DistinctBy(row => row.Id).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id);
        return [.. (cursor is { IsNewer: true } ? merged : merged.Reverse()).Take(count)];
    }

    private static string CursorOf(PaymentRow row, bool isNewer, string binding) => new KeysetCursor(row.CreatedAt, row.Id, isNewer).ToText(binding);

    private static async Task<List<PaymentRow>> ReadAsync(PaymentDb db, IQueryable<Payment> payments, CancellationToken cancellationToken)
    {
        var rows = await payments.Select(row => new PaymentRow
        {
            Id = row.Id,
            Mode = row.Mode,
            Status = row.Status,
            Exceptions = row.Exceptions,
            AmountMinor = row.AmountMinor,
            ReceivedMinor = row.ReceivedMinor,
            RefundedMinor = row.RefundedMinor,
            Currency = row.Currency,
            OrderReference = row.OrderReference,
            Kind = row.Kind,
            Description = row.Description,
            LastError = row.LastErrorMessage,
            Provider = row.Provider,
            Method = row.Method,
            Payer = SecretMask.Phone(row.CustomerPhone) ?? SecretMask.Email(row.CustomerEmail) ?? row.CustomerName,
            ShopNumber = row.ShopNumber,
            CreatedAt = row.CreatedAt,
            SucceededAt = row.SucceededAt,
            UpdatedAt = row.UpdatedAt,
            ExpiresAt = row.ExpiresAt,
            OrganizationBin = row.OrganizationBin,
            ProviderReference = row.ProviderReference,
            RefundableMinor = Math.Max(0, row.ReceivedMinor - row.RefundReservedMinor - row.DisputedMinor),
            CustomerId = row.CustomerId,
            CustomerName = row.CustomerName,
            CustomerEmail = SecretMask.Email(row.CustomerEmail),
            CustomerPhone = SecretMask.Phone(row.CustomerPhone),
            ProofReference = row.ProofReference,
            PaymentCode = row.PaymentCode,
            ShopName = db.Shops.Where(shop => shop.Id == row.ShopId).Select(shop => shop.Name).FirstOrDefault(),
        }).ToListAsync(cancellationToken);
        return rows;
    }

    private static async Task<PaymentCounts> CountAsync(PaymentDb db, SearchScope scope, PaymentFilter filter, CancellationToken cancellationToken)
    {
        // The tabs choose among statuses and refunds, so their figures leave both out of the filter.
        var anyStatus = filter with { Statuses = [], HasRefund = null };
        var tabs = await PaymentQuery.ForAsync(db, scope, anyStatus, cancellationToken);
        var byStatus = new Dictionary<PaymentStatus, CappedCount>();
        foreach (var status in Enum.GetValues<PaymentStatus>())
            byStatus[status] = await CappedAsync(tabs.Where(row => row.Status == status), cancellationToken);
        var count = await CappedAsync(db, scope, filter, cancellationToken);
        var totals = await TotalsAsync(db, scope, count.IsMore ? [filter] : PaymentQuery.OneByOne(filter), cancellationToken);
        return new PaymentCounts
        {
            Matching = count,
            ByStatus = byStatus,
            All = new CappedCount(byStatus.Values.Any(one => one.IsMore) ? CappedCount.CountMax + 1 : byStatus.Values.Sum(one => one.Number)),
            WithRefund = await CappedAsync(tabs.Where(row => row.RefundReservedMinor > 0), cancellationToken),
            Totals = [.. totals.OrderByDescending(total => total.Count).ThenBy(total => total.Currency, StringComparer.Ordinal)],
            InOtherMode = count.Number > 0 ? default : await CappedAsync(db, scope with { Mode = Other(scope.Mode) }, filter, cancellationToken),
            HasAny = count.Number > 0 || await db.Payments.AnyAsync(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode, cancellationToken),
        };
    }

    private static async Task<IEnumerable<CurrencyTotal>> TotalsAsync(PaymentDb db, SearchScope scope, IReadOnlyList<PaymentFilter> parts, CancellationToken cancellationToken)
    {
        var totals = new List<CurrencyTotal>();
        foreach (var part in parts)
        {
            totals.AddRange(await (await PaymentQuery.ForAsync(db, scope, part, cancellationToken)).NewestFirst().Take(CappedCount.CountMax)
                .GroupBy(row => row.Currency)
                .Select(group => new CurrencyTotal(group.Key, group.Count(), group.Sum(row => row.AmountMinor)))
                .ToListAsync(cancellationToken));
        }
        return totals.GroupBy(total => total.Currency, StringComparer.Ordinal).Select(group => new CurrencyTotal(group.Key, group.Sum(total => total.Count), group.Sum(total => total.AmountMinor)));
    }

    private static async Task<CappedCount> CappedAsync(PaymentDb db, SearchScope scope, PaymentFilter filter, CancellationToken cancellationToken)
    {
        var number = 0L;
        foreach (var part in PaymentQuery.OneByOne(filter))
            number += (await CappedAsync(await PaymentQuery.ForAsync(db, scope, part, cancellationToken), cancellationToken)).Number;
        return new CappedCount(Math.Min(number, CappedCount.CountMax + 1));
    }

    private static async Task<CappedCount> CappedAsync(IQueryable<Payment> rows, CancellationToken cancellationToken) =>
        new(await rows.NewestFirst().Take(CappedCount.CountMax + 1).CountAsync(cancellationToken));

    private static Mode Other(Mode mode) => mode == Mode.Live ? Mode.Test : Mode.Live;
}
