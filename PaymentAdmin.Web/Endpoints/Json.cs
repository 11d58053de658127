using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>How JSON is written and read here: snake_case, times in UTC with milliseconds and Z, words for enums, nulls written.</summary>
public static class Json
{
    /// <summary>Our own API: strict. Unknown and repeated members, numbers in strings and other spellings of a name are refused.</summary>
    public static readonly JsonSerializerOptions Api = With(new JsonSerializerOptions(JsonSerializerOptions.Strict));

    /// <summary>Source systems' routes: unknown members are ignored, repeated ones refused.</summary>
    public static readonly JsonSerializerOptions Source = With(new JsonSerializerOptions(JsonSerializerOptions.Strict) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip });

    /// <summary>What every options object of this process has in common.</summary>
    public static JsonSerializerOptions With(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        options.Converters.Add(new UtcTimes());
        options.Converters.Add(new EnumWords());
        return options;
    }

    /// <summary>"2026-11-21T06:47:00.000Z".</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class UtcTimes : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && text.Contains('T', StringComparison.Ordinal) && (text.EndsWith('Z') || text[^6] is '+' or '-')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time.ToUniversalTime()
                : throw new JsonException("is no RFC 3339 time with an offset");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Time(value));
    }

    private sealed class EnumWords : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter?)Activator.CreateInstance(typeof(EnumWord<>).MakeGenericType(typeToConvert));
    }

    private sealed class EnumWord<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? Words.Find<T>(reader.GetString()) : null)
            ?? throw new JsonException($"must be one of {string.Join(", ", Enum.GetValues<T>().Select(value => Words.Of(value)))}");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Words.Of(value));
    }
}
