using System.Security.Cryptography;

namespace PaymentAdmin.Core.Common;

/// <summary>Where ids, tokens and jitter come from, so that a test can fix the clock and a reader finds every source of chance.</summary>
public sealed class IdSource(TimeProvider clock)
{
    /// <summary>Gateways refuse addresses with these words in them, and one token of some hundred has one by chance; longer words never come.</summary>
    private static readonly string[] RefusedInAddresses = ["exe", "cmd", "sql"];

    /// <summary>A UUIDv7 of this moment: sorts by creation.</summary>
    public Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>A UUIDv7 of a given moment, for demo and imported rows.</summary>
    public static Guid NewId(DateTimeOffset at) => Guid.CreateVersion7(at);

    /// <summary>
    /// Unguessable URL-safe text of <paramref name="bytes"/> random bytes; 16 bytes are 128 bits, 22 characters. Drawn again when chance has put a
    /// refused word into it, which takes nothing from its strength.
    /// </summary>
    public static string NewToken(int bytes = 24)
    {
        while (true)
        {
            var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            if (!Array.Exists(RefusedInAddresses, word => token.Contains(word, StringComparison.OrdinalIgnoreCase)))
                return token;
        }
    }

    /// <summary>A whole number in [0, <paramref name="limit"/>).</summary>
    public static int Next(int limit) => RandomNumberGenerator.GetInt32(limit);

    /// <summary>The span lengthened by up to a fifth, so that many timers do not fire together.</summary>
    public static TimeSpan WithJitter(TimeSpan span) => span + span * (Next(1000) / 5000.0);
}
