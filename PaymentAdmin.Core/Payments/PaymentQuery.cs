using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>A <see cref="PaymentFilter"/> as a query: the list, its counts and the CSV are made from this one.</summary>
public static class PaymentQuery
{
    /// <summary>So many matches of a search text are looked up through the index of the text; more are found faster along the time.</summary>
    private const int FewMatches = 200;

    /// <summary>The same for amounts and for the time of the last change, whose matches are dear to find along the time of creation when they are rare.</summary>
    private const int FewInRange = 2_000;

    /// <summary>So many values of one kind are looked up one by one.</summary>
    private const int PartsMax = 10;

    private static readonly string[] WithTwoDecimals = [.. Currency.Codes.Where(code => Currency.Exponent(code) == 2)];
    private static readonly string[] WithoutDecimals = [.. Currency.Codes.Where(code => Currency.Exponent(code) == 0)];
    private static readonly string[] WithThreeDecimals = [.. Currency.Codes.Where(code => Currency.Exponent(code) == 3)];

    public static async Task<IQueryable<Payment>> ForAsync(PaymentDb db, SearchScope scope, PaymentFilter filter, CancellationToken cancellationToken)
    {
        var own = db.Payments.AsNoTracking().Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
        var rows = own;
        if (scope.CustomerId is { } customer)
            rows = rows.Where(row => row.CustomerId == customer);
        if (filter.Ids.Count > 0)
            rows = rows.Where(row => filter.Ids.Contains(row.Id));
        rows = WhereStatus(rows, filter);
        rows = WhereParty(rows, filter);
        rows = await WhereAmountAsync(rows, filter, cancellationToken);
        rows = WhereCreated(rows, filter, scope.Zone);
        rows = await WhereUpdatedAsync(rows, own, filter, scope.Zone, cancellationToken);
        return filter.Query is { } text ? await WhereTextAsync(db, rows, own, scope, text, cancellationToken) : rows;
    }

    /// <summary>
    /// An index has the rows of one status, provider, shop, organization or currency in the order of their time. A filter with several is as many
    /// filters with one, whose rows are merged; asked for all of them at once, the database would read along the time until it has met enough.
    /// </summary>
    public static IReadOnlyList<PaymentFilter> OneByOne(PaymentFilter filter) => filter switch
    {
        { Query: not null } => [filter],
        { Statuses.Count: > 1 } => [.. filter.Statuses.Select(one => filter with { Statuses = [one] })],
        { Providers.Count: > 1 and <= PartsMax } => [.. filter.Providers.Select(one => filter with { Providers = [one] })],
        { ShopIds.Count: > 1 and <= PartsMax } => [.. filter.ShopIds.Select(one => filter with { ShopIds = [one] })],
        { OrganizationBins.Count: > 1 and <= PartsMax } => [.. filter.OrganizationBins.Select(one => filter with { OrganizationBins = [one] })],
        { Currencies.Count: > 1 and <= PartsMax } => [.. filter.Currencies.Select(one => filter with { Currencies = [one] })],
        _ => [filter],
    };

