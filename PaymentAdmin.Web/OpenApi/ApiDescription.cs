using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing.Patterns;
using PaymentAdmin.Core.Common;
using PaymentAdmin.Core.Events;
using PaymentAdmin.Web.Endpoints;

namespace PaymentAdmin.Web.OpenApi;

/// <summary>
/// The OpenAPI 3.1 description of every route for programs, made once from the endpoints that are there and the catalogue of what they do
/// (<see cref="ApiCatalogue"/>). A test finds the endpoint without an entry and the entry without an endpoint.
/// </summary>
public sealed class ApiDescription(EndpointDataSource endpoints)
{
    public const string Problem = "Problem";
    private const string KeyScheme = "api_key";
    private const string CustomerScheme = "customer_token";
    private const string ClientScheme = "client_token";

    private static readonly JsonSerializerOptions Written = new(Json.Api) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lazy<JsonObject> document = new(() => Describe(endpoints));

    public JsonObject Document => document.Value;

    /// <summary>As it is served, and kept in docs/openapi.json.</summary>
    public string Text => Document.ToJsonString(Written) + "\n";

    /// <summary>The routes for programs, as "GET /v1/payments/{id}".</summary>
    public static IReadOnlyDictionary<string, RouteEndpoint> RoutesOf(EndpointDataSource endpoints)
    {
        var routes =
            from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
                // A page answers POST as well, for forms; the inbox's own page lies beside the providers' addresses.
            where endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null
            let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            from method in methods
            let path = PathOf(endpoint)
            // What only a signed-in person may fetch is no part of the API.
            where ApiPaths.Covers(method, path) && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true }
            select KeyValuePair.Create($"{method} {path}", endpoint);
        return routes.ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>"/v1/payments/{id:guid}" is "/v1/payments/{id}".</summary>
    public static string PathOf(RouteEndpoint endpoint) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternParameterPart parameter => "{" + parameter.Name + "}",
        RoutePatternLiteralPart literal => literal.Content,
        _ => "",
    }))));

    private static JsonObject Describe(EndpointDataSource endpoints)
    {
        var routes = RoutesOf(endpoints);
        var schemas = new ApiSchemas();
        schemas.Add(Problem, ProblemSchema());
        var paths = new JsonObject();
        foreach (var operation in ApiCatalogue.All.Where(operation => routes.ContainsKey(KeyOf(operation))))
        {
            if (paths[operation.Path] is not JsonObject path)
                paths[operation.Path] = path = [];
            path[operation.Method.ToLowerInvariant()] = Operation(operation, routes[KeyOf(operation)], schemas);
        }
        var webhooks = Webhooks(schemas);
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "PaymentAdmin", ["version"] = "1", ["description"] = ApiCatalogue.Introduction },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. ApiCatalogue.Tags.Select(tag => new JsonObject { ["name"] = tag.Name, ["description"] = tag.Text })]),
            ["paths"] = paths,
            ["webhooks"] = webhooks,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["headers"] = Headers(),
                ["examples"] = ProblemExamples(paths),
                ["securitySchemes"] = new JsonObject
                {
                    [KeyScheme] = Bearer("pa_test_… or pa_live_…", "An API key of your backend: one tenant, one mode, some scopes. The scopes that an operation needs stand beside it."),
                    [CustomerScheme] = Bearer("JWT", "A token that you sign for your own customer (HS256 or RS256, `aud` paymentadmin, `sub` the customer's id, `exp` at most 24 h ahead). It opens this customer's payments."),
                    [ClientScheme] = Bearer("pct_…", "The token in a payment's checkout_url (`t`). It opens a little of this one payment, until 30 days after it became final."),
                },
            },
        };
    }

    private static JsonObject Operation(ApiOperation operation, RouteEndpoint endpoint, ApiSchemas schemas)
    {
        var description = new JsonObject { ["operationId"] = operation.Id, ["tags"] = new JsonArray(operation.Tag), ["summary"] = operation.Summary };
        if (operation.Text is { } text)
            description["description"] = text;
        var idempotent = endpoint.Metadata.GetMetadata<IdempotentRequests>();
        if (Parameters(operation, endpoint, idempotent) is { Count: > 0 } parameters)
            description["parameters"] = parameters;
        if (operation.Body is { } body)
            description["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(body, schemas, isRequest: true) };
        var responses = new JsonObject { [$"{operation.Status}"] = Success(operation, operation.Answer, schemas, idempotent is not null) };
        if (operation.Waiting is { } waiting)
            responses[$"{StatusCodes.Status202Accepted}"] = Success(operation, waiting, schemas, idempotent is not null);
        foreach (var group in Errors(operation, endpoint, idempotent).GroupBy(Problems.StatusOf).OrderBy(group => group.Key))
            responses[$"{group.Key}"] = Failure(group.Key, group);
        description["responses"] = responses;
        description["security"] = Security(operation, endpoint);
        return description;
    }

    private static JsonArray Parameters(ApiOperation operation, RouteEndpoint endpoint, IdempotentRequests? idempotent)
    {
        var list = new JsonArray();
        foreach (var name in endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name))
        {
            var known = operation.Parameters.FirstOrDefault(parameter => parameter.Name == name) ?? new ApiParameter(name, name == "id" ? "The id." : "") { Format = name == "id" && operation.Path.StartsWith("/v1", StringComparison.Ordinal) ? "uuid" : null };
            list.Add(Parameter(known with { IsRequired = true }, "path"));
        }
        foreach (var parameter in operation.Parameters.Where(parameter => endpoint.RoutePattern.GetParameter(parameter.Name) is null))
            list.Add(Parameter(parameter, "query"));
        if (idempotent is not null)
            list.Add(Parameter(new ApiParameter(IdempotentRequests.Header, "1 to 255 visible ASCII characters, new for each thing you want done. The same key with the same request is answered with the first answer.") { IsRequired = idempotent.IsRequired, Example = "order-4711-pay" }, "header"));
        return list;
    }

    private static JsonObject Parameter(ApiParameter parameter, string place)
    {
        var value = new JsonObject { ["type"] = parameter.Type };
        if (parameter.Format is { } format)
            value["format"] = format;
        if (parameter.Words.Count > 0)
            value["enum"] = new JsonArray([.. parameter.Words.Select(word => (JsonNode)word)]);
        if (parameter.Range is { } range)
            (value["minimum"], value["maximum"], value["default"]) = (range.Min, range.Max, range.Usual);
        var described = new JsonObject { ["name"] = parameter.Name, ["in"] = place, ["required"] = parameter.IsRequired };
        if (parameter.Text.Length > 0)
            described["description"] = parameter.Text;
        described["schema"] = parameter.IsList ? new JsonObject { ["type"] = "array", ["items"] = value } : value;
        if (parameter.IsList)
            (described["style"], described["explode"]) = ("form", false);
        if (parameter.Example is { } example)
            described["example"] = example;
        return described;
    }

    private static JsonObject Success(ApiOperation operation, ApiContent content, ApiSchemas schemas, bool isIdempotent)
    {
        var headers = new JsonObject { [Hosting.ResponseHeaders.RequestId] = Header("RequestId") };
        if (isIdempotent)
            headers[IdempotentRequests.Replayed] = Header("IdempotentReplayed");
        var answer = new JsonObject { ["description"] = content.Description.Length > 0 ? content.Description : operation.Summary + ".", ["headers"] = headers };
        if (content != ApiContent.None)
            answer["content"] = Content(content, schemas, isRequest: false);
        return answer;
    }

    private static JsonObject Content(ApiContent content, ApiSchemas schemas, bool isRequest)
    {
        var isJson = content.MediaType == "application/json";
        var schema = content.Type is { } type ? schemas.Of(type, isRequest) : content.Name is { } name ? schemas.Like(name, content.Shape, content.Optional) : new JsonObject { ["type"] = "string" };
        return new JsonObject { [content.MediaType] = new JsonObject { ["schema"] = schema, ["example"] = isJson ? JsonNode.Parse(content.Example) : content.Example } };
    }

    private static JsonObject Failure(int status, IEnumerable<string> codes)
    {
        var all = codes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var headers = new JsonObject { [Hosting.ResponseHeaders.RequestId] = Header("RequestId") };
        if (status is 429 or 503 || all.Contains(Codes.AttemptInProgress) || all.Contains(Codes.IdempotencyInProgress))
            headers["Retry-After"] = Header("RetryAfter");
        return new JsonObject
        {
            ["description"] = string.Join(", ", all.Select(code => $"`{code}`")),
            ["headers"] = headers,
            ["content"] = new JsonObject
            {
                [Problems.ContentType] = new JsonObject
                {
                    ["schema"] = ApiSchemas.Reference(Problem),
                    ["examples"] = new JsonObject(all.Select(code => KeyValuePair.Create(code, (JsonNode?)new JsonObject { ["$ref"] = "#/components/examples/" + code }))),
                },
            },
        };
    }

    /// <summary>The operation's own errors, and those of everything that stands before it.</summary>
    private static IEnumerable<string> Errors(ApiOperation operation, RouteEndpoint endpoint, IdempotentRequests? idempotent)
    {
        foreach (var code in operation.Errors)
            yield return code;
        if (ScopeOf(operation, endpoint) is { } scope)
        {
            yield return Codes.Unauthenticated;
            if (scope.Length > 0)
                yield return Codes.ScopeMissing;
            if (endpoint.Metadata.GetMetadata<PayerRoute>() is null)
                yield return Codes.CustomerTokenNotAllowed;
            yield return Codes.RateLimited;
        }
        if (operation.Body?.MediaType == "application/json" && !operation.Tag.Equals(ApiCatalogue.WebhooksIn, StringComparison.Ordinal))
        {
            yield return Codes.InvalidJson;
            yield return Codes.ValidationFailed;
            yield return Codes.TooLarge;
            yield return Codes.UnsupportedMediaType;
        }
        if (idempotent is null)
            yield break;
        if (idempotent.IsRequired)
            yield return Codes.IdempotencyKeyRequired;
        yield return Codes.InvalidParameter;
        yield return Codes.IdempotencyKeyReused;
        yield return Codes.IdempotencyInProgress;
    }

    private static JsonArray Security(ApiOperation operation, RouteEndpoint endpoint)
    {
        var ways = new JsonArray();
        if (ScopeOf(operation, endpoint) is not { } scope)
            return ways;
        ways.Add(new JsonObject { [KeyScheme] = scope.Length > 0 ? new JsonArray(scope) : [] });
        if (endpoint.Metadata.GetMetadata<PayerRoute>() is not { } payers)
            return ways;
        ways.Add(new JsonObject { [CustomerScheme] = new JsonArray() });
        if (payers.TakesClientTokens)
            ways.Add(new JsonObject { [ClientScheme] = new JsonArray() });
        return ways;
    }

    /// <summary>Null for a route that anybody may call.</summary>
    private static string? ScopeOf(ApiOperation operation, RouteEndpoint endpoint)
    {
        var policy = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).OfType<string>().LastOrDefault(name => name.StartsWith("scope:", StringComparison.Ordinal));
        return policy == ApiAccess.AnyScope ? "" : policy?["scope:".Length..] ?? operation.KeyScope;
    }

    /// <summary>What we post to the endpoints that you register, one entry per event type.</summary>
    private static JsonObject Webhooks(ApiSchemas schemas)
    {
        var posted = new JsonObject();
        foreach (var type in EventTypes.All)
        {
            var example = JsonNode.Parse(ApiExamples.EventOf(type))!;
            posted[type] = new JsonObject
            {
                ["post"] = new JsonObject
                {
                    ["operationId"] = "on." + type,
                    ["summary"] = $"{type}: `data` is the {type.Split('.')[0]} after the change.",
                    ["parameters"] = new JsonArray(
                        Parameter(new ApiParameter("webhook-id", "The event's id: the same for every try of a delivery.") { IsRequired = true, Format = "uuid" }, "header"),
                        Parameter(new ApiParameter("webhook-timestamp", "Seconds since 1970. Refuse what is older than five minutes.") { IsRequired = true, Type = "integer" }, "header"),
                        Parameter(new ApiParameter("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` under the decoded secret; several parted by blanks while a secret is rotated.") { IsRequired = true }, "header")),
                    ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(typeof(EventObject), isRequest: false), ["example"] = example } } },
                    ["responses"] = new JsonObject { ["2XX"] = new JsonObject { ["description"] = "Taken. Anything else is tried again, ten times over 75 hours; 410 switches the endpoint off." } },
                },
            };
        }
        return posted;
    }

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "RFC 9457. `code` is stable; `detail` is for people.",
        ["properties"] = new JsonObject
        {
            ["success"] = new JsonObject { ["type"] = "boolean", ["description"] = "False; on source systems' routes only." },
            ["type"] = new JsonObject { ["type"] = "string", ["format"] = "uri" },
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer" },
            ["code"] = new JsonObject { ["type"] = "string" },
            ["detail"] = new JsonObject { ["type"] = "string" },
            ["request_id"] = new JsonObject { ["type"] = "string" },
            ["errors"] = new JsonObject { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } } },
            ["payment_id"] = new JsonObject { ["type"] = "string", ["format"] = "uuid", ["description"] = "The payment that stands in the way, where there is one." },
            ["provider_code"] = new JsonObject { ["type"] = "string", ["description"] = "The provider's own code, where a provider is the reason." },
        },
        ["required"] = new JsonArray("type", "title", "status", "code", "detail", "request_id", "errors"),
    };

    /// <summary>One for each code that an operation names.</summary>
    private static JsonObject ProblemExamples(JsonObject paths)
    {
        var codes =
            from path in paths
            from operation in path.Value!.AsObject()
            from response in operation.Value!["responses"]!.AsObject()
            from example in response.Value!["content"]?[Problems.ContentType]?["examples"] as JsonObject ?? []
            select example.Key;
        return new(codes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(code => KeyValuePair.Create(code, (JsonNode?)new JsonObject { ["summary"] = Problems.TitleOf(code), ["value"] = ProblemExample(code, Problems.StatusOf(code)) })));
    }

    private static JsonObject ProblemExample(string code, int status) => new()
    {
        ["type"] = Problems.TypeOf(code),
        ["title"] = Problems.TitleOf(code),
        ["status"] = status,
        ["code"] = code,
        ["detail"] = Problems.TitleOf(code) + ".",
        ["request_id"] = "req_mT4cN0bYw1kq8Zs2Jx7f9g",
        ["errors"] = code == Codes.ValidationFailed ? new JsonObject { ["amount_minor"] = new JsonArray("is required") } : null,
    };

    private static JsonObject Headers() => new()
    {
        ["RequestId"] = new JsonObject { ["description"] = "Finds this request in our log.", ["schema"] = new JsonObject { ["type"] = "string" } },
        ["RetryAfter"] = new JsonObject { ["description"] = "Seconds to wait.", ["schema"] = new JsonObject { ["type"] = "integer" } },
        ["IdempotentReplayed"] = new JsonObject { ["description"] = "`true` when this is the answer of an earlier request with the same key.", ["schema"] = new JsonObject { ["type"] = "string" } },
    };

    private static JsonObject Header(string name) => new() { ["$ref"] = "#/components/headers/" + name };

    private static JsonObject Bearer(string format, string text) => new() { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = format, ["description"] = text };

    public static string KeyOf(ApiOperation operation) => $"{operation.Method} {operation.Path}";

}
