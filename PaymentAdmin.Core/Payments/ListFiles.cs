using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Webhooks;

namespace PaymentAdmin.Core.Payments;

/// <summary>Which receipts are meant; read from an address here.</summary>
public sealed record ReceiptFilter
{
    public IReadOnlyList<ReceiptState> States { get; init; } = [];
    public string? Provider { get; init; }
    public TimeBound? CreatedFrom { get; init; }
    public TimeBound? CreatedTo { get; init; }
    public Mode? Mode { get; init; }

    public static Result<ReceiptFilter> Read(IEnumerable<KeyValuePair<string, string>> query, params IEnumerable<string> besides)
    {
        var reader = new QueryReader(query);
        var filter = new ReceiptFilter { States = reader.Words<ReceiptState>("state"), Provider = reader.Text("provider", 40), CreatedFrom = reader.Time("created_from"), CreatedTo = reader.Time("created_to"), Mode = reader.Word<Mode>("mode") };
        return reader.Finish(besides) is { } problem ? problem : filter;
    }
}

/// <summary>Which lines of the payment log are meant.</summary>
public sealed record LogFilter
{
    public int? ShopNumber { get; init; }
    public TimeBound? CreatedFrom { get; init; }
    public TimeBound? CreatedTo { get; init; }
    public Mode? Mode { get; init; }

    public static Result<LogFilter> Read(IEnumerable<KeyValuePair<string, string>> query, params IEnumerable<string> besides)
    {
        var reader = new QueryReader(query);
        var filter = new LogFilter { ShopNumber = reader.Number("shop_id", 1, int.MaxValue), CreatedFrom = reader.Time("created_from"), CreatedTo = reader.Time("created_to"), Mode = reader.Word<Mode>("mode") };
        return reader.Finish(besides) is { } problem ? problem : filter;
    }
}

/// <summary>The CSV files of the lists beside the payments: their columns, and the rows of a filter, newest first.</summary>
public sealed class ListFiles(PaymentStore store, IDbContextFactory<PaymentDb> contexts, TimeProvider clock)
{
    public CsvFile<RefundRow> Refunds { get; } = new(store, contexts, clock, "refunds",
    [
        new("refund_id", (csv, row, _) => csv.Text(row.Id.ToString())),
        new("mode", (csv, row, _) => csv.Text(Words.Of(row.Mode))),
        new("created_at", (csv, row, zone) => csv.Time(row.CreatedAt, zone)),
        new("settled_at", (csv, row, zone) => csv.Time(row.SettledAt, zone)),
        new("status", (csv, row, _) => csv.Text(Words.Of(row.Status))),
        new("payment_id", (csv, row, _) => csv.Text(row.PaymentId.ToString())),
        new("order_reference", (csv, row, _) => csv.Text(row.OrderReference)),
        new("organization_bin", (csv, row, _) => csv.Text(row.OrganizationBin)),
        new("provider", (csv, row, _) => csv.Text(row.Provider)),
        new("provider_reference", (csv, row, _) => csv.Text(row.ProviderReference)),
        new("amount", (csv, row, _) => csv.Amount(row.AmountMinor, Exponent(row.Currency))),
        new("amount_minor", (csv, row, _) => csv.Number(row.AmountMinor)),
        new("currency", (csv, row, _) => csv.Text(row.Currency)),
        new("reason", (csv, row, _) => csv.Text(row.Reason)),
        new("failure_message", (csv, row, _) => csv.Text(row.FailureMessage)),
        new("requested_by", (csv, row, _) => csv.Text(row.RequestedBy)),
        new("approved_by", (csv, row, _) => csv.Text(row.ApprovedBy)),
    ]);

