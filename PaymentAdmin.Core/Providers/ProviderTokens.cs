using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Providers;

/// <param name="Lifetime">As the provider states it; it is renewed somewhat earlier.</param>
public sealed record FetchedToken(string Value, TimeSpan Lifetime);

/// <summary>
/// Access tokens that providers give out for a time, one per account whatever the number of calls and instances: where every new token ends
/// the one before, two fetchers would throw each other out for ever. Kept sealed in the database; a lease lets one fetch while the others wait.
/// </summary>
/// <param name="store">Asked for at first use: the list of providers exists without a database.</param>
public sealed class ProviderTokens(Func<PaymentStore> store, Func<SecretBox> secrets, TimeProvider clock)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);
    private const int LooksMax = 600;

    /// <summary>The account's token, fetched when there is none; null when <paramref name="fetch"/> got none.</summary>
    public async Task<string?> GetAsync(ProviderAccountSnapshot account, string name, Func<Task<FetchedToken?>> fetch, CancellationToken cancellationToken)
    {
        for (var look = 0; look < LooksMax; look++)
        {
            var (value, lease, isBeingFetched) = await LookAsync(account, name, cancellationToken);
            if (value is not null)
                return value;
            if (!isBeingFetched)
                (value, lease) = await ClaimAsync(account, name, cancellationToken);
            if (value is not null)
                return value;
            if (lease is { } mine)
                return await FetchAsync(account, name, mine, fetch);
            await Task.Delay(LookAgainAfter, cancellationToken);
        }
        return null;
    }

    /// <summary>The provider did not take this token any more: the next call fetches another, unless somebody has done so already.</summary>
    public Task ForgetAsync(ProviderAccountSnapshot account, string name, string value, CancellationToken cancellationToken) =>
        store().WriteAsync(
            async db =>
            {
                await db.LockNameAsync(LockOf(account, name), cancellationToken);
                var row = await db.ProviderTokens.FirstOrDefaultAsync(found => found.AccountId == account.AccountId && found.Name == name, cancellationToken);
                if (row?.ValueCipher is { } cipher && Open(account, name, cipher) == value)
                    row.Settle(null, null);
            },
            cancellationToken);

    private Task<(string? Value, long? Lease, bool IsBeingFetched)> LookAsync(ProviderAccountSnapshot account, string name, CancellationToken cancellationToken) =>
        store().ReadAsync<(string?, long?, bool)>(
            async db =>
            {
                var now = await db.NowAsync(clock, cancellationToken);
                var row = await db.ProviderTokens.FirstOrDefaultAsync(found => found.AccountId == account.AccountId && found.Name == name, cancellationToken);
                return (ValueOf(account, row, now), null, row?.IsBeingFetched(now) == true);
            },
            cancellationToken);

    private Task<(string? Value, long? Lease)> ClaimAsync(ProviderAccountSnapshot account, string name, CancellationToken cancellationToken) =>
        store().WriteAsync<(string?, long?)>(
            async db =>
            {
                await db.LockNameAsync(LockOf(account, name), cancellationToken);
                var now = await db.NowAsync(clock, cancellationToken);
                var row = await db.ProviderTokens.FirstOrDefaultAsync(found => found.AccountId == account.AccountId && found.Name == name, cancellationToken);
                if (row is null)
                    db.ProviderTokens.Add(row = new ProviderToken { AccountId = account.AccountId, Name = name });
                if (ValueOf(account, row, now) is { } value)
                    return (value, null);
                return row.IsBeingFetched(now) ? (null, null) : (null, row.Lease(now + LeaseTime));
            },
            cancellationToken);

    private async Task<string?> FetchAsync(ProviderAccountSnapshot account, string name, long lease, Func<Task<FetchedToken?>> fetch)
    {
        FetchedToken? fetched = null;
        try
        {
            fetched = await fetch();
        }
        finally
        {
            await store().WriteAsync(db => SettleAsync(db, account, name, lease, fetched), CancellationToken.None);
        }
        return fetched?.Value;
    }

    private async Task SettleAsync(PaymentDb db, ProviderAccountSnapshot account, string name, long lease, FetchedToken? fetched)
    {
        await db.LockNameAsync(LockOf(account, name), CancellationToken.None);
        var row = await db.ProviderTokens.SingleAsync(found => found.AccountId == account.AccountId && found.Name == name);
        if (row.LeaseToken != lease)
            return;
        var now = await db.NowAsync(clock, CancellationToken.None);
        // A sixth earlier than the provider says: an hour's token is renewed after fifty minutes.
        row.Settle(fetched is null ? null : secrets().Seal(fetched.Value, Place(account, name)), fetched is null ? null : now + fetched.Lifetime * (5.0 / 6));
    }

    private string? ValueOf(ProviderAccountSnapshot account, ProviderToken? row, DateTimeOffset now) =>
        row?.IsUsable(now) == true && row.ValueCipher is { } cipher ? Open(account, row.Name, cipher) : null;

    /// <summary>Null when it was sealed under a master key that is gone: then a new one is fetched.</summary>
    private string? Open(ProviderAccountSnapshot account, string name, string cipher)
    {
        try
        {
            return secrets().Open(cipher, Place(account, name));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Place(ProviderAccountSnapshot account, string name) => SecretBox.Place("provider_tokens", $"{account.AccountId}/{name}", "value", account.TenantId);

    private static string LockOf(ProviderAccountSnapshot account, string name) => $"provider_tokens/{account.AccountId}/{name}";
}
