using System.Text;

namespace PaymentAdmin.Core.Webhooks;

/// <summary>A delivery as a command that somebody can paste: what was secret in it is a name in capitals, which the one who sends it fills in.</summary>
public static class CurlText
{
    /// <summary>A larger body belongs into a file, not onto a command line.</summary>
    public const int BodyCharactersMax = 16_000;

    /// <param name="url">Without its key: <c>https://pay.example/webhooks/x/$WEBHOOK_KEY</c>.</param>
    /// <param name="headers">As they were kept; a secret one says only that it was there.</param>
    public static string? Of(string url, IEnumerable<(string Name, string Value)> headers, MaskedBody body)
    {
        if (body.Raw.Length > BodyCharactersMax)
            return null;
        var text = new StringBuilder("curl -X POST ").Append('"').Append(url).Append('"');
        foreach (var (name, value) in headers)
        {
            text.Append(" \\\n  -H ");
            if (value is "present" or "matched" or "mismatched")
                text.Append('"').Append(name).Append(": $").Append(name.ToUpperInvariant().Replace('-', '_')).Append('"');
            else
                text.Append(Quoted($"{name}: {value}"));
        }
        return text.Append(" \\\n  --data-raw ").Append(Quoted(body.Raw)).ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