    public CsvFile<Receipt> Receipts { get; } = new(store, contexts, clock, "receipts",
    [
        new("receipt_id", (csv, row, _) => csv.Text(row.Id.ToString())),
        new("mode", (csv, row, _) => csv.Text(Words.Of(row.Mode))),
        new("received_at", (csv, row, zone) => csv.Time(row.ReceivedAt, zone)),
        new("state", (csv, row, _) => csv.Text(Words.Of(row.State))),
        new("provider", (csv, row, _) => csv.Text(row.Provider)),
        new("reference", (csv, row, _) => csv.Text(row.Reference)),
        new("amount", (csv, row, _) => csv.Amount(row.AmountMinor, Exponent(row.Currency))),
        new("amount_minor", (csv, row, _) => csv.Number(row.AmountMinor)),
        new("currency", (csv, row, _) => csv.Text(row.Currency)),
        new("payer", (csv, row, _) => csv.Text(row.Payer)),
        new("bill_reference", (csv, row, _) => csv.Text(row.BillReference)),
        new("payment_id", (csv, row, _) => csv.Text(row.PaymentId?.ToString())),
        new("note", (csv, row, _) => csv.Text(row.Note)),
        new("decided_by", (csv, row, _) => csv.Text(row.DecidedBy)),
    ]);

    public CsvFile<ProviderCall> Logs { get; } = new(store, contexts, clock, "logs",
    [
        new("id", (csv, row, _) => csv.Number(row.Id)),
        new("mode", (csv, row, _) => csv.Text(Words.Of(row.Mode))),
        new("created_at", (csv, row, zone) => csv.Time(row.StartedAt, zone)),
        new("shop_id", (csv, row, _) => csv.Number(row.ShopNumber)),
        new("organization_bin", (csv, row, _) => csv.Text(row.OrganizationBin)),
        new("provider", (csv, row, _) => csv.Text(row.Provider)),
        new("operation", (csv, row, _) => csv.Text(Words.Of(row.Operation))),
        new("state", (csv, row, _) => csv.Text(Words.Of(row.State))),
        new("external_id", (csv, row, _) => csv.Text(row.ExternalId)),
        new("amount_minor", (csv, row, _) => csv.Number(row.AmountMinor)),
        new("status", (csv, row, _) => csv.Text(row.StatusWord)),
        new("error_message", (csv, row, _) => csv.Text(row.ErrorMessage)),
        new("duration_ms", (csv, row, _) => csv.Number(row.DurationMs)),
        new("payment_id", (csv, row, _) => csv.Text(row.PaymentId?.ToString())),
    ]);

    public CsvFile<AuditEntry> Audit { get; } = new(store, contexts, clock, "audit",
    [
        new("id", (csv, row, _) => csv.Number(row.Id)),
        new("at", (csv, row, zone) => csv.Time(row.At, zone)),
        new("actor_kind", (csv, row, _) => csv.Text(Words.Of(row.ActorKind))),
        new("actor", (csv, row, _) => csv.Text(row.ActorName)),
        new("action", (csv, row, _) => csv.Text(row.Action)),
        new("entity", (csv, row, _) => csv.Text(row.Entity)),
        new("entity_id", (csv, row, _) => csv.Text(row.EntityId)),
        new("reason", (csv, row, _) => csv.Text(row.Reason)),
        new("before", (csv, row, _) => csv.Text(row.Before)),
        new("after", (csv, row, _) => csv.Text(row.After)),
        new("request_id", (csv, row, _) => csv.Text(row.RequestId)),
        new("remote_ip", (csv, row, _) => csv.Text(row.RemoteIp)),
        new("sequence", (csv, row, _) => csv.Number(row.Sequence)),
        new("hash", (csv, row, _) => csv.Text(row.Hash)),
    ]);

