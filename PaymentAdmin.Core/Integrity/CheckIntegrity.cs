using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Core.Integrity;

/// <param name="Id">"I01".</param>
/// <param name="Violations">Ids of the offending rows, the first twenty.</param>
public sealed record InvariantResult(string Id, string Name, int Count, IReadOnlyList<string> Violations);

/// <summary>Runs the invariants of <c>invariants.sql</c>, the one list that operators, tests and the nightly job share.</summary>
public sealed class CheckIntegrity(IDbContextFactory<PaymentDb> contexts)
{
    private const int ShownMax = 20;

    public async Task<IReadOnlyList<InvariantResult>> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        var results = new List<InvariantResult>();
        foreach (var (id, name, sql) in Invariants())
            results.Add(await RunOneAsync(db.Database.GetDbConnection(), id, name, sql, cancellationToken));
        return results;
    }

    /// <summary>The queries of the file: a comment line "-- I01 name", then one statement.</summary>
    public static IReadOnlyList<(string Id, string Name, string Sql)> Invariants()
    {
        using var stream = typeof(CheckIntegrity).Assembly.GetManifestResourceStream("invariants.sql") ?? throw new InvalidOperationException("The invariants are not in the assembly.");
        using var reader = new StreamReader(stream);
        var found = new List<(string, string, string)>();
        string? head = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("-- I", StringComparison.Ordinal) && line.Length > 6 && char.IsAsciiDigit(line[4]))
                head = line[3..];
            else if (head is not null && line.StartsWith("select", StringComparison.Ordinal))
                found.Add((head[..3], head[4..], line.TrimEnd(';')));
        }
        return found;
    }

    private static async Task<InvariantResult> RunOneAsync(DbConnection connection, string id, string name, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        // The text is a resource of this assembly; nothing from outside is part of it.
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var shown = new List<string>();
        var count = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (count++ < ShownMax)
                shown.Add(Convert.ToString(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture) ?? "");
        }
        return new InvariantResult(id, name, count, shown);
    }
}
