using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Webhooks;

/// <summary>Questions that a provider asks before it takes money: answered from our state, and nothing changes.</summary>
public sealed class AnswerCheckTests
{
    [Fact]
    public async Task Open_payment_is_payable_by_every_name_it_has()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        foreach (var body in (object[])
        [
            new { reference = payment.ProviderReference },
            new { our_reference = payment.AttemptId.ToString() },
            new { our_reference = payment.Id.ToString("N") },
            new { our_reference = payment.PaymentCode.ToLowerInvariant().Insert(4, "-") },
            new { our_reference = payment.OrderReference, amount_minor = 10_000, currency = "KZT", live = false, merchant = "our-merchant" },
        ])
            Assert.Equal("Payable", await AskAsync(engine, body));
    }

    [Fact]
    public async Task Check_changes_and_stores_nothing()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        await AskAsync(engine, new { our_reference = payment.PaymentCode, amount_minor = 1, currency = "KZT" });
        await AskAsync(engine, new { our_reference = "nobody" });
        await engine.DrainAsync();

        Assert.Equal(payment.Version, (await engine.PaymentAsync(payment.Id)).Version);
        Assert.Equal(0, await engine.ReadAsync(db => db.WebhookEvents.CountAsync()));
        Assert.Equal(0, await engine.ReadAsync(db => db.WebhookRejections.CountAsync()));
    }

    [Fact]
    public async Task Other_amount_or_currency_is_a_wrong_amount()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        Assert.Equal("WrongAmount", await AskAsync(engine, new { our_reference = payment.PaymentCode, amount_minor = 9_999, currency = "KZT" }));
        Assert.Equal("WrongAmount", await AskAsync(engine, new { our_reference = payment.PaymentCode, amount_minor = 10_000, currency = "KES" }));
    }

    [Fact]
    public async Task Unknown_names_other_merchants_and_the_other_mode_are_unknown()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        Assert.Equal("UnknownReference", await AskAsync(engine, new { our_reference = "nobody" }));
        Assert.Equal("UnknownReference", await AskAsync(engine, new { our_reference = "" }));
        Assert.Equal("UnknownReference", await AskAsync(engine, new { }));
        Assert.Equal("UnknownReference", await AskAsync(engine, new { our_reference = payment.PaymentCode, live = true }));
        Assert.Equal("UnknownReference", await AskAsync(engine, new { our_reference = payment.PaymentCode, merchant = "another" }));
    }

    [Fact]
    public async Task Payment_of_another_account_is_unknown_to_this_one()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        var (_, key) = await ScriptedAccount.AddAsync(engine.Store, engine.Get<ProviderAccounts>(), engine.Get<SecretBox>(), engine.TenantId, engine.Clock.GetUtcNow());

        foreach (var name in (string?[])[payment.PaymentCode, payment.OrderReference, payment.Id.ToString(), payment.AttemptId.ToString()])
            Assert.Equal("UnknownReference", await AskAsync(engine, new { our_reference = name }, key: key));
        Assert.Equal("UnknownReference", await AskAsync(engine, new { reference = payment.ProviderReference }, key: key));
    }

    [Fact]
    public async Task Payment_without_any_attempt_is_payable_by_its_code()
    {
        await using var engine = await Engine.StartAsync();
        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request(provider: null), Engine.Shop, CancellationToken.None);
        var payment = await engine.PaymentAsync(created.Value.PaymentId);

        Assert.Equal("Payable", await AskAsync(engine, new { our_reference = payment.PaymentCode, amount_minor = 10_000, currency = "KZT" }, kind: "paybill/check"));
    }

    [Fact]
    public async Task Paid_and_expired_payments_have_ended()
    {
        await using var engine = await Engine.StartAsync();
        var paid = await engine.PaidAsync();
        var late = await engine.PayingAsync();

        Assert.Equal("Ended", await AskAsync(engine, new { our_reference = paid.PaymentCode }));
        // Not a worker has run: the clock alone ends it.
        engine.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal("Ended", await AskAsync(engine, new { our_reference = late.PaymentCode }));
    }

    [Fact]
    public async Task Unreadable_question_gets_the_providers_default()
    {
        await using var engine = await Engine.StartAsync();

        Assert.Equal("NotAnswerable", await AskAsync(engine, "no object"));
    }

    [Fact]
    public async Task Forged_check_is_refused_and_learns_nothing()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        var request = ScriptedProvider.Deliver(new { our_reference = payment.PaymentCode }, engine.Clock.GetUtcNow(), "another-secret-of-the-right-length") with { Kind = "check" };

        Assert.IsType<ReceivedWebhook.Rejected>(await engine.Get<ReceiveWebhook>().RunAsync(ScriptedProvider.Id, engine.AccountKey, request, null, CancellationToken.None));
    }

    [Fact]
    public async Task Database_that_hangs_costs_five_seconds_and_the_providers_default()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        var entered = new TaskCompletionSource();
        engine.Get<FailPoints>().Armed = point =>
        {
            entered.TrySetResult();
            return point == "check.before_lookup" ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;
        };

        var asking = AskAsync(engine, new { our_reference = payment.PaymentCode });
        await entered.Task;
        Assert.False(asking.IsCompleted);
        engine.Clock.Advance(AnswerCheck.TimeLimit);

        Assert.Equal("NotAnswerable", await asking);
    }

    [Fact]
    public async Task Database_that_is_away_gets_the_providers_default()
    {
        await using var engine = await Engine.StartAsync();
        engine.Get<FailPoints>().Armed = _ => throw new TimeoutException("no connection");

        Assert.Equal("NotAnswerable", await AskAsync(engine, new { our_reference = "ABCDEFGH" }));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("check/more")]
    [InlineData("paybill")]
    [InlineData("about")]
    [InlineData("about/")]
    [InlineData("about/a/b")]
    public async Task Address_that_the_provider_does_not_have_is_unknown(string kind)
    {
        await using var engine = await Engine.StartAsync();

        Assert.IsType<ReceivedWebhook.UnknownAccount>(await DeliverAsync(engine, new { id = "1", type = "noise" }, kind, engine.AccountKey));
        Assert.Equal(0, await engine.ReadAsync(db => db.WebhookRejections.CountAsync()));
    }

    [Fact]
    public async Task Token_that_names_nothing_is_refused()
    {
        await using var engine = await Engine.StartAsync();

        Assert.IsType<ReceivedWebhook.Rejected>(await DeliverAsync(engine, new { id = "1", type = "noise" }, "about/" + new string('x', 32), engine.AccountKey));
        Assert.Equal(0, await engine.ReadAsync(db => db.WebhookEvents.CountAsync()));
    }

    private static async Task<string> AskAsync(Engine engine, object body, string kind = "check", string? key = null) =>
        Assert.IsType<ReceivedWebhook.Answered>(await DeliverAsync(engine, body, kind, key ?? engine.AccountKey)).Reply.Body;

    private static Task<ReceivedWebhook> DeliverAsync(Engine engine, object body, string kind, string key) =>
        engine.Get<ReceiveWebhook>().RunAsync(ScriptedProvider.Id, key, ScriptedProvider.Deliver(body, engine.Clock.GetUtcNow()) with { Kind = kind }, "127.0.0.1", CancellationToken.None);
}
