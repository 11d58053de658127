using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Endpoints;

/// <summary>Whose a delivery to an address without an account key is (contract.md section 6): one account proves it, several do, none does.</summary>
public sealed class AliasWebhookTests : IAsyncLifetime
{
    private const string Shared = "one-secret-of-two-accounts";
    private SourceWorld world = null!;

    public async Task InitializeAsync() => world = await SourceWorld.StartAsync();

    public async Task DisposeAsync() => await world.DisposeAsync();

    private static string Event(string order) => $$"""{"event":"ORDER_PAID","order":{"id":"{{order}}","status":"PAID"} }""";

    private Task<ApiAnswer> HookAsync(string body, string secret) => world.DeliverAsync("/webhook/ioka", body, "X-Ioka-Signature", SourceWorld.Hex256(secret, body));

    private async Task<Merchants> TwoAsync(string firstSecret, string secondSecret)
    {
        var other = await world.TenantAsync();
        var first = await world.AccountAsync("ioka", credentials: [("api_key", "key-of-the-first"), ("webhook_secret", firstSecret)]);
        var second = await world.AccountAsync("ioka", tenantId: other, credentials: [("api_key", "key-of-the-second"), ("webhook_secret", secondSecret)]);
        return new Merchants(first, second, world.App.Client((await world.App.CreateKeyAsync(other, Mode.Test)).Text));
    }

    private async Task<string> OrderAsync(string reference, HttpClient? with = null)
    {
        await world.PaymentAsync(reference, with: with);
        return (await world.PostAsync($"/api/donations/{reference}/payment", with: with)).Is(200)["order_id"]!;
    }

    private Task<List<WebhookEvent>> InboxAsync() => world.App.ReadAsync(db => db.WebhookEvents.ToListAsync());

    private Task<List<UnmatchedWebhook>> UnmatchedAsync() => world.App.ReadAsync(db => db.UnmatchedWebhooks.ToListAsync());

    [Fact]
    public async Task Only_account_that_proves_it_gets_it()
    {
        var two = await TwoAsync("secret-of-the-first", "secret-of-the-second");

        (await HookAsync(Event("ord_x"), "secret-of-the-second")).Is(200);

        var row = Assert.Single(await InboxAsync());
        Assert.Equal((two.Second.Id, two.Second.TenantId), (row.AccountId, row.TenantId));
    }

    [Fact]
    public async Task Payment_is_looked_up_inside_the_account_that_proved_it_only()
    {
        var two = await TwoAsync("secret-of-the-first", "secret-of-the-second");
        var order = await OrderAsync("first-order");

        // The second tenant signs about the first one's order.
        (await HookAsync(Event(order), "secret-of-the-second")).Is(200);

        await Eventually.TrueAsync(async () => (await InboxAsync()).Single().State == WebhookState.Unmatched, "the event found no payment");
        var row = Assert.Single(await InboxAsync());
        Assert.Equal((two.Second.Id, (Guid?)null), (row.AccountId, row.PaymentId));
    }

    [Fact]
    public async Task Of_several_that_prove_it_the_owner_of_the_payment_gets_it()
    {
        var two = await TwoAsync(Shared, Shared);
        await OrderAsync("first-order");
        var order = await OrderAsync("second-order", two.SecondMerchant);

        Assert.Equal("""{"status":"success"}""", (await HookAsync(Event(order), Shared)).Is(200).Text);
        Assert.Equal("""{"status":"success","message":"Already processed"}""", (await HookAsync(Event(order), Shared)).Is(200).Text);

        Assert.Equal(two.Second.Id, Assert.Single(await InboxAsync()).AccountId);
        Assert.Empty(await UnmatchedAsync());
    }

