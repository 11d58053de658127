using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Faults;

/// <summary>
/// The process ends at each named point; another one starts on the same database. Whatever the caller and the provider then repeat,
/// nothing is charged or paid back twice, nothing acknowledged is lost, and our books end equal to the provider's.
/// </summary>
public sealed class FailPointTests
{
    public static TheoryData<string> Points =>
    [
        "create.row_committed", "create.before_send", "create.after_answer", "create.answer_committed",
        "hook.before_insert", "hook.after_commit_before_200", "apply.lease_taken", "apply.before_commit", "apply.after_commit",
        "refund.reserved", "refund.before_send", "refund.after_answer", "refund.answer_committed",
        "outbox.claimed", "outbox.after_send",
    ];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Process_that_ends_at_this_point_loses_and_doubles_nothing(string point)
    {
        await using var before = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await before.Get<EventEndpoints>().AddAsync(before.TenantId, Mode.Test, sink.Url, null, null, Engine.Shop, CancellationToken.None);
        var hits = 0;
        before.Get<FailPoints>().Armed = hit => hit == point && Interlocked.Increment(ref hits) == 1 ? throw new PowerCutException(point) : Task.CompletedTask;
        var request = before.Request() with { PaymentId = Guid.CreateVersion7() };
        var refundId = Guid.CreateVersion7();

        await LiveAsync(before, request, refundId);
        Assert.Equal(1, Math.Min(hits, 1));

        // Another process takes over; the caller repeats with its keys, the provider with its webhook, and time passes.
        await using var after = before.Another();
        await LiveAsync(after, request, refundId);
        await after.PassAsync(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(30));
        await LiveAsync(after, request, refundId);
        await after.PassAsync(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(30));
        await DeliverAsync(after);

        var payment = await after.PaymentAsync(request.PaymentId.Value);
        var paid = after.Provider.Charges.Values.Where(charge => charge.State == "paid").Sum(charge => charge.PaidMinor);
        Assert.Equal(paid, payment.ReceivedMinor);
        Assert.Equal(after.Provider.Refunds.Values.Sum(refund => refund.AmountMinor), payment.RefundedMinor);
        Assert.True(payment.IsFinal, $"{payment.Status}");
        Assert.DoesNotContain(await after.ReadAsync(db => db.Refunds.ToListAsync()), refund => !refund.IsSettled);
        Assert.DoesNotContain(await after.ReadAsync(db => db.WebhookEvents.ToListAsync()), received => received.State is WebhookState.Pending or WebhookState.Unmatched);
        var told = await after.ReadAsync(db => db.OutgoingEvents.Select(row => row.Id).ToListAsync());
        Assert.Equal(told.Order(), sink.Deliveries.Select(delivery => Guid.Parse(delivery.Id)).Distinct().Order());
        await after.AssertSoundAsync();
    }

    [Fact]
    public async Task Webhook_acknowledged_before_the_crash_is_there_after_it()
    {
        await using var before = await Engine.StartAsync();
        var payment = await before.PayingAsync();
        before.Provider.Pay(payment.ProviderReference!);
        var received = await before.WebhookAsync(new { id = "e", type = "paid", reference = payment.ProviderReference, amount_minor = 10_000, currency = "KZT" });
        Assert.IsType<ReceivedWebhook.Stored>(received);

        await using var after = before.Another();
        await after.DrainAsync();

        Assert.Equal(PaymentStatus.Succeeded, (await after.PaymentAsync(payment.Id)).Status);
    }

    /// <summary>What the shop, the payer, the provider and the workers do; each as far as it gets.</summary>
    private static async Task LiveAsync(Engine engine, CreatePaymentRequest request, Guid refundId)
    {
        await UntilCutAsync(() => engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None));
        foreach (var charge in engine.Provider.Charges.Values.Where(charge => charge.State == "open"))
            engine.Provider.Pay(charge.Reference);
        foreach (var charge in engine.Provider.Charges.Values)
            await UntilCutAsync(() => engine.WebhookAsync(new { id = "paid-" + charge.Reference, type = "paid", reference = charge.Reference, amount_minor = 10_000, currency = "KZT" }));
        await UntilCutAsync(engine.DrainAsync);
        await UntilCutAsync(() => engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, request.PaymentId!.Value, 4_000, null, "late", RefundId: refundId), Engine.Shop, CancellationToken.None));
        await UntilCutAsync(() => DeliverAsync(engine));
    }

    private static async Task DeliverAsync(Engine engine)
    {
        while (await engine.Get<DeliverEvents>().RunOnceAsync(CancellationToken.None) is { Count: > 0 } started)
            await Task.WhenAll(started);
    }

    private static async Task UntilCutAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (PowerCutException)
        {
            // The process is gone; what it held in memory is gone with it.
        }
    }

    private sealed class PowerCutException(string point) : Exception(point);
}
