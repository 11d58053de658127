using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

/// <summary>At most one attempt may take money: what is open is closed at its provider before another one starts.</summary>
public sealed class CloseAttemptTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task New_attempt_closes_the_open_page_and_the_payment_stays_open(bool endsWithFirstAttempt)
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync(endsWithFirstAttempt: endsWithFirstAttempt);

        var second = await StartAsync(engine, payment);

        Assert.Null(second.Problem);
        Assert.Equal([AttemptStatus.Pending, AttemptStatus.Cancelled], (await StatusesAsync(engine, payment)).Order());
        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Single(engine.Provider.Charges.Values, charge => charge.State == "cancelled");
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Page_that_is_being_paid_is_not_replaced()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync(endsWithFirstAttempt: false);
        engine.Provider.Pay(payment.ProviderReference!);

        var second = await StartAsync(engine, payment);

        Assert.Equal(Codes.PaymentFinal, second.Problem?.Code);
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Single(engine.Provider.Requests, request => request.StartsWith("create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_request_closes_nothing()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync(endsWithFirstAttempt: false);

        var second = await engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, "carrier_pigeon", null), Engine.Shop, CancellationToken.None);

        Assert.Equal(Codes.ValidationFailed, second.Problem?.Code);
        Assert.DoesNotContain(engine.Provider.Requests, request => request.StartsWith("cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_many_at_once_one_page_is_open_in_the_end()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync(endsWithFirstAttempt: false);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => StartAsync(engine, payment))));

        Assert.Single(await StatusesAsync(engine, payment), AttemptStatus.Pending);
        Assert.Single(engine.Provider.Charges.Values, charge => charge.State != "cancelled");
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Pressing_twice_answers_the_same_page_and_another_method_does_not()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.Profile = engine.Provider.Profile with { Methods = ["card", "bank_transfer"] };
        var payment = await engine.PayingAsync(endsWithFirstAttempt: false);

        async Task<Guid> PressAsync(string method) => (await engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, method, null) { AnswersOpenPage = true }, Engine.Shop, CancellationToken.None)).Value;

        Assert.Equal(payment.AttemptId, await PressAsync("card"));
        var other = await PressAsync("bank_transfer");
        Assert.NotEqual(payment.AttemptId, other);
        Assert.Equal(other, await PressAsync("bank_transfer"));
    }

    private static Task<Result<Guid>> StartAsync(Engine engine, Payment payment) =>
        engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, null, null), Engine.Shop, CancellationToken.None);

    private static Task<List<AttemptStatus>> StatusesAsync(Engine engine, Payment payment) =>
        engine.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == payment.Id).Select(row => row.Status).ToListAsync());
}
