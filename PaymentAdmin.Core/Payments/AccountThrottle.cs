using System.Collections.Concurrent;

namespace PaymentAdmin.Core.Payments;

/// <summary>
/// Keeps the reconciler polite: at most so many questions a second per account, and none for a while to a provider that does not answer.
/// Per instance; a restart only forgets to be patient.
/// </summary>
public sealed class AccountThrottle(TimeProvider clock)
{
    private const int PerSecond = 10;
    private const int FailuresToOpen = 5;
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, Account> accounts = new();

    /// <summary>May this account be asked now? If not, when to come again.</summary>
    public bool TryEnter(Guid accountId, out TimeSpan wait)
    {
        var now = clock.GetUtcNow();
        var account = accounts.GetOrAdd(accountId, static _ => new Account());
        lock (account)
        {
            if (account.OpenUntil > now)
            {
                wait = account.OpenUntil - now;
                return false;
            }
            if (now - account.SecondStart >= TimeSpan.FromSeconds(1))
            {
                account.SecondStart = now;
                account.InSecond = 0;
            }
            wait = TimeSpan.FromSeconds(1);
            return account.InSecond++ < PerSecond;
        }
    }

    /// <summary>Tells whether the provider answered; five silences in a row open the circuit.</summary>
    public void Report(Guid accountId, bool answered)
    {
        var account = accounts.GetOrAdd(accountId, static _ => new Account());
        lock (account)
        {
            account.Failures = answered ? 0 : account.Failures + 1;
            if (account.Failures >= FailuresToOpen)
                account.OpenUntil = clock.GetUtcNow() + OpenFor;
        }
    }

    /// <summary>Accounts whose circuit is open, for the health page.</summary>
    public IReadOnlyList<Guid> Silent()
    {
        var now = clock.GetUtcNow();
        return [.. accounts.Where(pair => pair.Value.OpenUntil > now).Select(pair => pair.Key)];
    }

    private sealed class Account
    {
        public DateTimeOffset SecondStart { get; set; }
        public int InSecond { get; set; }
        public int Failures { get; set; }
        public DateTimeOffset OpenUntil { get; set; }
    }
}
