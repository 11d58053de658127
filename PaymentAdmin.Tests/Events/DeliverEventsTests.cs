using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Events;

public sealed class DeliverEventsTests
{
    [Fact]
    public async Task Events_arrive_in_order_signed_and_once()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        var secret = await AddAsync(engine, sink.Url);
        var payment = await engine.PaidAsync();

        await DeliverAllAsync(engine);

        Assert.Equal(["payment.created", "payment.pending", "payment.succeeded"], sink.Deliveries.Select(delivery => JsonNode.Parse(delivery.Body)!["type"]!.GetValue<string>()));
        foreach (var delivery in sink.Deliveries)
        {
            var key = Convert.FromBase64String(secret["whsec_".Length..]);
            var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{delivery.Id}.{delivery.Timestamp}.{delivery.Body}")));
            Assert.Equal(expected, delivery.Signature);
            Assert.Equal(payment.Id.ToString(), JsonNode.Parse(delivery.Body)!["payment_id"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Failed_delivery_is_tried_again_and_holds_back_only_its_own_payment()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await AddAsync(engine, sink.Url, ["payment.created", "payment.succeeded"]);
        var failing = await engine.PaidAsync();
        var fine = await engine.PaidAsync();
        sink.OnDelivery = (delivery, http) =>
        {
            if (delivery.Body.Contains(failing.Id.ToString(), StringComparison.Ordinal))
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };
        await DeliverAllAsync(engine);

        Assert.Equal(2, sink.Deliveries.Count(delivery => delivery.Body.Contains(fine.Id.ToString(), StringComparison.Ordinal)));
        Assert.Equal(1, sink.Deliveries.Count(delivery => delivery.Body.Contains(failing.Id.ToString(), StringComparison.Ordinal)));
        var waiting = await engine.ReadAsync(db => db.EventDeliveries.Where(row => row.PaymentId == failing.Id).OrderBy(row => row.Sequence).FirstAsync());
        Assert.True(waiting.NextAttemptAt > engine.Clock.GetUtcNow());

        sink.OnDelivery = null;
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        await DeliverAllAsync(engine);
        Assert.True(await engine.ReadAsync(db => db.EventDeliveries.AllAsync(row => row.State == DeliveryState.Delivered)));
        var tries = await engine.ReadAsync(db => db.EventDeliveryTries.Where(row => row.DeliveryId == waiting.Id).OrderBy(row => row.Number).ToListAsync());
        Assert.Equal([500, 204], tries.Select(row => row.HttpStatus));
    }

    [Fact]
    public async Task Endpoint_that_never_answers_well_is_switched_off_after_ten_tries_over_three_days()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        sink.OnDelivery = (_, http) =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        await AddAsync(engine, sink.Url, ["payment.created"]);
        await engine.PayingAsync();
        var started = engine.Clock.GetUtcNow();
        for (var i = 0; i < 40; i++)
        {
            await DeliverAllAsync(engine);
            var next = await engine.ReadAsync(db => db.EventDeliveries.Select(row => row.NextAttemptAt).SingleAsync());
            if (next is null)
                break;
            engine.Clock.AdvanceTo(next.Value);
        }

        Assert.Equal(DeliverEvents.TriesMax, sink.Deliveries.Count);
        Assert.InRange((engine.Clock.GetUtcNow() - started).TotalHours, 70, 95);
        var endpoint = await engine.ReadAsync(db => db.EventEndpoints.SingleAsync());
        Assert.False(endpoint.IsEnabled);
        Assert.Contains("503", endpoint.DisabledReason, StringComparison.Ordinal);
        Assert.Equal(1, await engine.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Action == "event_endpoint.disabled")));
    }

    [Fact]
    public async Task Slow_endpoint_does_not_hold_up_another()
    {
        await using var engine = await Engine.StartAsync();
        await using var slow = await EventSink.StartAsync();
        await using var quick = await EventSink.StartAsync();
        var release = new TaskCompletionSource();
        slow.OnDelivery = (_, _) => release.Task;
        await AddAsync(engine, slow.Url);
        await AddAsync(engine, quick.Url);
        for (var i = 0; i < 3; i++)
            await engine.PayingAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                await engine.Get<DeliverEvents>().RunOnceAsync(CancellationToken.None);
                return quick.Deliveries.Count == 6;
            },
            "the quick endpoint has all six events");
        release.SetResult();
        await Eventually.TrueAsync(async () => { await engine.Get<DeliverEvents>().RunOnceAsync(CancellationToken.None); return slow.Deliveries.Count == 6; }, "the slow endpoint has them too");
    }

    [Fact]
    public async Task Redirect_is_not_followed()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await using var elsewhere = await EventSink.StartAsync();
        sink.OnDelivery = (_, http) =>
        {
            http.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await AddAsync(engine, sink.Url, ["payment.created"]);
        await engine.PayingAsync();
        await DeliverAllAsync(engine);

        Assert.Empty(elsewhere.Deliveries);
        Assert.Contains("Redirects", await engine.ReadAsync(db => db.EventDeliveryTries.Select(row => row.Error).SingleAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_address_is_refused_where_private_targets_are_not_allowed()
    {
        await using var engine = await Engine.StartAsync(allowPrivateTargets: false);
        await using var sink = await EventSink.StartAsync();
        // The name passes the form check; what it resolves to does not.
        await AddAsync(engine, sink.Url.Replace("http://127.0.0.1", "https://localhost", StringComparison.Ordinal), ["payment.created"]);
        var byAddress = await engine.Get<EventEndpoints>().AddAsync(engine.TenantId, Mode.Test, "https://127.0.0.1/hook", null, null, Engine.Shop, CancellationToken.None);
        await engine.PayingAsync();
        await DeliverAllAsync(engine);

        Assert.Equal(["url"], byAddress.Problem!.Errors!.Keys);
        Assert.Empty(sink.Deliveries);
        Assert.Contains("must not be called", await engine.ReadAsync(db => db.EventDeliveryTries.Select(row => row.Error).SingleAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotated_secret_signs_beside_the_new_one_for_a_day()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await AddAsync(engine, sink.Url, ["payment.created"]);
        var endpoint = await engine.ReadAsync(db => db.EventEndpoints.SingleAsync());
        await engine.Get<EventEndpoints>().RotateSecretAsync(engine.TenantId, Mode.Test, endpoint.Id, Engine.Shop, CancellationToken.None);

        await engine.PayingAsync();
        await DeliverAllAsync(engine);
        Assert.Equal(2, sink.Deliveries.Single().Signature.Split(' ').Length);

        engine.Clock.Advance(TimeSpan.FromHours(25));
        await engine.PayingAsync();
        await DeliverAllAsync(engine);
        Assert.Single(sink.Deliveries.Last().Signature.Split(' '));
    }

    [Fact]
    public async Task Range_can_be_sent_again()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await AddAsync(engine, sink.Url);
        await engine.PaidAsync();
        await DeliverAllAsync(engine);
        var endpoint = await engine.ReadAsync(db => db.EventEndpoints.SingleAsync());

        Assert.Equal(2, (await engine.Get<ResendEvents>().RunAsync(engine.TenantId, Mode.Test, endpoint.Id, 2, 3, Engine.Shop, CancellationToken.None)).Value);
        // Whoever presses a moment later adds nothing: they are due already.
        Assert.Equal(0, (await engine.Get<ResendEvents>().RunAsync(engine.TenantId, Mode.Test, endpoint.Id, 2, 3, Engine.Shop, CancellationToken.None)).Value);
        await DeliverAllAsync(engine);

        Assert.Equal(5, sink.Deliveries.Count);
        Assert.Equal(3, sink.Deliveries.Select(delivery => delivery.Id).Distinct().Count());
    }

    [Fact]
    public async Task Who_may_not_change_endpoints_changes_none_and_what_is_done_stands_in_the_audit()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await AddAsync(engine, sink.Url);
        await engine.PaidAsync();
        await DeliverAllAsync(engine);
        var endpoint = await engine.ReadAsync(db => db.EventEndpoints.SingleAsync());
        var auditor = new Actor(ActorKind.User, Guid.CreateVersion7().ToString(), "auditor@shop.test", Roles.Auditor);
        var admin = auditor with { Role = Roles.Admin };

        Assert.Equal(Codes.PermissionMissing, (await engine.Get<EventEndpoints>().ChangeAsync(engine.TenantId, Mode.Test, endpoint.Id, false, null, auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.PermissionMissing, (await engine.Get<EventEndpoints>().RotateSecretAsync(engine.TenantId, Mode.Test, endpoint.Id, auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.PermissionMissing, (await engine.Get<EventEndpoints>().RemoveAsync(engine.TenantId, Mode.Test, endpoint.Id, auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.PermissionMissing, (await engine.Get<ResendEvents>().RunAsync(engine.TenantId, Mode.Test, endpoint.Id, 1, 1, auditor, CancellationToken.None)).Problem!.Code);
        Assert.Equal(Codes.NotFound, (await engine.Get<ResendEvents>().RunAsync(Guid.CreateVersion7(), Mode.Test, endpoint.Id, 1, 1, admin, CancellationToken.None)).Problem!.Code);
        Assert.Equal(1, (await engine.Get<ResendEvents>().RunAsync(engine.TenantId, Mode.Test, endpoint.Id, 1, 1, admin, CancellationToken.None)).Value);
        Assert.Equal(1, await engine.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "event_endpoint.resent")));
    }

    [Fact]
    public async Task Deliveries_are_paged_by_sequence_and_the_next_try_is_told()
    {
        await using var engine = await Engine.StartAsync();
        await using var sink = await EventSink.StartAsync();
        await AddAsync(engine, sink.Url);
        sink.OnDelivery = (_, http) =>
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        };
        await engine.PaidAsync();
        await DeliverAllAsync(engine);
        var search = engine.Get<DeliverySearch>();

        var summary = Assert.Single(await search.EndpointsAsync(engine.TenantId, Mode.Test, CancellationToken.None));
        var page = (await search.PageAsync(engine.TenantId, Mode.Test, summary.Endpoint.Id, DeliveryState.Pending, before: null, CancellationToken.None)).Value;

        Assert.Equal(3, summary.Waiting.Number);
        Assert.Equal([3, 2, 1], page.Rows.Select(row => row.Delivery.Sequence));
        Assert.Equal(500, Assert.Single(page.Rows[^1].Tries).HttpStatus);
        Assert.True(page.Rows[^1].Delivery.NextAttemptAt > engine.Clock.GetUtcNow());
        Assert.Equal([1], (await search.PageAsync(engine.TenantId, Mode.Test, summary.Endpoint.Id, null, before: 2, CancellationToken.None)).Value.Rows.Select(row => row.Delivery.Sequence));
        Assert.False((await search.PageAsync(Guid.CreateVersion7(), Mode.Test, summary.Endpoint.Id, null, null, CancellationToken.None)).IsOk);
    }

    [Fact]
    public async Task Reader_that_pages_while_writers_commit_misses_nothing_and_sees_nothing_twice()
    {
        await using var engine = await Engine.StartAsync();
        await using var other = engine.Another();
        var writers = Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (var n = 0; n < 5; n++)
                await (i % 2 == 0 ? engine : other).Get<CreatePayment>().RunAsync(engine.Request(), Engine.Shop, CancellationToken.None);
        })));
        var seen = new List<long>();
        string? after = null;
        async Task ReadOnAsync()
        {
            var page = (await engine.Get<ReadEvents>().RunAsync(engine.TenantId, Mode.Test, after, [], 7, CancellationToken.None)).Value;
            seen.AddRange(page.Events.Select(told => told.Sequence));
            after = page.NextCursor;
        }
        while (!writers.IsCompleted)
            await ReadOnAsync();
        await writers;
        var before = -1;
        while (before != seen.Count)
        {
            before = seen.Count;
            await ReadOnAsync();
        }

        // Eight writers, five payments each, created and pending.
        Assert.Equal(Enumerable.Range(1, 80).Select(i => (long)i), seen);
    }

    private static async Task<string> AddAsync(Engine engine, string url, IReadOnlyList<string>? types = null)
    {
        var added = await engine.Get<EventEndpoints>().AddAsync(engine.TenantId, Mode.Test, url, types, null, Engine.Shop, CancellationToken.None);
        Assert.Null(added.Problem);
        return added.Value.Secret!;
    }

    /// <summary>Delivers until nothing is due at this moment.</summary>
    private static async Task DeliverAllAsync(Engine engine)
    {
        for (var round = 0; round < 50; round++)
        {
            var started = await engine.Get<DeliverEvents>().RunOnceAsync(CancellationToken.None);
            if (started.Count == 0)
                return;
            await Task.WhenAll(started);
        }
        Assert.Fail("Deliveries never end.");
    }
}
