using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Shops;

public sealed class SaveProviderAccountTests : IAsyncLifetime
{
    private static readonly Actor Admin = new(ActorKind.User, "u1", "admin@shop.test", Roles.Admin);
    private TestApp app = null!;
    private Guid tenantId;

    public async Task InitializeAsync()
    {
        app = await TestApp.StartAsync();
        tenantId = await app.TenantIdAsync();
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData(Mode.Live, AccountEndpoint.Sandbox, "canary-secret-of-sixteen", "endpoint")]
    [InlineData(Mode.Live, AccountEndpoint.Provider, "fifteen-bytes-a", "webhook_secret")]
    [InlineData(Mode.Live, AccountEndpoint.Provider, null, "webhook_secret")]
    [InlineData(Mode.Live, AccountEndpoint.Provider, "demo_secret", "webhook_secret")]
    [InlineData(Mode.Live, AccountEndpoint.Provider, "canary-secret-of-sixteen", null)]
    [InlineData(Mode.Test, AccountEndpoint.Provider, null, null)]
    [InlineData(Mode.Test, AccountEndpoint.Sandbox, "demo_secret", null)]
    public async Task Account_that_is_switched_on_has_what_it_needs(Mode mode, AccountEndpoint endpoint, string? webhookSecret, string? refused)
    {
        var saved = await CreateAsync(mode, endpoint, webhookSecret);

        Assert.Equal(refused is null ? [] : [refused], saved.Problem?.Errors?.Keys ?? []);
    }

    [Fact]
    public async Task Client_credentials_stand_in_for_the_key()
    {
        var neither = await Save.CreateAsync(New() with { Credentials = new Dictionary<string, string>() }, Admin, default);
        var pair = await Save.CreateAsync(New() with { Credentials = new Dictionary<string, string> { ["client_id"] = "c", ["client_secret"] = "s" } }, Admin, default);

        Assert.Equal(["api_key"], neither.Problem?.Errors?.Keys);
        Assert.True(pair.IsOk);
    }

    [Theory]
    [InlineData("stripe", Mode.Test, "sk_live_0123456789", false)]
    [InlineData("stripe", Mode.Test, "rk_live_0123456789", false)]
    [InlineData("stripe", Mode.Live, "sk_test_0123456789", false)]
    [InlineData("stripe", Mode.Live, "0123456789", false)]
    [InlineData("stripe", Mode.Test, "rk_test_0123456789", true)]
    [InlineData("stripe", Mode.Live, "rk_live_0123456789", true)]
    [InlineData("paystack", Mode.Test, "sk_live_0123456789", false)]
    [InlineData("paystack", Mode.Live, "sk_test_0123456789", false)]
    [InlineData("paystack", Mode.Live, "sk_live_0123456789", true)]
    [InlineData("paystack", Mode.Test, "sk_test_0123456789", true)]
    public async Task Key_of_the_other_mode_is_refused(string provider, Mode mode, string key, bool isTaken)
    {
        var credentials = new Dictionary<string, string> { ["secret_key"] = key };
        if (provider == "stripe")
            credentials["webhook_secret"] = "whsec_canary-secret-of-sixteen";

        var saved = await Save.CreateAsync(New() with { Provider = provider, Mode = mode, Endpoint = AccountEndpoint.Provider, Credentials = credentials, IsEnabled = true }, Admin, default);

        Assert.Equal(isTaken ? [] : ["secret_key"], saved.Problem?.Errors?.Keys ?? []);
        Assert.DoesNotContain(key, saved.Problem?.Errors?.Values.SelectMany(texts => texts).FirstOrDefault() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccountEndpoint.Sandbox, true)]
    [InlineData(AccountEndpoint.Provider, false)]
    public async Task Demo_secret_proves_webhooks_on_a_sandbox_account_only(AccountEndpoint endpoint, bool proves)
    {
        var account = (await CreateAsync(Mode.Test, endpoint, Signature.DemoSecret)).Value;

        var secret = app.Get<ProviderAccounts>().Open(account, route: null).Credential("webhook_secret");
        var verdict = Signature.Check(secret, [1, 2, 3], _ => [1, 2, 3]);

        Assert.Equal(proves, verdict is WebhookVerification.Verified);
    }

