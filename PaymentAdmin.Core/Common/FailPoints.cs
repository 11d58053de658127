namespace PaymentAdmin.Core.Common;

/// <summary>
/// Named places where a test may end the process or hold it (reliability.md section 6). Without an armed handler a hit costs one null check;
/// only a host in the environment Test arms one (Hosting/CrashTests.cs).
/// </summary>
public sealed class FailPoints
{
    /// <summary>Called with the name of the point; null in every real deployment.</summary>
    public Func<string, Task>? Armed { get; set; }

    public Task HitAsync(string point) => Armed is { } armed ? armed(point) : Task.CompletedTask;
}
