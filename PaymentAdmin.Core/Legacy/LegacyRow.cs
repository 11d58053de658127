using System.Globalization;
using System.Text;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Payments;

namespace PaymentAdmin.Core.Legacy;

/// <summary>One registration of a replaced system, as its export has it and as it is understood.</summary>
/// <param name="Line">In the file, the header being 1.</param>
/// <param name="Proof">Name of the file that proved the payment; null when there was none.</param>
public sealed record LegacyRow(int Line, string Reference, string? Method, string? PaymentId, DateTimeOffset At, PaymentStatus Status, Money Amount, string? Email, string? Proof)
{
    /// <summary>The columns, in any order; others are not looked at.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["transaction_reference", "payment_method", "payment_id", "payment_date", "payment_status", "amount", "currency", "customer_email", "payment_proof"];

    /// <summary>What the old system made in its demo mode can be told by its prefix; everything else was real money.</summary>
    public Mode Mode => Reference.StartsWith("DEMO_", StringComparison.Ordinal) || PaymentId?.StartsWith("demo_", StringComparison.Ordinal) == true ? Mode.Test : Mode.Live;

    /// <summary>Reads the whole file; every fault is named with its line.</summary>
    public static (IReadOnlyList<LegacyRow> Rows, IReadOnlyList<string> Faults) Read(string text)
    {
        var faults = new List<string>();
        var records = Records(text).ToList();
        if (records.Count == 0)
            return ([], ["The file is empty; its first line names the columns."]);
        var places = records[0].Cells.Select((name, place) => (Name: name.Trim().ToLowerInvariant(), Place: place)).GroupBy(column => column.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Place, StringComparer.Ordinal);
        foreach (var missing in Columns.Where(column => !places.ContainsKey(column)))
            faults.Add($"The column {missing} is missing.");
        if (faults.Count > 0)
            return ([], faults);

        var rows = new List<LegacyRow>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (line, cells) in records.Skip(1).Where(record => record.Cells.Any(cell => cell.Trim().Length > 0)))
        {
            string? Cell(string column) => places[column] < cells.Count && cells[places[column]].Trim() is { Length: > 0 } value ? value : null;
            var row = RowOf(line, Cell, fault => faults.Add($"Line {line}: {fault}."));
            if (row is null)
                continue;
            if (lines.TryAdd(row.Reference, line))
                rows.Add(row);
            else
                faults.Add($"Line {line}: transaction_reference '{row.Reference}' stands in line {lines[row.Reference]} already.");
        }
        return (rows, faults);
    }

    private static LegacyRow? RowOf(int line, Func<string, string?> cell, Action<string> fault)
    {
        var isGood = true;
        void Wrong(string text)
        {
            isGood = false;
            fault(text);
        }

        var reference = cell("transaction_reference");
        if (Texts.Fault(reference, 64, isRequired: true) is { } wrongReference)
            Wrong($"transaction_reference {wrongReference}");
        if (!DateTimeOffset.TryParse(cell("payment_date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
            Wrong("payment_date is no date, such as 2025-11-29T10:30:00Z");
        if (StatusOf(cell("payment_status")) is not { } status)
        {
            status = PaymentStatus.Created;
            Wrong("payment_status is none of paid, pending, failed");
        }
        var currency = cell("currency")?.ToUpperInvariant() ?? "";
        Money amount = default;
        if (!Currency.IsKnown(currency))
            Wrong($"currency '{currency}' is not known");
        else if (MoneyInput.Fault(cell("amount"), currency, out amount) is { } wrongAmount)
            Wrong($"amount: {wrongAmount.TrimEnd('.')}");
        var email = cell("customer_email");
        if (email is not null && !Texts.IsEmail(email))
            Wrong("customer_email is no e-mail address");
        foreach (var column in (string[])["payment_method", "payment_id", "payment_proof"])
        {
            if (Texts.Fault(cell(column), 200) is { } wrongText)
                Wrong($"{column} {wrongText}");
        }
        return isGood && reference is not null ? new LegacyRow(line, reference, cell("payment_method"), cell("payment_id"), at, status, amount, email, cell("payment_proof")) : null;
    }

    private static PaymentStatus? StatusOf(string? word) => word?.ToLowerInvariant() switch
    {
        "paid" => PaymentStatus.Succeeded,
        "pending" => PaymentStatus.Pending,
        "failed" => PaymentStatus.Failed,
        _ => null,
    };

    /// <summary>RFC 4180: cells between commas, quoted where they hold commas, quotes or line breaks.</summary>
    private static IEnumerable<(int Line, IReadOnlyList<string> Cells)> Records(string text)
    {
        var (cells, cell, line, begun, isQuoted) = (new List<string>(), new StringBuilder(), 1, 1, false);
        text = text.TrimStart('\uFEFF');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isQuoted)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                    cell.Append(text[++i]);
                else if (c == '"')
                    isQuoted = false;
                else
                    cell.Append(c);
                line += c == '\n' ? 1 : 0;
                continue;
            }
            switch (c)
            {
                case '"' when cell.Length == 0:
                    isQuoted = true;
                    break;
                case ',':
                    cells.Add(cell.ToString());
                    cell.Clear();
                    break;
                case '\n':
                    cells.Add(cell.ToString().TrimEnd('\r'));
                    cell.Clear();
                    yield return (begun, cells);
                    (cells, begun) = ([], ++line);
                    break;
                default:
                    cell.Append(c);
                    break;
            }
        }
        if (cell.Length > 0 || cells.Count > 0)
        {
            cells.Add(cell.ToString().TrimEnd('\r'));
            yield return (begun, cells);
        }
    }
}
