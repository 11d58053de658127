using System.Reflection;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Providers;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Components.Layout;
using PaymentAdmin.Web.Components.Pages.Console;

namespace PaymentAdmin.Tests.Shops;

/// <summary>Test and live never meet: every combination of what an account is and what is offered to it, by key, call, webhook, import and console.</summary>
public sealed class ModeCombinationsTests
{
    private const string Secret = "a-webhook-secret-long-enough";

    /// <summary>Every credential of every provider that shows its mode by its beginning, in both kinds of account.</summary>
    public static TheoryData<string, string, Mode, Mode> Keys
    {
        get
        {
            var rows = new TheoryData<string, string, Mode, Mode>();
            foreach (var profile in ContractWorld.Registered.Select(provider => provider.Profile))
            {
                foreach (var shaped in profile.CredentialFields.Where(shaped => shaped is { LiveOnly: not null, TestOnly: not null }))
                {
                    foreach (var account in Enum.GetValues<Mode>())
                    {
                        foreach (var key in Enum.GetValues<Mode>())
                            rows.Add(profile.Id, shaped.Name, account, key);
                    }
                }
            }
            return rows;
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task Key_fits_an_account_of_its_own_mode_only(string provider, string field, Mode account, Mode key)
    {
        await using var bench = await CoreBench.StartAsync();
        var tenantId = await bench.TenantAsync();
        var described = ContractWorld.Registered.Single(one => one.Profile.Id == provider).Profile.CredentialFields.Single(one => one.Name == field);
        var value = (key == Mode.Live ? described.LiveOnly : described.TestOnly)!.Split('|')[0] + "0123456789abcdef";

        var saved = await bench.Get<SaveProviderAccount>().CreateAsync(
            new NewProviderAccount { TenantId = tenantId, Provider = provider, Mode = account, Endpoint = AccountEndpoint.Provider, Name = "One", Credentials = new Dictionary<string, string> { [field] = value } }, Actor.System("test"), CancellationToken.None);

        if (account == key)
            Assert.Null(saved.Problem);
        else
            Assert.Equal([field], saved.Problem!.Errors!.Keys);
        Assert.Equal(account == key ? 1 : 0, await bench.ReadAsync(db => db.ProviderAccounts.CountAsync(row => row.Provider == provider)));
    }

    [Theory]
    [InlineData(Mode.Test, Mode.Test)]
    [InlineData(Mode.Test, Mode.Live)]
    [InlineData(Mode.Live, Mode.Test)]
    [InlineData(Mode.Live, Mode.Live)]
    public async Task Payment_is_served_by_an_account_of_its_own_mode_only(Mode account, Mode payment)
    {
        await using var engine = await EngineOf(account);

        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request() with { Mode = payment }, Engine.Shop, CancellationToken.None);

        if (account == payment)
            Assert.Equal(account, (await engine.ReadAsync(db => db.PaymentAttempts.SingleAsync())).Mode);
        else
            Assert.Equal(Codes.ProviderNotConfigured, created.Problem!.Code);
        Assert.Equal(account == payment ? 1 : 0, engine.Provider.Requests.Count);
    }

    [Theory]
    [InlineData(Mode.Test, Mode.Test)]
    [InlineData(Mode.Test, Mode.Live)]
    [InlineData(Mode.Live, Mode.Test)]
    [InlineData(Mode.Live, Mode.Live)]
    public async Task Event_counts_at_an_account_of_its_own_mode_only(Mode account, Mode said)
    {
        await using var engine = await EngineOf(account);
        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request() with { Mode = account }, Engine.Shop, CancellationToken.None);
        var payment = await engine.PaymentAsync(created.Value.PaymentId);
        var key = await engine.ReadAsync(db => db.ProviderAccounts.SingleAsync());
        var path = new Uri(engine.Get<ProviderAccounts>().WebhookUrlOf(key)).Segments[^1];

        var body = new { id = "x", type = "paid", reference = payment.ProviderReference, amount_minor = 10_000, currency = "KZT", live = said == Mode.Live };
        await engine.Get<ReceiveWebhook>().RunAsync(ScriptedProvider.Id, path, ScriptedProvider.Deliver(body, engine.Clock.GetUtcNow(), Secret), "127.0.0.1", CancellationToken.None);
        await engine.DrainAsync();

        var stored = await engine.ReadAsync(db => db.WebhookEvents.SingleAsync());
        Assert.Equal(account == said ? (WebhookState.Applied, IntegrityVerdict.Agrees) : (WebhookState.Ignored, IntegrityVerdict.WrongMode), (stored.State, stored.Integrity));
        Assert.Equal(account == said ? PaymentStatus.Succeeded : PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
    }

    [Theory]
    [InlineData(Mode.Test, AccountEndpoint.Sandbox, true)]
    [InlineData(Mode.Test, AccountEndpoint.Provider, true)]
    [InlineData(Mode.Live, AccountEndpoint.Sandbox, false)]
    [InlineData(Mode.Live, AccountEndpoint.Provider, true)]
    public async Task Imitation_with_its_test_cards_is_no_live_account(Mode mode, AccountEndpoint endpoint, bool isTaken)
    {
        await using var engine = await Engine.StartAsync();

        var saved = await engine.Get<SaveProviderAccount>().CreateAsync(Account(engine, mode) with { Endpoint = endpoint }, Actor.System("test"), CancellationToken.None);

        Assert.Equal(isTaken, saved.IsOk);
    }

    [Theory]
    [InlineData("sk_test_0123456789abcdef", Mode.Test, true)]
    [InlineData("sk_live_0123456789abcdef", Mode.Live, false)]
    public async Task Key_of_the_environment_is_imported_in_its_own_mode_and_live_switched_off(string key, Mode mode, bool isEnabled)
    {
        await using var app = await TestApp.StartAsync(("STRIPE_SECRET_KEY", key));

        var account = await app.ReadAsync(db => db.ProviderAccounts.SingleAsync());

        Assert.Equal((mode, isEnabled), (account.Mode, account.IsEnabled));
    }

    [Fact]
    public void Console_is_in_test_mode_whatever_the_frame_says() => Assert.NotNull(typeof(TestConsole).GetCustomAttribute<TestModeOnlyAttribute>());

    private static NewProviderAccount Account(Engine engine, Mode mode) => new()
    {
        TenantId = engine.TenantId,
        Provider = ScriptedProvider.Id,
        Mode = mode,
        Endpoint = AccountEndpoint.Provider,
        Name = "Only one",
        IsEnabled = true,
        IsForAllShops = true,
        Credentials = new Dictionary<string, string> { ["webhook_secret"] = Secret },
    };

    /// <summary>An engine that takes live payments too, with one account, of one mode.</summary>
    private static async Task<Engine> EngineOf(Mode mode)
    {
        var engine = await Engine.StartAsync();
        engine.Deployment.LiveRefusals = [];
        await engine.Store.WriteAsync(db => db.ProviderAccounts.ExecuteDeleteAsync(), CancellationToken.None);
        Assert.Null((await engine.Get<SaveProviderAccount>().CreateAsync(Account(engine, mode), Actor.System("test"), CancellationToken.None)).Problem);
        return engine;
    }
}
