using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class PaymentDetailTests : IAsyncLifetime
{
    private static readonly TimeZoneInfo Almaty = TimeZoneInfo.FindSystemTimeZoneById("Asia/Almaty");
    private Engine engine = null!;

    public async Task InitializeAsync() => engine = await Engine.StartAsync();

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Timeline_tells_the_story_newest_first_and_each_change_once()
    {
        var payment = await engine.PayingAsync(10_000);
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        engine.Provider.Pay(payment.ProviderReference!);
        await engine.Get<SettlePayment>().VerifyAsync(engine.TenantId, Mode.Test, payment.Id, Engine.Shop, CancellationToken.None);
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        engine.Provider.OnRefund = refund =>
        {
            engine.Clock.Advance(TimeSpan.FromSeconds(1));
            return new RefundResult.Succeeded { Reference = refund.Reference };
        };
        await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment.Id, 1_000, null, "damaged"), Engine.Shop, CancellationToken.None);
        engine.Clock.Advance(TimeSpan.FromSeconds(1));
        await engine.Get<AddPaymentNote>().RunAsync(engine.TenantId, payment.Id, "Customer called", Engine.Shop, CancellationToken.None);

        var types = (await DetailAsync(payment.Id)).Timeline.Select(item => item.Type).Where(type => !type.StartsWith("event.", StringComparison.Ordinal)).ToList();

        Assert.Equal(1, types.Count(type => type == "payment.succeeded"));
        Assert.Equal(1, types.Count(type => type == "payment.created"));
        Assert.Equal(["note", "refund.succeeded", "refund.requested"], types[..3]);
        Assert.True(types.IndexOf("payment.created") > types.IndexOf("payment.succeeded"));
    }

    [Fact]
    public async Task Next_step_of_an_open_payment_names_who_is_asked_and_when_it_expires()
    {
        var payment = await engine.PayingAsync();

        var next = NextStep.For(await DetailAsync(payment.Id), engine.Get<ProviderRegistry>(), Almaty, engine.Clock.GetUtcNow());

        Assert.Contains("Scripted is asked again at", next, StringComparison.Ordinal);
        Assert.Contains("expires at 3 Mar, 14:00", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_step_of_another_amount_is_a_persons()
    {
        var payment = await engine.PayingAsync(10_000);
        engine.Provider.Pay(payment.ProviderReference!, 9_000);
        await engine.Get<SettlePayment>().VerifyAsync(engine.TenantId, Mode.Test, payment.Id, Engine.Shop, CancellationToken.None);

        var next = NextStep.For(await DetailAsync(payment.Id), engine.Get<ProviderRegistry>(), Almaty, engine.Clock.GetUtcNow());

        Assert.StartsWith("nothing by itself. 90.00\u00a0KZT came, 100.00\u00a0KZT was asked for", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paid_payment_has_no_next_step() =>
        Assert.Null(NextStep.For(await DetailAsync((await engine.PaidAsync()).Id), engine.Get<ProviderRegistry>(), Almaty, engine.Clock.GetUtcNow()));

    [Fact]
    public async Task Related_payments_share_the_order_or_the_phone()
    {
        var phone = engine.Request(provider: null) with { CustomerPhone = "+7 701 521 15 45" };
        var first = (await engine.Get<CreatePayment>().RunAsync(phone, Engine.Shop, CancellationToken.None)).Value.PaymentId;
        var second = (await engine.Get<CreatePayment>().RunAsync(engine.Request(provider: null) with { CustomerPhone = "87015211545" }, Engine.Shop, CancellationToken.None)).Value.PaymentId;
        await engine.Get<CreatePayment>().RunAsync(engine.Request(provider: null), Engine.Shop, CancellationToken.None);

        var related = Assert.Single((await DetailAsync(first)).Related);

        Assert.Equal(second, related.Id);
        Assert.False(related.SameOrder);
    }

    [Fact]
    public async Task Person_whose_role_does_not_allow_it_changes_nothing()
    {
        var payment = await engine.PaidAsync();
        var auditor = new Actor(ActorKind.User, "1", "auditor@shop.test", PaymentAdmin.Core.Access.Roles.Auditor);

        var refund = await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment.Id, 1, null, "x"), auditor, CancellationToken.None);
        var cancel = await engine.Get<SettlePayment>().CancelAsync(engine.TenantId, Mode.Test, payment.Id, "x", auditor, CancellationToken.None);
        var decide = await engine.Get<SettlePayment>().DecideAsync(engine.TenantId, payment.Id, ObservedFact.ReceivedAccepted, "x", auditor, CancellationToken.None);
        var note = await engine.Get<AddPaymentNote>().RunAsync(engine.TenantId, payment.Id, "x", auditor, CancellationToken.None);

        Assert.All([refund.Problem, cancel.Problem, decide.Problem, note.Problem], problem => Assert.Equal(Codes.PermissionMissing, problem?.Code));
    }

    private async Task<PaymentDetail> DetailAsync(Guid id) => (await engine.Get<PaymentDetails>().FindAsync(engine.TenantId, id, CancellationToken.None))!;
}
