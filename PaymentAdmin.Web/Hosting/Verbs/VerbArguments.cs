namespace PaymentAdmin.Web.Hosting.Verbs;

/// <param name="Value">What the value is called in the usage line; null for an option without one.</param>
public sealed record VerbOption(string Name, string? Value, bool IsRequired = false, bool IsRepeatable = false)
{
    public static VerbOption Flag(string name) => new(name, Value: null);

    public static VerbOption Required(string name, string value) => new(name, value, IsRequired: true);

    public static VerbOption Optional(string name, string value) => new(name, value);

    public static VerbOption Repeated(string name, string value) => new(name, value, IsRepeatable: true);

    public string Usage => (IsRequired, IsRepeatable) switch
    {
        (true, _) => Form,
        (_, true) => $"[{Form}]…",
        _ => $"[{Form}]",
    };

    private string Form => Value is null ? "--" + Name : $"--{Name} {Value}";
}

/// <summary>A verb's options as they were given: <c>--name value</c> or <c>--name=value</c>.</summary>
public sealed class VerbArguments
{
    private readonly Dictionary<string, List<string>> values = new(StringComparer.Ordinal);
    private readonly List<string> faults = [];

    private VerbArguments()
    {
    }

    /// <summary>Everything that is wrong with them, at once.</summary>
    public IReadOnlyList<string> Faults => faults;

    public static VerbArguments Parse(ReadOnlySpan<string> given, IReadOnlyList<VerbOption> options)
    {
        var arguments = new VerbArguments();
        for (var i = 0; i < given.Length; i++)
        {
            var (name, inline) = Split(given[i]);
            var option = options.FirstOrDefault(known => "--" + known.Name == name);
            if (option is null)
                arguments.faults.Add($"{name} is not known here.");
            else if (option.Value is null)
                arguments.Add(option, inline ?? "true");
            else if (inline is not null || i + 1 < given.Length)
                arguments.Add(option, inline ?? given[++i]);
            else
                arguments.faults.Add($"{name} needs a value: {option.Usage}.");
        }
        foreach (var option in options.Where(option => option.IsRequired && !arguments.values.ContainsKey(option.Name)))
            arguments.faults.Add($"--{option.Name} is required.");
        return arguments;
    }

    public bool Has(string name) => values.ContainsKey(name);

    public string? Find(string name) => values.TryGetValue(name, out var found) ? found[^1] : null;

    /// <summary>Of a required option, which is there when the verb runs.</summary>
    public string this[string name] => Find(name) ?? throw new InvalidOperationException($"--{name} was not given.");

    /// <summary>Null when the option was not given at all.</summary>
    public IReadOnlyList<string>? List(string name) => values.GetValueOrDefault(name);

    private void Add(VerbOption option, string value)
    {
        if (!values.TryGetValue(option.Name, out var given))
            values[option.Name] = given = [];
        else if (!option.IsRepeatable)
            faults.Add($"--{option.Name} was given twice.");
        given.Add(value);
    }

    private static (string Name, string? Inline) Split(string argument)
    {
        var at = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return at < 0 ? (argument, null) : (argument[..at], argument[(at + 1)..]);
    }
}
