using System.Diagnostics;

namespace PaymentAdmin.Tests.Support;

/// <summary>Waits for what must become true soon, in real time. The deadline is generous, because it only costs time when a test fails.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (deadline ?? Deadline))
                Assert.Fail($"It did not happen within {(deadline ?? Deadline).TotalSeconds:0} s: {what}");
            await Task.Delay(Pause);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, deadline);

    /// <summary>The first value that is not null.</summary>
    public static async Task<T> FoundAsync<T>(Func<Task<T?>> find, string what, TimeSpan? deadline = null) where T : class
    {
        T? found = null;
        await TrueAsync(async () => (found = await find()) is not null, what, deadline);
        return found!;
    }
}
