using System.Data;
using System.Data.Common;
using System.IO.Pipelines;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Payments;

/// <summary>How the file is written; what stands in it is the filter's.</summary>
public sealed record CsvOptions(IReadOnlyList<string> Columns, char Separator, bool InUtc, bool HasByteOrderMark)
{
    public static readonly IReadOnlyList<string> Parameters = ["columns", "separator", "tz", "bom"];

    /// <summary>Reads <c>columns=a,b</c>, <c>separator=;</c>, <c>tz=UTC</c> and <c>bom=0</c>.</summary>
    public static Result<CsvOptions> Read(IEnumerable<KeyValuePair<string, string>> query, IReadOnlyList<string> offered, IReadOnlyList<string> standard)
    {
        var reader = new QueryReader(query.Where(pair => Parameters.Contains(pair.Key)));
        var asked = reader.Text("columns", 2000)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (var column in asked.Where(column => !offered.Contains(column)))
            reader.Refuse("columns", $"'{column}' is none of {string.Join(", ", offered)}");
        if (asked.Length != asked.Distinct(StringComparer.Ordinal).Count())
            reader.Refuse("columns", "names a column twice");
        var separator = reader.Text("separator", 1) ?? ",";
        if (separator is not ("," or ";"))
            reader.Refuse("separator", "is , or ;");
        if (reader.Text("tz", 40) is not (null or "UTC"))
            reader.Refuse("tz", "is UTC, or is left out for the tenant's own zone");
        var mark = reader.Text("bom", 1);
        if (mark is not (null or "0" or "1"))
            reader.Refuse("bom", "is 0 or 1");
        if (reader.Finish([]) is { } problem)
            return problem;
        return new CsvOptions(asked.Length == 0 ? standard : asked, separator[0], reader.Text("tz", 40) is not null, mark != "0");
    }
}

/// <summary>
/// Streams the payments of a filter as CSV: one forward reader, cells written straight as UTF-8, constant memory whatever the number of rows.
/// The export is audited with its filter and number of rows; a broken one too, with what had been written.
/// </summary>
public sealed class PaymentCsv(PaymentStore store, IDbContextFactory<PaymentDb> contexts, TimeProvider clock)
{
    /// <summary>Rows that are handed on at a time: many network packets, a small part of a file.</summary>
    private const int RowsPerFlush = 128;

    public static IReadOnlyList<string> StandardColumns { get; } =
    [
        "payment_id", "mode", "created_at", "succeeded_at", "status", "exceptions", "order_reference", "shop_id", "organization_bin", "provider", "method",
        "provider_reference", "amount", "amount_minor", "received", "refunded", "currency", "kind", "customer_name", "customer_email", "customer_phone",
        "description", "proof_reference",
    ];

    private static readonly Dictionary<string, Action<CsvText, Row>> Writers = new(StringComparer.Ordinal)
    {
        ["payment_id"] = (csv, row) => csv.Text(row.Id(0)),
        ["mode"] = (csv, row) => csv.Text(row.Text(1)),
        ["created_at"] = (csv, row) => csv.Time(row.Time(2), row.Zone),
        ["succeeded_at"] = (csv, row) => csv.Time(row.Time(3), row.Zone),
        ["status"] = (csv, row) => csv.Text(row.Text(4)),
        ["exceptions"] = (csv, row) => csv.Text(row.Exceptions(5)),
        ["order_reference"] = (csv, row) => csv.Text(row.Text(6)),
        ["shop_id"] = (csv, row) => csv.Number(row.Number(7)),
        ["organization_bin"] = (csv, row) => csv.Text(row.Text(8)),
        ["provider"] = (csv, row) => csv.Text(row.Text(9)),
        ["method"] = (csv, row) => csv.Text(row.Text(10)),
        ["provider_reference"] = (csv, row) => csv.Text(row.Text(11)),
        ["amount"] = (csv, row) => csv.Amount(row.Minor(12), row.Exponent),
        ["amount_minor"] = (csv, row) => csv.Number(row.Minor(12)),
        ["received"] = (csv, row) => csv.Amount(row.Minor(13), row.Exponent),
        ["received_minor"] = (csv, row) => csv.Number(row.Minor(13)),
        ["refunded"] = (csv, row) => csv.Amount(row.Minor(14), row.Exponent),
        ["refunded_minor"] = (csv, row) => csv.Number(row.Minor(14)),
        ["refundable"] = (csv, row) => csv.Amount(row.Refundable, row.Exponent),
        ["refundable_minor"] = (csv, row) => csv.Number(row.Refundable),
        ["currency"] = (csv, row) => csv.Text(row.Currency),
        ["kind"] = (csv, row) => csv.Text(row.Text(18)),
        ["customer_name"] = (csv, row) => csv.Text(row.Text(19)),
        ["customer_email"] = (csv, row) => csv.Text(row.Text(20)),
        ["customer_phone"] = (csv, row) => csv.Text(row.Text(21)),
        ["description"] = (csv, row) => csv.Text(row.Text(22)),
        ["proof_reference"] = (csv, row) => csv.Text(row.Text(23)),
        ["payment_code"] = (csv, row) => csv.Text(row.Text(24)),
        ["customer_id"] = (csv, row) => csv.Text(row.Text(25)),
        ["updated_at"] = (csv, row) => csv.Time(row.Time(26), row.Zone),
        ["expires_at"] = (csv, row) => csv.Time(row.Time(27), row.Zone),
        ["last_error"] = (csv, row) => csv.Text(row.Text(28)),
    };

