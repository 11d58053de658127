namespace PaymentAdmin.Tests.Support;

/// <summary>
/// A clock that stands still until a test moves it. Timers (delays, periodic timers, cancellation after a time) fire
/// on the thread that moves it, in the order in which they fall due, each seeing its own due time as the present.
/// </summary>
public sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    public static readonly DateTimeOffset DefaultStart = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly Lock gate = new();
    private readonly List<ClockTimer> armed = [];
    private DateTimeOffset zero = start.ToUniversalTime();
    private TimeSpan elapsed;

    public TestClock() : this(DefaultStart)
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that wait for their time. A test that drives a background loop waits for its timer before it moves the clock.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (gate)
                return armed.Count;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return zero + elapsed;
    }

    public override long GetTimestamp()
    {
        lock (gate)
            return elapsed.Ticks;
    }

    /// <summary>Lets time pass; timers on the way fire.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan target;
        lock (gate)
            target = elapsed + by;
        while (TakeDue(target) is { } timer)
            timer.Fire();
    }

    public void AdvanceTo(DateTimeOffset present) => Advance(present - GetUtcNow());

    /// <summary>Sets the wall clock, forwards or backwards, as a time server would: no time passes for timers and time stamps.</summary>
    public void Correct(DateTimeOffset present)
    {
        lock (gate)
            zero = present.ToUniversalTime() - elapsed;
    }

    /// <summary>Moves the clock step by step until <paramref name="condition"/> holds, for loops that do several things one after another.</summary>
    public Task AdvanceUntilAsync(TimeSpan step, Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
        async () =>
        {
            if (await condition())
                return true;
            Advance(step);
            return false;
        },
        what);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ClockTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    // One timer at a time: a callback may arm, change or dispose others, and those count too when they fall due on the way.
    private ClockTimer? TakeDue(TimeSpan target)
    {
        lock (gate)
        {
            var next = armed.Where(timer => timer.DueAt <= target).MinBy(timer => timer.DueAt);
            var present = next?.DueAt ?? target;
            elapsed = present > elapsed ? present : elapsed;
            if (next is null)
                return null;
            if (next.Period > TimeSpan.Zero)
                next.DueAt += next.Period;
            else
                armed.Remove(next);
            return next;
        }
    }

    private sealed class ClockTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool disposed;

        public TimeSpan DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                if (disposed)
                    return false;
                clock.armed.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Period = period;
                var next = dueTime > TimeSpan.Zero ? dueTime : period;
                if (next > TimeSpan.Zero)
                {
                    DueAt = clock.elapsed + next;
                    clock.armed.Add(this);
                }
            }
            // Due at once: on another thread, as with the system's clock, since the caller does not hold its timer yet.
            if (dueTime == TimeSpan.Zero)
                ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                disposed = true;
                clock.armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
