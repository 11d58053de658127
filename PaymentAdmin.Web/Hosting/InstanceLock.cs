using PaymentAdmin.Core.Data;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// One server per SQLite file: two would each believe to be the only writer and the only worker. Operator verbs do not take it.
/// PostgreSQL takes several instances. The lock ends with the process.
/// </summary>
public sealed class InstanceLock(PrepareDatabase database) : IDisposable
{
    private FileLock? held;

    /// <exception cref="StartupException">Another server has it.</exception>
    public void Take()
    {
        if (database.SqliteFile is not { } file)
            return;
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        held = FileLock.TryTake(file + ".server.lock")
            ?? throw new StartupException([$"Another server is running on the database {file}. SQLite takes one server at a time: stop the other one, give this one its own Database:ConnectionString, or use PostgreSQL."]);
    }

    public void Dispose() => held?.Dispose();
}
