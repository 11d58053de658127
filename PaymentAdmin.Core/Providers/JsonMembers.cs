using System.Globalization;
using System.Text.Json;

namespace PaymentAdmin.Core.Providers;

/// <summary>Tolerant reading of members: ids and amounts come as numbers and as text, objects as null, text or nothing.</summary>
internal static class JsonMembers
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Text, or a number as text; null for anything else and for empty text.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } text when text.Spelled() is { Length: > 0 } value => value,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value.ToString(CultureInfo.InvariantCulture),
        { ValueKind: JsonValueKind.Number } number when number.TryGetUInt64(out var value) => value.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The text; null when it is none, or no Unicode.</summary>
    public static string? Spelled(this JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static long? Whole(this JsonElement element, string name) =>
        long.TryParse(element.Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static DateTimeOffset? Moment(this JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;
}
