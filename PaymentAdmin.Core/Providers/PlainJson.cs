using System.Text;
using System.Text.Json;

namespace PaymentAdmin.Core.Providers;

/// <summary>
/// Parsed JSON written again as JavaScript's JSON.stringify does: letters outside of ASCII as they are, number tokens as they came (0.0 stays
/// 0.0). Providers sign such text; the framework's own writer escapes apostrophes, Cyrillic and more.
/// </summary>
internal static class PlainJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Null when the body is no JSON, or names a member twice: two readers could then read two things.</summary>
    /// <param name="isSorted">Keys in ordinal order at every level.</param>
    /// <param name="isSpaced">With a space behind commas and colons.</param>
    /// <param name="without">A member of the outermost object that is left out.</param>
    public static byte[]? Of(ReadOnlyMemory<byte> body, bool isSorted = false, bool isSpaced = false, string? without = null)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var text = new StringBuilder();
            Write(document.RootElement, text, isSorted, isSpaced, without);
            return Encoding.UTF8.GetBytes(text.ToString());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: text that is no Unicode
        }
    }

    private static void Write(JsonElement element, StringBuilder text, bool isSorted, bool isSpaced, string? without)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var isFirstMember = true;
                var members = element.EnumerateObject().Where(member => without is null || member.Name != without);
                foreach (var member in isSorted ? members.OrderBy(member => member.Name, StringComparer.Ordinal) : members)
                {
                    Separate(text, ref isFirstMember, isSpaced);
                    WriteText(member.Name, text);
                    text.Append(isSpaced ? ": " : ":");
                    Write(member.Value, text, isSorted, isSpaced, without: null);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var isFirstItem = true;
                foreach (var item in element.EnumerateArray())
                {
                    Separate(text, ref isFirstItem, isSpaced);
                    Write(item, text, isSorted, isSpaced, without: null);
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
