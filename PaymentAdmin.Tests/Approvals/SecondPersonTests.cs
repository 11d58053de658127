using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Approvals;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Approvals;

/// <summary>With two persons switched on, what decides where money goes changes nothing until another person agrees; without them it is marked.</summary>
public sealed class SecondPersonTests : IAsyncLifetime
{
    private const string Secret = "a-live-webhook-secret";
    private Engine engine = null!;
    private Actor asks = null!;
    private Actor decides = null!;

    public async Task InitializeAsync()
    {
        engine = await Engine.StartAsync();
        (asks, decides) = (await PersonAsync(Roles.Admin), await PersonAsync(Roles.Finance));
    }

    public async Task DisposeAsync()
    {
        await engine.AssertSoundAsync();
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Live_credentials_are_replaced_when_a_second_person_agrees()
    {
        var account = await LiveAccountAsync();
        await SwitchOnAsync();

        var asked = await Accounts.ChangeAsync(new ProviderAccountChange { TenantId = engine.TenantId, AccountId = account.Id, Credentials = new Dictionary<string, string?> { ["webhook_secret"] = "another-live-secret" } }, asks, default);

        Assert.Equal(Codes.WaitingForApproval, asked.Problem!.Code);
        Assert.Equal(Secret, await SecretAsync(account.Id));
        var request = await engine.ReadAsync(db => db.ApprovalRequests.SingleAsync());
        Assert.Equal((asked.Problem.ApprovalId, ApprovalKind.LiveAccount), (request.Id, request.Kind));
        Assert.DoesNotContain("another-live-secret", request.ChangeCipher + request.Before + request.After + request.Summary, StringComparison.Ordinal);
        Assert.Equal(Codes.FourEyes, (await DecideAsync(true, asks)).Problem!.Code);
        Assert.Equal(Secret, await SecretAsync(account.Id));

        Assert.Null((await DecideAsync(true, decides)).Problem);

        Assert.Equal("another-live-secret", await SecretAsync(account.Id));
        var entry = await engine.ReadAsync(db => db.AuditEntries.Where(row => row.Action == "account.changed").OrderBy(row => row.Id).LastAsync());
        Assert.Equal((asks.Name + " and " + decides.Name, null), (entry.ActorName, entry.Reason));
    }

    [Fact]
    public async Task Account_that_somebody_changed_meanwhile_is_not_changed_by_an_old_request()
    {
        var account = await LiveAccountAsync();
        await SwitchOnAsync();
        await Accounts.ChangeAsync(new ProviderAccountChange { TenantId = engine.TenantId, AccountId = account.Id, Credentials = new Dictionary<string, string?> { ["webhook_secret"] = "another-live-secret" } }, asks, default);
        Assert.Null((await Accounts.ChangeAsync(new ProviderAccountChange { TenantId = engine.TenantId, AccountId = account.Id, Name = "Renamed" }, decides with { Role = Roles.Admin }, default)).Problem);

        var late = await DecideAsync(true, decides);

        Assert.Equal(Codes.ChangedMeanwhile, late.Problem!.Code);
        Assert.Equal(Secret, await SecretAsync(account.Id));
        Assert.Equal(ApprovalStatus.Waiting, (await engine.ReadAsync(db => db.ApprovalRequests.SingleAsync())).Status);
        Assert.Null((await DecideAsync(false, decides)).Problem);
    }

    [Fact]
    public async Task New_live_account_stays_off_until_a_second_person_agrees()
    {
        await SwitchOnAsync();

        var asked = await Accounts.CreateAsync(NewAccount() with { IsEnabled = true }, asks, default);

        Assert.Equal(Codes.WaitingForApproval, asked.Problem!.Code);
        Assert.False((await LiveRowAsync()).IsEnabled);
        Assert.Null((await DecideAsync(true, decides)).Problem);
        Assert.True((await LiveRowAsync()).IsEnabled);
    }

    [Fact]
    public async Task Deletion_of_live_credentials_waits_too()
    {
        var account = await LiveAccountAsync();
        await SwitchOnAsync();

        Assert.Equal(Codes.WaitingForApproval, (await Accounts.DeleteCredentialsAsync(engine.TenantId, account.Id, asks, default)).Problem!.Code);
        Assert.Equal(Secret, await SecretAsync(account.Id));
        Assert.Null((await DecideAsync(true, decides)).Problem);
        Assert.Equal("", await SecretAsync(account.Id));
    }

    [Fact]
    public async Task Bin_of_a_live_config_waits_and_its_description_does_not()
    {
        await LiveAccountAsync();
        Assert.Null((await Configs.CreateAsync(Config("210440028324"), asks, default)).Problem);
        await SwitchOnAsync();

        Assert.Null((await Configs.ChangeAsync(Config() with { Description = "Main till" }, asks, default)).Problem);
        var asked = await Configs.ChangeAsync(Config("991011000048"), asks, default);
        var again = await Configs.ChangeAsync(Config("991011000048"), asks, default);
        var other = await Configs.CreateAsync(Config("991011000048") with { ShopId = 9 }, asks, default);

        Assert.Equal((Codes.WaitingForApproval, Codes.ChangedMeanwhile, Codes.WaitingForApproval), (asked.Problem!.Code, again.Problem!.Code, other.Problem!.Code));
        Assert.Equal(["210440028324"], await engine.ReadAsync(db => db.ShopConfigs.Join(db.Organizations, row => row.OrganizationId, row => row.Id, (_, organization) => organization.Bin).ToListAsync()));
        Assert.Null((await DecideAsync(true, decides, asked.Problem.ApprovalId)).Problem);
        Assert.Null((await DecideAsync(true, decides, other.Problem.ApprovalId)).Problem);
        Assert.Equal(["991011000048", "991011000048"], await engine.ReadAsync(db => db.ShopConfigs.Join(db.Organizations, row => row.OrganizationId, row => row.Id, (_, organization) => organization.Bin).ToListAsync()));
        Assert.Equal(asks.Name + " and " + decides.Name, (await engine.ReadAsync(db => db.ShopConfigs.FirstAsync())).UpdatedBy);
    }

    [Fact]
    public async Task Going_live_waits_and_going_back_does_not()
    {
        await SwitchOnAsync();
        var testMode = engine.Get<SetTestMode>();
        Assert.True((await testMode.RunAsync(engine.TenantId, ScriptedProvider.Id, isOn: true, null, asks, default)).Value);

        Assert.Equal(Codes.WaitingForApproval, (await testMode.RunAsync(engine.TenantId, ScriptedProvider.Id, isOn: false, null, asks, default)).Problem!.Code);
        Assert.True((await engine.ReadAsync(db => db.TestModeSwitches.SingleAsync())).IsOn);
        Assert.Null((await DecideAsync(true, decides)).Problem);
        Assert.False((await engine.ReadAsync(db => db.TestModeSwitches.SingleAsync())).IsOn);
    }

    [Fact]
    public async Task Write_off_waits_while_the_payment_lacks_just_that()
    {
        await SwitchOnAsync();
        var payment = await ShortAsync(9_000);

        var asked = await Settle.DecideAsync(engine.TenantId, payment.Id, ObservedFact.DifferenceWrittenOff, "not worth asking for", asks, default);

        Assert.Equal(Codes.WaitingForApproval, asked.Problem!.Code);
        Assert.Equal(PaymentStatus.InReview, (await engine.PaymentAsync(payment.Id)).Status);
        var request = await engine.ReadAsync(db => db.ApprovalRequests.SingleAsync());
        Assert.Equal((1_000L, "KZT", (Guid?)payment.Id), (request.AmountMinor, request.Currency, request.PaymentId));
        Assert.Null((await DecideAsync(true, decides)).Problem);
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task Write_off_of_a_payment_that_was_settled_otherwise_is_not_done()
    {
        await SwitchOnAsync();
        var payment = await ShortAsync(9_000);
        await Settle.DecideAsync(engine.TenantId, payment.Id, ObservedFact.DifferenceWrittenOff, "not worth asking for", asks, default);
        Assert.Null((await Settle.DecideAsync(engine.TenantId, payment.Id, ObservedFact.ReceivedAccepted, "the rest will come", decides, default)).Problem);

        Assert.Equal(Codes.ChangedMeanwhile, (await DecideAsync(true, decides)).Problem!.Code);
        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task Role_that_may_do_more_waits_and_the_person_it_is_about_does_not_decide()
    {
        await SwitchOnAsync();
        var clerk = await PersonAsync(Roles.Clerk);

        var asked = await Users.RunAsync(new UserChange(clerk.AnswerableUserId!.Value) { Role = Roles.Finance }, asks, default);

        Assert.Equal(Codes.WaitingForApproval, asked.Problem!.Code);
        Assert.Equal(Roles.Clerk, await RoleAsync(clerk));
        Assert.Equal(Codes.PermissionMissing, (await DecideAsync(true, clerk)).Problem!.Code);
        Assert.Null((await DecideAsync(true, decides)).Problem);
        Assert.Equal(Roles.Finance, await RoleAsync(clerk));
        Assert.Null((await Users.RunAsync(new UserChange(clerk.AnswerableUserId!.Value) { Role = Roles.Auditor }, asks, default)).Problem);
        Assert.Equal(Codes.FourEyes, (await Users.RunAsync(new UserChange(asks.AnswerableUserId!.Value) { Role = Roles.Finance }, asks, default)).Problem!.Code);
    }

    [Fact]
    public async Task Nobody_makes_the_second_person()
    {
        await SwitchOnAsync();

        var asked = await Create.RunAsync(new CreateUserRequest("second@shop.test", "correct horse battery staple", Roles.Finance, "tests"), asks, default);
        var clerk = await Create.RunAsync(new CreateUserRequest("third@shop.test", "correct horse battery staple", Roles.Clerk, "tests"), asks, default);

        Assert.Equal(Codes.WaitingForApproval, asked.Problem!.Code);
        Assert.Null(clerk.Problem);
        var made = await engine.ReadAsync(db => db.Users.SingleAsync(row => row.Email == "second@shop.test"));
        Assert.True(made.IsDisabled);
        var himself = new Actor(ActorKind.User, made.Id.ToString(), made.Email!, Roles.Finance, made.Id);
        Assert.Equal(Codes.PermissionMissing, (await DecideAsync(true, himself)).Problem!.Code);
    }

    [Fact]
    public async Task Last_approver_but_one_goes_with_a_second_person_only()
    {
        await SwitchOnAsync();
        var third = await PersonAsync(Roles.Finance);

        Assert.Null((await Users.RunAsync(new UserChange(third.AnswerableUserId!.Value) { IsDisabled = true }, asks, default)).Problem);
        Assert.Equal(Codes.WaitingForApproval, (await Users.RunAsync(new UserChange(decides.AnswerableUserId!.Value) { IsDisabled = true }, asks, default)).Problem!.Code);
        Assert.False((await engine.ReadAsync(db => db.Users.SingleAsync(row => row.Id == decides.AnswerableUserId))).IsDisabled);
    }

    [Fact]
    public async Task Rule_needs_two_people_to_begin_and_a_second_one_to_end()
    {
        Assert.Null((await Users.RunAsync(new UserChange(decides.AnswerableUserId!.Value) { IsDisabled = true }, asks, default)).Problem);
        Assert.Equal(["rule"], (await Rule.RunAsync(engine.TenantId, new(TwoPersonRule.Always, Limits(0)), asks, default)).Problem!.Errors!.Keys);
        Assert.Null((await Users.RunAsync(new UserChange(decides.AnswerableUserId!.Value) { IsDisabled = false }, asks, default)).Problem);

        Assert.Null((await Rule.RunAsync(engine.TenantId, new(TwoPersonRule.OverLimit, Limits(5_000)), asks, default)).Problem);
        Assert.Null((await Rule.RunAsync(engine.TenantId, new(TwoPersonRule.Always, Limits(4_000)), asks, default)).Problem);
        Assert.Equal(Codes.WaitingForApproval, (await Rule.RunAsync(engine.TenantId, new(TwoPersonRule.Off, Limits(4_000)), asks, default)).Problem!.Code);
        Assert.Equal(Codes.ChangedMeanwhile, (await Rule.RunAsync(engine.TenantId, new(TwoPersonRule.Always, Limits(4_001)), asks, default)).Problem!.Code);
        Assert.Equal(TwoPersonRule.Always, (await Rule.ReadAsync(engine.TenantId, default)).Settings.Rule);
        Assert.Null((await DecideAsync(true, decides)).Problem);
        Assert.Equal(TwoPersonRule.Off, (await Rule.ReadAsync(engine.TenantId, default)).Settings.Rule);
    }

    [Fact]
    public async Task What_nobody_decided_in_time_ends_without_effect()
    {
        var account = await LiveAccountAsync();
        await SwitchOnAsync();
        await Accounts.DeleteCredentialsAsync(engine.TenantId, account.Id, asks, default);

        engine.Clock.Advance(ApprovalRequest.Lifetime);
        while (await engine.Get<DecideApproval>().ExpireAsync(default))
        {
        }

        Assert.Equal(ApprovalStatus.Expired, (await engine.ReadAsync(db => db.ApprovalRequests.SingleAsync())).Status);
        Assert.Equal(Secret, await SecretAsync(account.Id));
        Assert.Equal(Codes.ChangedMeanwhile, (await DecideAsync(true, decides)).Problem!.Code);
    }

    [Fact]
    public async Task One_person_suffices_without_the_rule_and_is_marked()
    {
        var account = await LiveAccountAsync();
        Assert.Null((await Accounts.ChangeAsync(new ProviderAccountChange { TenantId = engine.TenantId, AccountId = account.Id, Credentials = new Dictionary<string, string?> { ["webhook_secret"] = "another-live-secret" } }, asks, default)).Problem);
        Assert.Null((await Configs.CreateAsync(Config("210440028324"), asks, default)).Problem);
        var payment = await ShortAsync(9_000);
        Assert.Null((await Settle.DecideAsync(engine.TenantId, payment.Id, ObservedFact.DifferenceWrittenOff, "not worth it", asks, default)).Problem);
        var refund = await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment.Id, 100, null, "came back"), asks, default);

        Assert.True((await engine.RefundAsync(refund.Value)).IsSinglePerson);
        var marked = await engine.ReadAsync(db => db.AuditEntries.Where(row => row.Reason!.Contains("single_person") || row.After!.Contains("\"single_person\":true")).Select(row => row.Action).Distinct().ToListAsync());
        Assert.Equal(["account.changed", "payment.succeeded", "refund.requested", "refund.succeeded", "shop_config.created"], marked.Order(StringComparer.Ordinal));
        Assert.Equal(0, await engine.ReadAsync(db => db.ApprovalRequests.CountAsync()));
    }

    private SaveProviderAccount Accounts => engine.Get<SaveProviderAccount>();

    private SaveShopConfig Configs => engine.Get<SaveShopConfig>();

    private SettlePayment Settle => engine.Get<SettlePayment>();

    private ChangeUser Users => engine.Get<ChangeUser>();

    private SetTwoPersons Rule => engine.Get<SetTwoPersons>();

    private CreateUser Create => new(engine.Store, new PasswordHasher<User>(), new UpperInvariantLookupNormalizer(), Users, engine.Get<IdSource>(), engine.Clock);

    private static Dictionary<string, long> Limits(long minor) => new() { ["KZT"] = minor };

    private Task<int> SwitchOnAsync() => engine.Store.WriteAsync(db => db.Tenants.ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoPersonRule, TwoPersonRule.Always)), default);

    private NewProviderAccount NewAccount() => new() { TenantId = engine.TenantId, Provider = ScriptedProvider.Id, Mode = Mode.Live, Endpoint = AccountEndpoint.Provider, Name = "Live", Credentials = new Dictionary<string, string> { ["webhook_secret"] = Secret } };

    private async Task<ProviderAccount> LiveAccountAsync() => (await Accounts.CreateAsync(NewAccount(), asks, default)).Value;

    private Task<ProviderAccount> LiveRowAsync() => engine.ReadAsync(db => db.ProviderAccounts.SingleAsync(row => row.Mode == Mode.Live));

    private async Task<string> SecretAsync(Guid accountId) => engine.Get<ProviderAccounts>().Open(await engine.ReadAsync(db => db.ProviderAccounts.SingleAsync(row => row.Id == accountId)), route: null).Credential("webhook_secret");

    private SaveShopConfigRequest Config(string? bin = null)
    {
        var request = new SaveShopConfigRequest { TenantId = engine.TenantId, Mode = Mode.Live, Provider = ScriptedProvider.Id, ShopId = 8 };
        return bin is null ? request : request with { OrganizationBin = bin };
    }

    private async Task<Payment> ShortAsync(long receivedMinor)
    {
        var payment = await engine.PayingAsync();
        engine.Provider.Pay(payment.ProviderReference!, receivedMinor);
        await engine.WebhookAsync(new { id = $"paid-{payment.Id}", type = "paid", reference = payment.ProviderReference, amount_minor = receivedMinor, currency = "KZT" });
        await engine.DrainAsync();
        return await engine.PaymentAsync(payment.Id);
    }

    private async Task<string> RoleAsync(Actor person) => (await engine.ReadAsync(db => db.Users.SingleAsync(row => row.Id == person.AnswerableUserId))).Role;

    private async Task<Result<ApprovalStatus>> DecideAsync(bool isApproved, Actor actor, Guid? id = null)
    {
        var request = id ?? await engine.ReadAsync(db => db.ApprovalRequests.OrderByDescending(row => row.RequestedAt).Select(row => row.Id).FirstAsync());
        return await engine.Get<DecideApproval>().RunAsync(engine.TenantId, request, expectedVersion: 0, isApproved, isApproved ? null : "no", actor, default);
    }

    private async Task<Actor> PersonAsync(string role)
    {
        var id = Guid.CreateVersion7();
        var email = $"{id:N}@shop.test";
        await engine.Store.WriteAsync(
            db =>
            {
                db.Users.Add(new User { Id = id, TenantId = engine.TenantId, Email = email, UserName = email, Role = role, CreatedAt = engine.Clock.GetUtcNow() });
                return Task.CompletedTask;
            },
            default);
        return new Actor(ActorKind.User, id.ToString(), email, role, id);
    }
}
