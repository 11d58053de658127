using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Settlement;

/// <summary>
/// Holds a day of an account against the provider's own list: what is missing here, what is missing there, what differs. A payment that the
/// provider says was paid is asked about first, so that a lost webhook mends itself; what is left is put before a person. Changes no amount.
/// </summary>
public sealed class CompareBooks(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, ReconcilePayments reconcile, LiveUpdates updates, IdSource ids, TimeProvider clock)
{
    /// <summary>More than these are counted and not kept one by one: the fault is another one then.</summary>
    public const int DifferencesMax = 1_000;

    private const int ChunkSize = 200;
    private static readonly TimeOnly DueAt = new(5, 0);
    private static readonly TimeSpan RunAtMost = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromHours(1);

    // A list may be by the time of the order, which is up to a checkout's life before the payment.
    private static readonly TimeSpan OrderedBefore = TimeSpan.FromDays(1);
    private static readonly TimeSpan ListedAfter = TimeSpan.FromHours(1);
    private static readonly Actor Job = Actor.System("comparison");

    /// <summary>Compares yesterday of every account that is due: from 05:00 of the tenant's clock, once, and hourly after a failure. True when one was.</summary>
    public async Task<bool> RunDueAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var listing = providers.All.Where(provider => provider is IListsTransactions).Select(provider => provider.Profile.Id).ToList();
        var candidates = await store.ReadAsync(
            db => (from account in db.ProviderAccounts
                   join tenant in db.Tenants on account.TenantId equals tenant.Id
                   where account.IsEnabled && listing.Contains(account.Provider) && db.PaymentAttempts.Any(attempt => attempt.AccountId == account.Id)
                   select new { account.Id, account.TenantId, tenant.TimeZone }).ToListAsync(cancellationToken),
            cancellationToken);
        var any = false;
        foreach (var account in candidates)
        {
            var local = TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(account.TimeZone));
            if (TimeOnly.FromDateTime(local.DateTime) < DueAt)
                continue;
            var day = DateOnly.FromDateTime(local.DateTime).AddDays(-1);
            var last = await store.ReadAsync(db => db.BookComparisons.FirstOrDefaultAsync(row => row.AccountId == account.Id && row.Day == day, cancellationToken), cancellationToken);
            if (last is { State: ComparisonState.Done } || last?.StartedAt > now - TryAgainAfter)
                continue;
            any |= (await RunAsync(account.TenantId, account.Id, day, Job, cancellationToken)).IsOk;
        }
        return any;
    }

    /// <summary>Compares one day; refused while somebody else does it.</summary>
    public async Task<Result<BookComparison>> RunAsync(Guid tenantId, Guid accountId, DateOnly day, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.PaymentsReview) is { } missing)
            return missing;
        var begun = await BeginAsync(tenantId, accountId, day, actor, cancellationToken);
        if (!begun.IsOk)
            return begun.Problem!;
        var (comparison, account, zone) = begun.Value;
        try
        {
            var books = await ReadAsync(account, (IListsTransactions)providers[account.Provider], TimeBound.StartOf(day, zone), TimeBound.StartOf(day.AddDays(1), zone), cancellationToken);
            return await FinishAsync(comparison, books, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return await store.WriteAsync(
                async db =>
                {
                    var row = await db.BookComparisons.SingleAsync(found => found.Id == comparison.Id, CancellationToken.None);
                    row.Fail(exception.Message[..Math.Min(exception.Message.Length, 500)], clock.GetUtcNow());
                    return (Result<BookComparison>)row;
                },
                CancellationToken.None);
        }
    }

    private Task<Result<(BookComparison Comparison, ProviderAccountSnapshot Account, TimeZoneInfo Zone)>> BeginAsync(Guid tenantId, Guid accountId, DateOnly day, Actor actor, CancellationToken cancellationToken) =>
        store.WriteAsync<(BookComparison, ProviderAccountSnapshot, TimeZoneInfo)>(
            async db =>
            {
                await db.LockNameAsync($"comparison:{accountId}:{day:O}", cancellationToken);
                if (await db.ProviderAccounts.AsNoTracking().FirstOrDefaultAsync(row => row.Id == accountId && row.TenantId == tenantId, cancellationToken) is not { } account)
                    return new Problem(Codes.NotFound, "There is no such account.");
                if (providers[account.Provider] is not IListsTransactions)
                    return Problem.Invalid("account_id", $"belongs to {providers[account.Provider].Profile.Name}, which lists no transactions");
                var zone = TimeZoneInfo.FindSystemTimeZoneById(await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.TimeZone).SingleAsync(cancellationToken));
                var now = await db.NowAsync(clock, cancellationToken);
                if (day > TimeBound.DayOf(now, zone))
                    return Problem.Invalid("day", "has not come yet");
                var comparison = await db.BookComparisons.FirstOrDefaultAsync(row => row.AccountId == accountId && row.Day == day, cancellationToken);
                if (comparison is { State: ComparisonState.Running } && comparison.StartedAt > now - RunAtMost)
                    return new Problem(Codes.ChangedMeanwhile, "This day is being compared already.");
                if (comparison is null)
                    db.BookComparisons.Add(comparison = new BookComparison { Id = ids.NewId(), TenantId = tenantId, Mode = account.Mode, AccountId = accountId, Provider = account.Provider, Day = day });
                comparison.Begin(now);
                if (actor.Kind == ActorKind.User)
                    db.AuditEntries.Add(AuditEntry.By(actor, tenantId, now, "books.compared", "account", accountId.ToString(), after: AuditJson.Of(new { day, provider = account.Provider, mode = Words.Of(account.Mode) })));
                return (comparison, accounts.Open(account, route: null), zone);
            },
            cancellationToken);

    /// <summary>What one attempt got by the provider's list: money of all its paid lines.</summary>
    private sealed class Theirs(string reference, string currency, string word)
    {
        public string Reference => reference;
        public string Currency => currency;
        public string Word => word;
        public long Minor { get; set; }
        public long? RefundedMinor { get; set; }
    }

    private sealed record Found(DifferenceKind Kind, string Reference, Guid? AttemptId, Guid? PaymentId, string Currency, long? TheirsMinor, long? TheirsRefundedMinor, string? TheirsWord, long? OursMinor, long? OursRefundedMinor);

    private sealed record Books(int Compared, IReadOnlyList<Found> Differences);

    private async Task<Books> ReadAsync(ProviderAccountSnapshot account, IListsTransactions provider, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var differences = new List<Found>();
        var paid = new Dictionary<Guid, Theirs>();
        var references = new HashSet<string>(StringComparer.Ordinal);
        var compared = 0;
        await foreach (var chunk in provider.ListAsync(account, from - OrderedBefore, to + ListedAfter, cancellationToken).Chunk(ChunkSize).WithCancellation(cancellationToken))
        {
            // Only money counts: a try that failed moved none, and an open one may still.
            var lines = chunk.Where(line => line.Fact == ObservedFact.Succeeded).ToList();
            var attempts = await AttemptsAsync(account.AccountId, lines, cancellationToken);
            foreach (var line in lines)
            {
                compared++;
                references.Add(line.Reference);
                if (attempts(line) is { } attemptId)
                    Add(paid, attemptId, line);
                else if (line.At >= from && line.At < to && !await IsReceiptAsync(account.AccountId, line.Reference, cancellationToken))
                    differences.Add(new Found(DifferenceKind.MissingHere, line.Reference, null, null, line.Amount.Currency, line.Amount.Minor, line.RefundedMinor, line.StatusWord, null, null));
            }
        }
        foreach (var chunk in paid.Chunk(ChunkSize))
            differences.AddRange(await DifferencesAsync(chunk, cancellationToken));
        var (receipts, lost) = await MissingThereAsync(account.AccountId, from, to, paid, references, cancellationToken);
        differences.AddRange(lost);
        return new Books(compared + receipts, differences);
    }

    private static void Add(Dictionary<Guid, Theirs> paid, Guid attemptId, SettlementLine line)
    {
        if (!paid.TryGetValue(attemptId, out var theirs))
            paid[attemptId] = theirs = new Theirs(line.Reference, line.Amount.Currency, line.StatusWord);
        theirs.Minor += line.Amount.Minor;
        if (line.RefundedMinor is { } refunded)
            theirs.RefundedMinor = (theirs.RefundedMinor ?? 0) + refunded;
    }

    /// <summary>Finds the attempt of each line: by our id where the provider tells it, else by the provider's reference.</summary>
    private async Task<Func<SettlementLine, Guid?>> AttemptsAsync(Guid accountId, List<SettlementLine> lines, CancellationToken cancellationToken)
    {
        var ours = lines.SelectMany(line => new[] { line.OurReference, line.Reference }).Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct().ToList();
        var theirs = lines.ConvertAll(line => line.Reference);
        var rows = await store.ReadAsync(
            db => db.PaymentAttempts.Where(row => row.AccountId == accountId && (ours.Contains(row.Id) || theirs.Contains(row.ProviderReference!) || theirs.Contains(row.ProviderReference2!)))
                .Select(row => new { row.Id, row.ProviderReference, row.ProviderReference2 }).ToListAsync(cancellationToken),
            cancellationToken);
        var known = rows.Select(row => row.Id).ToHashSet();
        var byReference = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.ProviderReference is { } reference)
                byReference[reference] = row.Id;
            if (row.ProviderReference2 is { } second)
                byReference[second] = row.Id;
        }
        return line =>
        {
            foreach (var text in new[] { line.OurReference, line.Reference })
            {
                if (Guid.TryParse(text, out var id) && known.Contains(id))
                    return id;
            }
            return byReference.TryGetValue(line.Reference, out var found) ? found : null;
        };
    }

    /// <summary>Money that came without an attempt is a receipt of its own.</summary>
    private Task<bool> IsReceiptAsync(Guid accountId, string reference, CancellationToken cancellationToken) =>
        store.ReadAsync(db => db.Receipts.AnyAsync(row => row.AccountId == accountId && row.Reference == reference, cancellationToken), cancellationToken);

    private sealed record Ours(Guid Id, Guid PaymentId, string Currency, bool IsDemo, long ReceivedMinor, long RefundedMinor, long RefundReservedMinor);

    private async Task<List<Found>> DifferencesAsync(KeyValuePair<Guid, Theirs>[] paid, CancellationToken cancellationToken)
    {
        var differences = new List<Found>();
        var ours = await OursAsync([.. paid.Select(pair => pair.Key)], cancellationToken);
        foreach (var (attemptId, theirs) in paid)
        {
            var mine = ours[attemptId];
            if (Agree(mine, theirs))
                continue;
            // The provider's own answer may have been lost: asking mends it, and what then still differs is for a person.
            if (!mine.IsDemo && mine.ReceivedMinor != theirs.Minor && await reconcile.AskNowAsync(attemptId, Job, cancellationToken) is not null)
                mine = (await OursAsync([attemptId], cancellationToken))[attemptId];
            if (!Agree(mine, theirs))
                differences.Add(new Found(DifferenceKind.Differs, theirs.Reference, attemptId, mine.PaymentId, theirs.Currency, theirs.Minor, theirs.RefundedMinor, theirs.Word, mine.ReceivedMinor, mine.RefundedMinor));
        }
        return differences;
    }

    /// <summary>A refund on its way may or may not be in the provider's sum yet.</summary>
    private static bool Agree(Ours ours, Theirs theirs) =>
        ours.Currency == theirs.Currency && ours.ReceivedMinor == theirs.Minor
        && (theirs.RefundedMinor is not { } refunded || (refunded >= ours.RefundedMinor && refunded <= ours.RefundReservedMinor));

    private Task<Dictionary<Guid, Ours>> OursAsync(IReadOnlyList<Guid> attemptIds, CancellationToken cancellationToken) => store.ReadAsync(
        db => db.PaymentAttempts.Where(row => attemptIds.Contains(row.Id)).Select(row => new Ours(
            row.Id,
            row.PaymentId,
            row.Currency,
            row.IsDemo,
            db.Receipts.Where(receipt => receipt.AttemptId == row.Id && receipt.State == ReceiptState.Counted).Sum(receipt => receipt.AmountMinor),
            db.Refunds.Where(refund => refund.AttemptId == row.Id && refund.Status == RefundStatus.Succeeded).Sum(refund => refund.AmountMinor),
            db.Refunds.Where(refund => refund.AttemptId == row.Id && refund.Status != RefundStatus.Failed).Sum(refund => refund.AmountMinor))).ToDictionaryAsync(row => row.Id, cancellationToken),
        cancellationToken);

    private async Task<(int Receipts, List<Found> Lost)> MissingThereAsync(Guid accountId, DateTimeOffset from, DateTimeOffset to, Dictionary<Guid, Theirs> paid, HashSet<string> references, CancellationToken cancellationToken)
    {
        var receipts = await store.ReadAsync(
            db => db.Receipts.Where(row => row.AccountId == accountId && row.State == ReceiptState.Counted && row.ProofId == null && row.ReceivedAt >= from && row.ReceivedAt < to)
                .Select(row => new { row.Reference, row.AttemptId, row.PaymentId, row.AmountMinor, row.Currency }).ToListAsync(cancellationToken),
            cancellationToken);
        var lost = receipts.Where(row => !references.Contains(row.Reference) && (row.AttemptId is not { } attemptId || !paid.ContainsKey(attemptId)))
            .Select(row => new Found(DifferenceKind.MissingThere, row.Reference, row.AttemptId, row.PaymentId, row.Currency, null, null, null, row.AmountMinor, null)).ToList();
        return (receipts.Count, lost);
    }

    private Task<Result<BookComparison>> FinishAsync(BookComparison begun, Books books, CancellationToken cancellationToken) => store.WriteAsync<BookComparison>(
        async db =>
        {
            var now = clock.GetUtcNow();
            var comparison = await db.BookComparisons.SingleAsync(row => row.Id == begun.Id, cancellationToken);
            if (comparison.Version != begun.Version)
                return new Problem(Codes.ChangedMeanwhile, "Another comparison of this day has begun meanwhile.");
            var kept = books.Differences.DistinctBy(found => (found.Kind, found.Reference)).Take(DifferencesMax).ToList();
            var known = (await db.BookDifferences.Where(row => row.AccountId == begun.AccountId && (row.Day == begun.Day || row.State == DifferenceState.Open)).ToListAsync(cancellationToken)).ToDictionary(row => (row.Kind, row.Reference));
            foreach (var found in kept)
            {
                if (!known.Remove((found.Kind, found.Reference), out var difference))
                {
                    difference = new BookDifference
                    {
                        Id = ids.NewId(),
                        TenantId = begun.TenantId,
                        Mode = begun.Mode,
                        AccountId = begun.AccountId,
                        Provider = begun.Provider,
                        Day = begun.Day,
                        Kind = found.Kind,
                        Reference = found.Reference,
                        PaymentId = found.PaymentId,
                        AttemptId = found.AttemptId,
                        Currency = found.Currency,
                        FoundAt = now,
                    };
                    db.BookDifferences.Add(difference);
                }
                difference.Find(found.TheirsMinor, found.TheirsRefundedMinor, found.TheirsWord, found.OursMinor, found.OursRefundedMinor);
            }
            // What was found on this day before and is not found now has been mended since.
            foreach (var gone in known.Values.Where(row => row.Day == begun.Day && row.State == DifferenceState.Open))
                gone.Decide(DifferenceState.Resolved, "Both agree now.", Job.Name, now);
            comparison.Finish(books.Compared, books.Differences.Count, now);
            db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(begun.TenantId, "settlement", null)));
            return comparison;
        },
        cancellationToken);
}
