using System.Collections.Concurrent;
using System.Text;

namespace PaymentAdmin.Core.Common;

/// <summary>The one spelling of enum members outside the code (database, JSON, URLs, CSV): snake_case.</summary>
public static class Words
{
    private static readonly ConcurrentDictionary<Enum, string> Cache = new();

    /// <summary>"in_review" for <c>PaymentStatus.InReview</c>.</summary>
    public static string Of(Enum value) => Cache.GetOrAdd(value, static v => Snake(v.ToString()));

    /// <summary>The member spelt <paramref name="word"/>, exactly; null when there is none.</summary>
    public static T? Find<T>(string? word) where T : struct, Enum
    {
        if (word is null)
            return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == word)
                return value;
        }
        return null;
    }

    public static T Parse<T>(string word) where T : struct, Enum => Find<T>(word) ?? throw new FormatException($"'{word}' is no {typeof(T).Name}.");

    /// <summary>The set flags, each in its spelling, in declaration order.</summary>
    public static IReadOnlyList<string> Flags<T>(T value) where T : struct, Enum =>
        [.. Enum.GetValues<T>().Where(flag => Convert.ToInt64(flag, System.Globalization.CultureInfo.InvariantCulture) != 0 && value.HasFlag(flag)).Select(flag => Of(flag))];

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]))
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }
}
