using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Reads a member of a change: there, with a value or null, or not there at all.</summary>
public sealed class GivenJson : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Given<>);

    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter?)Activator.CreateInstance(typeof(Member<>).MakeGenericType(typeToConvert.GetGenericArguments()));

    private sealed class Member<T> : JsonConverter<Given<T>>
    {
        public override bool HandleNull => true;

        public override Given<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Null && default(T) is not null)
                throw new JsonException("must not be null");
            // By the converter and not by a deserialisation of its own, which would name the fault's place as if the document began here.
            return new Given<T>(IsGiven: true, reader.TokenType == JsonTokenType.Null ? default : ((JsonConverter<T>)options.GetConverter(typeof(T))).Read(ref reader, typeof(T), options));
        }

        public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) => throw new NotSupportedException("Changes are only read.");
    }
}
