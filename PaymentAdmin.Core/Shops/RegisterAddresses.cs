using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;

namespace PaymentAdmin.Core.Shops;

/// <summary>Tells a provider our callback addresses of one account, where it takes them by a call and not by hand. Audited, whatever it answers.</summary>
public sealed class RegisterAddresses(PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, ProviderCalls calls, TimeProvider clock)
{
    public async Task<Result<RegistrationResult>> RunAsync(Guid tenantId, Guid accountId, Actor actor, CancellationToken cancellationToken)
    {
        if (Permissions.Missing(actor, Permissions.ConfigsWrite) is { } refused)
            return refused;
        var account = await store.ReadAsync(db => db.ProviderAccounts.FirstOrDefaultAsync(row => row.Id == accountId && row.TenantId == tenantId, cancellationToken), cancellationToken);
        if (account is null)
            return new Problem(Codes.NotFound, "No such account.");
        if (providers[account.Provider] is not IRegistersAddresses registers)
            return Problem.Invalid("account_id", $"belongs to {providers[account.Provider].Profile.Name}, which takes its addresses in its dashboard");
        var record = await calls.SendAsync<RegistrationResult>(() => registers.RegisterAddressesAsync(accounts.Open(account, route: null), CancellationToken.None), fault => new RegistrationResult.Unknown(fault));
        var (outcome, detail) = record.Result switch
        {
            RegistrationResult.Registered registered => ("registered", registered.Message),
            RegistrationResult.Refused failed => ("refused", failed.Message),
            RegistrationResult.Unknown unknown => ("unknown", unknown.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        await store.WriteAsync(
            db =>
            {
                db.AuditEntries.Add(AuditEntry.By(actor, tenantId, clock.GetUtcNow(), "account.addresses_registered", "account", accountId.ToString(), detail, after: JsonSerializer.Serialize(new { provider = account.Provider, mode = Words.Of(account.Mode), outcome })));
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return record.Result;
    }
}