    public static IOrderedQueryable<Payment> NewestFirst(this IQueryable<Payment> rows) => rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id);

    /// <summary>The rows after a place. The first condition alone gives the index its range; the second settles rows of the same moment.</summary>
    public static IQueryable<Payment> After(this IQueryable<Payment> rows, DateTimeOffset at, Guid id) =>
        rows.Where(row => row.CreatedAt <= at && (row.CreatedAt < at || row.Id < id));

    public static IQueryable<Payment> Before(this IQueryable<Payment> rows, DateTimeOffset at, Guid id) =>
        rows.Where(row => row.CreatedAt >= at && (row.CreatedAt > at || row.Id > id));

    private static IQueryable<Payment> WhereStatus(IQueryable<Payment> rows, PaymentFilter filter)
    {
        if (filter.Statuses is [var only])
            rows = rows.Where(row => row.Status == only);
        else if (filter.Statuses.Count > 1)
            rows = rows.Where(row => filter.Statuses.Contains(row.Status));
        if (filter.Exceptions.Count > 0)
        {
            // The first condition is the one that the partial index of the exceptions answers.
            var any = filter.Exceptions.Aggregate((all, next) => all | next);
            rows = rows.Where(row => row.Exceptions != PaymentExceptions.None && (row.Exceptions & any) != PaymentExceptions.None);
        }
        return filter.HasRefund switch
        {
            true => rows.Where(row => row.RefundReservedMinor > 0),
            false => rows.Where(row => row.RefundReservedMinor == 0),
            null => rows,
        };
    }

    private static IQueryable<Payment> WhereParty(IQueryable<Payment> rows, PaymentFilter filter)
    {
        rows = filter.Providers switch { [] => rows, [var only] => rows.Where(row => row.Provider == only), var some => rows.Where(row => some.Contains(row.Provider!)) };
        rows = filter.ShopIds switch { [] => rows, [var only] => rows.Where(row => row.ShopNumber == only), var some => rows.Where(row => some.Contains(row.ShopNumber!.Value)) };
        rows = filter.OrganizationBins switch { [] => rows, [var only] => rows.Where(row => row.OrganizationBin == only), var some => rows.Where(row => some.Contains(row.OrganizationBin!)) };
        return filter.Currencies switch { [] => rows, [var only] => rows.Where(row => row.Currency == only), var some => rows.Where(row => some.Contains(row.Currency)) };
    }

    /// <summary>
    /// 5000 means 5000.00 KZT, 5000 JPY and 5000.000 KWD: the bounds are minor units, one pair for each number of decimals. Few payments are looked up
    /// by their amounts first; many are met soon along the time.
    /// </summary>
    private static async Task<IQueryable<Payment>> WhereAmountAsync(IQueryable<Payment> rows, PaymentFilter filter, CancellationToken cancellationToken)
    {
        if (filter.AmountFrom is null && filter.AmountTo is null)
            return rows;
        var (from0, to0) = MinorBounds(filter, exponent: 0);
        var (from2, to2) = MinorBounds(filter, exponent: 2);
        var (from3, to3) = MinorBounds(filter, exponent: 3);
        var few = new List<Guid>();
        foreach (var (currencies, from, to) in new[] { (WithTwoDecimals, from2, to2), (WithoutDecimals, from0, to0), (WithThreeDecimals, from3, to3) })
        {
            if (few.Count <= FewInRange)
                few.AddRange(await rows.Where(row => currencies.Contains(row.Currency) && row.AmountMinor >= from && row.AmountMinor <= to).OrderBy(row => row.Currency).ThenBy(row => row.AmountMinor).Select(row => row.Id).Take(FewInRange + 1).ToListAsync(cancellationToken));
        }
        if (few.Count <= FewInRange)
            return rows.Where(row => few.Contains(row.Id));
        return rows.Where(row =>
            (WithoutDecimals.Contains(row.Currency) && row.AmountMinor >= from0 && row.AmountMinor <= to0)
            || (WithThreeDecimals.Contains(row.Currency) && row.AmountMinor >= from3 && row.AmountMinor <= to3)
            || (!WithoutDecimals.Contains(row.Currency) && !WithThreeDecimals.Contains(row.Currency) && row.AmountMinor >= from2 && row.AmountMinor <= to2));
    }

    private static (long From, long To) MinorBounds(PaymentFilter filter, int exponent) =>
        (filter.AmountFrom is { } from ? (long)decimal.Ceiling(from * Currency.Scale(exponent)) : 0, filter.AmountTo is { } to ? (long)decimal.Floor(to * Currency.Scale(exponent)) : long.MaxValue);

    private static IQueryable<Payment> WhereCreated(IQueryable<Payment> rows, PaymentFilter filter, TimeZoneInfo zone)
    {
        if (filter.CreatedFrom?.From(zone) is { } from)
            rows = rows.Where(row => row.CreatedAt >= from);
        if (filter.CreatedTo?.To(zone) is { } to)
            rows = rows.Where(row => row.CreatedAt < to);
        return rows;
    }

    /// <summary>
    /// Few that changed are looked up by their change first; many are met soon along the time of creation. Nothing changes before it is created, so
    /// the end bounds both times. No version is negative: the second half of each condition only keeps the databases from sorting by the index of
    /// changes what they would meet in its order by another.
    /// </summary>
    private static async Task<IQueryable<Payment>> WhereUpdatedAsync(IQueryable<Payment> rows, IQueryable<Payment> own, PaymentFilter filter, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        if (filter.UpdatedTo?.To(zone) is { } to)
        {
            rows = rows.Where(row => row.CreatedAt < to && (row.UpdatedAt < to || row.Version < 0));
            own = own.Where(row => row.UpdatedAt < to);
        }
        if (filter.UpdatedFrom?.From(zone) is not { } from)
            return rows;
        var few = await own.Where(row => row.UpdatedAt >= from).OrderBy(row => row.UpdatedAt).Select(row => row.Id).Take(FewInRange + 1).ToListAsync(cancellationToken);
        return few.Count <= FewInRange ? rows.Where(row => few.Contains(row.Id)) : rows.Where(row => row.UpdatedAt >= from || row.Version < 0);
    }

    /// <summary>What a search text is decides where it is looked for, so that each look-up is one of an index and none reads every row.</summary>
    private static async Task<IQueryable<Payment>> WhereTextAsync(PaymentDb db, IQueryable<Payment> rows, IQueryable<Payment> own, SearchScope scope, string text, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(text, out var id))
            return rows.Where(row => row.Id == id);
        if (text.Contains('@', StringComparison.Ordinal))
            return await WhereEmailAsync(rows, own, text, cancellationToken);
        if (await ExactAsync(db, own, scope, text, cancellationToken) is { Count: > 0 } exact)
            return rows.Where(row => exact.Contains(row.Id));
        if (Texts.IsPhone(text) && Texts.PhoneDigits(text) is { } digits && await FewAsync(own.Where(row => row.PhoneDigits == digits), cancellationToken) is { Count: > 0 } phones)
            return phones.Count <= FewMatches ? rows.Where(row => phones.Contains(row.Id)) : rows.Where(row => row.PhoneDigits == digits);
        return await WhereReferenceBeginsAsync(rows, own, text, cancellationToken);
    }

    /// <summary>As it was typed, or in small letters. One look-up each: with a choice between the two, SQLite would read along the time.</summary>
    private static async Task<IQueryable<Payment>> WhereEmailAsync(IQueryable<Payment> rows, IQueryable<Payment> own, string text, CancellationToken cancellationToken)
    {
        var lower = text.ToLowerInvariant();
        var few = await FewAsync(own.Where(row => row.CustomerEmail == lower), cancellationToken);
        if (lower != text)
            few.AddRange(await FewAsync(own.Where(row => row.CustomerEmail == text), cancellationToken));
        if (few.Count <= FewMatches)
            return rows.Where(row => few.Contains(row.Id));
        return lower == text ? rows.Where(row => row.CustomerEmail == lower) : rows.Where(row => row.CustomerEmail == text || row.CustomerEmail == lower);
    }

    /// <summary>
    /// The ids of what an index of the text finds, one more than few at most. A filter beside the text has an index too, and only by their ids do both
    /// databases find the few first.
    /// </summary>
    private static Task<List<Guid>> FewAsync(IQueryable<Payment> found, CancellationToken cancellationToken) => found.NewestFirst().Select(row => row.Id).Take(FewMatches + 1).ToListAsync(cancellationToken);

    /// <summary>Payments with exactly this payment code, or this reference at the provider of any of their attempts.</summary>
    private static async Task<List<Guid>> ExactAsync(PaymentDb db, IQueryable<Payment> own, SearchScope scope, string text, CancellationToken cancellationToken)
    {
        var code = text.ToUpperInvariant();
        var found = await own.Where(row => row.PaymentCode == code).OrderBy(row => row.Id).Select(row => row.Id).Take(1).ToListAsync(cancellationToken);
        found.AddRange(await own.Where(row => row.ProviderReference == text).OrderBy(row => row.Id).Select(row => row.Id).Take(FewMatches).ToListAsync(cancellationToken));
        var accounts = await db.ProviderAccounts.Where(account => account.TenantId == scope.TenantId && account.Mode == scope.Mode).Select(account => account.Id).ToListAsync(cancellationToken);
        found.AddRange(await db.PaymentAttempts.Where(attempt => accounts.Contains(attempt.AccountId) && attempt.ProviderReference == text).OrderBy(attempt => attempt.Id).Select(attempt => attempt.PaymentId).Take(FewMatches).ToListAsync(cancellationToken));
        return [.. found.Distinct()];
    }

    private static async Task<IQueryable<Payment>> WhereReferenceBeginsAsync(IQueryable<Payment> rows, IQueryable<Payment> own, string text, CancellationToken cancellationToken)
    {
        // Both engines compare these bytes, so everything that begins with the text lies between it and it with the last code point there is.
        var end = text + "\U0010FFFF";
#pragma warning disable CA1309 // the database compares, byte by byte; an ordinal comparison has no translation
        var few = await own.Where(row => string.Compare(row.OrderReference, text) >= 0 && string.Compare(row.OrderReference, end) < 0).OrderBy(row => row.OrderReference).Select(row => row.Id).Take(FewMatches + 1).ToListAsync(cancellationToken);
        if (few.Count <= FewMatches)
            return rows.Where(row => few.Contains(row.Id));
        return rows.Where(row => string.Compare(row.OrderReference + "", text) >= 0 && string.Compare(row.OrderReference + "", end) < 0);
#pragma warning restore CA1309 // as above
    }
}
