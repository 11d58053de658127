using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Checks;

/// <summary>The test console's suite, by the real clients against their imitations, on a clock that the tests move.</summary>
public sealed class RunSuiteTests(ContractWorld world) : IClassFixture<ContractWorld>
{
    private static readonly Actor Operator = new(ActorKind.User, "anna", "anna@shop.test", Roles.Admin);

    [Theory]
    [InlineData("kaspi", "pays,declines,silent,refunds,refund_fails,unknown_status,lost_answer,server_error")]
    [InlineData("paystack", "pays,declines,silent,refunds,refund_fails,duplicate_webhook,no_webhook,bad_signature,wrong_amount,wrong_currency,unknown_status,lost_answer,server_error,late_webhook")]
    public async Task Every_scenario_holds_for_a_configuration_that_is_right(string provider, string scenarios)
    {
        using var merchant = await world.MerchantAsync(provider);

        var rows = await RunAsync(merchant);

        Assert.Equal(scenarios, string.Join(',', rows.Select(row => row.Scenario.Word)));
        AllPassed(rows);
        // What differs from what was asked waits for a person, and each row names its own payment.
        Assert.Equal(rows.Count, rows.Select(row => row.PaymentId).OfType<Guid>().Distinct().Count());
        Assert.False(await world.App.ReadAsync(db => db.SandboxFaults.AnyAsync(fault => fault.Provider == provider && fault.Remaining > 0)));
    }

    [LongFact]
    public async Task Every_scenario_of_every_other_provider_holds()
    {
        foreach (var provider in ContractWorld.Imitated.Except(["kaspi", "paystack"]))
        {
            using var merchant = await world.MerchantAsync(provider);
            AllPassed(await RunAsync(merchant));
        }
    }

    [Fact]
    public async Task Wrong_credential_fails_by_name_and_a_stop_leaves_the_rest()
    {
        using var merchant = await world.MerchantAsync("kaspi");
        var accounts = world.App.Get<ProviderAccounts>();
        var cipher = accounts.Seal(merchant.AccountId, merchant.Snapshot.TenantId, new Dictionary<string, string> { ["access_token"] = "wrong-" + IdSource.NewToken(12) });
        await world.App.Store.WriteAsync(db => db.ProviderAccounts.Where(row => row.Id == merchant.AccountId).ExecuteUpdateAsync(set => set.SetProperty(row => row.SecretsCipher, cipher)), CancellationToken.None);
        using var stop = new CancellationTokenSource();

        var rows = await RunAsync(merchant, row => row.State == SuiteState.Failed ? stop.CancelAsync() : Task.CompletedTask, stop: stop.Token);

        Assert.Equal(SuiteState.Failed, rows[0].State);
        Assert.Contains("failed", rows[0].Reason, StringComparison.Ordinal);
        Assert.All(rows.Skip(1), row => Assert.Equal(SuiteState.Stopped, row.State));
    }

    [Fact]
    public async Task Who_may_not_refund_is_told_so_and_nothing_is_called_a_failure()
    {
        using var merchant = await world.MerchantAsync("kaspi");
        using var stop = new CancellationTokenSource();

        var rows = await RunAsync(merchant, row => row.Scenario.Word == "refunds" && row.State != SuiteState.Running ? stop.CancelAsync() : Task.CompletedTask, Operator with { Role = Roles.Developer }, stop.Token);

        Assert.Equal((SuiteState.NotRun, "Your role may not refund."), rows.Where(row => row.Scenario.Word == "refunds").Select(row => (row.State, row.Reason)).Single());
        Assert.DoesNotContain(rows, row => row.State == SuiteState.Failed);
    }

    [Fact]
    public async Task Account_that_calls_the_provider_itself_is_not_played_with()
    {
        using var merchant = await world.MerchantAsync("paystack");
        await world.App.Store.WriteAsync(db => db.ProviderAccounts.Where(row => row.Id == merchant.AccountId).ExecuteUpdateAsync(set => set.SetProperty(row => row.IsEnabled, false)), CancellationToken.None);

        var off = await world.App.Get<RunSuite>().RunAsync(Request(merchant), _ => Task.CompletedTask, Operator, CancellationToken.None);
        var byHand = await world.App.Get<RunSuite>().ScenariosAsync(Request(merchant) with { Provider = "manual" }, CancellationToken.None);

        Assert.Equal(Codes.ProviderNotConfigured, off.Problem?.Code);
        Assert.Contains("no imitation", byHand.Problem?.Detail, StringComparison.Ordinal);
    }

    private static void AllPassed(IEnumerable<SuiteRow> rows) =>
        Assert.Empty(rows.Where(row => row.State != SuiteState.Passed).Select(row => $"{row.Scenario.Word} {row.State}: {row.Reason}"));

    private async Task<List<SuiteRow>> RunAsync(ContractMerchant merchant, Func<SuiteRow, Task>? tell = null, Actor? actor = null, CancellationToken stop = default)
    {
        var told = 0;
        var running = world.App.Get<RunSuite>().RunAsync(
            Request(merchant),
            row =>
            {
                Interlocked.Increment(ref told);
                return tell?.Invoke(row) ?? Task.CompletedTask;
            },
            actor ?? Operator,
            stop);
        while (!running.IsCompleted)
        {
            var before = Volatile.Read(ref told);
            await world.AdvanceUntilAsync(() => Task.FromResult(running.IsCompleted || Volatile.Read(ref told) > before), "the next scenario begins or ends");
        }
        var result = await running;
        Assert.True(result.IsOk, result.Problem?.Detail);
        return result.Value;
    }

    private static SuiteRequest Request(ContractMerchant merchant) =>
        new(merchant.Snapshot.TenantId, merchant.Driver.Provider, merchant.Provider.Profile.NeedsShopConfig ? 8 : null, new Money(merchant.Driver.AmountMinor(merchant.Currency), merchant.Currency));
}
