using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Payments;

/// <summary>When a provider is asked again: its own first checks, then 10 s, 30 s, 2 min, 10 min, 1 h, 6 h, then daily to the seventh day.</summary>
public static class CheckSchedule
{
    private static readonly TimeSpan[] Ladder =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6),
    ];

    /// <summary>An outcome that is unknown for this long is put before a person.</summary>
    public static readonly TimeSpan UnknownAtMost = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan WatchedFor = TimeSpan.FromDays(7);

    /// <summary>The pause before check number <paramref name="checks"/> (from 0), without jitter; null when the watch is over.</summary>
    public static TimeSpan? Pause(ProviderProfile profile, int checks, TimeSpan age)
    {
        if (age >= WatchedFor)
            return null;
        if (checks < profile.FirstChecks.Count)
            return profile.FirstChecks[checks];
        var step = checks - profile.FirstChecks.Count;
        return step < Ladder.Length ? Ladder[step] : TimeSpan.FromDays(1);
    }

    /// <summary>Plans the first check of an attempt that is open at a provider that can be asked.</summary>
    public static void Begin(PaymentAttempt attempt, IPaymentProvider provider, DateTimeOffset now)
    {
        if (provider is IQueriesStatus && CanAsk(attempt, provider.Profile))
            attempt.ScheduleCheck(now + Pause(provider.Profile, 0, TimeSpan.Zero), 0, now);
    }

    /// <summary>Plans the check after one that left the attempt open.</summary>
    public static void Continue(PaymentAttempt attempt, ProviderProfile profile, DateTimeOffset now)
    {
        var checks = attempt.Checks + 1;
        var next = Pause(profile, checks, now - attempt.CreatedAt) is { } span ? now + IdSource.WithJitter(span) : (DateTimeOffset?)null;
        // An unknown outcome goes before a person at this time at the latest: the ladder must not step over it.
        var review = attempt.CreatedAt + UnknownAtMost;
        if (attempt.Status == AttemptStatus.Unknown && review > now && next > review)
            next = review;
        attempt.ScheduleCheck(next, checks, now);
    }

    public static bool CanAsk(PaymentAttempt attempt, ProviderProfile profile) => attempt.ProviderReference is not null || profile.QueriesByOurReference;
}
