using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Core.Payments;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Checks;

/// <summary>A measure with its values, one for each set of labels (<c>mode="test"</c>; empty: the only one).</summary>
/// <param name="Type"><c>gauge</c>, or <c>counter</c> for what only rises.</param>
public sealed record Metric(string Name, string Type, string Help, IReadOnlyList<(string Labels, long Value)> Samples);

/// <summary>
/// What an operator watches: how many payments there are, what waits and how late it is. Of the whole installation, never of one tenant, shop or
/// organization. Read from the database, so that every instance says the same, and at most every ten seconds.
/// </summary>
public sealed class ReadMetrics(PaymentStore store, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim reading = new(1, 1);
    private (DateTimeOffset At, IReadOnlyList<Metric> Metrics)? last;

    public async Task<IReadOnlyList<Metric>> RunAsync(CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (last is { } known && now - known.At < Fresh)
                return known.Metrics;
            var metrics = await store.ReadAsync(db => ReadAsync(db, now, cancellationToken), cancellationToken);
            last = (now, metrics);
            return metrics;
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    private static async Task<IReadOnlyList<Metric>> ReadAsync(PaymentDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var payments = await db.Payments.GroupBy(row => new { row.Mode, row.Status }).Select(group => new { group.Key.Mode, group.Key.Status, Count = group.LongCount() }).ToListAsync(cancellationToken);
        var refunds = await db.Refunds.Where(row => row.Status != RefundStatus.Succeeded && row.Status != RefundStatus.Failed).GroupBy(row => row.Status).Select(group => new { group.Key, Count = group.LongCount() }).ToListAsync(cancellationToken);
        var events = await db.EventCounters.GroupBy(row => row.Mode).Select(group => new { group.Key, Sum = group.Sum(row => row.LastSequence) }).ToListAsync(cancellationToken);
        var inbox = db.WebhookEvents.Where(row => row.State == WebhookState.Pending);
        var deliveries = db.EventDeliveries.Where(row => row.State == DeliveryState.Pending);
        var due = db.PaymentAttempts.Where(row => row.NextCheckAt <= now);
        var unsealed = db.AuditEntries.Where(row => row.Sequence == null);
        return
        [
            new("paymentadmin_payments", "gauge", "Payments by mode and status.", [.. payments.Select(row => ($"mode=\"{Words.Of(row.Mode)}\",status=\"{Words.Of(row.Status)}\"", row.Count))]),
            new("paymentadmin_refunds_open", "gauge", "Refunds that are not settled.", [.. refunds.Select(row => ($"status=\"{Words.Of(row.Key)}\"", row.Count))]),
            new("paymentadmin_events_total", "counter", "Events that were told to tenants.", [.. events.Select(row => ($"mode=\"{Words.Of(row.Key)}\"", row.Sum))]),
            Gauge("paymentadmin_inbox_pending", "Webhooks that are stored and not yet processed.", await inbox.LongCountAsync(cancellationToken)),
            Gauge("paymentadmin_inbox_lag_seconds", "Age of the oldest of them.", Age(now, await inbox.MinAsync(row => (DateTimeOffset?)row.ReceivedAt, cancellationToken))),
            Gauge("paymentadmin_deliveries_pending", "Event deliveries that wait for their next try.", await deliveries.LongCountAsync(cancellationToken)),
            Gauge("paymentadmin_deliveries_lag_seconds", "How overdue the oldest of them is.", Age(now, await deliveries.MinAsync(row => row.NextAttemptAt, cancellationToken))),
            Gauge("paymentadmin_checks_due", "Attempts whose provider should have been asked by now.", await due.LongCountAsync(cancellationToken)),
            Gauge("paymentadmin_checks_lag_seconds", "How overdue the oldest of them is.", Age(now, await due.MinAsync(row => row.NextCheckAt, cancellationToken))),
            Gauge("paymentadmin_audit_unsealed", "Audit entries that wait for their seal.", await unsealed.LongCountAsync(cancellationToken)),
        ];
    }

    private static Metric Gauge(string name, string help, long value) => new(name, "gauge", help, [("", value)]);

    private static long Age(DateTimeOffset now, DateTimeOffset? since) => since is { } at && at < now ? (long)(now - at).TotalSeconds : 0;
}

/// <summary>Prometheus' text format, version 0.0.4.</summary>
public static class MetricText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(IEnumerable<Metric> metrics) => string.Concat(metrics.Select(metric =>
        $"# HELP {metric.Name} {metric.Help}\n# TYPE {metric.Name} {metric.Type}\n" + string.Concat(metric.Samples.Select(sample =>
            string.Create(CultureInfo.InvariantCulture, $"{metric.Name}{(sample.Labels.Length == 0 ? "" : $"{{{sample.Labels}}}")} {sample.Value}\n")))));
}
