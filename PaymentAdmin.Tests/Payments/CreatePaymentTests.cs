using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Risk;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class CreatePaymentTests
{
    public static TheoryData<string, Func<CreatePaymentRequest, CreatePaymentRequest>> Broken => new()
    {
        { "amount_minor", request => request with { AmountMinor = 0 } },
        { "amount_minor", request => request with { AmountMinor = -5 } },
        { "amount_minor", request => request with { AmountMinor = 1_000_000_000_000 } },
        { "currency", request => request with { Currency = "kzt" } },
        { "currency", request => request with { Currency = "" } },
        { "order_reference", request => request with { OrderReference = "" } },
        { "order_reference", request => request with { OrderReference = new string('x', 65) } },
        { "order_reference", request => request with { OrderReference = "a\u0000b" } },
        { "description", request => request with { Description = new string('x', 256) } },
        { "description", request => request with { Description = "half \ud800" } },
        { "customer.email", request => request with { CustomerEmail = "nobody" } },
        { "customer.phone", request => request with { CustomerPhone = "77٠١٥٢١١٥٤٥" } },
        { "expires_in_minutes", request => request with { ExpiresInMinutes = 4 } },
        { "metadata", request => request with { Metadata = new Dictionary<string, string> { [new string('k', 41)] = "v" } } },
        { "provider", request => request with { Provider = "nobody" } },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Broken_member_is_named_and_nothing_is_stored(string member, Func<CreatePaymentRequest, CreatePaymentRequest> break_)
    {
        await using var engine = await Engine.StartAsync();

        var created = await engine.Get<CreatePayment>().RunAsync(break_(engine.Request()), Engine.Shop, CancellationToken.None);

        Assert.Equal(Codes.ValidationFailed, created.Problem!.Code);
        Assert.Contains(member, created.Problem.Errors!.Keys);
        Assert.Equal(0, await engine.ReadAsync(db => db.Payments.CountAsync()));
        Assert.Empty(engine.Provider.Requests);
    }

    [Fact]
    public async Task Refused_account_rolls_everything_back()
    {
        await using var engine = await Engine.StartAsync();
        await engine.Store.WriteAsync(db => db.ProviderAccounts.ExecuteUpdateAsync(set => set.SetProperty(row => row.IsEnabled, false)), CancellationToken.None);

        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request(), Engine.Shop, CancellationToken.None);

        Assert.Equal(Codes.ProviderNotConfigured, created.Problem!.Code);
        Assert.Equal(0, await engine.ReadAsync(db => db.Payments.CountAsync()));
        Assert.Equal(0, await engine.ReadAsync(db => db.OutgoingEvents.CountAsync()));
    }

    [Fact]
    public async Task Live_payment_is_refused_outside_of_production_with_every_reason()
    {
        await using var engine = await Engine.StartAsync();

        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request() with { Mode = Mode.Live }, Engine.Shop, CancellationToken.None);

        Assert.Equal(Codes.LiveModeRefused, created.Problem!.Code);
    }

    [Fact]
    public async Task Same_payment_id_again_is_the_same_payment()
    {
        await using var engine = await Engine.StartAsync();
        var request = engine.Request() with { PaymentId = Guid.CreateVersion7() };

        var first = await engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None);
        var again = await engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None);

        Assert.Equal(first.Value.PaymentId, again.Value.PaymentId);
        Assert.True(again.Value.IsRepeat);
        Assert.Single(engine.Provider.Requests);
    }

    [Fact]
    public async Task Order_reference_is_free_again_after_a_failure()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnCreate = _ => Task.FromResult<Core.Providers.CheckoutResult?>(new Core.Providers.CheckoutResult.Declined(Codes.ProviderRejected, "No."));
        var request = engine.Request() with { OrderReference = "ORD-7" };
        await engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None);
        engine.Provider.OnCreate = null;

        var second = await engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None);
        var third = await engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None);

        Assert.True(second.IsOk);
        Assert.Equal(Codes.OrderReferenceInUse, third.Problem!.Code);
        Assert.Equal(second.Value.PaymentId, third.Problem.PaymentId);
    }

    [Fact]
    public async Task Open_attempt_with_a_page_gives_way_and_an_unknown_one_does_not()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync(endsWithFirstAttempt: false);
        engine.Provider.OnCreate = _ => Task.FromResult<Core.Providers.CheckoutResult?>(new Core.Providers.CheckoutResult.Unknown("timeout"));
        Assert.True((await engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, null, null), Engine.Shop, CancellationToken.None)).IsOk);

        var third = await engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, null, null), Engine.Shop, CancellationToken.None);

        Assert.Equal(Codes.AttemptOutcomeUnknown, third.Problem!.Code);
    }

    [Fact]
    public async Task Hurried_payer_with_a_huge_amount_is_flagged_and_held()
    {
        await using var engine = await Engine.StartAsync();
        await engine.Store.WriteAsync(async db => (await db.Tenants.SingleAsync()).HoldRisky = true, CancellationToken.None);
        for (var i = 0; i < 16; i++)
            await engine.Get<CreatePayment>().RunAsync(engine.Request(1_000, provider: null) with { CustomerPhone = "77015211545" }, Engine.Shop, CancellationToken.None);

        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request(500_000) with { CustomerPhone = "77015211545" }, Engine.Shop, CancellationToken.None);
        var payment = await engine.PaymentAsync(created.Value.PaymentId);
        Assert.True(payment.RiskScore > 70);
        Assert.True(payment.Exceptions.HasFlag(PaymentExceptions.Risk));
        engine.Provider.Pay(payment.ProviderReference!);
        await engine.PassAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15));
        Assert.Equal(PaymentStatus.InReview, (await engine.PaymentAsync(payment.Id)).Status);

        await engine.Get<SettlePayment>().DecideAsync(engine.TenantId, payment.Id, ObservedFact.HoldReleased, "customer is known", Engine.Shop, CancellationToken.None);
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public void Every_rule_says_why_and_the_score_ends_at_a_hundred()
    {
        var worst = ScorePayment.Score(new RiskFacts(1_000_000, 1_000, 20, 5, 3, IsGuest: true, HasPayer: false));

        Assert.Equal(100, worst.Score);
        Assert.Equal(ScorePayment.Rules.Count, worst.Reasons.Count);
        Assert.Equal(0, ScorePayment.Score(new RiskFacts(1_000, 1_000, 0, 0, 0, IsGuest: false, HasPayer: true)).Score);
    }
}