    [Fact]
    public async Task Of_several_that_prove_it_and_none_owns_it_is_kept_once_without_effect()
    {
        var two = await TwoAsync(Shared, Shared);

        Assert.Equal("""{"status":"success"}""", (await HookAsync(Event("ord_nobodys"), Shared)).Is(200).Text);
        Assert.Equal("""{"status":"success","message":"Already processed"}""", (await HookAsync(Event("ord_nobodys"), Shared)).Is(200).Text);

        Assert.Empty(await InboxAsync());
        var row = Assert.Single(await UnmatchedAsync());
        Assert.Equal((1, true, "ord_nobodys"), (row.Duplicates, row.IsAuthentic, row.ProviderReference));
        Assert.Contains(two.First.Id.ToString(), row.AccountsJson, StringComparison.Ordinal);
        Assert.Contains(two.Second.Id.ToString(), row.AccountsJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_that_own_it_none_gets_it()
    {
        var two = await TwoAsync(Shared, Shared);
        var order = await OrderAsync("first-order");
        await OrderAsync("second-order", two.SecondMerchant);
        // The same number at both: they are two accounts of one shop at the provider.
        await world.App.Store.WriteAsync(db => db.PaymentAttempts.Where(row => row.AccountId == two.Second.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.ProviderReference, order)), CancellationToken.None);

        (await HookAsync(Event(order), Shared)).Is(200);

        Assert.Empty(await InboxAsync());
        Assert.Single(await UnmatchedAsync());
    }

    [Fact]
    public async Task None_that_proves_it_is_refused_and_logged_for_no_tenant()
    {
        await TwoAsync("secret-of-the-first", "secret-of-the-second");

        (await HookAsync(Event("ord_x"), "secret-of-nobody")).IsProblem(400, "invalid_signature");

        Assert.Empty(await InboxAsync());
        Assert.Empty(await UnmatchedAsync());
        var rejection = Assert.Single(await world.App.ReadAsync(db => db.WebhookRejections.ToListAsync()));
        Assert.Equal((Guid.Empty, Guid.Empty), (rejection.TenantId, rejection.AccountId));
    }

    [Fact]
    public async Task Switched_off_account_still_receives()
    {
        await world.AccountAsync("ioka", isEnabled: false, credentials: [("api_key", "key"), ("webhook_secret", Shared)]);

        (await HookAsync(Event("ord_x"), Shared)).Is(200);
        Assert.Single(await InboxAsync());
    }

    [Fact]
    public async Task Account_without_a_secret_proves_nothing()
    {
        await world.AccountAsync("ioka", credentials: [("api_key", "key")]);
        (await HookAsync(Event("ord_x"), "")).IsProblem(400, "invalid_signature");
    }

    [Fact]
    public async Task More_than_32_accounts_have_to_be_named()
    {
        for (var i = 0; i < ReceiveAlias.AccountsMax; i++)
            await world.AccountAsync("ioka", credentials: [("api_key", $"key-{i}"), ("webhook_secret", $"secret-of-number-{i}")]);
        (await HookAsync(Event("ord_x"), "secret-of-number-31")).Is(200);

        await world.AccountAsync("ioka", credentials: [("api_key", "key-33"), ("webhook_secret", Shared)]);
        (await HookAsync(Event("ord_y"), Shared)).IsProblem(404, "use_account_url");
        (await world.DeliverAsync("/api/webhooks/ioka", Event("ord_y"), "X-Ioka-Signature", SourceWorld.Hex256(Shared, Event("ord_y")))).IsProblem(404, "use_account_url");
    }

    [Theory]
    [InlineData("/webhook/nobody")]
    [InlineData("/webhook/kaspi")]
    [InlineData("/webhook/manual")]
    [InlineData("/api/v1/payments/webhook/ioka")]
    [InlineData("/api/v1/payments/webhook/nobody")]
    public async Task Address_of_no_provider_that_sends_webhooks_is_404(string path) =>
        (await world.PostAsync(path, "{}", world.Stranger)).IsProblem(404, "not_found");

    [Fact]
    public async Task Equal_deliveries_at_once_are_one()
    {
        await TwoAsync(Shared, Shared);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => HookAsync(Event("ord_nobodys"), Shared)));

        Assert.All(answers, answer => answer.Is(200));
        Assert.Equal(7, Assert.Single(await UnmatchedAsync()).Duplicates);
        Assert.Single(answers, answer => !answer.Text.Contains("Already", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Body_larger_than_256_KiB_is_413()
    {
        await TwoAsync(Shared, Shared);
        var body = new string('x', ReceiveWebhook.BodyBytesMax + 1);
        (await HookAsync(body, Shared)).IsProblem(413, "too_large");
    }

    private sealed record Merchants(ProviderAccount First, ProviderAccount Second, HttpClient SecondMerchant);
}
