using Microsoft.Extensions.Configuration;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Tests.Support;
using PaymentAdmin.Web.Hosting;

namespace PaymentAdmin.Tests.Hosting;

public sealed class SettingsValidatorTests : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("payment-admin-home-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Fact]
    public void Every_fault_is_reported_at_once_and_by_name()
    {
        var refusal = Refused(
            "Production",
            ("Urls", "nonsense"),
            ("Database:Provider", "Oracle"),
            ("PublicUrl", "shop.example"),
            ("Sandbox:Enabled", "true"),
            ("Demo:Enabled", "true"),
            ("Security:AllowPrivateTargets", "true"),
            ("Security:MasterKey", "c2hvcnQ="),
            ("Admin:Email", "owner"),
            ("Admin:Password", "short"),
            ("RateLimits:KeyBurst", "many"),
            ("Cors:AllowedOrigins", "*"),
            ("Metrics:Token", "short"),
            ("Risk:HighRiskThreshold", "101"),
            ("Webhooks:UnsignedAlias", "perhaps"),
            ("ForwardedHeaders:KnownProxies", "proxy"),
            ("Providers:kaspi:Live:BaseUrl", "http://10.0.0.1"),
            ("Providers:kaspi:TimeoutSeconds", "0"));

        Assert.Equal(
            [
                "Admin:Email", "Admin:Password", "Cors:AllowedOrigins", "Database:Provider", "Demo:Enabled", "ForwardedHeaders:KnownProxies", "Metrics:Token",
                "Providers:kaspi:Live:BaseUrl", "Providers:kaspi:TimeoutSeconds", "PublicUrl", "RateLimits:KeyBurst", "Risk:HighRiskThreshold", "Sandbox:Enabled",
                "Security:AllowPrivateTargets", "Security:MasterKey", "Urls", "Webhooks:UnsignedAlias",
            ],
            refusal.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Missing_master_key_is_a_fault_outside_of_Development() =>
        Assert.StartsWith("Security:MasterKey: is missing", Assert.Single(Refused("Staging", ("Security:MasterKey", null))), StringComparison.Ordinal);

    [Fact]
    public void Development_makes_its_own_master_key_once()
    {
        var first = Read("Development", ("Security:MasterKey", null));
        var second = Read("Development", ("Security:MasterKey", null));

        Assert.Equal(first.Security.MasterKey.Id, second.Security.MasterKey.Id);
        Assert.False(first.Security.IsMasterKeyConfigured);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(home, "data", GeneratedKey.FileName)));
    }

    [Theory]
    [InlineData("Production", null, false)]
    [InlineData("Production", "true", true)]
    [InlineData("Staging", null, true)]
    public void Unsigned_aliases_are_closed_in_Production_unless_they_are_opened(string environment, string? given, bool isOpen) =>
        Assert.Equal(isOpen, Read(environment, ("Webhooks:UnsignedAlias", given)).UnsignedAlias);

    [Fact]
    public void Start_that_fails_leaves_no_key_behind()
    {
        Refused("Development", ("Security:MasterKey", null), ("Risk:HighRiskThreshold", "x"));

        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://192.168.1.10:5080")]
    [InlineData("http://localhost:5080;http://[::]:5081")]
    public void Development_listens_on_loopback_only(string urls)
    {
        Assert.Contains("Security:AllowRemoteDevelopment", Assert.Single(Refused("Development", ("Urls", urls))), StringComparison.Ordinal);
        Read("Development", ("Urls", urls), ("Security:AllowRemoteDevelopment", "true"));
        Read("Staging", ("Urls", urls));
    }

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("https://[::1]:5443")]
    public void Loopback_is_known_in_every_spelling(string url) => Read("Development", ("Urls", url));

    [Theory]
    [InlineData("Development", true, true, true, false)]
    [InlineData("Rehearsal", false, false, true, false)]
    [InlineData("Staging", false, false, false, false)]
    [InlineData("Production", false, false, false, true)]
    public void Defaults_follow_the_environment(string environment, bool sandbox, bool demo, bool privateTargets, bool secondFactor)
    {
        var settings = Read(environment);

        Assert.Equal((sandbox, demo, privateTargets, secondFactor), (settings.SandboxEnabled, settings.DemoEnabled, settings.Security.AllowPrivateTargets, settings.Security.RequireSecondFactor));
    }

    [Fact]
    public void Relative_paths_start_from_the_home_folder()
    {
        var settings = Read("Staging", ("DataDirectory", "kept"), ("Database:ConnectionString", "Data Source=kept/money.db"));

        Assert.Equal(Path.Combine(home, "kept"), settings.DataDirectory);
        Assert.Equal(Path.Combine(home, "kept", "money.db"), PrepareDatabase.FileOf(settings.Database));
    }

    [Theory]
    [InlineData("http://localhost:5080", "http://localhost:5080")]
    [InlineData("http://0.0.0.0:8080;https://x.example", "http://localhost:8080")]
    [InlineData("http://*:80", "http://localhost")]
    [InlineData("https://shop.example:443", "https://shop.example")]
    public void Public_address_defaults_to_the_first_listen_address(string urls, string publicUrl) =>
        Assert.Equal(publicUrl, Read("Staging", ("Urls", urls)).ToDeployment().PublicUrl);

    [Fact]
    public void Production_without_https_starts_warns_and_refuses_live_mode()
    {
        var settings = Read("Production", ("PublicUrl", "http://pay.example"));

        Assert.Contains("PublicUrl", Assert.Single(settings.Warnings), StringComparison.Ordinal);
        Assert.Contains(LiveGuard.Refusals(settings, settings.ToDeployment()), text => text.Contains("PublicUrl", StringComparison.Ordinal));
    }

    [Fact]
    public void Production_with_https_and_a_key_takes_live_payments()
    {
        var settings = Read("Production", ("PublicUrl", "https://pay.example/"));

        Assert.Equal("https://pay.example", settings.PublicUrl);
        Assert.Empty(LiveGuard.Refusals(settings, settings.ToDeployment()));
    }

    [Fact]
    public void Data_folder_that_everybody_can_read_refuses_live_mode_where_money_moves()
    {
        if (OperatingSystem.IsWindows())
            return;
        var settings = Read("Production", ("PublicUrl", "https://pay.example"), ("DataDirectory", home));
        File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);

        var rehearsal = Read("Rehearsal", ("DataDirectory", home));

        Assert.Contains("data directory", Assert.Single(LiveGuard.Refusals(settings, settings.ToDeployment())), StringComparison.Ordinal);
        Assert.Empty(LiveGuard.Refusals(rehearsal, rehearsal.ToDeployment()));
    }

    [Fact]
    public void Rehearsal_may_call_live_hosts_without_encryption() => Read("Rehearsal", ("Providers:kaspi:Live:BaseUrl", "http://127.0.0.1:9"));

    [Theory]
    [InlineData("10.0.6", false)]
    [InlineData("10.0.7", true)]
    [InlineData("11.0.0", true)]
    public void Runtime_with_forgeable_cookies_is_refused(string version, bool isAccepted) =>
        Assert.Equal(isAccepted, SettingsValidator.RuntimeFault(Version.Parse(version)) is null);

    [Fact]
    public void Password_in_a_wrong_connection_string_is_not_printed() =>
        Assert.DoesNotContain("hunter2", Assert.Single(Refused("Staging", ("Database:Provider", "Postgres"), ("Database:ConnectionString", "Hots=db;Password=hunter2"))), StringComparison.Ordinal);

    [Fact]
    public void Lists_are_written_with_commas_or_with_numbers()
    {
        Assert.Equal(["https://a.example", "https://b.example:8443"], Read("Staging", ("Cors:AllowedOrigins", "https://a.example, https://b.example:8443/")).CorsOrigins);
        Assert.Equal(["https://a.example", "https://b.example"], Read("Staging", ("Cors:AllowedOrigins:0", "https://a.example"), ("Cors:AllowedOrigins:1", "https://b.example")).CorsOrigins);
    }

    private HostSettings Read(string environment, params (string Key, string? Value)[] settings)
    {
        var values = new Dictionary<string, string?> { ["Security:MasterKey"] = TestApp.MasterKey };
        foreach (var (key, value) in settings)
            values[key] = value;
        return SettingsValidator.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), environment, home);
    }

    private IReadOnlyList<string> Refused(string environment, params (string Key, string? Value)[] settings) =>
        Assert.Throws<StartupException>(() => Read(environment, settings)).Faults;
}
