using System.Globalization;

namespace PaymentAdmin.Web.Hosting;

/// <summary>Reads settings one by one and remembers every fault by the setting's name, so that the operator hears of all at once.</summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> faults = [];

    public IReadOnlyList<string> Faults => faults;

    public void Fault(string key, string text) => faults.Add($"{key}: {text}");

    public string? Text(string key) => configuration[key]?.Trim() is { Length: > 0 } value ? value : null;

    public bool Switch(string key, bool byDefault)
    {
        var text = Text(key);
        if (text is null)
            return byDefault;
        if (bool.TryParse(text, out var value))
            return value;
        Fault(key, $"must be true or false, not '{text}'.");
        return byDefault;
    }

    public int Number(string key, int byDefault, int min, int max)
    {
        var text = Text(key);
        if (text is null)
            return byDefault;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return value;
        Fault(key, $"must be a whole number from {min} to {max}, not '{text}'.");
        return byDefault;
    }

    public T Word<T>(string key, T byDefault) where T : struct, Enum
    {
        var text = Text(key);
        if (text is null)
            return byDefault;
        foreach (var name in Enum.GetNames<T>())
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
                return Enum.Parse<T>(name);
        }
        Fault(key, $"must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'.");
        return byDefault;
    }

    /// <summary>An address without query, fragment and user, and without a trailing slash.</summary>
    public string? Url(string key)
    {
        var text = Text(key);
        if (text is null)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0)
            return text.TrimEnd('/');
        Fault(key, $"must be an absolute http or https address without query, not '{text}'.");
        return null;
    }

    /// <summary>Either <c>key=a,b</c> or <c>key:0=a</c>, <c>key:1=b</c>.</summary>
    public IReadOnlyList<string> List(string key) =>
        [.. configuration.GetSection(key).GetChildren().Select(child => child.Value).Append(configuration[key]).OfType<string>()
            .SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    public IEnumerable<string> Names(string section) => configuration.GetSection(section).GetChildren().Select(child => child.Key);
}

/// <summary>The process cannot start as it is configured; each line names a setting.</summary>
public sealed class StartupException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
