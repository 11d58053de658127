using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace PaymentAdmin.Core.Data;

/// <summary>A column whose value does not come from the row.</summary>
internal sealed record ColumnValue<T>(string Property, Func<T, object?> Value);

/// <summary>
/// Writes many rows of one kind past the change tracker, with the model's own columns and conversions: one prepared statement on SQLite,
/// COPY on PostgreSQL. Part of the transaction that is open; database-generated columns are left out unless a value is given for them.
/// </summary>
internal static class BulkInsert
{
    public static async Task BulkInsertAsync<T>(this PaymentDb db, IReadOnlyCollection<T> rows, CancellationToken cancellationToken, params ColumnValue<T>[] given) where T : class
    {
        if (rows.Count == 0)
            return;
        var entity = db.Model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException($"{typeof(T).Name} is no entity.");
        var table = entity.GetTableName() ?? throw new InvalidOperationException($"{typeof(T).Name} has no table.");
        List<Column<T>> columns = [.. entity.GetProperties().Select(property => ColumnOf(property, given)).OfType<Column<T>>()];
        if (db.Database.GetDbConnection() is NpgsqlConnection postgres)
            await CopyAsync(postgres, table, columns, rows, cancellationToken);
        else
            await ExecuteAsync(db, table, columns, rows, cancellationToken);
    }

    private static Column<T>? ColumnOf<T>(IProperty property, ColumnValue<T>[] given)
    {
        var own = Array.Find(given, one => one.Property == property.Name);
        if (own is null && (property.IsShadowProperty() || (property.IsPrimaryKey() && property.ClrType == typeof(long))))
            return null;
        var mapping = property.GetRelationalTypeMapping();
        var read = own?.Value ?? (row => property.PropertyInfo!.GetValue(row));
        return new Column<T>(property.GetColumnName(), mapping.StoreTypeNameBase, row => Stored(mapping, read(row)));
    }

    private static object? Stored(RelationalTypeMapping mapping, object? value) => value is null ? null : mapping.Converter?.ConvertToProvider(value) ?? value;

    private static async Task ExecuteAsync<T>(PaymentDb db, string table, List<Column<T>> columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        // Names of the model; nothing from outside is part of it.
        command.CommandText = $"INSERT INTO {table} ({string.Join(", ", columns.Select(column => column.Name))}) VALUES ({string.Join(", ", columns.Select(column => "@" + column.Name))})";
        var parameters = columns.ConvertAll(column => Parameter(command, column.Name));
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Count; i++)
                parameters[i].Value = columns[i].Read(row) ?? DBNull.Value;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static DbParameter Parameter(DbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        command.Parameters.Add(parameter);
        return parameter;
    }

    private static async Task CopyAsync<T>(NpgsqlConnection connection, string table, List<Column<T>> columns, IReadOnlyCollection<T> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} ({string.Join(", ", columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            foreach (var column in columns)
            {
                if (column.Read(row) is { } value)
                    await copy.WriteAsync(value, column.StoreType, cancellationToken);
                else
                    await copy.WriteNullAsync(cancellationToken);
            }
        }
        await copy.CompleteAsync(cancellationToken);
    }

    private sealed record Column<T>(string Name, string StoreType, Func<T, object?> Read);
}
