using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Webhooks;

/// <summary>What a person can do about an event: look, rehearse, have it processed again, match it, reveal it.</summary>
public sealed class WebhookDeskTests
{
    private static readonly Actor Admin = new(ActorKind.User, Guid.CreateVersion7().ToString(), "admin@shop.test", Roles.Admin);
    private static readonly Actor Auditor = Admin with { Name = "auditor@shop.test", Role = Roles.Auditor };

    [Fact]
    public async Task Rehearsal_shows_the_transition_and_leaves_no_trace()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        await engine.WebhookAsync(Paid(payment, "evt"));
        var id = await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Id).SingleAsync());
        var audits = await engine.ReadAsync(db => db.AuditEntries.CountAsync());

        var rehearsed = await engine.Get<RehearseWebhook>().RunAsync(engine.TenantId, id, Auditor, CancellationToken.None);

        Assert.Equal((PaymentStatus.Pending, PaymentStatus.Succeeded), (rehearsed.Value.Before!.Status, rehearsed.Value.After!.Status));
        Assert.Equal(10_000, rehearsed.Value.After.ReceivedMinor);
        Assert.Contains("payment.succeeded", rehearsed.Value.Tells);
        Assert.Equal(PaymentStatus.Pending, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Equal(WebhookState.Pending, await StateAsync(engine, id));
        Assert.Equal(audits, await engine.ReadAsync(db => db.AuditEntries.CountAsync()));
        await engine.DrainAsync();
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Rehearsal_of_what_took_effect_changes_nothing()
    {
        await using var engine = await Engine.StartAsync();
        await engine.PaidAsync();
        var id = await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Id).SingleAsync());

        var rehearsed = await engine.Get<RehearseWebhook>().RunAsync(engine.TenantId, id, Admin, CancellationToken.None);

        Assert.True(rehearsed.Value.ChangesNothing);
        Assert.Equal(WebhookState.Applied, await StateAsync(engine, id));
        Assert.Equal(1, await engine.ReadAsync(db => db.WebhookApplications.CountAsync()));
    }

    [Fact]
    public async Task Rehearsal_of_poison_tells_the_fault()
    {
        await using var engine = await Engine.StartAsync();
        await engine.WebhookAsync(new { id = "fine", type = "noise" });
        var id = await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Id).SingleAsync());
        await engine.Store.WriteAsync(db => db.Database.ExecuteSqlAsync($"UPDATE webhook_events SET body = {"{\"id\":\"fine\",\"type\":\"poison\"}"u8.ToArray()}"), CancellationToken.None);

        var rehearsed = await engine.Get<RehearseWebhook>().RunAsync(engine.TenantId, id, Admin, CancellationToken.None);

        Assert.Equal(nameof(FormatException), rehearsed.Value.Fault);
    }

    [Fact]
    public async Task Two_who_replay_at_once_leave_one_replay_and_one_honest_answer()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();
        var id = await OrphanAsync(engine);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? engine : other).Get<ReplayWebhook>().RunAsync(engine.TenantId, id, Admin, CancellationToken.None))));

        Assert.Single(answers, answer => answer.IsOk);
        Assert.All(answers.Where(answer => !answer.IsOk), answer => Assert.Equal(Codes.ChangedMeanwhile, answer.Problem!.Code));
        Assert.Equal(1, await engine.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "webhook.replayed")));
    }

    [Fact]
    public async Task Replay_asks_for_the_permission_again_and_knows_its_tenant()
    {
        await using var engine = await Engine.StartAsync();
        var id = await OrphanAsync(engine);

        Assert.Equal(Codes.PermissionMissing, (await engine.Get<ReplayWebhook>().RunAsync(engine.TenantId, id, Auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.NotFound, (await engine.Get<ReplayWebhook>().RunAsync(Guid.CreateVersion7(), id, Admin, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.PermissionMissing, (await engine.Get<MatchWebhook>().RunAsync(engine.TenantId, id, Guid.CreateVersion7(), "why", Auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.PermissionMissing, (await engine.Get<RevealWebhook>().RunAsync(engine.TenantId, id, "why", Auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(WebhookState.Unmatched, await StateAsync(engine, id));
    }

    [Fact]
    public async Task What_took_effect_is_not_replayed()
    {
        await using var engine = await Engine.StartAsync();
        await engine.PaidAsync();
        var id = await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Id).SingleAsync());

        var replayed = await engine.Get<ReplayWebhook>().RunAsync(engine.TenantId, id, Admin, CancellationToken.None);

        Assert.Contains("taken effect", replayed.Problem!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orphan_is_matched_to_the_payment_whose_answer_was_lost()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.Profile = engine.Provider.Profile with { QueriesByOurReference = false };
        engine.Provider.OnCreate = _ => Task.FromResult<Core.Providers.CheckoutResult?>(new Core.Providers.CheckoutResult.Unknown("timeout"));
        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request(), Engine.Shop, CancellationToken.None);
        var payment = await engine.PaymentAsync(created.Value.PaymentId);
        Assert.Equal(PaymentStatus.InReview, payment.Status);
        var charge = Assert.Single(engine.Provider.Charges.Values);
        engine.Provider.Pay(charge.Reference);
        await engine.WebhookAsync(new { id = "evt", type = "paid", reference = charge.Reference, amount_minor = 10_000, currency = "KZT" });
        await engine.DrainAsync();
        var id = await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Id).SingleAsync());
        Assert.Equal(WebhookState.Unmatched, await StateAsync(engine, id));

        var matched = await engine.Get<MatchWebhook>().RunAsync(engine.TenantId, id, payment.Id, "Same amount and minute", Admin, CancellationToken.None);
        await engine.DrainAsync();

        Assert.Null(matched.Problem);
        Assert.Equal(PaymentStatus.Succeeded, (await engine.PaymentAsync(payment.Id)).Status);
        Assert.Equal(WebhookState.Applied, await StateAsync(engine, id));
        var audit = await engine.ReadAsync(db => db.AuditEntries.SingleAsync(entry => entry.Action == "webhook.matched"));
        Assert.Equal("Same amount and minute", audit.Reason);
        Assert.Equal(Codes.ChangedMeanwhile, (await engine.Get<MatchWebhook>().RunAsync(engine.TenantId, id, payment.Id, "again", Admin, CancellationToken.None)).Problem!.Code);
        await engine.AssertSoundAsync();
    }

    [Fact]
    public async Task Match_of_another_amount_still_waits_for_a_decision()
    {
        await using var engine = await Engine.StartAsync();
        engine.Provider.Profile = engine.Provider.Profile with { QueriesByOurReference = false };
        engine.Provider.OnCreate = _ => Task.FromResult<Core.Providers.CheckoutResult?>(new Core.Providers.CheckoutResult.Unknown("timeout"));
        var created = await engine.Get<CreatePayment>().RunAsync(engine.Request(), Engine.Shop, CancellationToken.None);
        var id = await OrphanAsync(engine);

        Assert.Null((await engine.Get<MatchWebhook>().RunAsync(engine.TenantId, id, created.Value.PaymentId, "why", Admin, CancellationToken.None)).Problem);
        await engine.DrainAsync();

        var payment = await engine.PaymentAsync(created.Value.PaymentId);
        Assert.Equal(PaymentStatus.InReview, payment.Status);
        Assert.True(payment.Exceptions.HasFlag(PaymentExceptions.AmountMismatch));
    }

    [Fact]
    public async Task Match_to_another_checkout_is_refused()
    {
        await using var engine = await Engine.StartAsync();
        var payment = await engine.PayingAsync();
        var id = await OrphanAsync(engine);

        var matched = await engine.Get<MatchWebhook>().RunAsync(engine.TenantId, id, payment.Id, "why", Admin, CancellationToken.None);

        Assert.Contains("two checkouts", matched.Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(WebhookState.Unmatched, await StateAsync(engine, id));
    }

    [Fact]
    public async Task Bulk_retry_takes_up_what_waits_and_stops_between_two_events()
    {
        await using var engine = await Engine.StartAsync();
        for (var i = 0; i < 5; i++)
            await OrphanAsync(engine, $"orphan-{i}");
        await engine.PaidAsync();
        using var stop = new CancellationTokenSource();
        RetryProgress? last = null;

        await foreach (var progress in engine.Get<ReplayWebhook>().RunAllAsync(Scope(engine), WebhookFilter.All with { States = [WebhookState.Unmatched] }, Admin, stop.Token))
        {
            last = progress;
            if (progress.Done == 3)
                await stop.CancelAsync();
        }

        Assert.Equal(new RetryProgress(5, 3, 0), last);
        Assert.Equal(2, await engine.ReadAsync(db => db.WebhookEvents.CountAsync(row => row.State == WebhookState.Unmatched)));
        Assert.Equal(3, await engine.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "webhook.replayed")));
    }

    [Fact]
    public async Task Revealed_body_is_whole_and_stands_in_the_audit()
    {
        await using var engine = await Engine.StartAsync();
        await engine.WebhookAsync(new { id = "e", type = "noise", email = "aida@example.kz" });
        var id = await engine.ReadAsync(db => db.WebhookEvents.Select(row => row.Id).SingleAsync());

        var detail = await engine.Get<WebhookDetails>().FindAsync(Scope(engine), id, CancellationToken.None);
        var revealed = await engine.Get<RevealWebhook>().RunAsync(engine.TenantId, id, "The payer asks", Admin, CancellationToken.None);

        Assert.DoesNotContain("aida@", detail!.Body.Raw, StringComparison.Ordinal);
        Assert.Contains("aida@example.kz", revealed.Value, StringComparison.Ordinal);
        Assert.Equal("The payer asks", await engine.ReadAsync(db => db.AuditEntries.Where(entry => entry.Action == "webhook.revealed").Select(entry => entry.Reason).SingleAsync()));
    }

    [Fact]
    public async Task List_pages_without_gap_or_repetition_and_finds_by_reference()
    {
        await using var engine = await Engine.StartAsync();
        for (var i = 0; i < 7; i++)
            await OrphanAsync(engine, $"orphan-{i}");
        var search = engine.Get<WebhookSearch>();
        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await search.PageAsync(Scope(engine), WebhookFilter.All, cursor, 3, CancellationToken.None)).Value;
            seen.AddRange(page.Rows.Select(row => row.ProviderReference));
            cursor = page.OlderCursor;
        }
        while (cursor is not null);

        Assert.Equal(7, seen.Distinct().Count());
        Assert.Equal(7, seen.Count);
        Assert.Equal("orphan-3", Assert.Single((await search.PageAsync(Scope(engine), WebhookFilter.All with { Query = "orphan-3" }, null, 3, CancellationToken.None)).Value.Rows).ProviderReference);
        Assert.Empty((await search.PageAsync(Scope(engine) with { Mode = Mode.Live }, WebhookFilter.All, null, 3, CancellationToken.None)).Value.Rows);
        var counts = await search.CountAsync(Scope(engine), WebhookFilter.All, CancellationToken.None);
        Assert.Equal(7, counts.Open[WebhookState.Unmatched].Number);
    }

    private static SearchScope Scope(Engine engine) => new(engine.TenantId, Mode.Test, TimeZoneInfo.Utc);

    private static object Paid(Payment payment, string id) => new { id, type = "paid", reference = payment.ProviderReference, amount_minor = payment.AmountMinor, currency = payment.Currency };

    /// <summary>An event of money whose payment is not here.</summary>
    private static async Task<Guid> OrphanAsync(Engine engine, string reference = "nobody")
    {
        var received = await engine.WebhookAsync(new { id = "event-of-" + reference, type = "paid", reference, amount_minor = 9_000, currency = "KZT" });
        await engine.DrainAsync();
        return Assert.IsType<ReceivedWebhook.Stored>(received).EventId;
    }

    private static Task<WebhookState> StateAsync(Engine engine, Guid id) => engine.ReadAsync(db => db.WebhookEvents.Where(row => row.Id == id).Select(row => row.State).SingleAsync());
}
