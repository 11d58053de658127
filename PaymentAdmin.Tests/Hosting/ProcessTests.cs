using System.Security.Cryptography;
using System.Text.Json;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>What only a real process shows: exit codes, which stream says what, where files are written.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("payment-admin-process-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Faulty_settings_end_the_start_with_1_and_all_their_names()
    {
        var (exitCode, output, errors) = await RunAsync([("ASPNETCORE_ENVIRONMENT", "Production"), ("Demo__Enabled", "true"), ("Risk__HighRiskThreshold", "x"), ("DataDirectory", Data), ("Database__ConnectionString", $"Data Source={Data}/money.db")]);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal(["Demo:Enabled", "Risk:HighRiskThreshold", "Security:MasterKey"], errors.Trim().Split('\n').Select(line => line.Split(": ")[0]).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Verb_answers_on_the_output_alone_and_its_options_are_no_settings()
    {
        var (exitCode, output, errors) = await RunAsync(Running, "create-api-key", "--tenant", "default", "--mode", "test", "--scopes", "payments:read", "--json");
        var (refusedCode, refusedOutput, refusedErrors) = await RunAsync(Running, "create-api-key", "--tenant", "default", "--mode", "test", "--scopes", "payments:read", "--Urls", "http://nonsense");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.StartsWith("pa_test_", JsonDocument.Parse(output).RootElement.GetProperty("key").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, ""), (refusedCode, refusedOutput));
        Assert.Contains("--Urls is not known here.", refusedErrors, StringComparison.Ordinal);
    }

    [SqliteFact]
    public async Task Damaged_database_is_refused_in_words()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllBytesAsync(Path.Combine(Data, "money.db"), RandomNumberGenerator.GetBytes(8192));

        var (exitCode, _, errors) = await RunAsync([.. Running, ("Urls", "http://127.0.0.1:0")]);

        Assert.Equal(1, exitCode);
        Assert.Contains("money.db", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_that_does_not_answer_is_refused_in_words()
    {
        var (exitCode, _, errors) = await RunAsync([.. Running, ("Database__Provider", "Postgres"), ("Database__ConnectionString", "Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Database=d;Timeout=2")], "migrate");

        Assert.Equal(1, exitCode);
        Assert.Contains("cannot be opened", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", errors, StringComparison.Ordinal);
    }

    [SqliteFact]
    public async Task Key_of_another_database_is_refused_before_anything_is_sealed_under_it()
    {
        var (seeded, _, faults) = await RunAsync([.. Running, ("ASPNETCORE_ENVIRONMENT", "Development")], "seed-demo");
        var another = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

        var (exitCode, output, errors) = await RunAsync([.. Running, ("Urls", "http://127.0.0.1:0"), ("Security__MasterKey", another)]);

        Assert.Equal((0, ""), (seeded, faults));
        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith("Security:MasterKey: ", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Env_file_of_the_current_folder_is_read()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, ".env"), $"Security__MasterKey={TestApp.MasterKey}\nDataDirectory={Data}\nDATABASE_URL=sqlite:///{Data}/from-env.db\n");

        var (exitCode, _, errors) = await RunAsync([("ASPNETCORE_ENVIRONMENT", "Staging")], "migrate");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.True(File.Exists(Path.Combine(Data, "from-env.db")));
    }

    [Fact]
    public async Task Address_that_is_taken_is_named()
    {
        await using var app = await TestApp.StartAsync();

        var (exitCode, _, errors) = await RunAsync([.. Running, ("Urls", app.Url)]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("Urls: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private string Data => Path.Combine(folder, "data");

    private (string, string?)[] Running =>
    [
        ("ASPNETCORE_ENVIRONMENT", "Staging"), ("Security__MasterKey", TestApp.MasterKey), ("DataDirectory", Data),
        ("Database__Provider", "Sqlite"), ("Database__ConnectionString", $"Data Source={Data}/money.db"),
    ];

    private Task<(int ExitCode, string Output, string Errors)> RunAsync((string Name, string? Value)[] environment, params string[] arguments)
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOTNET_ENVIRONMENT"] = null, ["Urls"] = null, ["ASPNETCORE_URLS"] = null };
        foreach (var (name, value) in environment)
            variables[name] = value;
        return ServerProcess.RunAsync(folder, variables, arguments);
    }
}
