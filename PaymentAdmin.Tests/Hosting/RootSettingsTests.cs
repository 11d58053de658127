using Microsoft.Extensions.Configuration;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

/// <summary>Where a setting comes from when several places name it.</summary>
public sealed class RootSettingsTests
{
    [Fact]
    public void Root_file_is_read_whatever_the_current_folder_is() => Assert.Equal("http://localhost:5080", Configured([], [])["Urls"]);

    [Fact]
    public void Environment_variable_beats_the_root_file()
    {
        using var variable = new Variable("PAYMENTADMIN_TEST__NAME", "from the environment");

        var configuration = Configured([], [("PAYMENTADMIN_TEST__NAME", "from the file"), ("PAYMENTADMIN_TEST__OTHER", "from the file")]);

        Assert.Equal("from the environment", configuration["PAYMENTADMIN_TEST:NAME"]);
        Assert.Equal("from the file", configuration["PAYMENTADMIN_TEST:OTHER"]);
    }

    [Fact]
    public void Command_line_beats_them_all() =>
        Assert.Equal("http://localhost:1", Configured(["--Urls=http://localhost:1"], [("Urls", "http://localhost:2"), ("PORT", "3")])["Urls"]);

    [Fact]
    public void Env_file_beats_the_root_file() => Assert.Equal("http://localhost:2", Configured([], [("Urls", "http://localhost:2")])["Urls"]);

    [Theory]
    [InlineData("postgres://shop:p%40ss@db.example:6432/money?sslmode=require", "Postgres", "Host=db.example;Database=money;Port=6432;Username=shop;Password=p@ss;SSL Mode=Require")]
    [InlineData("postgresql+asyncpg://db.example/money", "Postgres", "Host=db.example;Database=money")]
    [InlineData("sqlite:///kept/money.db", "Sqlite", "Data Source=kept/money.db")]
    [InlineData("sqlite+aiosqlite:////var/money.db", "Sqlite", "Data Source=/var/money.db")]
    public void Database_url_of_the_source_systems_is_understood(string url, string provider, string connection)
    {
        var configuration = Configured([], [("DATABASE_URL", url)]);

        Assert.Equal((provider, connection), (configuration["Database:Provider"], configuration["Database:ConnectionString"]));
    }

    [Fact]
    public void Our_own_database_setting_beats_the_source_name() =>
        Assert.Equal("Data Source=mine.db", Configured([], [("DATABASE_URL", "postgres://db/money"), ("Database__ConnectionString", "Data Source=mine.db")])["Database:ConnectionString"]);

    [Fact]
    public void Unknown_kind_of_database_is_left_for_the_validator_to_name() =>
        Assert.Equal("mysql", Configured([], [("DATABASE_URL", "mysql://db/money")])["Database:Provider"]);

    [Fact]
    public void Other_source_names_are_read_too()
    {
        var configuration = Configured([], [("PORT", "8000"), ("CORS_ORIGINS", "https://a.example,https://b.example"), ("HIGH_RISK_THRESHOLD", "55"), ("BACKEND_URL", "https://api.example"), ("FRONTEND_URL", "https://shop.example")]);

        Assert.Equal("http://localhost:8000", configuration["Urls"]);
        Assert.Equal("https://a.example,https://b.example", configuration["Cors:AllowedOrigins"]);
        Assert.Equal("55", configuration["Risk:HighRiskThreshold"]);
        Assert.Equal("https://api.example", configuration["PublicUrl"]);
        Assert.Equal("https://shop.example", configuration["FrontendUrl"]);
    }

    [Fact]
    public void Port_does_not_count_where_Urls_is_set() =>
        Assert.Equal("http://localhost:5080", Configured([], [("PORT", "8000"), ("Urls", "http://localhost:5080")])["Urls"]);

    [Fact]
    public void Env_file_has_comments_quotes_and_exports()
    {
        var values = EnvFile.Parse(["# comment", "A=1", "export B = two words # and a remark", "C=\"kept # whole\"", "D='x' # y", "", "E=", "broken", "F=a=b"]);

        Assert.Equal(
            new Dictionary<string, string> { ["A"] = "1", ["B"] = "two words", ["C"] = "kept # whole", ["D"] = "x", ["E"] = "", ["F"] = "a=b" },
            values);
    }

    [Fact]
    public void Env_file_is_not_read_in_the_environment_Test() => Assert.Empty(EnvFile.Read("Test"));

    [Fact]
    public void Home_is_the_folder_of_the_solution() => Assert.Equal(Support.Repository.Root, HomeFolder.Find());

    // As a builder starts out, without this machine's own variables for the database.
    private static ConfigurationManager Configured(string[] arguments, (string Name, string Value)[] envFile)
    {
        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables("ASPNETCORE_");
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(arguments);
        configuration.AddRoot(envFile.ToDictionary(pair => pair.Name, pair => pair.Value));
        return configuration;
    }

    private sealed class Variable : IDisposable
    {
        private readonly string name;

        public Variable(string name, string value)
        {
            this.name = name;
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(name, null);
    }
}
