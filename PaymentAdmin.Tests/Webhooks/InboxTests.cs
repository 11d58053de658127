using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Webhooks;

public sealed class InboxTests
{
    [Fact]
    public async Task Forged_delivery_is_rejected_and_leaves_only_a_line_in_the_log()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        var received = await engine.WebhookAsync(PaidBody(payment, "evt"), secret: "another-secret-of-the-right-length");

        Assert.IsType<ReceivedWebhook.Rejected>(received);
        Assert.Equal(0, await engine.ReadAsync(db => db.WebhookEvents.CountAsync()));
        var rejection = await engine.ReadAsync(db => db.WebhookRejections.SingleAsync());
        Assert.Contains("does not match", rejection.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(ScriptedProvider.WebhookSecret, rejection.HeaderNames, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flood_of_forgeries_leaves_six_lines_a_minute()
    {
        await using var engine = await Engine.StartAsync();
        for (var i = 0; i < 40; i++)
            await engine.WebhookAsync(new { id = i, type = "paid" }, secret: "another-secret-of-the-right-length");

        Assert.Equal(6, await engine.ReadAsync(db => db.WebhookRejections.CountAsync()));
    }

    [Fact]
    public async Task Unknown_account_key_stores_nothing()
    {
        await using var engine = await Engine.StartAsync();

        var received = await engine.Get<ReceiveWebhook>().RunAsync(ScriptedProvider.Id, "no-such-key", ScriptedProvider.Deliver(new { id = "1", type = "paid" }, engine.Clock.GetUtcNow()), null, CancellationToken.None);

        Assert.IsType<ReceivedWebhook.UnknownAccount>(received);
        Assert.Equal(0, await engine.ReadAsync(db => db.WebhookEvents.CountAsync()));
    }

    [Fact]
    public async Task Same_event_a_hundred_times_at_once_is_stored_once()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();
        var payment = await engine.PayingAsync();

        var received = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => (i % 2 == 0 ? engine : other).WebhookAsync(PaidBody(payment, "evt-same")))));
        await engine.DrainAsync();

        Assert.Single(received, row => row is ReceivedWebhook.Stored { IsDuplicate: false });
        Assert.Equal(99, received.Count(row => row is ReceivedWebhook.Stored { IsDuplicate: true }));
        Assert.Equal(1, await engine.ReadAsync(db => db.WebhookEvents.CountAsync()));
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Webhook_before_our_own_commit_waits_and_is_matched()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnCreate = async charge =>
        {
            // The provider is faster than our own commit.
            engine.Provider.Pay(charge.Reference);
            await engine.WebhookAsync(new { id = "early", type = "paid", reference = charge.Reference, amount_minor = 10_000, currency = "KZT" });
            await engine.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
            Assert.Equal(WebhookState.Unmatched, await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.State).SingleAsync()));
            return null;
        };

        var payment = await engine.PayingAsync();
        await engine.PassAsync(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));

        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Equal(WebhookState.Applied, await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.State).SingleAsync()));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Poison_event_is_put_aside_and_others_flow()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        // Stored while its parser was sound, poison afterwards: the bytes are the same.
        await engine.WebhookAsync(new { id = "noise", type = "noise" });
        await engine.Store.WriteAsync(db => db.WebhookEvents.ExecuteUpdateAsync(set => set.SetProperty(row => row.Body, System.Text.Encoding.UTF8.GetBytes("""{"id":"p","type":"poison"}"""))), CancellationToken.None);
        await engine.WebhookAsync(PaidBody(payment, "good"));

        await engine.PassAsync(TimeSpan.FromHours(10), TimeSpan.FromMinutes(20));

        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        var poison = await engine.ReadAsync(db => db.WebhookEvents.SingleAsync(row => row.EventType == "noise"));
        Assert.Equal(WebhookState.Quarantined, poison.State);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Event_that_takes_its_worker_down_twice_is_put_aside_the_third_time()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        await engine.WebhookAsync(PaidBody(payment, "crash"));
        engine.Get<Core.Common.FailPoints>().Armed = point => point == "apply.lease_taken" ? throw new InvalidOperationException("the process ends here") : Task.CompletedTask;
        for (var crash = 0; crash < 2; crash++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None));
            engine.Clock.Advance(TimeSpan.FromSeconds(31));
        }
        engine.Get<Core.Common.FailPoints>().Armed = null;

        await engine.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);

        Assert.Equal(WebhookState.Quarantined, await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.State).SingleAsync()));
    }

    [Theory]
    [InlineData(true, "our-merchant", IntegrityVerdict.WrongMode)]
    [InlineData(false, "another-merchant", IntegrityVerdict.WrongAccount)]
    public async Task Authentic_event_of_another_mode_or_merchant_has_no_effect(bool live, string merchant, IntegrityVerdict verdict)
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        await engine.WebhookAsync(new { id = "x", type = "paid", reference = payment.ProviderReference, amount_minor = 10_000, currency = "KZT", live, merchant });
        await engine.DrainAsync();

        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Equal(verdict, await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Integrity).SingleAsync()));
    }

    [Fact]
    public async Task Weakly_proven_event_only_makes_us_ask()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        await engine.WebhookAsync(new { id = "ask", type = "ask", reference = payment.ProviderReference });
        await engine.DrainAsync();
        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);

        engine.Provider.Pay(payment.ProviderReference!);
        await engine.WebhookAsync(new { id = "ask2", type = "ask", reference = payment.ProviderReference });
        await engine.DrainAsync();

        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        var cause = await engine.ReadAsync(db => db.PaymentTransitions.Where(row => row.PaymentId == payment.Id && row.ToStatus == PaymentStatus.Succeeded).Select(row => row.Cause).SingleAsync());
        Assert.Equal(ObservationSource.StatusQuery, cause);
    }

    [Fact]
    public async Task Unreadable_body_is_put_aside()
    {
        await using var engine = await Engine.StartAsync();
        await engine.WebhookAsync("just text");
        await engine.DrainAsync();

        var received = await engine.ReadAsync(db => db.WebhookEvents.SingleAsync());
        Assert.Equal(WebhookState.Quarantined, received.State);
        Assert.Equal(IntegrityVerdict.Unreadable, received.Integrity);
    }

    [Fact]
    public async Task Receipt_for_a_payment_code_counts_once_and_pays()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        foreach (var id in (string[])["c1", "c2"])
            await engine.WebhookAsync(new { id, type = "receipt", receipt = "TKL8QW2R4N", amount_minor = 10_000, currency = "KZT", bill = payment.PaymentCode.ToLowerInvariant() });
        await engine.DrainAsync();

        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, settled.Status);
        Assert.Equal(10_000, settled.ReceivedMinor);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Receipt_for_nothing_is_kept_unallocated_once()
    {
        await using var engine = await Engine.StartAsync();
        foreach (var id in (string[])["c1", "c2"])
            await engine.WebhookAsync(new { id, type = "receipt", receipt = "TKL8QW2R4N", amount_minor = 10_000, currency = "KZT", bill = "whatever" });
        await engine.DrainAsync();

        var receipt = await engine.ReadAsync(db => db.Receipts.SingleAsync());
        Assert.Equal(ReceiptState.Unallocated, receipt.State);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Two_instances_apply_many_events_without_a_double()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();
        var payments = new List<Payment>();
        for (var i = 0; i < 20; i++)
            payments.Add(await engine.PayingAsync());
        await Task.WhenAll(payments.SelectMany(payment => Enumerable.Range(0, 3).Select(i => (i % 2 == 0 ? engine : other).WebhookAsync(PaidBody(payment, $"evt-{payment.Id}-{i}")))));

        await Task.WhenAll(engine.DrainAsync(), other.DrainAsync());
        await engine.DrainAsync();

        foreach (var payment in payments)
        {
            Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
            Assert.Single(await engine.EventTypesAsync(payment.Id), type => type == "payment.succeeded");
        }
        await engine.AssertSoundAsync();
    }

    private static object PaidBody(Payment payment, string id) => new { id, type = "paid", reference = payment.ProviderReference, amount_minor = payment.AmountMinor, currency = payment.Currency };
}
