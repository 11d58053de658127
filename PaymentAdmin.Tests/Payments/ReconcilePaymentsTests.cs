using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Providers;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Payments;

public sealed class ReconcilePaymentsTests
{
    [Fact]
    public async Task Without_any_webhook_the_poller_completes_all()
    {
        await using var engine = await Engine.StartAsync();
        var payments = new List<Payment>();
        for (var i = 0; i < 5; i++)
            payments.Add(await engine.PayingAsync());
        foreach (var payment in payments)
            engine.Provider.Pay(payment.ProviderReference!);

        await engine.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));

        foreach (var payment in payments)
            Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Timeout_after_charging_is_found_by_our_reference()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnCreate = charge =>
        {
            engine.Provider.Pay(charge.Reference);
            return Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("timeout"));
        };

        var payment = await engine.PayingAsync();
        Assert.Equal(PaymentStatus.Pending, payment.Status);
        await engine.PassAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));

        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Single(engine.Provider.Requests, request => request.StartsWith("create", StringComparison.Ordinal));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Timeout_at_a_provider_that_cannot_be_asked_goes_before_a_person_and_is_never_repeated()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.Profile = engine.Provider.Profile with { QueriesByOurReference = false };
        engine.Provider.OnCreate = charge =>
        {
            engine.Provider.Pay(charge.Reference);
            return Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("timeout"));
        };

        var payment = await engine.PayingAsync();
        Assert.Equal(PaymentStatus.InReview, payment.Status);
        Assert.Equal(PaymentExceptions.OutcomeUnknown, payment.Exceptions);
        await engine.PassAsync(TimeSpan.FromHours(2), TimeSpan.FromMinutes(30));
        Assert.Equal(PaymentStatus.InReview, (await engine.PaymentAsync(payment.Id)).Status);

        var reference = engine.Provider.Charges.Keys.Single();
        var attached = await engine.Get<SettlePayment>().AttachReferenceAsync(engine.TenantId, payment.Id, payment.AttemptId!.Value, reference, "found in the cabinet", Engine.Shop, CancellationToken.None);

        Assert.Null(attached.Problem);
        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, settled.Status);
        Assert.Equal(PaymentExceptions.None, settled.Exceptions);
        Assert.Single(engine.Provider.Requests, request => request.StartsWith("create", StringComparison.Ordinal));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Create_that_never_arrived_is_believed_after_a_while()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnCreate = charge =>
        {
            engine.Provider.Charges.TryRemove(charge.Reference, out _);
            return Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("connection reset"));
        };

        var payment = await engine.PayingAsync();
        await engine.PassAsync(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));
        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.PassAsync(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(1));

        Assert.Equal(PaymentStatus.Failed, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Unknown_that_no_answer_resolves_is_in_review_within_fifteen_minutes()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnCreate = _ => Task.FromResult<CheckoutResult?>(new CheckoutResult.Unknown("timeout"));
        engine.Provider.OnQuery = _ => StatusReading.NoAnswer("HTTP 503");

        var payment = await engine.PayingAsync();
        await engine.PassAsync(TimeSpan.FromMinutes(16), TimeSpan.FromSeconds(30));

        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.InReview, settled.Status);
        Assert.True(settled.Exceptions.HasFlag(PaymentExceptions.OutcomeUnknown));

        // The provider is back: what was unknown ends in its true state.
        engine.Provider.OnQuery = null;
        engine.Provider.Pay(engine.Provider.Charges.Keys.Single());
        await engine.PassAsync(TimeSpan.FromHours(8), TimeSpan.FromHours(1));
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Unpaid_payment_expires_after_the_provider_was_asked()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        await engine.PassAsync(TimeSpan.FromHours(25), TimeSpan.FromHours(1));

        Assert.Equal(PaymentStatus.Expired, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Contains(engine.Provider.Requests, request => request.StartsWith("query", StringComparison.Ordinal));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Money_after_the_expiry_is_counted_and_flagged()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        await engine.PassAsync(TimeSpan.FromHours(25), TimeSpan.FromHours(1));
        engine.Provider.Pay(payment.ProviderReference!);

        await engine.PassAsync(TimeSpan.FromHours(30), TimeSpan.FromHours(3));

        var settled = await engine.PaymentAsync(payment.Id);
        Assert.Equal(PaymentStatus.Succeeded, settled.Status);
        Assert.Equal(PaymentExceptions.PaidLate, settled.Exceptions);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Expiry_meets_a_payment_that_was_just_paid()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnQuery = null;
        var payment = await engine.PayingAsync();
        await engine.Store.WriteAsync(db => db.PaymentAttempts.ExecuteUpdateAsync(set => set.SetProperty(row => row.NextCheckAt, (DateTimeOffset?)null)), CancellationToken.None);
        engine.Provider.Pay(payment.ProviderReference!);

        engine.Clock.Advance(TimeSpan.FromHours(25));
        await engine.DrainAsync();

        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Equal(PaymentExceptions.None, (await engine.PaymentAsync(payment.Id)).Exceptions);
    }

    [Fact]
    public async Task Decline_of_the_only_attempt_ends_the_payment()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.OnCreate = _ => Task.FromResult<CheckoutResult?>(new CheckoutResult.Declined(Codes.ProviderRejected, "No.", "E1"));

        var payment = await engine.PayingAsync();

        Assert.Equal(PaymentStatus.Failed, payment.Status);
        Assert.Equal(Codes.ProviderRejected, payment.LastErrorCode);
        Assert.Equal("E1", payment.LastErrorProviderCode);
    }

    [Fact]
    public async Task Two_instances_ask_about_one_attempt_once()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();
        for (var i = 0; i < 6; i++)
            await engine.PayingAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(15));

        await Task.WhenAll(engine.Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None), other.Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None));

        Assert.Equal(6, engine.Provider.Requests.Count(request => request.StartsWith("query", StringComparison.Ordinal)));
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Wish_that_comes_while_a_question_is_under_way_is_kept()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(15));
        engine.Provider.OnQuery = _ =>
        {
            // The payer pays behind the provider's answer, and a webhook that only makes us ask arrives before we have stored it.
            var now = engine.Clock.GetUtcNow();
            engine.Store.WriteAsync(db => db.PaymentAttempts.ExecuteUpdateAsync(set => set.SetProperty(row => row.NextCheckAt, now).SetProperty(row => row.Version, row => row.Version + 1)), CancellationToken.None).GetAwaiter().GetResult();
            engine.Provider.OnQuery = null;
            return null;
        };

        await engine.Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None);

        Assert.Equal(engine.Clock.GetUtcNow(), await engine.ReadAsync(db => db.PaymentAttempts.Where(row => row.PaymentId == payment.Id).Select(row => row.NextCheckAt).SingleAsync()));
    }

    [Fact]
    public async Task Silent_provider_opens_the_circuit_and_other_accounts_go_on()
    {
        var clock = new TestClock();
        var throttle = new AccountThrottle(clock);
        var silent = Guid.CreateVersion7();
        for (var i = 0; i < 5; i++)
            throttle.Report(silent, answered: false);

        Assert.False(throttle.TryEnter(silent, out var wait));
        Assert.True(wait > TimeSpan.Zero);
        Assert.True(throttle.TryEnter(Guid.CreateVersion7(), out _));
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(throttle.TryEnter(silent, out _));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Stale_holder_of_a_lease_has_no_say()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(15));
        engine.Provider.OnQuery = charge =>
        {
            // While the provider is slow the lease is taken over.
            engine.Store.WriteAsync(db => db.PaymentAttempts.ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseToken, row => row.LeaseToken + 1).SetProperty(row => row.Version, row => row.Version + 1)), CancellationToken.None).GetAwaiter().GetResult();
            return new StatusReading(ObservedFact.Failed, "failed");
        };

        await engine.Get<ReconcilePayments>().RunOnceAsync(CancellationToken.None);

        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
    }

    [Fact]
    public async Task Cancel_closes_the_checkout_at_the_provider()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();

        var cancelled = await engine.Get<SettlePayment>().CancelAsync(engine.TenantId, Mode.Test, payment.Id, null, Engine.Shop, CancellationToken.None);
        var again = await engine.Get<SettlePayment>().CancelAsync(engine.TenantId, Mode.Test, payment.Id, null, Engine.Shop, CancellationToken.None);

        Assert.True(cancelled.IsOk && again.IsOk);
        Assert.Equal(PaymentStatus.Cancelled, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Equal("cancelled", engine.Provider.Charges[payment.ProviderReference!].State);
        Assert.Single(await engine.EventTypesAsync(payment.Id), type => type == "payment.cancelled");
    }

    [Fact]
    public async Task Cancel_of_what_was_just_paid_is_refused_and_the_payment_succeeds()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        engine.Provider.Pay(payment.ProviderReference!);

        var cancelled = await engine.Get<SettlePayment>().CancelAsync(engine.TenantId, Mode.Test, payment.Id, null, Engine.Shop, CancellationToken.None);

        Assert.False(cancelled.IsOk);
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
    }
}
