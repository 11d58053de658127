using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Secrets;

/// <summary>
/// Whether the configured keys are those of this database. A server with a stranger's key would start, refuse one payment after the other, and seal
/// new secrets under a key that is not backed up.
/// </summary>
public sealed class CheckMasterKey(PaymentStore store, SecretBox secrets)
{
    /// <returns>Why the server must not start; null when a provider account opens, or there is none yet.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        var envelopes = await store.ReadAsync(db => db.ProviderAccounts.OrderBy(account => account.Id).Select(account => account.SecretsCipher).ToListAsync(cancellationToken), cancellationToken);
        return envelopes.Count == 0 || envelopes.Exists(secrets.IsOfKnownKey)
            ? null
            : $"no key that is configured has sealed the credentials in this database: they need the key {SecretBox.KeyIdOf(envelopes[0])}, and {secrets.CurrentKeyId} is configured. Start with that key, or name it in Security:PreviousMasterKeys.";
    }
}
