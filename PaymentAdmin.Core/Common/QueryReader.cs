using System.Globalization;

namespace PaymentAdmin.Core.Common;

/// <summary>
/// Reads the parameters of a list's address. Each must be known, given once and well-formed, or the whole address is refused:
/// a filter that is silently ignored would show, and export, more than was asked for. Blank values count as absent.
/// </summary>
public sealed class QueryReader
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public QueryReader(IEnumerable<KeyValuePair<string, string>> query)
    {
        foreach (var (name, value) in query)
        {
            if (!values.TryAdd(name, value.Trim()))
                Refuse(name, "is given twice");
        }
    }

    public string? Text(string name, int max)
    {
        var text = Value(name);
        if (text is not null && Texts.Fault(text, max) is { } fault)
            Refuse(name, fault);
        return text;
    }

    /// <summary>Words parted by commas, each once, in the order of the enum.</summary>
    public IReadOnlyList<T> Words<T>(string name) where T : struct, Enum
    {
        var found = new SortedSet<T>();
        foreach (var word in Parts(name))
        {
            if (Common.Words.Find<T>(word) is { } value && IsListed(value))
                found.Add(value);
            else
                Refuse(name, $"'{word}' is none of {string.Join(", ", Enum.GetValues<T>().Where(IsListed).Select(value => Common.Words.Of(value)))}");
        }
        return [.. found];
    }

    public T? Word<T>(string name) where T : struct, Enum
    {
        var words = Words<T>(name);
        if (words.Count > 1)
            Refuse(name, "takes one value");
        return words.Count == 0 ? null : words[0];
    }

    /// <summary>Texts parted by commas, each once; <paramref name="what"/> says what each must be.</summary>
    public IReadOnlyList<string> List(string name, Func<string, bool> isValid, string what)
    {
        var parts = Parts(name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var part in parts.Where(part => !isValid(part)))
            Refuse(name, $"'{part}' is not {what}");
        return parts;
    }

    public IReadOnlyList<int> Numbers(string name)
    {
        var numbers = new SortedSet<int>();
        foreach (var part in Parts(name))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
            else
                Refuse(name, $"'{part}' is no whole number");
        }
        return [.. numbers];
    }

    /// <summary>One whole number between two bounds that belong to the range.</summary>
    public int? Number(string name, int min, int max)
    {
        if (Value(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, $"must be a whole number from {min.ToString(CultureInfo.InvariantCulture)} to {max.ToString(CultureInfo.InvariantCulture)}");
        return null;
    }

    public bool? Flag(string name)
    {
        switch (Value(name))
        {
            case null:
                return null;
            case "true":
                return true;
            case "false":
                return false;
            default:
                Refuse(name, "must be true or false");
                return null;
        }
    }

    /// <summary>A plain decimal in major units: digits, and a point with up to three decimals.</summary>
    public decimal? Amount(string name)
    {
        if (Value(name) is not { } text)
            return null;
        if (text.Length <= 16 && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && decimal.Round(amount, 3) == amount && amount <= Money.MinorMax && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]))
            return amount / 1.000m;
        Refuse(name, "must be an amount like 5000 or 5000.50");
        return null;
    }

    public TimeBound? Time(string name)
    {
        if (Value(name) is not { } text)
            return null;
        if (TimeBound.TryParse(text, out var bound))
            return bound;
        Refuse(name, "must be a day (2026-11-21) or a time with its offset (2026-11-21T11:47:00+05:00)");
        return null;
    }

    public Guid? Id(string name)
    {
        if (Value(name) is not { } text)
            return null;
        if (Guid.TryParseExact(text, "D", out var id))
            return id;
        Refuse(name, "must be an id");
        return null;
    }

    /// <summary>Ids parted by commas, each once.</summary>
    public IReadOnlyList<Guid> Ids(string name, int max)
    {
        var ids = new SortedSet<Guid>();
        foreach (var part in Parts(name))
        {
            if (Guid.TryParseExact(part, "D", out var id))
                ids.Add(id);
            else
                Refuse(name, $"'{part}' is no id");
        }
        if (ids.Count > max)
            Refuse(name, $"takes at most {max.ToString(CultureInfo.InvariantCulture)} ids");
        return [.. ids];
    }

    public void Refuse(string name, string fault) => errors.TryAdd(name, [fault]);

    /// <summary>Null when every parameter was read, or is one of <paramref name="besides"/>, and none was refused.</summary>
    public Problem? Finish(IEnumerable<string> besides)
    {
        known.UnionWith(besides);
        foreach (var name in values.Keys.Where(name => !known.Contains(name)))
            Refuse(name, $"is no parameter here; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}");
        if (errors.Count == 0)
            return null;
        var (first, faults) = errors.First();
        return new Problem(Codes.InvalidParameter, $"{first}: {faults[0]}.") { Errors = errors };
    }

    private string? Value(string name)
    {
        known.Add(name);
        return values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }

    private string[] Parts(string name) => Value(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    // None of a flags enum is the absence of a filter, not a value of one.
    private static bool IsListed<T>(T value) where T : struct, Enum =>
        !Attribute.IsDefined(typeof(T), typeof(FlagsAttribute)) || Convert.ToInt64(value, CultureInfo.InvariantCulture) != 0;
}

/// <summary>Writes the parameters of a list's address, in a fixed order, without those that are not set.</summary>
public sealed class QueryWriter
{
    private readonly List<KeyValuePair<string, string>> pairs = [];

    public IReadOnlyList<KeyValuePair<string, string>> Pairs => pairs;

    public QueryWriter Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            pairs.Add(new(name, value));
        return this;
    }

    public QueryWriter Add<T>(string name, IEnumerable<T> values) where T : struct, Enum => Add(name, string.Join(',', values.Select(value => Words.Of(value))));

    public QueryWriter Add(string name, IEnumerable<string> values) => Add(name, string.Join(',', values));

    public QueryWriter Add(string name, bool? flag) => Add(name, flag switch { true => "true", false => "false", null => null });

    public QueryWriter Add(string name, decimal? amount) => Add(name, amount?.ToString("0.###", CultureInfo.InvariantCulture));

    public QueryWriter Add(string name, TimeBound? bound) => Add(name, bound?.ToString());

    /// <summary>"?status=pending&amp;shop_id=8,9", or empty text. Commas and colons stay readable.</summary>
    public override string ToString() => pairs.Count == 0
        ? ""
        : "?" + string.Join('&', pairs.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value).Replace("%2C", ",", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal)}"));
}
