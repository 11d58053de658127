using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Proofs;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Dashboard;

/// <summary>
/// Reads the dashboard of one tenant and mode. Every query runs along an index and stops at a cap, so that it costs what a day has and
/// not what the table has. Figures may be a few seconds old.
/// </summary>
public sealed class ReadDashboard(PaymentStore store, TimeProvider clock) : IDisposable
{
    public const int DaysShown = 14;

    /// <summary>Payments of one day that are read for its figures.</summary>
    public const int PaymentsMax = 50_000;
    private const int DayCountMax = 200_000;
    private const int CallsMax = 3000;
    private const int EventsMax = 2000;

    /// <summary>An event that was not taken up within this time is late.</summary>
    private static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FiguresLive = TimeSpan.FromSeconds(3);

    /// <summary>A day that is over changes seldom: by a late payment.</summary>
    private static readonly TimeSpan ClosedDayLives = TimeSpan.FromMinutes(5);

    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = 5000 });

    public async Task<DashboardFigures> RunAsync(SearchScope scope, CancellationToken cancellationToken)
    {
        var key = $"{scope.TenantId} {scope.Mode} {scope.Zone.Id}";
        if (cache.TryGetValue(key, out DashboardFigures? known) && known is not null)
            return known;
        var figures = await store.ReadAsync(db => ReadAsync(db, scope, cancellationToken), cancellationToken);
        return cache.Set(key, figures, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = FiguresLive, Size = 1 });
    }

    public void Dispose() => cache.Dispose();

    private async Task<DashboardFigures> ReadAsync(PaymentDb db, SearchScope scope, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = TimeBound.DayOf(now, scope.Zone);
        var events = await EventsAsync(db, scope, now, cancellationToken);
        return new DashboardFigures
        {
            At = now,
            Day = await CompareAsync(db, scope, today, now, cancellationToken),
            Refunds = await RefundsAsync(db, scope, today, cancellationToken),
            Days = await DaysAsync(db, scope, today, cancellationToken),
            Waiting = await WaitingAsync(db, scope, now, cancellationToken),
            Providers = PulsesOf(await CallsAsync(db, scope, now, cancellationToken), events, now),
            Inbox = await InboxAsync(db, scope, events, cancellationToken),
            TenantCurrency = await db.Tenants.Where(row => row.Id == scope.TenantId).Select(row => row.Currency).SingleAsync(cancellationToken),
        };
    }

    private static async Task<DayComparison> CompareAsync(PaymentDb db, SearchScope scope, DateOnly today, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var begin = TimeBound.StartOf(today, scope.Zone);
        var before = TimeBound.StartOf(today.AddDays(-7), scope.Zone);
        var volumes = await VolumesAsync(db, scope, begin, DateTimeOffset.MaxValue, cancellationToken);
        var lastWeek = await VolumesAsync(db, scope, before, before + (now - begin), cancellationToken);
        return new DayComparison(today, volumes, lastWeek, volumes.Sum(row => row.Count) >= PaymentsMax);
    }

    private static async Task<IReadOnlyList<PaymentVolume>> VolumesAsync(PaymentDb db, SearchScope scope, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var groups = await Own(db, scope).Where(row => row.CreatedAt >= from && row.CreatedAt < to).NewestFirst().Take(PaymentsMax)
            .GroupBy(row => new { row.Provider, row.OrganizationBin, row.Currency, row.Status })
            .Select(group => new { group.Key.Provider, group.Key.OrganizationBin, group.Key.Currency, group.Key.Status, Count = group.Count(), Minor = group.Sum(row => row.AmountMinor) })
            .ToListAsync(cancellationToken);
        return
        [
            .. groups.GroupBy(row => (row.Provider, row.OrganizationBin, row.Currency)).Select(rows => new PaymentVolume(
                rows.Key.Provider,
                rows.Key.OrganizationBin,
                rows.Key.Currency,
                rows.Sum(row => row.Count),
                rows.Where(row => row.Status == PaymentStatus.Succeeded).Sum(row => row.Count),
                rows.Where(row => row.Status is PaymentStatus.Succeeded or PaymentStatus.Failed or PaymentStatus.Cancelled or PaymentStatus.Expired).Sum(row => row.Count),
                rows.Where(row => row.Status == PaymentStatus.Succeeded).Sum(row => row.Minor)))
                .OrderByDescending(row => row.Count).ThenBy(row => row.Provider, StringComparer.Ordinal).ThenBy(row => row.OrganizationBin, StringComparer.Ordinal),
        ];
    }

    private static async Task<IReadOnlyList<RefundVolume>> RefundsAsync(PaymentDb db, SearchScope scope, DateOnly today, CancellationToken cancellationToken)
    {
        var begin = TimeBound.StartOf(today, scope.Zone);
        var groups = await db.Refunds.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode && row.CreatedAt >= begin)
            .OrderByDescending(row => row.CreatedAt).Take(PaymentsMax)
            .GroupBy(row => new { row.Currency, row.Status, row.ActionRequired })
            .Select(group => new { group.Key.Currency, group.Key.Status, group.Key.ActionRequired, Count = group.Count(), Minor = group.Sum(row => row.AmountMinor) })
            .ToListAsync(cancellationToken);
        return
        [
            .. groups.Where(row => row.Status != RefundStatus.Failed).GroupBy(row => row.Currency)
                .Select(rows => new RefundVolume(rows.Key, rows.Sum(row => row.Count), rows.Sum(row => row.Minor), rows.Where(row => row.ActionRequired == RefundAction.Approval).Sum(row => row.Count)))
                .OrderByDescending(row => row.Count).ThenBy(row => row.Currency, StringComparer.Ordinal),
        ];
    }

    /// <summary>Counted in the indexes alone. Days that are over are remembered for a while.</summary>
    private async Task<IReadOnlyList<DayCount>> DaysAsync(PaymentDb db, SearchScope scope, DateOnly today, CancellationToken cancellationToken)
    {
        var days = new List<DayCount>(DaysShown);
        for (var day = today.AddDays(1 - DaysShown); day <= today; day = day.AddDays(1))
        {
            var key = $"{scope.TenantId} {scope.Mode} {scope.Zone.Id} {day.DayNumber}";
            if (day < today && cache.TryGetValue(key, out DayCount? known) && known is not null)
            {
                days.Add(known);
                continue;
            }
            var (from, to) = (TimeBound.StartOf(day, scope.Zone), TimeBound.StartOf(day.AddDays(1), scope.Zone));
            var own = Own(db, scope).Where(row => row.CreatedAt >= from && row.CreatedAt < to);
            var all = await own.NewestFirst().Take(DayCountMax).CountAsync(cancellationToken);
            var succeeded = all == 0 ? 0 : await own.Where(row => row.Status == PaymentStatus.Succeeded).NewestFirst().Take(DayCountMax).CountAsync(cancellationToken);
            days.Add(cache.Set(key, new DayCount(day, all, succeeded), new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = ClosedDayLives, Size = 1 }));
        }
        return days;
    }

    private static async Task<WaitingFigures> WaitingAsync(PaymentDb db, SearchScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var inReview = new PaymentFilter { Statuses = [PaymentStatus.InReview] };
        var refunds = db.Refunds.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
        var proofs = db.ManualProofs.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode && (row.Status == ProofStatus.Submitted || row.Status == ProofStatus.Claimed || row.Status == ProofStatus.ApprovedFirst));
        var approvals = db.ApprovalRequests.Where(row => row.TenantId == scope.TenantId && (row.Mode == null || row.Mode == scope.Mode) && row.Status == ApprovalStatus.Waiting);
        var dayAgo = now.AddDays(-1);
        var accounts = db.ProviderAccounts.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode).Select(row => row.Id);
        var rejected = db.WebhookRejections.Where(row => accounts.Contains(row.AccountId) && row.At >= dayAgo);
        var endpoints = db.EventEndpoints.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode).Select(row => row.Id);
        var givenUp = db.EventDeliveries.Where(row => row.State == DeliveryState.GivenUp && endpoints.Contains(row.EndpointId));
        return new WaitingFigures
        {
            InReview = await PaymentsAsync(db, scope, inReview, cancellationToken),
            OutcomeUnknown = await PaymentsAsync(db, scope, inReview with { Exceptions = [PaymentExceptions.OutcomeUnknown] }, cancellationToken),
            RefundUnknown = await FigureAsync(refunds.Where(row => row.Status == RefundStatus.Unknown).OrderBy(row => row.CreatedAt).Select(row => row.CreatedAt), cancellationToken),
            RefundManual = await FigureAsync(refunds.Where(row => row.Status == RefundStatus.Pending && row.ActionRequired == RefundAction.Manual).OrderBy(row => row.CreatedAt).Select(row => row.CreatedAt), cancellationToken),
            Proofs = await FigureAsync(proofs.OrderBy(row => row.SubmittedAt).Select(row => row.SubmittedAt), cancellationToken),
            Approvals = await FigureAsync(approvals.OrderBy(row => row.RequestedAt).Select(row => row.RequestedAt), cancellationToken),
            Quarantined = await EventsInAsync(db, scope, WebhookState.Quarantined, cancellationToken),
            Unmatched = await EventsInAsync(db, scope, WebhookState.Unmatched, cancellationToken),
            RejectedToday = await FigureAsync(rejected.OrderBy(row => row.At).Select(row => row.At), cancellationToken),
            DeliveriesGivenUp = await FigureAsync(givenUp.OrderBy(row => row.CreatedAt).Select(row => row.CreatedAt), cancellationToken),
        };
    }

    /// <summary>The list's own query, so that the figure is the number of rows behind its link.</summary>
    private static async Task<WaitingFigure> PaymentsAsync(PaymentDb db, SearchScope scope, PaymentFilter filter, CancellationToken cancellationToken)
    {
        var rows = await PaymentQuery.ForAsync(db, scope, filter, cancellationToken);
        return await FigureAsync(rows.OrderBy(row => row.CreatedAt).Select(row => row.StatusSince), cancellationToken);
    }

    private static Task<WaitingFigure> EventsInAsync(PaymentDb db, SearchScope scope, WebhookState state, CancellationToken cancellationToken) =>
        FigureAsync(db.WebhookEvents.Where(row => row.State != WebhookState.Applied && row.State == state && row.TenantId == scope.TenantId && row.Mode == scope.Mode).OrderBy(row => row.ReceivedAt).Select(row => row.ReceivedAt), cancellationToken);

    /// <param name="oldestFirst">When each began to wait.</param>
    private static async Task<WaitingFigure> FigureAsync(IQueryable<DateTimeOffset> oldestFirst, CancellationToken cancellationToken)
    {
        var count = await oldestFirst.Take(CappedCount.CountMax + 1).CountAsync(cancellationToken);
        return new WaitingFigure(new CappedCount(count), count == 0 ? null : await oldestFirst.FirstAsync(cancellationToken));
    }

    private static Task<List<CallFact>> CallsAsync(PaymentDb db, SearchScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var dayAgo = now.AddDays(-1);
        return db.ProviderCalls.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode).OrderByDescending(row => row.Id).Take(CallsMax)
            .Where(row => row.StartedAt >= dayAgo).Select(row => new CallFact(row.Provider, row.StartedAt, row.State, row.DurationMs, row.HttpStatus)).ToListAsync(cancellationToken);
    }

    private static Task<List<EventFact>> EventsAsync(PaymentDb db, SearchScope scope, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var dayAgo = now.AddDays(-1);
        return db.WebhookEvents.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode && row.ReceivedAt >= dayAgo).OrderByDescending(row => row.ReceivedAt).Take(EventsMax)
            .Select(row => new EventFact(row.Provider, row.State, row.ReceivedAt, row.SettledAt)).ToListAsync(cancellationToken);
    }

    private static async Task<InboxPulse> InboxAsync(PaymentDb db, SearchScope scope, List<EventFact> events, CancellationToken cancellationToken)
    {
        var lags = LagsOf(events);
        return new InboxPulse(events.Count, Share(lags, 0.5), Share(lags, 0.95), await EventsInAsync(db, scope, WebhookState.Pending, cancellationToken));
    }

    private static IReadOnlyList<ProviderPulse> PulsesOf(List<CallFact> calls, List<EventFact> events, DateTimeOffset now) =>
    [
        .. calls.Select(call => call.Provider).Concat(events.Select(row => row.Provider)).Distinct().Order(StringComparer.Ordinal)
            .Select(provider => PulseOf(provider, calls.FindAll(call => call.Provider == provider), events.FindAll(row => row.Provider == provider), now)),
    ];

    private static ProviderPulse PulseOf(string provider, List<CallFact> calls, List<EventFact> events, DateTimeOffset now)
    {
        var hours = Enumerable.Repeat(new CallHour(0, 0), 24).ToArray();
        foreach (var call in calls)
        {
            var hour = 23 - Math.Clamp((int)(now - call.At).TotalHours, 0, 23);
            hours[hour] = new CallHour(hours[hour].Calls + 1, hours[hour].Failed + (call.HasFailed ? 1 : 0));
        }
        var answers = calls.Where(call => call is { State: ProviderCallState.Answered, DurationMs: not null }).Select(call => (long)call.DurationMs!.Value).Order().ToList();
        return new ProviderPulse(provider, HealthOf(calls, events, now), hours, calls.Count, (int?)Share(answers, 0.95), events.Count == 0 ? null : events[0].At, Share(LagsOf(events), 0.5));
    }

    /// <summary>Judged by the last calls, newest first: a provider that has recovered is well again.</summary>
    internal static ProviderHealth HealthOf(IReadOnlyList<CallFact> calls, IReadOnlyList<EventFact> events, DateTimeOffset now)
    {
        var last = calls.Take(20).ToList();
        var failed = last.Count(call => call.HasFailed);
        if (last.Count > 0 && last[0].HttpStatus is 401 or 403)
            return ProviderHealth.KeyRefused;
        if (failed > 0 && failed * 2 >= last.Count)
            return ProviderHealth.NotAnswering;
        if (events.Any(row => row.State == WebhookState.Pending && now - row.At > LateAfter))
            return ProviderHealth.WebhooksLate;
        if (failed * 10 > last.Count)
            return ProviderHealth.Unsteady;
        return calls.Count == 0 && events.Count == 0 ? ProviderHealth.Quiet : ProviderHealth.Normal;
    }

    private static List<long> LagsOf(List<EventFact> events) => [.. events.Where(row => row is { State: WebhookState.Applied, SettledAt: not null }).Select(row => (long)(row.SettledAt!.Value - row.At).TotalMilliseconds).Order()];

    /// <summary>The value that a share of the ordered ones does not exceed.</summary>
    private static long? Share(List<long> ordered, double share) => ordered.Count == 0 ? null : ordered[Math.Min(ordered.Count - 1, (int)Math.Ceiling(ordered.Count * share) - 1)];

    private static IQueryable<Payment> Own(PaymentDb db, SearchScope scope) => db.Payments.Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);

    internal sealed record CallFact(string Provider, DateTimeOffset At, ProviderCallState State, int? DurationMs, int? HttpStatus)
    {
        public bool HasFailed => State is ProviderCallState.NotSent or ProviderCallState.Unknown || HttpStatus is 401 or 403 or >= 500;
    }

    internal sealed record EventFact(string Provider, WebhookState State, DateTimeOffset At, DateTimeOffset? SettledAt);
}