    /// <summary>Every column that <c>columns=</c> may name.</summary>
    public static IReadOnlyList<string> Columns { get; } = [.. Writers.Keys];

    /// <summary>Writes the whole file and returns the number of rows. Every argument was checked before: nothing here can still be answered with a problem.</summary>
    public async Task<long> WriteAsync(PipeWriter output, SearchScope scope, PaymentFilter filter, CsvOptions options, Actor actor, CancellationToken cancellationToken)
    {
        var rows = 0L;
        var isWhole = false;
        var began = clock.GetUtcNow();
        try
        {
            var csv = new CsvText(output, options.Separator);
            if (options.HasByteOrderMark)
                csv.ByteOrderMark();
            foreach (var column in options.Columns)
                csv.Text(column);
            csv.EndRow();
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await using var command = Command(await PaymentQuery.ForAsync(db, scope, filter, cancellationToken));
            await db.Database.OpenConnectionAsync(cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
            var row = new Row(reader, options.InUtc ? TimeZoneInfo.Utc : scope.Zone);
            var writers = options.Columns.Select(column => Writers[column]).ToArray();
            while (await reader.ReadAsync(cancellationToken))
            {
                row.Next();
                foreach (var write in writers)
                    write(csv, row);
                csv.EndRow();
                rows++;
                if (rows % RowsPerFlush == 0)
                    await output.FlushAsync(cancellationToken);
            }
            await output.FlushAsync(cancellationToken);
            isWhole = true;
            return rows;
        }
        finally
        {
            await NoteAsync(scope, new ExportNote(filter.ToQueryString(), Words.Of(scope.Mode), rows, isWhole, options.Columns, began), actor);
        }
    }

    /// <summary>The statement of the list's own query, read without the row objects that a list needs.</summary>
    private static DbCommand Command(IQueryable<Payment> payments) => payments.NewestFirst().Select(row => new
    {
        row.Id,
        row.Mode,
        row.CreatedAt,
        row.SucceededAt,
        row.Status,
        row.Exceptions,
        row.OrderReference,
        row.ShopNumber,
        row.OrganizationBin,
        row.Provider,
        row.Method,
        row.ProviderReference,
        row.AmountMinor,
        row.ReceivedMinor,
        row.RefundedMinor,
        row.RefundReservedMinor,
        row.DisputedMinor,
        row.Currency,
        row.Kind,
        row.CustomerName,
        row.CustomerEmail,
        row.CustomerPhone,
        row.Description,
        row.ProofReference,
        row.PaymentCode,
        row.CustomerId,
        row.UpdatedAt,
        row.ExpiresAt,
        row.LastErrorMessage,
    }).CreateDbCommand();

    private Task NoteAsync(SearchScope scope, ExportNote note, Actor actor) => store.WriteAsync(
        db =>
        {
            db.AuditEntries.Add(AuditEntry.By(actor, scope.TenantId, clock.GetUtcNow(), "payments.exported", ExportNote.Entity, "payments.csv", after: note.ToJson()));
            return Task.CompletedTask;
        },
        CancellationToken.None);

    /// <summary>The row under the reader, in the columns' order of <see cref="Command"/>.</summary>
    private sealed class Row(DbDataReader reader, TimeZoneInfo zone)
    {
        private readonly Dictionary<int, string> exceptionTexts = [];
        private string currency = "";

        public TimeZoneInfo Zone => zone;

        public string Currency => currency;

        public int Exponent { get; private set; }

        public long Refundable => Math.Max(0, Minor(13) - Minor(15) - Minor(16));

        public void Next()
        {
            var next = reader.GetString(17);
            if (next == currency)
                return;
            currency = next;
            Exponent = Core.Currency.IsKnown(next) ? Core.Currency.Exponent(next) : 2;
        }

        public string Id(int column) => reader.GetGuid(column).ToString();

        public string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

        public long? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

        public long Minor(int column) => reader.GetInt64(column);

        public DateTimeOffset? Time(int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetInt64(column), TimeSpan.Zero);

        public string? Exceptions(int column)
        {
            var flags = reader.GetInt32(column);
            if (flags == 0)
                return null;
            if (!exceptionTexts.TryGetValue(flags, out var text))
                exceptionTexts[flags] = text = string.Join('|', Words.Flags((PaymentExceptions)flags));
            return text;
        }
    }
}
