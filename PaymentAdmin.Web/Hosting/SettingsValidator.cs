using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;
using PaymentAdmin.Core.Access;
using PaymentAdmin.Core.Data;
using PaymentAdmin.Core.Secrets;
using PaymentAdmin.Core.Shops;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Turns configuration into <see cref="HostSettings"/>, or reports every fault together, each under the setting's name.</summary>
public sealed class SettingsValidator
{
    /// <summary>Data protection before it accepted forged payloads (CVE-2026-40372).</summary>
    public static readonly Version RuntimeMin = new(10, 0, 7);

    private readonly SettingsReader reader;
    private readonly string environment;
    private readonly string home;
    private readonly List<string> warnings = [];

    private SettingsValidator(IConfiguration configuration, string environment, string home)
    {
        reader = new SettingsReader(configuration);
        this.environment = environment;
        this.home = home;
    }

    private bool IsDevelopment => environment == "Development";
    private bool IsProduction => environment == "Production";
    private bool IsRehearsal => environment == "Rehearsal";

    /// <param name="home">Absolute folder that relative paths start from.</param>
    /// <exception cref="StartupException">At least one setting cannot be accepted.</exception>
    public static HostSettings Read(IConfiguration configuration, string environment, string home)
    {
        var validator = new SettingsValidator(configuration, environment, home);
        var settings = validator.Read();
        return settings is not null && validator.reader.Faults.Count == 0 ? settings : throw new StartupException(validator.reader.Faults);
    }

    private HostSettings? Read()
    {
        if (RuntimeFault(Environment.Version) is { } fault)
            reader.Fault("runtime", fault);
        var dataDirectory = Path.GetFullPath(reader.Text("DataDirectory") ?? "data", home);
        var urls = ReadUrls();
        var publicUrl = reader.Url("PublicUrl");
        var database = ReadDatabase();
        var admin = ReadAdmin();
        var sandbox = ReadDemonstration("Sandbox:Enabled");
        var demo = ReadDemonstration("Demo:Enabled");
        var frontendUrl = reader.Url("FrontendUrl");
        var rateLimits = ReadRateLimits();
        var corsOrigins = ReadOrigins();
        var metricsToken = ReadMetricsToken();
        var highRiskThreshold = reader.Number("Risk:HighRiskThreshold", 70, 0, 100);
        var unsignedAlias = reader.Switch("Webhooks:UnsignedAlias", byDefault: !IsProduction);
        var knownProxies = ReadProxies();
        CheckProviders();
        WarnAbout(publicUrl);
        // Last: in Development it may write a key file, which nobody wants of a start that fails.
        var security = ReadSecurity(dataDirectory);
        return security is null
            ? null
            : new HostSettings
            {
                Environment = environment,
                Urls = urls,
                DataDirectory = dataDirectory,
                Database = database,
                PublicUrl = publicUrl,
                FrontendUrl = frontendUrl,
                Security = security,
                Admin = admin,
                SandboxEnabled = sandbox,
                DemoEnabled = demo,
                RateLimits = rateLimits,
                CorsOrigins = corsOrigins,
                MetricsToken = metricsToken,
                HighRiskThreshold = highRiskThreshold,
                UnsignedAlias = unsignedAlias,
                KnownProxies = knownProxies,
                Warnings = warnings,
            };
    }

    internal static string? RuntimeFault(Version version) =>
        version >= RuntimeMin ? null : $".NET {version} has known flaws in its data protection; {RuntimeMin} or later is needed.";

    private List<string> ReadUrls()
    {
        var texts = (reader.Text("Urls") ?? SourceNames.DefaultUrls).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        var isRemoteAllowed = reader.Switch("Security:AllowRemoteDevelopment", byDefault: false);
        foreach (var text in texts)
        {
            if (ListenAddress.TryParse(text) is not { } address)
                reader.Fault("Urls", $"'{text}' is no listen address, such as {SourceNames.DefaultUrls}.");
            else if (IsDevelopment && !isRemoteAllowed && !ListenAddress.IsLoopback(address))
                reader.Fault("Urls", $"'{text}' can be reached from other machines, and in Development everybody there could sign in. Set Security:AllowRemoteDevelopment=true if that is meant.");
        }
        if (texts.Count == 0)
            reader.Fault("Urls", "is empty.");
        return texts;
    }