    [Theory]
    [InlineData(Roles.Finance)]
    [InlineData(Roles.Clerk)]
    [InlineData(Roles.Developer)]
    [InlineData(Roles.Auditor)]
    public async Task Accounts_and_switches_are_an_admins(string role)
    {
        var actor = Admin with { Role = role };
        var account = (await CreateAsync(Mode.Test, AccountEndpoint.Sandbox, null)).Value;

        Assert.Equal(Codes.PermissionMissing, (await Save.CreateAsync(New(), actor, default)).Problem?.Code);
        Assert.Equal(Codes.PermissionMissing, (await Save.ChangeAsync(new ProviderAccountChange { TenantId = tenantId, AccountId = account.Id, IsEnabled = false }, actor, default)).Problem?.Code);
        Assert.Equal(Codes.PermissionMissing, (await Save.DeleteCredentialsAsync(tenantId, account.Id, actor, default)).Problem?.Code);
        Assert.Equal(Codes.PermissionMissing, (await app.Get<SetTestMode>().RunAsync(tenantId, "ioka", true, null, actor, default)).Problem?.Code);
        Assert.Equal(0, await app.ReadAsync(db => db.TestModeSwitches.CountAsync()));
    }

    [Fact]
    public async Task Base_url_is_a_superadmins()
    {
        var request = New() with { Credentials = new Dictionary<string, string> { ["api_key"] = "k", ["base_url"] = "https://ioka.example" } };

        Assert.Equal(["base_url"], (await Save.CreateAsync(request, Admin, default)).Problem?.Errors?.Keys);
        Assert.True((await Save.CreateAsync(request, Admin with { Role = Roles.Superadmin }, default)).IsOk);
    }

    [Fact]
    public async Task Audit_tells_of_a_replaced_secret_and_keeps_it()
    {
        var account = (await CreateAsync(Mode.Test, AccountEndpoint.Provider, null)).Value;
        var changed = await Save.ChangeAsync(new ProviderAccountChange { TenantId = tenantId, AccountId = account.Id, Credentials = new Dictionary<string, string?> { ["api_key"] = "canary-second-key" } }, Admin, default);

        Assert.Equal(2, changed.Value.Version);
        Assert.Equal("canary-second-key", app.Get<ProviderAccounts>().Open(changed.Value, route: null).Credential("api_key"));
        var entries = await app.ReadAsync(db => db.AuditEntries.Where(entry => entry.EntityId == account.Id.ToString()).OrderBy(entry => entry.At).ToListAsync());
        Assert.Equal(["account.created", "account.changed"], entries.Select(entry => entry.Action));
        Assert.DoesNotContain(entries, entry => (entry.Before + entry.After).Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Credentials_that_an_open_attempt_needs_stay()
    {
        var account = (await CreateAsync(Mode.Test, AccountEndpoint.Sandbox, "canary-secret-of-sixteen")).Value;
        await PayAsync(Mode.Test, "order-1");

        Assert.Equal(Codes.AccountInUse, (await Save.DeleteCredentialsAsync(tenantId, account.Id, Admin, default)).Problem?.Code);
        var taken = new ProviderAccountChange { TenantId = tenantId, AccountId = account.Id, IsEnabled = false, Credentials = new Dictionary<string, string?> { ["api_key"] = null } };
        Assert.Equal(Codes.AccountInUse, (await Save.ChangeAsync(taken, Admin, default)).Problem?.Code);
        Assert.True((await Save.ChangeAsync(taken with { Credentials = new Dictionary<string, string?>() }, Admin, default)).IsOk);
    }

    // Contract section 3, Mode: test payments use the test account whatever the switch says. This environment refuses live mode before all else.
    [Theory]
    [InlineData(Mode.Test, true, true, null)]
    [InlineData(Mode.Test, false, true, null)]
    [InlineData(Mode.Test, true, false, Codes.ProviderNotConfigured)]
    [InlineData(Mode.Test, false, false, Codes.ProviderNotConfigured)]
    [InlineData(Mode.Live, true, true, Codes.LiveModeRefused)]
    [InlineData(Mode.Live, false, false, Codes.LiveModeRefused)]
    public async Task Switch_mode_and_account_decide(Mode mode, bool isOn, bool hasAccount, string? code)
    {
        if (hasAccount)
            await CreateAsync(mode, mode == Mode.Test ? AccountEndpoint.Sandbox : AccountEndpoint.Provider, "canary-secret-of-sixteen");
        await app.Get<SetTestMode>().RunAsync(tenantId, "ioka", isOn, null, Admin, default);

        Assert.Equal(code, await PayAsync(mode, "order-1"));
    }

    [Theory]
    [InlineData(true, true, Codes.ProviderInTestMode)]
    [InlineData(true, false, Codes.ProviderInTestMode)]
    [InlineData(false, true, null)]
    [InlineData(false, false, Codes.ProviderNotConfigured)]
    public async Task Switch_takes_the_live_account_out_of_service(bool isOn, bool hasAccount, string? code)
    {
        // Only the choice of the account: no live call is made here.
        app.Get<Deployment>().LiveRefusals = [];
        if (hasAccount)
            await CreateAsync(Mode.Live, AccountEndpoint.Provider, "canary-secret-of-sixteen");
        await app.Get<SetTestMode>().RunAsync(tenantId, "ioka", isOn, "check", Admin, default);

        var route = await app.ReadAsync(db => app.Get<ChooseAccount>().RunAsync(db, tenantId, Mode.Live, "ioka", shopId: null, default));

        Assert.Equal(code, route.Problem?.Code);
    }

    [Fact]
    public async Task Same_position_again_is_no_change()
    {
        Assert.True((await app.Get<SetTestMode>().RunAsync(tenantId, "ioka", true, null, Admin, default)).Value);
        Assert.False((await app.Get<SetTestMode>().RunAsync(tenantId, "ioka", true, null, Admin, default)).Value);

        Assert.Equal(1, await app.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "test_mode.on")));
    }

