namespace PaymentAdmin.Tests.Support;

/// <summary>What this run may use, as ./test says it through the environment; alone, `dotnet test` finds out by looking.</summary>
public static class TestMachine
{
    private static readonly string[] ChromiumPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

    /// <summary>The database engine under test: SQLite unless PAYMENTADMIN_TEST_ENGINE says postgres.</summary>
    public static TestEngine Engine { get; } = Variable("PAYMENTADMIN_TEST_ENGINE") switch
    {
        null or "sqlite" => TestEngine.Sqlite,
        "postgres" => TestEngine.Postgres,
        var other => throw new InvalidOperationException($"PAYMENTADMIN_TEST_ENGINE is '{other}'; sqlite or postgres."),
    };

    /// <summary>Npgsql connection string of a server whose user may create databases; null when there is none.</summary>
    public static string? PostgresServer { get; } = Variable("PAYMENTADMIN_TEST_POSTGRES");

    /// <summary>Path of a Chromium; null when there is none.</summary>
    public static string? Chromium { get; } = Variable("PAYMENTADMIN_TEST_CHROMIUM") ?? ChromiumPlaces.FirstOrDefault(File.Exists);

    public static bool RunsLongForms { get; } = Variable("PAYMENTADMIN_TEST_LONG") == "1";

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

public enum TestEngine
{
    Sqlite,
    Postgres,
}