    /// <summary>Without bodies: those are personal, and are shown one by one.</summary>
    public CsvFile<WebhookLine> Webhooks { get; } = new(store, contexts, clock, "webhooks",
    [
        new("event_id", (csv, row, _) => csv.Text(row.Id.ToString())),
        new("mode", (csv, row, _) => csv.Text(Words.Of(row.Mode))),
        new("received_at", (csv, row, zone) => csv.Time(row.ReceivedAt, zone)),
        new("settled_at", (csv, row, zone) => csv.Time(row.SettledAt, zone)),
        new("provider", (csv, row, _) => csv.Text(row.Provider)),
        new("kind", (csv, row, _) => csv.Text(row.Kind)),
        new("event_type", (csv, row, _) => csv.Text(row.EventType)),
        new("provider_reference", (csv, row, _) => csv.Text(row.ProviderReference)),
        new("payment_id", (csv, row, _) => csv.Text(row.PaymentId?.ToString())),
        new("source", (csv, row, _) => csv.Text(row.SourceVerdict)),
        new("verdict", (csv, row, _) => csv.Text(Words.Of(row.Integrity))),
        new("state", (csv, row, _) => csv.Text(Words.Of(row.State))),
        new("outcome", (csv, row, _) => csv.Text(row.Outcome)),
        new("tries", (csv, row, _) => csv.Number(row.Attempts)),
        new("duplicates", (csv, row, _) => csv.Number(row.Duplicates)),
        new("remote_ip", (csv, row, _) => csv.Text(row.RemoteIp)),
        new("body_sha256", (csv, row, _) => csv.Text(row.BodySha256)),
        new("dedupe_key", (csv, row, _) => csv.Text(row.DedupeKey)),
    ]);

    public static IQueryable<WebhookLine> Of(PaymentDb db, SearchScope scope, WebhookFilter filter) =>
        WebhookSearch.Query(db, scope, filter).OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id)
            .Select(row => new WebhookLine(row.Id, row.Mode, row.ReceivedAt, row.SettledAt, row.Provider, row.Kind, row.EventType, row.ProviderReference, row.PaymentId, row.SourceVerdict, row.Integrity, row.State, row.Outcome, row.Attempts, row.Duplicates, row.RemoteIp, row.BodySha256, row.DedupeKey));

    public static IQueryable<RefundRow> Of(PaymentDb db, SearchScope scope, RefundFilter filter) =>
        RefundSearch.Select(db, RefundSearch.Where(db, scope, filter).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id));

    public static IQueryable<Receipt> Of(PaymentDb db, SearchScope scope, ReceiptFilter filter)
    {
        var rows = db.Receipts.AsNoTracking().Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
        if (filter.States.Count > 0)
            rows = rows.Where(row => filter.States.Contains(row.State));
        if (filter.Provider is { } provider)
            rows = rows.Where(row => row.Provider == provider);
        if (filter.CreatedFrom?.From(scope.Zone) is { } from)
            rows = rows.Where(row => row.ReceivedAt >= from);
        if (filter.CreatedTo?.To(scope.Zone) is { } to)
            rows = rows.Where(row => row.ReceivedAt < to);
        return rows.OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.Id);
    }

    public static IQueryable<ProviderCall> Of(PaymentDb db, SearchScope scope, LogFilter filter)
    {
        var rows = db.ProviderCalls.AsNoTracking().Where(row => row.TenantId == scope.TenantId && row.Mode == scope.Mode);
        if (filter.ShopNumber is { } shop)
            rows = rows.Where(row => row.ShopNumber == shop);
        if (filter.CreatedFrom?.From(scope.Zone) is { } from)
            rows = rows.Where(row => row.StartedAt >= from);
        if (filter.CreatedTo?.To(scope.Zone) is { } to)
            rows = rows.Where(row => row.StartedAt < to);
        return rows.OrderByDescending(row => row.Id);
    }

    public static IQueryable<AuditEntry> Of(PaymentDb db, SearchScope scope, AuditFilter filter) =>
        AuditSearch.Where(db, scope.TenantId, scope.Zone, filter).OrderByDescending(entry => entry.Id);

    private static int Exponent(string currency) => Currency.IsKnown(currency) ? Currency.Exponent(currency) : 2;
}