    [Fact]
    public async Task Accounts_are_listed_for_the_keys_mode_without_credentials()
    {
        var account = (await CreateAsync(Mode.Test, AccountEndpoint.Sandbox, "canary-secret-of-sixteen")).Value;
        await CreateAsync(Mode.Live, AccountEndpoint.Provider, "canary-secret-of-sixteen");
        using var client = await app.KeyClientAsync(Mode.Test, Scopes.ConfigsRead);
        using var other = await app.KeyClientAsync(Mode.Test, Scopes.PaymentsRead);

        var text = await client.GetStringAsync("/v1/accounts");
        using var refused = await other.GetAsync("/v1/accounts");

        var row = Assert.Single(JsonNode.Parse(text)!["data"]!.AsArray())!;
        Assert.Equal((account.Id.ToString(), "ioka", "test", "sandbox", true, true), (row["id"]!.GetValue<string>(), row["provider"]!.GetValue<string>(), row["mode"]!.GetValue<string>(), row["endpoint"]!.GetValue<string>(), row["enabled"]!.GetValue<bool>(), row["for_all_shops"]!.GetValue<bool>()));
        Assert.Contains("/webhooks/ioka/", row["webhook_url"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private SaveProviderAccount Save => app.Get<SaveProviderAccount>();

    private NewProviderAccount New() => new() { TenantId = tenantId, Provider = "ioka", Mode = Mode.Test, Endpoint = AccountEndpoint.Provider, Name = "Ioka", IsEnabled = true, IsForAllShops = true };

    private Task<Result<ProviderAccount>> CreateAsync(Mode mode, AccountEndpoint endpoint, string? webhookSecret)
    {
        var credentials = new Dictionary<string, string> { ["api_key"] = "canary-first-key" };
        if (webhookSecret is not null)
            credentials["webhook_secret"] = webhookSecret;
        return Save.CreateAsync(New() with { Mode = mode, Endpoint = endpoint, Credentials = credentials }, Admin, default);
    }

    /// <summary>The code that the payment was refused with; null when it was taken.</summary>
    private async Task<string?> PayAsync(Mode mode, string order)
    {
        using var client = await app.KeyClientAsync(mode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments") { Content = JsonContent.Create(new { order_reference = order, amount_minor = 50000, currency = "KZT", provider = "ioka" }) };
        request.Headers.Add("Idempotency-Key", order);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode == HttpStatusCode.Created ? null : JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!.GetValue<string>();
    }
}
