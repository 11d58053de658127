using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Core.Shops;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class RefundPaymentTests
{
    [Fact]
    public async Task Twenty_parallel_full_refunds_one_succeeds()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RefundAsync(engine, payment.Id, null))));

        Assert.Single(results, result => result.IsOk);
        Assert.All(results.Where(result => !result.IsOk), result => Assert.Equal(Codes.RefundExceedsPayment, result.Problem!.Code));
        Assert.Equal(10_000, engine.Provider.Refunds.Values.Sum(refund => refund.AmountMinor));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Parallel_partial_refunds_never_exceed_what_came()
    {
        await using var engine = await Engine.StartAsync();
        // A thousand rounds by night; on each commit enough to meet the race.
        var rounds = TestMachine.RunsLongForms ? 1000 : 40;
        for (var round = 0; round < rounds; round++)
        {
            var payment = await engine.PaidAsync(1_000);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => RefundAsync(engine, payment.Id, 150 + i * 25))));
            var given = engine.Provider.Refunds.Values.Where(refund => refund.ChargeReference == payment.ProviderReference).Sum(refund => refund.AmountMinor);
            Assert.InRange(given, 1, 1_000);
            Assert.Equal(given, (await engine.PaymentAsync(payment.Id)).RefundedMinor);
        }
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Definite_failure_gives_the_amount_free_again()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        engine.Provider.OnRefund = _ => new RefundResult.Failed("provider_rejected", "Refused", "R42");

        var refund = await RefundAsync(engine, payment.Id, 4_000);

        Assert.Equal(RefundStatus.Failed, (await engine.RefundAsync(refund.Value)).Status);
        Assert.Equal(10_000, (await engine.PaymentAsync(payment.Id)).RefundableMinor);
        engine.Provider.OnRefund = null;
        Assert.True((await RefundAsync(engine, payment.Id, 10_000)).IsOk);
        Assert.Equal(["refund.requested", "refund.failed", "refund.requested", "refund.succeeded"], (await engine.EventTypesAsync(payment.Id)).Where(type => type.StartsWith("refund", StringComparison.Ordinal)));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Lost_answer_stays_reserved_until_the_provider_says_what_became_of_it()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        engine.Provider.OnRefund = refund =>
        {
            refund.IsBooked = true;
            return new RefundResult.Unknown("timeout");
        };

        var refund = await RefundAsync(engine, payment.Id, 10_000);
        Assert.Equal(RefundStatus.Unknown, (await engine.RefundAsync(refund.Value)).Status);
        Assert.Equal(0, (await engine.PaymentAsync(payment.Id)).RefundableMinor);
        Assert.Equal(Codes.RefundExceedsPayment, (await RefundAsync(engine, payment.Id, 1)).Problem!.Code);

        await engine.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15));
        Assert.Equal(RefundStatus.Succeeded, (await engine.RefundAsync(refund.Value)).Status);
        Assert.Equal(10_000, (await engine.PaymentAsync(payment.Id)).RefundedMinor);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Unknown_refund_is_never_failed_by_its_age()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        engine.Provider.OnRefund = _ => new RefundResult.Unknown("timeout");
        var refund = await RefundAsync(engine, payment.Id, 10_000);
        await engine.Store.WriteAsync(db => db.Refunds.ExecuteUpdateAsync(set => set.SetProperty(row => row.NextCheckAt, (DateTimeOffset?)null)), CancellationToken.None);

        await engine.PassAsync(TimeSpan.FromHours(30), TimeSpan.FromHours(3));

        Assert.Equal(RefundStatus.Unknown, (await engine.RefundAsync(refund.Value)).Status);
        Assert.Equal(0, (await engine.PaymentAsync(payment.Id)).RefundableMinor);
    }

    [Theory]
    [InlineData(true, RefundStatus.Succeeded, 0)]
    [InlineData(false, RefundStatus.Failed, 10_000)]
    public async Task Unknown_refund_is_settled_once_by_a_person_who_looked(bool isPaidBack, RefundStatus status, long refundable)
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        engine.Provider.OnRefund = _ => new RefundResult.Unknown("timeout");
        var refund = await RefundAsync(engine, payment.Id, 10_000);

        var settled = await engine.Get<RefundPayment>().SettleByHandAsync(engine.TenantId, refund.Value, isPaidBack, "seen-42", "seen in the cabinet", Engine.Shop, CancellationToken.None);
        var again = await engine.Get<RefundPayment>().SettleByHandAsync(engine.TenantId, refund.Value, !isPaidBack, null, "seen in the cabinet", Engine.Shop, CancellationToken.None);

        Assert.Equal(status, settled.Value);
        Assert.Equal(Codes.ChangedMeanwhile, again.Problem!.Code);
        Assert.Equal(refundable, (await engine.PaymentAsync(payment.Id)).RefundableMinor);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Refund_made_in_the_providers_dashboard_appears_once()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        foreach (var id in (string[])["1", "2"])
            await engine.WebhookAsync(new { id, type = "refund", reference = payment.ProviderReference, refund = "re-dashboard", status = "succeeded", amount_minor = 3_000, currency = "KZT" });
        await engine.DrainAsync();

        var refund = await engine.ReadAsync(db => db.Refunds.SingleAsync(row => row.PaymentId == payment.Id));
        Assert.Equal("provider", refund.RequestedBy);
        Assert.Equal(3_000, (await engine.PaymentAsync(payment.Id)).RefundedMinor);
        Assert.Equal(7_000, (await engine.PaymentAsync(payment.Id)).RefundableMinor);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Own_refund_and_its_webhook_are_one_refund()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        engine.Provider.OnRefund = refund => new RefundResult.Pending { Reference = refund.Reference };
        var refund = await RefundAsync(engine, payment.Id, 3_000);
        var reference = engine.Provider.Refunds.Keys.Single();

        await engine.WebhookAsync(new { id = "r", type = "refund", reference = payment.ProviderReference, refund = reference, status = "succeeded", amount_minor = 3_000, currency = "KZT" });
        await engine.DrainAsync();

        Assert.Equal(1, await engine.ReadAsync(db => db.Refunds.CountAsync(row => row.PaymentId == payment.Id)));
        Assert.Equal(RefundStatus.Succeeded, (await engine.RefundAsync(refund.Value)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Same_refund_id_twice_is_one_refund()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        var id = Guid.CreateVersion7();

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment.Id, 2_000, null, "twice", RefundId: id), Engine.Shop, CancellationToken.None))));

        Assert.All(results, result => Assert.Equal(id, result.Value));
        Assert.Equal(2_000, engine.Provider.Refunds.Values.Sum(refund => refund.AmountMinor));
        await engine.AssertSoundAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Nothing_and_less_is_no_refund(long minor)
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();

        Assert.Equal(Codes.ValidationFailed, (await RefundAsync(engine, payment.Id, minor)).Problem!.Code);
    }

    [Fact]
    public async Task Disputed_money_cannot_be_refunded()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        await engine.WebhookAsync(new { id = "d", type = "dispute", reference = payment.ProviderReference, dispute = "dp-1", status = "open", amount_minor = 10_000, currency = "KZT" });
        await engine.DrainAsync();

        Assert.Equal(Codes.PaymentDisputed, (await RefundAsync(engine, payment.Id, 5_000)).Problem!.Code);
        Assert.True((await engine.PaymentAsync(payment.Id)).Exceptions.HasFlag(PaymentExceptions.Disputed));

        await engine.WebhookAsync(new { id = "d2", type = "dispute", reference = payment.ProviderReference, dispute = "dp-1", status = "won", amount_minor = 10_000, currency = "KZT" });
        await engine.DrainAsync();
        Assert.True((await RefundAsync(engine, payment.Id, 5_000)).IsOk);
        Assert.Equal(["dispute.opened", "dispute.closed"], (await engine.EventTypesAsync(payment.Id)).Where(type => type.StartsWith("dispute", StringComparison.Ordinal)));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Refund_over_the_limit_waits_for_a_second_person_and_nothing_is_sent()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        await engine.Store.WriteAsync(
            async db =>
            {
                (await db.Tenants.SingleAsync()).TwoPersonRule = TwoPersonRule.OverLimit;
                db.ApprovalLimits.Add(new ApprovalLimit { TenantId = engine.TenantId, Currency = "KZT", AmountMinor = 3_000 });
            },
            CancellationToken.None);

        var waiting = await RefundAsync(engine, payment.Id, 5_000);
        var small = await RefundAsync(engine, payment.Id, 3_000);

        Assert.Equal(RefundAction.Approval, (await engine.RefundAsync(waiting.Value)).ActionRequired);
        Assert.Equal(RefundStatus.Succeeded, (await engine.RefundAsync(small.Value)).Status);
        await engine.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(2));
        Assert.Equal(3_000, engine.Provider.Refunds.Values.Sum(refund => refund.AmountMinor));
        await engine.AssertSoundAsync();
    }

    private static Task<Result<Guid>> RefundAsync(Engine engine, Guid paymentId, long? amountMinor) =>
        engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, paymentId, amountMinor, null, "test"), Engine.Shop, CancellationToken.None);
}
