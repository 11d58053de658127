using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Links;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Links;

/// <summary>A link for one payment is one payment, however many press Pay; a link for many is as many as press.</summary>
public sealed class PayByLinkTests
{
    private static readonly Actor Payer = new(ActorKind.Payer, "link", "a payment link");

    [Fact]
    public async Task Link_for_one_makes_one_payment_although_many_press_at_once()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();
        var token = await LinkAsync(engine, link => link);

        var pressed = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Task.Run(() => (number % 2 == 0 ? engine : other).Get<PayByLink>().RunAsync(token, null, Payer, CancellationToken.None))));

        Assert.All(pressed, result => Assert.Null(result.Problem));
        Assert.Single(pressed.Select(result => result.Value).Distinct());
        Assert.Equal(1, await engine.ReadAsync(db => db.Payments.CountAsync()));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Link_for_one_closes_at_success_and_opens_again_when_nobody_paid()
    {
        await using var engine = await Engine.StartAsync();
        var token = await LinkAsync(engine, link => link with { OrderReference = "cake-118" });
        var first = (await PressAsync(engine, token)).Value;
        Assert.Null((await engine.Get<SettlePayment>().CancelAsync(engine.TenantId, Mode.Test, first, null, Payer, CancellationToken.None)).Problem);

        var second = (await PressAsync(engine, token)).Value;
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await PressAsync(engine, token)).Value);
        await engine.Get<StartAttempt>().RunAsync(second, new AttemptRequest(ScriptedProvider.Id, null, null), Payer, CancellationToken.None);
        var paid = await engine.PaymentAsync(second);
        engine.Provider.Pay(paid.ProviderReference!);
        await engine.PassAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15));

        Assert.Equal(("cake-118", PaymentStatus.Succeeded), (paid.OrderReference, (await engine.PaymentAsync(second)).Status));
        Assert.Equal(Codes.LinkNotUsable, (await PressAsync(engine, token)).Problem?.Code);
        Assert.Equal(LinkStatus.Used, (await engine.Get<PayByLink>().FindAsync(token, CancellationToken.None))!.Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Looking_makes_nothing()
    {
        await using var engine = await Engine.StartAsync();
        var token = await LinkAsync(engine, link => link);

        Assert.NotNull(await engine.Get<PayByLink>().FindAsync(token, CancellationToken.None));
        Assert.Null(await engine.Get<PayByLink>().FindAsync(token[..^1] + (token[^1] == 'A' ? 'B' : 'A'), CancellationToken.None));
        Assert.Equal(0, await engine.ReadAsync(db => db.Payments.CountAsync()));
    }

    [Fact]
    public async Task Link_for_many_makes_a_payment_for_each()
    {
        await using var engine = await Engine.StartAsync();
        var token = await LinkAsync(engine, link => link with { Use = LinkUse.Multi, OrderReference = "tea" });

        var (first, second) = ((await PressAsync(engine, token)).Value, (await PressAsync(engine, token)).Value);

        Assert.NotEqual(first, second);
        Assert.All([await engine.PaymentAsync(first), await engine.PaymentAsync(second)], payment => Assert.StartsWith("tea-", payment.OrderReference, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(999L, false)]
    [InlineData(1_000L, true)]
    [InlineData(5_000L, true)]
    [InlineData(5_001L, false)]
    public async Task Open_amount_stays_between_its_bounds(long? typed, bool isTaken)
    {
        await using var engine = await Engine.StartAsync();
        var token = await LinkAsync(engine, link => link with { AmountMinor = null, MinMinor = 1_000, MaxMinor = 5_000 });

        var pressed = await engine.Get<PayByLink>().RunAsync(token, typed, Payer, CancellationToken.None);

        Assert.Equal(isTaken ? null : Codes.AmountOutOfRange, pressed.Problem?.Code);
    }

    [Fact]
    public async Task Payer_who_typed_another_amount_before_anything_began_gets_it()
    {
        await using var engine = await Engine.StartAsync();
        var token = await LinkAsync(engine, link => link with { AmountMinor = null, MinMinor = 1_000, MaxMinor = 5_000 });
        var first = (await engine.Get<PayByLink>().RunAsync(token, 2_000, Payer, CancellationToken.None)).Value;

        var second = (await engine.Get<PayByLink>().RunAsync(token, 3_000, Payer, CancellationToken.None)).Value;

        Assert.Equal((PaymentStatus.Cancelled, 3_000L), ((await engine.PaymentAsync(first)).Status, (await engine.PaymentAsync(second)).AmountMinor));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Link_ends_at_its_time_and_when_it_is_switched_off()
    {
        await using var engine = await Engine.StartAsync();
        var ending = await LinkAsync(engine, link => link with { ExpiresAt = engine.Clock.GetUtcNow().AddHours(1) });
        var off = await engine.Get<PaymentLinks>().CreateAsync(New(engine), Engine.Shop, CancellationToken.None);
        Assert.Equal("disabled", (await engine.Get<PaymentLinks>().DisableAsync(engine.TenantId, Mode.Test, off.Value.Id, Engine.Shop, CancellationToken.None)).Value.Status);
        engine.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(Codes.LinkNotUsable, (await PressAsync(engine, ending)).Problem?.Code);
        Assert.Equal(Codes.LinkNotUsable, (await PressAsync(engine, TokenOf(off.Value))).Problem?.Code);
        Assert.Equal(["payment_link.created", "payment_link.created", "payment_link.disabled"], await engine.ReadAsync(db => db.AuditEntries.Where(row => row.Entity == "payment_link").OrderBy(row => row.Id).Select(row => row.Action).ToListAsync()));
    }

    [Fact]
    public async Task Payment_of_a_link_says_so_and_its_maker_answers_for_it()
    {
        await using var engine = await Engine.StartAsync();
        var user = Guid.CreateVersion7();
        var link = (await engine.Get<PaymentLinks>().CreateAsync(New(engine), Engine.Shop with { AnswerableUserId = user }, CancellationToken.None)).Value;

        var payment = await engine.PaymentAsync((await PressAsync(engine, TokenOf(link))).Value);

        Assert.Equal(($"link:{link.Id}", user, link.Id), (payment.CreatedBy, payment.AnswerableUserId!.Value, payment.LinkId!.Value));
    }

    private static Task<Result<Guid>> PressAsync(Engine engine, string token) => engine.Get<PayByLink>().RunAsync(token, null, Payer, CancellationToken.None);

    private static NewPaymentLink New(Engine engine) => new() { TenantId = engine.TenantId, Mode = Mode.Test, AmountMinor = 10_000, Currency = "KZT", Description = "Cake" };

    private static async Task<string> LinkAsync(Engine engine, Func<NewPaymentLink, NewPaymentLink> change)
    {
        var made = await engine.Get<PaymentLinks>().CreateAsync(change(New(engine)), Engine.Shop, CancellationToken.None);
        Assert.Null(made.Problem);
        return TokenOf(made.Value);
    }

    private static string TokenOf(PaymentLinkObject link) => link.Url[(link.Url.LastIndexOf('/') + 1)..];
}
