using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using PaymentAdmin.Web.Endpoints;
using PaymentAdmin.Web.OpenApi;

namespace PaymentAdmin.Web.Components.Pages.Docs;

/// <summary>The API's description as a page: what a reader sees is what a generator gets, and nothing is loaded from elsewhere.</summary>
public partial class DocsPage
{
    private static readonly JsonSerializerOptions Indented = new(Json.Api) { WriteIndented = true };

    [Inject]
    private ApiDescription Description { get; set; } = null!;

    private JsonObject Document => Description.Document;

    private string Introduction => Document["info"]!["description"]!.GetValue<string>();

    private IReadOnlyList<Group> Groups { get; set; } = [];

    private IReadOnlyList<Scheme> Schemes { get; set; } = [];

    private IReadOnlyList<ObjectText> Objects { get; set; } = [];

    private IReadOnlyList<string> EventTypes { get; set; } = [];

    private string EventExample { get; set; } = "";

    protected override void OnInitialized()
    {
        var operations = Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => OperationOf(path.Key, method.Key, method.Value!.AsObject()))).ToList();
        Groups = [.. Document["tags"]!.AsArray().Select(tag => new Group(Text(tag, "name"), Text(tag, "description"), operations.FindAll(operation => operation.Tag == Text(tag, "name")))).Where(group => group.Operations.Count > 0)];
        Schemes = [.. Document["components"]!["securitySchemes"]!.AsObject().Select(scheme => new Scheme(Text(scheme.Value, "bearerFormat"), Text(scheme.Value, "description")))];
        Objects = [.. Document["components"]!["schemas"]!.AsObject().Where(schema => schema.Value!["properties"] is not null).Select(schema => new ObjectText(schema.Key, MembersOf(schema.Value!.AsObject())))];
        var webhooks = Document["webhooks"]!.AsObject();
        EventTypes = [.. webhooks.Select(type => type.Key)];
        EventExample = Shown(webhooks["payment.succeeded"]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]);
    }

    private OperationText OperationOf(string path, string method, JsonObject operation)
    {
        var responses = operation["responses"]!.AsObject().ToList();
        return new OperationText(Text(operation, "operationId"), operation["tags"]![0]!.GetValue<string>(), method.ToUpperInvariant(), path, Text(operation, "summary"), Text(operation, "description"), CallersOf(operation["security"]!.AsArray()))
        {
            Parameters = [.. (operation["parameters"] as JsonArray ?? []).Select(parameter => new Member(Text(parameter, "name"), $"{TypeOf(parameter!["schema"]!.AsObject())} in {Text(parameter, "in")}", parameter["required"]!.GetValue<bool>(), Text(parameter, "description")))],
            Body = operation["requestBody"]?["content"] is JsonObject content ? BodyOf(content) : null,
            Answers = [.. responses.Where(response => response.Key[0] == '2').Select(response => new Answer(response.Key, response.Value!["content"] is JsonObject answer ? BodyOf(answer) with { Text = Text(response.Value, "description") } : null))],
            Errors = [.. responses.Where(response => response.Key[0] != '2').Select(response => new Error(response.Key, [.. response.Value!["content"]![Problems.ContentType]!["examples"]!.AsObject().Select(example => example.Key)]))],
        };
    }

    private Body BodyOf(JsonObject content)
    {
        var (_, media) = content.First();
        var schema = media!["schema"]!.AsObject();
        return new Body(MembersOf(Resolved(schema)), Shown(media["example"]), "");
    }

    private JsonObject Resolved(JsonObject schema) => schema["$ref"] is { } reference ? Document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject() : schema;

    private static IReadOnlyList<Member> MembersOf(JsonObject schema)
    {
        var required = (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        return [.. (schema["properties"] as JsonObject ?? []).Select(property => new Member(property.Key, TypeOf(property.Value!.AsObject()), required.Contains(property.Key), Text(property.Value, "description")))];
    }

    private static string TypeOf(JsonObject schema)
    {
        if (schema["$ref"] is { } reference)
            return reference.GetValue<string>().Split('/')[^1];
        if (schema["anyOf"] is JsonArray any)
            return string.Join(" or ", any.Select(one => TypeOf(one!.AsObject())));
        if (schema["enum"] is JsonArray words)
            return string.Join(" | ", words.Select(word => word?.GetValue<string>() ?? "null"));
        var type = schema["type"] switch { JsonArray types => string.Join(" or ", types.Select(one => one!.GetValue<string>())), JsonValue one => one.GetValue<string>(), _ => "any" };
        if (schema["items"] is JsonObject items)
            return $"{type} of {TypeOf(items)}";
        return schema["format"] is { } format ? $"{type}, {format.GetValue<string>()}" : type;
    }

    private static string CallersOf(JsonArray ways)
    {
        var texts = ways.SelectMany(way => way!.AsObject()).Select(way => (way.Key, Scopes: way.Value!.AsArray()) switch
        {
            ("api_key", { Count: > 0 } scopes) => $"a key with the scope {scopes[0]!.GetValue<string>()}",
            ("api_key", _) => "a key",
            ("customer_token", _) => "the customer's token",
            _ => "the payment's client token",
        }).ToList();
        return texts.Count == 0 ? "Anybody may call this." : $"Takes {string.Join(", or ", texts)}.";
    }

    private static string Shown(JsonNode? example) => example is JsonValue value && value.TryGetValue<string>(out var text) ? text : example?.ToJsonString(Indented) ?? "";

    private static string Text(JsonNode? node, string member) => node?[member]?.GetValue<string>() ?? "";

    public sealed record Member(string Name, string Type, bool IsRequired, string Text);

    private sealed record Group(string Name, string Text, IReadOnlyList<OperationText> Operations)
    {
        public string Id => "group-" + Name.Replace(' ', '-').ToLowerInvariant();
    }

    private sealed record OperationText(string Id, string Tag, string Method, string Path, string Summary, string Text, string Callers)
    {
        public required IReadOnlyList<Member> Parameters { get; init; }
        public required Body? Body { get; init; }
        public required IReadOnlyList<Answer> Answers { get; init; }
        public required IReadOnlyList<Error> Errors { get; init; }
    }

    private sealed record Body(IReadOnlyList<Member> Members, string Example, string Text);

    private sealed record Answer(string Status, Body? Body);

    private sealed record Error(string Status, IReadOnlyList<string> Codes);

    private sealed record Scheme(string Format, string Text);

    private sealed record ObjectText(string Name, IReadOnlyList<Member> Members);
}
