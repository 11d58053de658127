namespace PaymentAdmin.Tests.Support;

/// <summary>The machine's clock, set ahead: it runs, its timers go off as they do, and hours that a test cannot wait are over at once.</summary>
public sealed class AheadClock : TimeProvider
{
    private long ticksAhead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref ticksAhead));

    public void SetAhead(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref ticksAhead, by.Ticks);
    }
}
