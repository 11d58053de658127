using System.IO.Pipelines;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Audit;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Common;

/// <summary>A column of a file: its name, and how a row's cell is written.</summary>
public sealed record CsvColumn<T>(string Name, Action<CsvText, T, TimeZoneInfo> Write);

/// <summary>
/// Streams rows of one kind as CSV, one at a time, and audits what was given out with its filter and number of rows. For the lists that are
/// thousands of rows long; the payments have their own writer, for millions.
/// </summary>
public sealed class CsvFile<T>(PaymentStore store, IDbContextFactory<PaymentDb> contexts, TimeProvider clock, string name, IReadOnlyList<CsvColumn<T>> columns)
{
    private const int RowsPerFlush = 128;

    public string Name => name;

    public IReadOnlyList<string> Columns { get; } = [.. columns.Select(column => column.Name)];

    /// <summary>Writes the whole file and returns the number of rows.</summary>
    /// <param name="filter">As it stood in the address, for the audit.</param>
    public async Task<long> WriteAsync(PipeWriter output, SearchScope scope, Func<PaymentDb, IQueryable<T>> rows, string filter, CsvOptions options, Actor actor, CancellationToken cancellationToken)
    {
        var count = 0L;
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
            var zone = options.InUtc ? TimeZoneInfo.Utc : scope.Zone;
            var writers = options.Columns.Select(column => columns.First(known => known.Name == column).Write).ToArray();
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await foreach (var row in rows(db).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                foreach (var write in writers)
                    write(csv, row, zone);
                csv.EndRow();
                if (++count % RowsPerFlush == 0)
                    await output.FlushAsync(cancellationToken);
            }
            await output.FlushAsync(cancellationToken);
            isWhole = true;
            return count;
        }
        finally
        {
            await store.WriteAsync(
                db =>
                {
                    var note = new ExportNote(filter, Words.Of(scope.Mode), count, isWhole, options.Columns, began);
                    db.AuditEntries.Add(AuditEntry.By(actor, scope.TenantId, clock.GetUtcNow(), $"{name}.exported", ExportNote.Entity, $"{name}.csv", after: note.ToJson()));
                    return Task.CompletedTask;
                },
                CancellationToken.None);
        }
    }
}
