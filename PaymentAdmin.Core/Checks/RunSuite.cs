using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Core.Checks;

/// <summary>
/// Plays a provider's scenarios against a tenant's own configuration in test mode: real payments by the real client, a played payer at the
/// imitation, the fault dial turned for this account alone. Each row is judged by what the database says afterwards, never by what was answered.
/// </summary>
public sealed class RunSuite(
    PaymentStore store, ProviderRegistry providers, ProviderAccounts accounts, ChooseAccount chooseAccount, CreatePayment create, RefundPayment refund, SettlePayment settle,
    SandboxDial dial, SandboxPayer payer, IEnumerable<ISandbox> sandboxes, IdSource ids, TimeProvider clock)
{
    /// <summary>How the order references of its payments begin.</summary>
    public const string ReferencePrefix = "console-suite-";

    private readonly SuiteTools tools = new(store, providers, create, refund, settle, dial, payer, ids, clock);

    /// <summary>What can be tried, or why nothing can.</summary>
    public async Task<Result<List<SuiteScenario>>> ScenariosAsync(SuiteRequest request, CancellationToken cancellationToken)
    {
        var found = await FindAsync(request, cancellationToken);
        return found.IsOk ? SuiteScenario.For(tools.Providers[request.Provider], found.Value.Script) : found.Problem!;
    }

    /// <summary>Plays them one after the other and tells of each when it begins and when it is judged. Cancelled, it ends with the step that runs.</summary>
    public async Task<Result<List<SuiteRow>>> RunAsync(SuiteRequest request, Func<SuiteRow, Task> tell, Actor actor, CancellationToken cancellationToken)
    {
        var found = await FindAsync(request, cancellationToken);
        if (!found.IsOk)
            return found.Problem!;
        var (account, script) = found.Value;
        var rows = new List<SuiteRow>();
        try
        {
            foreach (var scenario in SuiteScenario.For(tools.Providers[request.Provider], script))
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    rows.Add(new SuiteRow(scenario, SuiteState.Stopped));
                    continue;
                }
                await tell(new SuiteRow(scenario, SuiteState.Running));
                var row = await new PlayScenario(tools, request, account, script, actor, scenario, cancellationToken).RunAsync();
                rows.Add(row);
                await tell(row);
            }
        }
        finally
        {
            await tools.Dial.SetForAsync(account, [], CancellationToken.None);
        }
        return rows;
    }

    private async Task<Result<(ProviderAccountSnapshot Account, PayerScript Script)>> FindAsync(SuiteRequest request, CancellationToken cancellationToken)
    {
        if (sandboxes.FirstOrDefault(sandbox => sandbox.Provider == request.Provider) is not IPlaysPayers playing)
            return new Problem(Codes.ProviderNotConfigured, $"{tools.Providers[request.Provider].Profile.Name} has no imitation whose payers can be played.");
        Result<AccountRoute> route = await tools.Store.ReadAsync(
            async db =>
            {
                var shopId = request.ShopNumber is null ? null : await db.Shops.Where(shop => shop.TenantId == request.TenantId && shop.Number == request.ShopNumber).Select(shop => (Guid?)shop.Id).FirstOrDefaultAsync(cancellationToken);
                return await chooseAccount.RunAsync(db, request.TenantId, Mode.Test, request.Provider, shopId, cancellationToken);
            },
            cancellationToken);
        if (!route.IsOk)
            return route.Problem!;
        if (!tools.Dial.IsThere || route.Value.Account.Endpoint != AccountEndpoint.Sandbox)
            return new Problem(Codes.ProviderNotConfigured, "The suite plays payers at the sandbox; this account calls the provider itself.");
        return (accounts.Open(route.Value.Account, route: null), playing.Script);
    }
}

/// <summary>What a play works with: the product's own use cases, and the sandbox's dial and payer.</summary>
internal sealed record SuiteTools(PaymentStore Store, ProviderRegistry Providers, CreatePayment Create, RefundPayment Refund, SettlePayment Settle, SandboxDial Dial, SandboxPayer Payer, IdSource Ids, TimeProvider Clock);
