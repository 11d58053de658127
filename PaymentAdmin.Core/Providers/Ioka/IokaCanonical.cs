using System.Text;
using System.Text.Json;

namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>
/// The text that Ioka signs: the parsed body written again with keys sorted at every level, number tokens as they came (0.0 stays 0.0) and
/// letters outside of ASCII as they are. An own writer, because the framework's escapes Cyrillic and more.
/// </summary>
internal static class IokaCanonical
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Null when the body is no JSON, or names a member twice: two readers could then read two things.</summary>
    /// <param name="isSpaced">With a space behind commas and colons, as deliveries of 2021 were signed.</param>
    public static byte[]? Of(ReadOnlyMemory<byte> body, bool isSpaced)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var text = new StringBuilder();
            Write(document.RootElement, text, isSpaced);
            return Encoding.UTF8.GetBytes(text.ToString());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: text that is no Unicode
        }
    }

    private static void Write(JsonElement element, StringBuilder text, bool isSpaced)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var isFirstMember = true;
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    Separate(text, ref isFirstMember, isSpaced);
                    WriteText(member.Name, text);
                    text.Append(isSpaced ? ": " : ":");
                    Write(member.Value, text, isSpaced);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var isFirstItem = true;
                foreach (var item in element.EnumerateArray())
                {
                    Separate(text, ref isFirstItem, isSpaced);
                    Write(item, text, isSpaced);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                WriteText(element.GetString() ?? "", text);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static void Separate(StringBuilder text, ref bool isFirst, bool isSpaced)
    {
        if (!isFirst)
            text.Append(isSpaced ? ", " : ",");
        isFirst = false;
    }

    private static void WriteText(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append("\\u00").Append(((int)character).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => text.Append(character),
            };
        }
        text.Append('"');
    }
}
