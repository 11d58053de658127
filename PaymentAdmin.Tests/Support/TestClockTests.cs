namespace PaymentAdmin.Tests.Support;

public sealed class TestClockTests
{
    private readonly TestClock clock = new();

    [Fact]
    public async Task Delay_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(5), clock, CancellationToken.None);

        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromMinutes(1));

        await delay.WaitAsync(Eventually.Deadline);
        Assert.Equal(TestClock.DefaultStart.AddMinutes(5), clock.GetUtcNow());
    }

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_fall_due_and_see_that_time()
    {
        var fired = new List<(string Timer, TimeSpan At)>();
        using var late = clock.CreateTimer(_ => fired.Add(("late", Elapsed())), null, TimeSpan.FromSeconds(9), Timeout.InfiniteTimeSpan);
        using var often = clock.CreateTimer(_ => fired.Add(("often", Elapsed())), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([("often", TimeSpan.FromSeconds(2)), ("often", TimeSpan.FromSeconds(7)), ("late", TimeSpan.FromSeconds(9))], fired);
        Assert.Equal(TimeSpan.FromSeconds(10), Elapsed());
        TimeSpan Elapsed() => clock.GetUtcNow() - TestClock.DefaultStart;
    }

    [Fact]
    public void Timer_armed_by_a_timer_fires_in_the_same_move()
    {
        var second = false;
        ITimer? inner = null;
        using var outer = clock.CreateTimer(
            _ => inner = clock.CreateTimer(_ => second = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.True(second);
        inner?.Dispose();
    }

    [Fact]
    public void Disposed_timer_does_not_fire()
    {
        var fired = false;
        clock.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).Dispose();

        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.False(fired);
        Assert.Equal(0, clock.ArmedTimers);
    }

    [Fact]
    public async Task Timer_due_at_once_fires_without_the_clock_moving()
    {
        var fired = new TaskCompletionSource();
        using var timer = clock.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await fired.Task.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task Periodic_timer_ticks_again_after_its_period()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        for (var tick = 0; tick < 3; tick++)
        {
            var next = timer.WaitForNextTickAsync(CancellationToken.None);
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.True(await next);
        }
    }

    [Fact]
    public void Corrected_wall_clock_lets_no_time_pass_for_timers()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromHours(1), clock);
        var stamp = clock.GetTimestamp();

        clock.Correct(TestClock.DefaultStart.AddDays(-1));
        Assert.Equal(TestClock.DefaultStart.AddDays(-1), clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, clock.GetElapsedTime(stamp));

        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(source.IsCancellationRequested);
    }
}
