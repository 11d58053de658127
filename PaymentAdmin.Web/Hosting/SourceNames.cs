using Microsoft.Extensions.Configuration.Json;
using Npgsql;

namespace PaymentAdmin.Web.Hosting;

/// <summary>
/// The settings that the source systems know under names of their own (contract.md section 2). One of ours that is set wins;
/// the defaults in the root's appsettings.json do not count as set.
/// </summary>
public static class SourceNames
{
    public const string DefaultUrls = "http://localhost:5080";
    public const string DefaultConnection = "Data Source=data/paymentadmin.db";
    public const string DefaultProvider = "Sqlite";
    public const string DefaultRiskThreshold = "70";

    /// <summary>Our keys for what is set under a foreign name. A value that cannot be understood is handed on as it is, for the validator to name.</summary>
    public static IReadOnlyDictionary<string, string?> Map(IConfigurationRoot configuration)
    {
        var mapped = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (Value("DATABASE_URL") is { } database && !IsSet("Database:Provider", DefaultProvider) && !IsSet("Database:ConnectionString", DefaultConnection))
            AddDatabase(mapped, database);
        if (Value("PORT") is { } port && !IsSet("Urls", DefaultUrls))
            mapped["Urls"] = $"http://localhost:{port}";
        if (Value("CORS_ORIGINS") is { } origins && !configuration.GetSection("Cors:AllowedOrigins").Exists())
            mapped["Cors:AllowedOrigins"] = origins;
        if (Value("HIGH_RISK_THRESHOLD") is { } threshold && !IsSet("Risk:HighRiskThreshold", DefaultRiskThreshold))
            mapped["Risk:HighRiskThreshold"] = threshold;
        if (Value("BACKEND_URL") is { } backend && !IsSet("PublicUrl", ""))
            mapped["PublicUrl"] = backend;
        if (Value("FRONTEND_URL") is { } frontend && !IsSet("FrontendUrl", ""))
            mapped["FrontendUrl"] = frontend;
        return mapped;

        string? Value(string name) => configuration[name] is { Length: > 0 } value ? value : null;

        bool IsSet(string key, string byDefault) => configuration.Providers.Any(provider =>
            provider.TryGet(key, out var value) && !string.IsNullOrEmpty(value) && (provider is not JsonConfigurationProvider || value != byDefault));
    }

    /// <summary>An Npgsql string for <c>postgres://user:password@host:port/name?sslmode=require</c>; null when it is none.</summary>
    public static string? PostgresString(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Host.Length == 0)
            return null;
        var user = parsed.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder { Host = parsed.Host, Database = Uri.UnescapeDataString(parsed.AbsolutePath.Trim('/')) };
        if (parsed.Port > 0)
            connection.Port = parsed.Port;
        if (user[0].Length > 0)
            connection.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            connection.Password = Uri.UnescapeDataString(user[1]);
        if (parsed.Query.Contains("sslmode=require", StringComparison.OrdinalIgnoreCase) || parsed.Query.Contains("ssl=true", StringComparison.OrdinalIgnoreCase))
            connection.SslMode = SslMode.Require;
        return connection.ToString();
    }

    private static void AddDatabase(Dictionary<string, string?> mapped, string url)
    {
        // Python's drivers write "postgresql+asyncpg://" and "sqlite+aiosqlite:///".
        var scheme = url.Split(':', '+')[0];
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at : 0)..];
        if (scheme is "postgres" or "postgresql")
        {
            mapped["Database:Provider"] = "Postgres";
            mapped["Database:ConnectionString"] = PostgresString("postgres" + rest) ?? url;
        }
        else if (scheme == "sqlite" && rest.StartsWith(":///", StringComparison.Ordinal))
        {
            mapped["Database:Provider"] = "Sqlite";
            mapped["Database:ConnectionString"] = $"Data Source={rest[4..]}";
        }
        else
        {
            mapped["Database:Provider"] = scheme;
        }
    }
}
