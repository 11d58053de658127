using System.Security.Cryptography;

namespace PaymentAdmin.Core.Common;

/// <summary>Where ids, tokens and jitter come from, so that a test can fix the clock and a reader finds every source of chance.</summary>
public sealed class IdSource(TimeProvider clock)
{
    /// <summary>A UUIDv7 of this moment: sorts by creation.</summary>
    public Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>A UUIDv7 of a given moment, for demo and imported rows.</summary>
    public static Guid NewId(DateTimeOffset at) => Guid.CreateVersion7(at);

    /// <summary>Unguessable URL-safe text of <paramref name="bytes"/> random bytes; 16 bytes are 128 bits, 22 characters.</summary>
    public static string NewToken(int bytes = 24) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>A whole number in [0, <paramref name="limit"/>).</summary>
    public static int Next(int limit) => RandomNumberGenerator.GetInt32(limit);

    /// <summary>The span lengthened by up to a fifth, so that many timers do not fire together.</summary>
    public static TimeSpan WithJitter(TimeSpan span) => span + span * (Next(1000) / 5000.0);
}
