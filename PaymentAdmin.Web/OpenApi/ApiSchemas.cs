using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>JSON Schemas of what is read and written, from the serializer's own view of the types, or from examples. Objects are kept by name.</summary>
public sealed class ApiSchemas
{
    private const string Place = "#/components/schemas/";

    private readonly SortedDictionary<string, JsonObject?> byName = new(StringComparer.Ordinal);

    public JsonObject Components => new(byName.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    public void Add(string name, JsonObject schema) => byName.Add(name, schema);

    public static JsonObject Reference(string name) => new() { ["$ref"] = Place + name };

    /// <param name="isRequest">Read, not written: what is not known is refused.</param>
    public JsonObject Of(Type type, bool isRequest) => Of(type, isNullable: false, isRequest);

    /// <summary>What an example shows: every member of it, with the type of its value, or null where its name ends in a question mark.</summary>
    public JsonObject Like(string name, string example, IReadOnlyCollection<string> optional)
    {
        if (byName.TryAdd(name, null))
            byName[name] = (JsonObject)OfExample(JsonNode.Parse(example), optional, isTop: true);
        return Reference(name);
    }

    private JsonObject Of(Type type, bool isNullable, bool isRequest)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Of(inner, isNullable: true, isRequest);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Given<>))
            return Of(type.GetGenericArguments()[0], isNullable: true, isRequest);
        if (Simple(type) is { } simple)
            return isNullable ? OrNull(simple) : simple;
        if (type.IsAssignableTo(typeof(JsonNode)) || type == typeof(object))
            return [];
        if (Json.Api.GetTypeInfo(type) is var info && info.Kind == JsonTypeInfoKind.Dictionary)
            return OrNull(new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!, isRequest) }, isNullable);
        if (info.Kind == JsonTypeInfoKind.Enumerable || type.IsAssignableTo(typeof(IEnumerable)))
            return OrNull(new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!, isRequest) }, isNullable);
        var name = NameOf(type);
        if (byName.TryAdd(name, null))
            byName[name] = Members(info, name, isRequest);
        return isNullable ? new JsonObject { ["anyOf"] = new JsonArray(Reference(name), new JsonObject { ["type"] = "null" }) } : Reference(name);
    }

    private JsonObject Members(JsonTypeInfo info, string name, bool isRequest)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            var schema = ApiWords.SchemaOf(name, property.Name, isNullable: property.IsGetNullable) ?? Of(property.PropertyType, isRequest ? property.IsSetNullable : property.IsGetNullable, isRequest);
            if (ApiWords.TextOf(name, property.Name) is { } text)
                schema["description"] = text;
            properties[property.Name] = schema;
            // What is written is always written, null included.
            if (!isRequest || property.IsRequired)
                required.Add((JsonNode)property.Name);
        }
        var members = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
            members["required"] = required;
        if (isRequest)
            members["additionalProperties"] = false;
        return members;
    }

    private static JsonObject? Simple(Type type) => type switch
    {
        _ when type == typeof(string) => new() { ["type"] = "string" },
        _ when type == typeof(Guid) => new() { ["type"] = "string", ["format"] = "uuid" },
        _ when type == typeof(bool) => new() { ["type"] = "boolean" },
        _ when type == typeof(int) => new() { ["type"] = "integer", ["format"] = "int32" },
        _ when type == typeof(long) => new() { ["type"] = "integer", ["format"] = "int64" },
        _ when type == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
        { IsEnum: true } => new() { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetValues(type).Cast<Enum>().Select(value => (JsonNode)WordOf(value))]) },
        _ => null,
    };

    // The serializer writes the word, so that is asked rather than the enum.
    private static string WordOf(Enum value) => JsonSerializer.SerializeToNode(value, value.GetType(), Json.Api)!.GetValue<string>();

    internal static JsonObject OrNull(JsonObject schema, bool isNullable = true)
    {
        if (!isNullable)
            return schema;
        if (schema["type"] is JsonValue type)
            schema["type"] = new JsonArray(type.GetValue<string>(), "null");
        if (schema["enum"] is JsonArray words)
            words.Add(null);
        return schema;
    }

    private static string NameOf(Type type)
    {
        var name = type.Name;
        if (type.IsGenericType)
            return NameOf(type.GetGenericArguments()[0]) + "Page";
        foreach (var suffix in (string[])["Object", "Body"])
            name = name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] + (suffix == "Body" ? "Request" : "") : name;
        return name;
    }

    private static JsonObject OfExample(JsonNode? example, IReadOnlyCollection<string> optional, bool isTop) => example switch
    {
        JsonObject members => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Key.TrimEnd('?'), (JsonNode?)OrNull(OfExample(member.Value, [], isTop: false), member.Key.EndsWith('?'))))),
            ["required"] = new JsonArray([.. members.Select(member => member.Key.TrimEnd('?')).Where(name => !isTop || !optional.Contains(name)).Select(name => (JsonNode)name)]),
        },
        JsonArray items => new JsonObject { ["type"] = "array", ["items"] = OfExample(items.FirstOrDefault(), [], isTop: false) },
        null => new JsonObject { ["type"] = new JsonArray("string", "null") },
        JsonValue value => new JsonObject
        {
            ["type"] = value.GetValueKind() switch
            {
                JsonValueKind.True or JsonValueKind.False => "boolean",
                JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
                _ => "string",
            },
        },
        _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"An example has a {example.GetType().Name}.")),
    };
}