    private DatabaseSettings ReadDatabase()
    {
        var provider = reader.Word("Database:Provider", DatabaseProvider.Sqlite);
        var text = reader.Text("Database:ConnectionString") ?? SourceNames.DefaultConnection;
        try
        {
            return provider == DatabaseProvider.Sqlite ? Sqlite(text) : Postgres(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // The message of the parser may quote the string, and the string may hold a password.
            reader.Fault("Database:ConnectionString", $"is no connection string for {provider}.");
            return new DatabaseSettings(provider, "");
        }
    }

    private DatabaseSettings Sqlite(string text)
    {
        var connection = new SqliteConnectionStringBuilder(text);
        if (connection.DataSource.Length == 0)
            reader.Fault("Database:ConnectionString", "names no file: Data Source is missing.");
        else if (connection.DataSource != ":memory:" && connection.Mode != SqliteOpenMode.Memory)
            connection.DataSource = Path.GetFullPath(connection.DataSource, home);
        return new DatabaseSettings(DatabaseProvider.Sqlite, connection.ToString());
    }

    private DatabaseSettings Postgres(string text)
    {
        var connection = new NpgsqlConnectionStringBuilder(text);
        if (string.IsNullOrEmpty(connection.Host))
            reader.Fault("Database:ConnectionString", "names no host.");
        return new DatabaseSettings(DatabaseProvider.Postgres, connection.ToString());
    }

    private AdminSettings? ReadAdmin()
    {
        var email = reader.Text("Admin:Email");
        var password = reader.Text("Admin:Password");
        if (email is null && password is null)
            return null;
        if (email is null || password is null)
        {
            reader.Fault(email is null ? "Admin:Email" : "Admin:Password", "is missing; the first superadmin needs both Admin:Email and Admin:Password.");
            return null;
        }
        foreach (var (member, texts) in CreateUser.Check(new CreateUserRequest(email, password, Roles.Superadmin, Tenant: null))?.Errors ?? new Dictionary<string, string[]>())
            reader.Fault(member == "email" ? "Admin:Email" : "Admin:Password", string.Join("; ", texts) + ".");
        return new AdminSettings(email, password);
    }

    private bool ReadDemonstration(string key)
    {
        var isOn = reader.Switch(key, byDefault: IsDevelopment);
        if (isOn && IsProduction)
            reader.Fault(key, "is true in Production. Imitated payments do not belong beside real ones.");
        return isOn;
    }

    private SecuritySettings? ReadSecurity(string dataDirectory)
    {
        var allowPrivate = reader.Switch("Security:AllowPrivateTargets", byDefault: IsDevelopment || IsRehearsal);
        if (allowPrivate && IsProduction)
            reader.Fault("Security:AllowPrivateTargets", "is true in Production.");
        var secondFactor = reader.Switch("Security:RequireSecondFactor", byDefault: IsProduction);
        var previous = reader.List("Security:PreviousMasterKeys").Select(text => Key("Security:PreviousMasterKeys", text)).OfType<MasterKey>().ToList();
        var configured = reader.Text("Security:MasterKey");
        var key = configured is not null ? Key("Security:MasterKey", configured) : IsDevelopment && reader.Faults.Count == 0 ? GeneratedKey.Load(dataDirectory) : null;
        if (configured is null && !IsDevelopment)
            reader.Fault("Security:MasterKey", "is missing. It encrypts the secrets in the database: 32 random bytes in base64 (openssl rand -base64 32), kept apart from the database's backups.");
        return key is null ? null : new SecuritySettings(key, configured is not null, previous, secondFactor, allowPrivate);
    }

    private MasterKey? Key(string name, string text)
    {
        var key = MasterKey.TryParse(text, out var fault);
        if (key is null)
            reader.Fault(name, fault + ".");
        return key;
    }

    private RateLimitSettings ReadRateLimits()
    {
        const int max = 1_000_000;
        return new RateLimitSettings(
            KeyPerSecond: reader.Number("RateLimits:KeyPerSecond", 100, 0, max),
            KeyBurst: reader.Number("RateLimits:KeyBurst", 500, 0, max),
            AnonymousPerSecond: reader.Number("RateLimits:AnonymousPerSecond", 20, 0, max),
            SignInPerMinute: reader.Number("RateLimits:SignInPerMinute", 10, 0, max),
            FailedWebhooksPerMinute: reader.Number("RateLimits:FailedWebhooksPerMinute", 120, 0, max),
            ExportsAtOnce: reader.Number("RateLimits:ExportsAtOnce", 2, 0, max));
    }

    private List<string> ReadOrigins()
    {
        var origins = new List<string>();
        foreach (var text in reader.List("Cors:AllowedOrigins"))
        {
            if (SetTenantValidator.Canonical(text) is { } origin)
                origins.Add(origin);
            else
                reader.Fault("Cors:AllowedOrigins", $"'{text}' is no origin, such as https://shop.example. A wildcard is not accepted.");
        }
        return origins;
    }

    private string? ReadMetricsToken()
    {
        var token = reader.Text("Metrics:Token");
        if (token is { Length: < 16 })
            reader.Fault("Metrics:Token", "must have at least 16 characters.");
        return token;
    }

    private List<IPNetwork> ReadProxies()
    {
        var networks = new List<IPNetwork>();
        foreach (var text in reader.List("ForwardedHeaders:KnownProxies"))
        {
            if (IPAddress.TryParse(text, out var address))
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(text, out var network))
                networks.Add(network);
            else
                reader.Fault("ForwardedHeaders:KnownProxies", $"'{text}' is neither an address nor a network, such as 10.0.0.0/8.");
        }
        return networks;
    }

    private void CheckProviders()
    {
        foreach (var provider in reader.Names("Providers"))
        {
            reader.Number($"Providers:{provider}:TimeoutSeconds", 15, 1, 120);
            reader.Url($"Providers:{provider}:Test:BaseUrl");
            var live = $"Providers:{provider}:Live:BaseUrl";
            if (reader.Url(live) is { } url && url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !IsRehearsal)
                reader.Fault(live, $"'{url}' is not encrypted; live calls go over https only.");
        }
    }

    private void WarnAbout(string? publicUrl)
    {
        if (IsProduction && publicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) != true)
            warnings.Add("PublicUrl is not set to an https address: live mode is refused.");
        if (reader.Text("DEBUG") is not null)
            warnings.Add("DEBUG is ignored: set ASPNETCORE_ENVIRONMENT.");
    }
}
