using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

/// <summary>The funnel on a real database: one winner, one transition, one event, whatever arrives how often and in which order.</summary>
public sealed class FunnelTests
{
    [Fact]
    public async Task Fifty_parallel_mixed_reports_make_one_transition_and_one_event()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        engine.Provider.Pay(payment.ProviderReference!);
        var paid = new { id = "evt-1", type = "paid", reference = payment.ProviderReference, amount_minor = 10_000, currency = "KZT" };

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            switch (i % 5)
            {
                case 0:
                    await engine.WebhookAsync(paid);
                    await engine.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
                    break;
                case 1:
                    await engine.WebhookAsync(new { id = "evt-" + i, type = "paid", reference = payment.ProviderReference, amount_minor = 10_000, currency = "KZT" });
                    await engine.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
                    break;
                case 2:
                    await engine.Get<ReconcilePayments>().AskNowAsync(payment.AttemptId!.Value, Engine.Shop, CancellationToken.None);
                    break;
                case 3:
                    await engine.Get<SettlePayment>().VerifyAsync(engine.TenantId, Mode.Test, payment.Id, Engine.Shop, CancellationToken.None);
                    break;
                default:
                    await engine.Get<SettlePayment>().DecideAsync(engine.TenantId, payment.Id, ObservedFact.ReceivedAccepted, "parallel operator", Engine.Shop, CancellationToken.None);
                    break;
            }
        })));
        await engine.DrainAsync();

        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, settled.Status);
        Assert.Equal(10_000, settled.ReceivedMinor);
        Assert.Equal(1, await engine.ReadAsync(db => db.PaymentTransitions.CountAsync(row => row.PaymentId == payment.Id && row.ToStatus == PaymentStatus.Succeeded)));
        Assert.Single(await engine.EventTypesAsync(payment.Id), type => type == "payment.succeeded");
        await engine.AssertSoundAsync();
    }

    [Theory]
    [InlineData("paid")]
    [InlineData("partial")]
    [InlineData("two-halves")]
    [InlineData("refund")]
    public async Task Any_order_of_five_events_ends_in_the_same_money_and_status(string scenario)
    {
        await using var engine = await Engine.StartAsync();
        var outcomes = new HashSet<string>();
        var orders = Permutations([0, 1, 2, 3, 4]).ToList();
        // Every order nightly; a spread of them on each commit.
        var step = TestMachine.RunsLongForms ? 1 : 5;
        for (var i = 0; i < orders.Count; i += step)
        {
            var payment = await engine.PayingAsync(endsWithFirstAttempt: false);
            var events = EventsOf(scenario, payment);
            foreach (var index in orders[i])
            {
                await engine.WebhookAsync(events[index]);
                await engine.Get<ProcessWebhook>().RunOnceAsync(CancellationToken.None);
            }
            await engine.PassAsync(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2));
            var settled = await engine.PaymentAsync(payment.Id);
            outcomes.Add($"{settled.Status} received {settled.ReceivedMinor} refunded {settled.RefundedMinor}");
        }

        Assert.Single(outcomes);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Same_observation_again_changes_nothing()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PaidAsync();
        var before = await engine.EventTypesAsync(payment.Id);

        var again = await engine.Get<ApplyObservation>().RunAsync(
            new PaymentObservation { PaymentId = payment.Id, AttemptId = payment.AttemptId, Fact = ObservedFact.Succeeded, Source = ObservationSource.StatusQuery, Actor = Engine.Shop, Received = new Money(10_000, "KZT"), ReceiptReference = payment.ProviderReference },
            CancellationToken.None);

        Assert.False(again.Changed);
        Assert.False(again.Counted);
        Assert.Equal(before, await engine.EventTypesAsync(payment.Id));
        Assert.Equal(10_000, (await engine.PaymentAsync(payment.Id)).ReceivedMinor);
    }

    [Fact]
    public async Task Report_without_receipt_then_with_receipt_counts_once()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        PaymentObservation Report(string? receipt) => new() { PaymentId = payment.Id, AttemptId = payment.AttemptId, Fact = ObservedFact.Succeeded, Source = ObservationSource.StatusQuery, Actor = Engine.Shop, Received = new Money(10_000, "KZT"), ReceiptReference = receipt };

        await engine.Get<ApplyObservation>().RunAsync(Report(null), CancellationToken.None);
        await engine.Get<ApplyObservation>().RunAsync(Report("RCP-1"), CancellationToken.None);
        await engine.Get<ApplyObservation>().RunAsync(Report(null), CancellationToken.None);

        Assert.Equal(10_000, (await engine.PaymentAsync(payment.Id)).ReceivedMinor);
        Assert.Equal("RCP-1", await engine.ReadAsync(db => db.Receipts.Where(row => row.PaymentId == payment.Id).Select(row => row.Reference).SingleAsync()));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Receipt_of_another_payment_has_no_effect()
    {
        await using var engine = await Engine.StartAsync();
        var first = await engine.PaidAsync();
        var second = await engine.PayingAsync();

        var applied = await engine.Get<ApplyObservation>().RunAsync(
            new PaymentObservation { PaymentId = second.Id, AttemptId = second.AttemptId, Fact = ObservedFact.Succeeded, Source = ObservationSource.StatusQuery, Actor = Engine.Shop, Received = new Money(10_000, "KZT"), ReceiptReference = first.ProviderReference },
            CancellationToken.None);

        Assert.Equal(IntegrityVerdict.WrongReference, applied.Integrity);
        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(second.Id)).Status);
    }

    [Fact]
    public async Task Underpaid_is_reviewed_accepted_and_the_rest_paid()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        await engine.WebhookAsync(new { id = "a", type = "paid", reference = payment.ProviderReference, receipt = "r1", amount_minor = 4_000, currency = "KZT" });
        await engine.DrainAsync();
        Assert.Equal(PaymentStatus.InReview, (await engine.PaymentAsync(payment.Id)).Status);

        var accepted = await engine.Get<SettlePayment>().DecideAsync(engine.TenantId, payment.Id, ObservedFact.ReceivedAccepted, "customer called", Engine.Shop, CancellationToken.None);
        Assert.Equal(PaymentStatus.Pending, accepted.Value.Status);
        var rest = await engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, null, null), Engine.Shop, CancellationToken.None);
        var attempt = await engine.ReadAsync(db => db.PaymentAttempts.SingleAsync(row => row.Id == rest.Value));
        Assert.Equal(6_000, attempt.AmountMinor);
        engine.Provider.Pay(attempt.ProviderReference!);
        await engine.WebhookAsync(new { id = "b", type = "paid", reference = attempt.ProviderReference, amount_minor = 6_000, currency = "KZT" });
        await engine.DrainAsync();

        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, settled.Status);
        Assert.Equal(10_000, settled.ReceivedMinor);
        Assert.True(settled.Exceptions.HasFlag(PaymentExceptions.Underpaid));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Second_paid_attempt_keeps_the_payment_and_asks_for_its_refund()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync(endsWithFirstAttempt: false);
        var second = await engine.Get<StartAttempt>().RunAsync(payment.Id, new AttemptRequest(ScriptedProvider.Id, null, null), Engine.Shop, CancellationToken.None);
        var attempts = await engine.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == payment.Id).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync());
        foreach (var attempt in attempts)
            await engine.WebhookAsync(new { id = "paid-" + attempt.Id, type = "paid", reference = attempt.ProviderReference, amount_minor = 10_000, currency = "KZT" });
        await engine.DrainAsync();

        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, settled.Status);
        Assert.Equal(20_000, settled.ReceivedMinor);
        Assert.True(settled.Exceptions.HasFlag(PaymentExceptions.DuplicateCharge));
        var other = attempts.Single(row => row.Id != settled.AttemptId);
        var refund = await engine.Get<RefundPayment>().RunAsync(new RefundRequestedBy(engine.TenantId, Mode.Test, payment.Id, 10_000, other.Id, "duplicate charge"), Engine.Shop, CancellationToken.None);
        Assert.Equal(other.Id, (await engine.RefundAsync(refund.Value)).AttemptId);
        Assert.Equal(10_000, (await engine.PaymentAsync(payment.Id)).RefundableMinor);
        Assert.True(second.IsOk);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Same_order_reference_twice_at_once_makes_one_payment()
    {
        await using var engine = await Engine.StartAsync();
        var request = engine.Request(provider: null) with { OrderReference = "ORD-1" };

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => engine.Get<CreatePayment>().RunAsync(request, Engine.Shop, CancellationToken.None))));

        Assert.Single(results, result => result.IsOk);
        Assert.All(results.Where(result => !result.IsOk), result => Assert.Equal(Codes.OrderReferenceInUse, result.Problem!.Code));
        await engine.AssertSoundAsync();
    }

    private static object[] EventsOf(string scenario, Payment payment)
    {
        var reference = payment.ProviderReference;
        object Paid(string id, long minor, string receipt) => new { id = $"{id}-{payment.Id}", type = "paid", reference, receipt = $"{receipt}-{payment.Id}", amount_minor = minor, currency = "KZT" };
        object Word(string id, string word) => new { id = $"{id}-{payment.Id}", type = word, reference };
        return scenario switch
        {
            "paid" => [Paid("1", 10_000, "r"), Paid("2", 10_000, "r"), Word("3", "failed"), Word("4", "open"), Word("5", "teleported")],
            "partial" => [Paid("1", 4_000, "r1"), Paid("2", 10_000, "r2"), Paid("3", 4_000, "r1"), Word("4", "failed"), Word("5", "open")],
            "two-halves" => [Paid("1", 4_000, "r1"), Paid("2", 6_000, "r2"), Paid("3", 4_000, "r1"), Paid("4", 6_000, "r2"), Word("5", "open")],
            _ =>
            [
                Paid("1", 10_000, "r"), Paid("2", 10_000, "r"), Word("3", "failed"), Word("4", "open"),
                new { id = $"5-{payment.Id}", type = "refund", reference, refund = $"re-{payment.Id}", status = "succeeded", amount_minor = 3_000, currency = "KZT" },
            ],
        };
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        if (items.Length == 1)
        {
            yield return items;
            yield break;
        }
        foreach (var item in items)
        {
            foreach (var rest in Permutations([.. items.Where(other => other != item)]))
                yield return [item, .. rest];
        }
    }
}
