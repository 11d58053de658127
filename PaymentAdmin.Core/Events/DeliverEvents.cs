using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Secrets;

namespace PaymentAdmin.Core.Events;

/// <summary>
/// Tells the tenants' backends: makes out a delivery per endpoint, tries ten times over 75 hours, in order per payment, signed.
/// Each endpoint has its own few places, so that a slow one waits only for itself.
/// </summary>
public sealed partial class DeliverEvents(PaymentStore store, IHttpClientFactory clients, SecretBox secrets, LiveUpdates updates, TimeProvider clock, FailPoints failPoints, ILogger<DeliverEvents> logger)
{
    /// <summary>Names of the HTTP clients; their handlers check targets, follow no redirect and keep no cookies.</summary>
    public const string TestClient = "events-test";
    public const string LiveClient = "events-live";

    public const int TriesMax = 10;
    private const int PlacesPerEndpoint = 4;
    private const int AnswerBytesKept = 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(45);

    /// <summary>Pause after the n-th try: 75 hours in all.</summary>
    private static readonly TimeSpan[] Ladder =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(23.4),
    ];

    private readonly ConcurrentDictionary<Guid, int> busy = new();

    /// <summary>One round: makes out deliveries and starts those that are due. Does not wait for slow endpoints; the tasks started are returned.</summary>
    public async Task<IReadOnlyList<Task>> RunOnceAsync(CancellationToken cancellationToken)
    {
        await MakeOutAsync(cancellationToken);
        // A look costs less than the writing transaction of a claim, and mostly nothing is due.
        var soon = clock.GetUtcNow();
        if (!await store.ReadAsync(db => db.EventDeliveries.AnyAsync(row => row.State == DeliveryState.Pending && row.NextAttemptAt <= soon, cancellationToken), cancellationToken))
            return [];
        var full = busy.Where(pair => pair.Value >= PlacesPerEndpoint).Select(pair => pair.Key).ToList();
        var claimed = await ClaimAsync(full, cancellationToken);
        if (claimed.Count > 0)
            await failPoints.HitAsync("outbox.claimed");
        var started = new List<Task>(claimed.Count);
        foreach (var claim in claimed)
        {
            busy.AddOrUpdate(claim.EndpointId, 1, (_, count) => count + 1);
            started.Add(DeliverAndFreeAsync(claim, cancellationToken));
        }
        return started;
    }

    /// <summary>A delivery row for each endpoint and event that has none yet, in sequence.</summary>
    private async Task MakeOutAsync(CancellationToken cancellationToken)
    {
        var behind = await store.ReadAsync(
            db => db.EventEndpoints.Where(endpoint => endpoint.IsEnabled && db.OutgoingEvents.Any(told => told.TenantId == endpoint.TenantId && told.Mode == endpoint.Mode && told.Sequence > endpoint.EnqueuedSequence)).Select(endpoint => endpoint.Id).ToListAsync(cancellationToken),
            cancellationToken);
        foreach (var endpointId in behind)
            await store.WriteAsync(db => MakeOutAsync(db, endpointId, cancellationToken), cancellationToken);
    }

    private async Task MakeOutAsync(PaymentDb db, Guid endpointId, CancellationToken cancellationToken)
    {
        if (db.IsPostgres)
            await db.Database.ExecuteSqlAsync($"SELECT 1 FROM event_endpoints WHERE id = {endpointId} FOR UPDATE", cancellationToken);
        var endpoint = await db.EventEndpoints.SingleOrDefaultAsync(row => row.Id == endpointId, cancellationToken);
        if (endpoint is not { IsEnabled: true })
            return;
        var now = clock.GetUtcNow();
        var fresh = await db.OutgoingEvents.AsNoTracking().Where(row => row.TenantId == endpoint.TenantId && row.Mode == endpoint.Mode && row.Sequence > endpoint.EnqueuedSequence)
            .OrderBy(row => row.Sequence).Take(200).Select(row => new { row.Id, row.PaymentId, row.Sequence, row.Type }).ToListAsync(cancellationToken);
        foreach (var told in fresh)
        {
            endpoint.EnqueuedSequence = told.Sequence;
            if (endpoint.Types.Count > 0 && !endpoint.Types.Contains(told.Type))
                continue;
            db.EventDeliveries.Add(new EventDelivery { Id = IdSource.NewId(now), TenantId = endpoint.TenantId, EndpointId = endpoint.Id, EventId = told.Id, PaymentId = told.PaymentId, Sequence = told.Sequence, State = DeliveryState.Pending, NextAttemptAt = now, CreatedAt = now });
        }
    }

    private Task<List<Claim>> ClaimAsync(List<Guid> full, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async db =>
            {
                var now = await db.NowAsync(clock, cancellationToken);
                // In order per payment: an event waits while an earlier one of the same payment is still to be delivered there.
                var due = await db.EventDeliveries
                    .Where(row => row.State == DeliveryState.Pending && row.NextAttemptAt <= now && (row.LeaseUntil == null || row.LeaseUntil < now) && !full.Contains(row.EndpointId))
                    .Where(row => db.EventEndpoints.Any(endpoint => endpoint.Id == row.EndpointId && endpoint.IsEnabled))
                    .Where(row => !db.EventDeliveries.Any(earlier => earlier.EndpointId == row.EndpointId && earlier.PaymentId == row.PaymentId && earlier.Sequence < row.Sequence && earlier.State == DeliveryState.Pending))
                    .OrderBy(row => row.NextAttemptAt).Take(200).Select(row => new { row.Id, row.EndpointId }).ToListAsync(cancellationToken);
                var ids = due.GroupBy(row => row.EndpointId).SelectMany(group => group.Take(PlacesPerEndpoint - busy.GetValueOrDefault(group.Key))).Select(row => row.Id).Take(32).ToList();
                var rows = db.IsPostgres
                    ? await db.EventDeliveries.FromSql($"SELECT * FROM event_deliveries WHERE id = ANY({ids}) AND state = 'pending' AND (lease_until IS NULL OR lease_until < {now.UtcTicks}) FOR UPDATE SKIP LOCKED").ToListAsync(cancellationToken)
                    : await db.EventDeliveries.Where(row => ids.Contains(row.Id)).ToListAsync(cancellationToken);
                foreach (var row in rows)
                {
                    row.LeaseToken++;
                    row.LeaseUntil = now + LeaseTime;
                    row.Attempts++;
                }
                return rows.ConvertAll(row => new Claim(row.Id, row.EndpointId, row.EventId, row.LeaseToken, row.Attempts));
            },
            cancellationToken);

    private async Task DeliverAndFreeAsync(Claim claim, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Yield();
            await DeliverAsync(claim, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFault(logger, claim.DeliveryId, exception);
        }
        finally
        {
            busy.AddOrUpdate(claim.EndpointId, 0, (_, count) => Math.Max(0, count - 1));
        }
    }

    private async Task DeliverAsync(Claim claim, CancellationToken cancellationToken)
    {
        var (endpoint, told) = await store.ReadAsync(
            async db => (await db.EventEndpoints.SingleAsync(row => row.Id == claim.EndpointId, cancellationToken), await db.OutgoingEvents.SingleAsync(row => row.Id == claim.EventId, cancellationToken)),
            cancellationToken);
        var started = clock.GetUtcNow();
        var (status, error, answer) = await PostAsync(endpoint, told, cancellationToken);
        await failPoints.HitAsync("outbox.after_send");
        await store.WriteAsync(db => RecordAsync(db, claim, started, status, error, answer, CancellationToken.None), CancellationToken.None);
    }

    private async Task<(int? Status, string? Error, string? Answer)> PostAsync(EventEndpoint endpoint, OutgoingEvent told, CancellationToken cancellationToken)
    {
        var body = BodyOf(told);
        var now = clock.GetUtcNow();
        var timestamp = now.ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", told.Id.ToString());
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", string.Join(' ', SecretsOf(endpoint, now).Select(secret => WebhookSignature.Sign(secret, told.Id.ToString(), timestamp, body))));
        using var timeout = new CancellationTokenSource(Timeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var client = clients.CreateClient(endpoint.Mode == Mode.Live ? LiveClient : TestClient);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            var answer = await ReadStartAsync(response, linked.Token);
            var status = (int)response.StatusCode;
            return (status, status is >= 200 and < 300 ? null : status is >= 300 and < 400 ? "Redirects are not followed." : $"Answered {status}.", answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"No answer within {Timeout.TotalSeconds:0} s.", null);
        }
        catch (Exception exception) when (exception is TargetRefusedException or HttpRequestException)
        {
            return (null, (exception as TargetRefusedException ?? exception.InnerException as TargetRefusedException)?.Message ?? $"Not reached: {(exception as HttpRequestException)?.HttpRequestError}.", null);
        }
    }

    private async Task RecordAsync(PaymentDb db, Claim claim, DateTimeOffset started, int? status, string? error, string? answer, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        db.EventDeliveryTries.Add(new EventDeliveryTry { Id = IdSource.NewId(now), DeliveryId = claim.DeliveryId, Number = claim.Attempt, At = started, DurationMs = (int)(now - started).TotalMilliseconds, HttpStatus = status, Error = error, ResponseStart = answer });
        var delivery = await db.EventDeliveries.SingleAsync(row => row.Id == claim.DeliveryId, cancellationToken);
        db.AfterCommit.Add(() => updates.Tell(new LiveUpdate(delivery.TenantId, "delivery", delivery.PaymentId)));
        if (delivery.LeaseToken != claim.LeaseToken)
            return;
        delivery.LeaseUntil = null;
        if (error is null)
        {
            delivery.State = DeliveryState.Delivered;
            delivery.DeliveredAt = now;
            delivery.NextAttemptAt = null;
            return;
        }
        var gone = status == 410;
        if (claim.Attempt < TriesMax && !gone)
        {
            delivery.NextAttemptAt = now + IdSource.WithJitter(Ladder[claim.Attempt - 1]);
            return;
        }
        delivery.State = DeliveryState.GivenUp;
        delivery.NextAttemptAt = null;
        await DisableAsync(db, claim.EndpointId, gone ? "It answered 410 Gone." : $"An event could not be delivered in {TriesMax} tries; the last: {error}", now, cancellationToken);
    }

    private static async Task DisableAsync(PaymentDb db, Guid endpointId, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var endpoint = await db.EventEndpoints.SingleAsync(row => row.Id == endpointId, cancellationToken);
        if (!endpoint.IsEnabled)
            return;
        endpoint.IsEnabled = false;
        endpoint.DisabledReason = reason[..Math.Min(reason.Length, 500)];
        db.AuditEntries.Add(AuditEntry.By(Actor.System("event delivery"), endpoint.TenantId, now, "event_endpoint.disabled", "event_endpoint", endpointId.ToString(), reason));
    }

    /// <summary>The event as it is posted, and as <c>GET /v1/events</c> shows it.</summary>
    public static string BodyOf(OutgoingEvent told) => JsonSerializer.Serialize(
        new { id = told.Id, sequence = told.Sequence, type = told.Type, mode = Words.Of(told.Mode), created_at = told.CreatedAt, payment_id = told.PaymentId, data = JsonNode.Parse(told.DataJson) },
        ApiJson.Options);

    private IEnumerable<string> SecretsOf(EventEndpoint endpoint, DateTimeOffset now)
    {
        yield return secrets.Open(endpoint.SecretCipher, EventEndpoints.SecretPlace(endpoint.Id, endpoint.TenantId));
        if (endpoint.PreviousSecretCipher is { } previous && endpoint.PreviousSecretUntil > now)
            yield return secrets.Open(previous, EventEndpoints.SecretPlace(endpoint.Id, endpoint.TenantId));
    }

    private static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[AnswerBytesKept];
        var read = await stream.ReadAtLeastAsync(buffer, AnswerBytesKept, throwOnEndOfStream: false, cancellationToken);
        return new string([.. Encoding.UTF8.GetString(buffer, 0, read).Where(c => !char.IsControl(c) || c == '\n')]);
    }

    [LoggerMessage(EventId = 510, Level = LogLevel.Error, Message = "Delivery {DeliveryId} ended in a fault of our own; its lease runs out and it is tried again")]
    private static partial void LogFault(ILogger logger, Guid deliveryId, Exception exception);

    private sealed record Claim(Guid DeliveryId, Guid EndpointId, Guid EventId, long LeaseToken, int Attempt);
}
