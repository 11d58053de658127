using System.Text.Json.Nodes;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.OpenApi;

/// <summary>An operation of docs/openapi.json.</summary>
public sealed record DescribedOperation(string Id, string Method, string Path, JsonObject Json)
{
    /// <summary>Status of its success.</summary>
    public int Status => int.Parse(Json["responses"]!.AsObject().First().Key, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the success's body is; null: none, or no JSON.</summary>
    public JsonNode? AnswerSchema => Json["responses"]!.AsObject().First().Value!["content"]?["application/json"]?["schema"];

    /// <summary>Codes of its documented errors, with their statuses.</summary>
    public IReadOnlyList<(int Status, string Code)> Errors =>
    [
        .. from response in Json["responses"]!.AsObject().Skip(1)
           where response.Key != "202"
           from example in response.Value!["content"]!["application/problem+json"]!["examples"]!.AsObject()
           select (int.Parse(response.Key, System.Globalization.CultureInfo.InvariantCulture), example.Key),
    ];

    /// <summary>What the body of 202 is, where a second person may have to agree.</summary>
    public JsonNode? WaitingSchema => Json["responses"]!.AsObject().Skip(1).FirstOrDefault(response => response.Key == "202").Value?["content"]!["application/json"]!["schema"];

    public string? BodyExample => Json["requestBody"]?["content"]!["application/json"]?["example"]?.ToJsonString();

    public IReadOnlyList<string> KeyScopes => [.. Json["security"]!.AsArray().SelectMany(way => way!["api_key"] as JsonArray ?? []).Select(scope => scope!.GetValue<string>())];

    public bool NeedsIdempotencyKey => Errors.Any(error => error.Code == "idempotency_key_required");

    public override string ToString() => Id;
}

/// <summary>The description as it lies in the repository, and what it says about a body.</summary>
public static class Description
{
    public static string File { get; } = Path.Combine(Repository.Root, "docs", "openapi.json");

    public static JsonObject Document { get; } = System.IO.File.Exists(File) ? JsonNode.Parse(System.IO.File.ReadAllText(File))!.AsObject() : new JsonObject { ["paths"] = new JsonObject() };

    public static IReadOnlyList<DescribedOperation> Operations { get; } =
    [
        .. from path in Document["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           select new DescribedOperation(method.Value!["operationId"]!.GetValue<string>(), method.Key.ToUpperInvariant(), path.Key, method.Value.AsObject()),
    ];

    /// <summary>Where a body differs from a schema; empty: it does not.</summary>
    public static IEnumerable<string> Differences(JsonNode? value, JsonNode schema, string place = "$")
    {
        if (schema["$ref"] is { } reference)
            return Differences(value, Document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]!, place);
        if (schema["anyOf"] is JsonArray any)
            return any.Select(one => Differences(value, one!, place).ToList()).MinBy(differences => differences.Count)!;
        var types = schema["type"] switch { JsonArray several => several.Select(type => type!.GetValue<string>()).ToList(), JsonValue one => [one.GetValue<string>()], _ => [] };
        if (types.Count > 0 && !types.Contains(TypeOf(value)) && !(TypeOf(value) == "integer" && types.Contains("number")))
            return [$"{place} is {TypeOf(value)} and not {string.Join(" or ", types)}"];
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
            return [$"{place} is {value} and none of the words"];
        return value switch
        {
            JsonArray items when schema["items"] is { } item => items.SelectMany((one, i) => Differences(one, item, $"{place}[{i}]")),
            JsonObject members when schema["properties"] is JsonObject properties =>
                (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).Where(name => !members.ContainsKey(name)).Select(name => $"{place}.{name} is missing")
                    .Concat(members.SelectMany(member => properties[member.Key] is { } known ? Differences(member.Value, known, $"{place}.{member.Key}") : [$"{place}.{member.Key} is not described"])),
            _ => [],
        };
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or System.Text.Json.JsonValueKind.Null => "null",
        System.Text.Json.JsonValueKind.Object => "object",
        System.Text.Json.JsonValueKind.Array => "array",
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
        _ => "boolean",
    };
}
