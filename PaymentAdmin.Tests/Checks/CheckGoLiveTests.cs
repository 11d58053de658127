using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Checks;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Providers.Sandbox;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Checks;

/// <summary>What the diagnosis finds, one fault at a time, starting from an installation that is ready for live payments but for its environment.</summary>
public sealed class CheckGoLiveTests : IAsyncLifetime
{
    private static readonly Actor Tester = Actor.System("test");

    private TestApp app = null!;
    private Guid accountId;

    public async Task InitializeAsync()
    {
        app = await TestApp.StartAsync();
        app.Get<Deployment>().LiveRefusals = [];
        await app.CreateUserAsync(Roles.Superadmin);
        await app.CreateUserAsync(Roles.Finance);
        accountId = await AccountAsync();
        await WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.OverLimit)));
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Nothing_is_wrong_with_an_installation_that_is_ready() => Assert.DoesNotContain(await FindAsync(), finding => finding.State == FindingState.Fault);

    [Fact]
    public async Task Account_that_is_ready_says_where_it_calls()
    {
        var found = Assert.Single(await FindAsync(), finding => finding.Subject == "kaspi account");

        Assert.Equal(FindingState.Ok, found.State);
        Assert.Contains("https://proxy.example", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_of_the_environment_are_faults()
    {
        app.Get<Deployment>().LiveRefusals = ["PublicUrl is not set to an https address."];

        Assert.Contains("PublicUrl", (await FaultAsync("live mode")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_superadmin_nobody_can_repair_anything()
    {
        await WriteAsync(db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.IsDisabled, true)));

        await FaultAsync("administrator");
        await FaultAsync("two persons");
    }

    [Fact]
    public async Task Account_that_is_off_says_why()
    {
        await WriteAsync(db => db.ProviderAccounts.ExecuteUpdateAsync(set => set.SetProperty(row => row.IsEnabled, false).SetProperty(row => row.DisabledReason, "imported")));

        Assert.Contains(await FindAsync(), finding => finding is { Subject: "kaspi account", State: FindingState.Warning } && finding.Text.Contains("imported", StringComparison.Ordinal));
        await FaultAsync("accounts");
    }

    [Fact]
    public async Task Credentials_of_another_master_key_are_a_fault()
    {
        await WriteAsync(db => db.ProviderAccounts.ExecuteUpdateAsync(set => set.SetProperty(row => row.SecretsCipher, row => row.WebhookKeyCipher)));

        Assert.Contains("master key", (await FaultAsync("kaspi account")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_that_needs_shop_configs_and_has_none_is_a_fault()
    {
        await WriteAsync(db => db.ShopConfigs.ExecuteUpdateAsync(set => set.SetProperty(row => row.IsActive, false)));

        await FaultAsync("kaspi shops");
    }

    [Fact]
    public async Task Organizations_without_device_tokens_are_a_fault()
    {
        await ConfigAsync(9, "991011000048");

        Assert.Contains("device token", (await FaultAsync("kaspi shops")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switch_to_test_mode_and_missing_ears_are_warnings()
    {
        var tenantId = await app.TenantIdAsync();
        await WriteAsync(db =>
        {
            db.TestModeSwitches.Add(new TestModeSwitch { TenantId = tenantId, Provider = "kaspi", IsOn = true, ChangedAt = TestClock.DefaultStart, ChangedBy = "test" });
            return Task.CompletedTask;
        });

        var found = await FindAsync();

        Assert.Contains(found, finding => finding is { Subject: "kaspi test mode", State: FindingState.Warning });
        Assert.Contains(found, finding => finding is { Subject: "events", State: FindingState.Warning });
        Assert.DoesNotContain(found, finding => finding.State == FindingState.Fault);
    }

    [Fact]
    public async Task Key_of_the_other_mode_is_a_fault_without_the_key()
    {
        var fields = new Dictionary<string, string> { ["secret_key"] = "sk_test_canary0123456789", ["webhook_secret"] = "whsec_canary-secret-of-sixteen" };
        var request = new NewProviderAccount { TenantId = await app.TenantIdAsync(), Provider = "stripe", Mode = Mode.Test, Endpoint = AccountEndpoint.Provider, Name = "Stripe", IsEnabled = true, Credentials = fields };
        var created = await app.Get<SaveProviderAccount>().CreateAsync(request, Tester, CancellationToken.None);
        Assert.True(created.IsOk, created.Problem?.Detail);
        var cipher = app.Get<ProviderAccounts>().Seal(created.Value.Id, request.TenantId, new Dictionary<string, string>(fields) { ["secret_key"] = "sk_live_canary0123456789" });
        await WriteAsync(db => db.ProviderAccounts.Where(row => row.Id == created.Value.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.SecretsCipher, cipher)));

        var found = Assert.Single(await FindAsync(), finding => finding.Subject == "stripe test account");

        Assert.Equal(FindingState.Warning, found.State);
        Assert.Contains("live key", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_nobody_may_decide_are_a_fault()
    {
        var tenantId = await app.TenantIdAsync();
        var people = await app.ReadAsync(db => db.Users.OrderBy(user => user.Role).Select(user => user.Id).ToListAsync());
        await WriteAsync(db =>
        {
            db.ApprovalRequests.Add(new ApprovalRequest { Id = app.Get<IdSource>().NewId(), TenantId = tenantId, Kind = ApprovalKind.GoingLive, SubjectId = "kaspi", Summary = "Go live", RequestedBy = "anna", RequestedByUserId = people[0], RequestedAt = TestClock.DefaultStart, ExpiresAt = TestClock.DefaultStart + ApprovalRequest.Lifetime });
            return Task.CompletedTask;
        });
        var somebody = Assert.Single(await FindAsync(), finding => finding.Subject == "waiting approvals");

        await WriteAsync(db => db.Users.Where(user => user.Id != people[0]).ExecuteUpdateAsync(set => set.SetProperty(user => user.IsDisabled, true)));

        Assert.Equal(FindingState.Ok, somebody.State);
        Assert.Contains("nobody may decide", (await FaultAsync("waiting approvals")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_tried_yet_is_a_step_and_refused_credentials_are_a_fault()
    {
        var tenantId = await app.TenantIdAsync();
        Assert.Equal(2, (await FindAsync()).Count(finding => finding is { Provider: "kaspi", State: FindingState.Todo }));

        await WriteAsync(db =>
        {
            var call = new ProviderCall { TenantId = tenantId, Mode = Mode.Live, Provider = "kaspi", AccountId = accountId, Operation = ProviderOperation.Create, IdempotencyKey = "one", StartedAt = TestClock.DefaultStart, DeadlineAt = TestClock.DefaultStart };
            call.Finish(ProviderCallState.Answered, TestClock.DefaultStart, null, null, "Invalid access_token", 401, null, null);
            db.ProviderCalls.Add(call);
            return Task.CompletedTask;
        });

        Assert.Contains("does not take our credentials", (await FaultAsync("kaspi credentials")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_are_called_on_request_and_one_that_is_not_there_is_told()
    {
        var sandbox = new NewProviderAccount { TenantId = await app.TenantIdAsync(), Provider = "kaspi", Mode = Mode.Test, Endpoint = AccountEndpoint.Sandbox, Name = "Kaspi sandbox", IsEnabled = true, Credentials = SandboxCredentials.For(app.Get<ProviderRegistry>()["kaspi"].Profile) };
        Assert.Null((await app.Get<SaveProviderAccount>().CreateAsync(sandbox, Tester, CancellationToken.None)).Problem);

        var reached = await app.Get<ReachProviders>().RunAsync(Tenant.DefaultSlug, CancellationToken.None);

        Assert.Equal(FindingState.Ok, Assert.Single(reached, finding => finding.Subject == "kaspi test host").State);
        // The name ends in .example, which nobody can have.
        var live = Assert.Single(reached, finding => finding.Subject == "kaspi host");
        Assert.Equal((FindingState.Fault, FindingPlace.Providers), (live.State, live.Place));
        Assert.Matches("^proxy[.]example (was not reached|did not answer)", live.Text);
        Assert.DoesNotContain(await FindAsync(), finding => finding.Subject.EndsWith(" host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verb_prints_it_for_people_and_machines()
    {
        var people = await VerbRun.BesideAsync(app, "check");
        var machines = await VerbRun.BesideAsync(app, "check", "--tenant", "default", "--json");
        var nobody = await VerbRun.BesideAsync(app, "check", "--tenant", "nobody");

        // The environment Test is not one for live payments.
        Assert.Equal((1, 1, 1), (people.ExitCode, machines.ExitCode, nobody.ExitCode));
        Assert.Contains("fault   live mode: The environment is Test", people.Output, StringComparison.Ordinal);
        Assert.Contains("ok      default, kaspi account", people.Output, StringComparison.Ordinal);
        Assert.False(machines.Json.GetProperty("ok").GetBoolean());
        Assert.Contains(machines.Json.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("subject").GetString() == "kaspi account" && finding.GetProperty("state").GetString() == "ok");
        Assert.Contains("nobody", nobody.Errors, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<Finding>> FindAsync() => app.Get<CheckGoLive>().RunAsync(null, CancellationToken.None);

    private async Task<Finding> FaultAsync(string subject)
    {
        var found = await FindAsync();
        return Assert.Single(found, finding => finding.Subject == subject && finding.State == FindingState.Fault);
    }

    private Task WriteAsync(Func<Core.Data.PaymentDb, Task> write) => app.Store.WriteAsync(write, CancellationToken.None);

    /// <summary>A live Kaspi account with one shop.</summary>
    private async Task<Guid> AccountAsync()
    {
        var credentials = new Dictionary<string, string>(SandboxCredentials.For(app.Get<ProviderRegistry>()["kaspi"].Profile)) { [SaveProviderAccount.BaseUrl] = "https://proxy.example" };
        var request = new NewProviderAccount { TenantId = await app.TenantIdAsync(), Provider = "kaspi", Mode = Mode.Live, Endpoint = AccountEndpoint.Provider, Name = "Kaspi", IsEnabled = true, Credentials = credentials };
        var created = await app.Get<SaveProviderAccount>().CreateAsync(request, Tester, CancellationToken.None);
        Assert.True(created.IsOk, created.Problem?.Detail);
        accountId = created.Value.Id;
        await ConfigAsync(8, PaymentScene.Bin);
        return accountId;
    }

    private async Task ConfigAsync(int shop, string bin)
    {
        var saved = await app.Get<SaveShopConfig>().CreateAsync(new SaveShopConfigRequest { TenantId = await app.TenantIdAsync(), Mode = Mode.Live, Provider = "kaspi", ShopId = shop, OrganizationBin = bin, IsActive = true }, Tester, CancellationToken.None);
        Assert.True(saved.IsOk, saved.Problem?.Detail);
    }
}
