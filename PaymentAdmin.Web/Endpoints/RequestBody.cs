using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Web.Endpoints;

/// <summary>Request bodies, read once, with a cap, and refused by name: what is wrong with a member stands under that member.</summary>
public static class RequestBody
{
    public const int ApiBytesMax = 64 * 1024;
    public const int HookBytesMax = 256 * 1024;
    private const long RefusedBytesMax = 64 * 1024 * 1024;

    /// <summary>The raw bytes; kept with the request, so that a signature or a fingerprint can be taken of them later.</summary>
    public static async Task<Result<byte[]>> ReadBodyAsync(this HttpContext http, int bytesMax, CancellationToken cancellationToken)
    {
        if (http.Features.Get<ReadBody>() is { } read)
            return read.Bytes;
        if (http.Request.ContentLength is { } length && length > bytesMax)
        {
            LetFinish(http, length);
            return TooLarge(bytesMax);
        }
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var count = await http.Request.Body.ReadAsync(buffer.GetMemory(4096), cancellationToken);
            if (count == 0)
                break;
            buffer.Advance(count);
            if (buffer.WrittenCount > bytesMax)
                return TooLarge(bytesMax);
        }
        var bytes = buffer.WrittenSpan.ToArray();
        http.Features.Set(new ReadBody(bytes));
        return bytes;
    }

    /// <summary>A JSON body of our own API.</summary>
    public static Task<Result<T>> ReadStrictAsync<T>(this HttpContext http, CancellationToken cancellationToken) where T : class => ReadAsync<T>(http, Json.Api, cancellationToken);

    /// <summary>A JSON body of a source system's route.</summary>
    public static Task<Result<T>> ReadLenientAsync<T>(this HttpContext http, CancellationToken cancellationToken) where T : class => ReadAsync<T>(http, Json.Source, cancellationToken);

    /// <summary>The same for bytes that are there already.</summary>
    public static Result<T> Parse<T>(ReadOnlyMemory<byte> bytes, JsonSerializerOptions options) where T : class
    {
        if (!Utf8.IsValid(bytes.Span))
            return new Problem(Codes.InvalidJson, "The body is not UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var faults = new MemberFaults();
            faults.Collect(document.RootElement, options.GetTypeInfo(typeof(T)), "");
            if (faults.ByMember.Count > 0)
                return Problem.Invalid(faults.ByMember.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()));
        }
        catch (JsonException)
        {
            return new Problem(Codes.InvalidJson, "The body is no JSON text.");
        }
        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, options) is { } value ? value : Problem.Invalid("", "must be an object");
        }
        catch (JsonException exception)
        {
            return Problem.Invalid(MemberOf(exception.Path), TextOf(exception));
        }
    }

    private static async Task<Result<T>> ReadAsync<T>(HttpContext http, JsonSerializerOptions options, CancellationToken cancellationToken) where T : class
    {
        if (!http.Request.HasJsonContentType())
            return new Problem(Codes.UnsupportedMediaType, "The body must be application/json.");
        var body = await http.ReadBodyAsync(ApiBytesMax, cancellationToken);
        return body.Problem is { } problem ? problem : Parse<T>(body.Value, options);
    }

    private static Problem TooLarge(int bytesMax) => new(Codes.TooLarge, $"The body is larger than {bytesMax} bytes.");

    // Many a client reads no answer before its body is sent. The server takes in what was refused, unread, unless it is more than anybody sends by mistake.
    private static void LetFinish(HttpContext http, long length)
    {
        if (length <= RefusedBytesMax && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = length;
    }

    // "$.customer.email" is the member customer.email.
    private static string MemberOf(string? path) => path is null or "$" ? "" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];

    // Our own converters say what they want; the framework's text would name .NET types.
    private static string TextOf(JsonException exception) =>
        exception.Message.StartsWith("must ", StringComparison.Ordinal) || exception.Message.StartsWith("is ", StringComparison.Ordinal)
            ? exception.Message.Split(" Path: ")[0].TrimEnd('.', ' ')
            : "has a value of the wrong type";

    private sealed record ReadBody(byte[] Bytes);
}

/// <summary>Finds every unknown, repeated, missing and unstorable member of a document at once, which the serializer would report one by one.</summary>
internal sealed class MemberFaults
{
    private readonly SortedDictionary<string, List<string>> byMember = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, List<string>> ByMember => byMember;

    public void Collect(JsonElement element, JsonTypeInfo? type, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                CollectObject(element, type, path);
                break;
            case JsonValueKind.Array:
                var i = 0;
                foreach (var item in element.EnumerateArray())
                    Collect(item, ElementType(type), $"{path}[{i++}]");
                break;
            case JsonValueKind.String when !IsStorable(element):
                Add(path, "has characters that no text may have");
                break;
        }
    }

    private void CollectObject(JsonElement element, JsonTypeInfo? type, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var isClosed = type is { Kind: JsonTypeInfoKind.Object, UnmappedMemberHandling: System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow }
            || (type is { Kind: JsonTypeInfoKind.Object } && type.Options.UnmappedMemberHandling == System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow);
        foreach (var member in element.EnumerateObject())
        {
            if (NameOf(member) is not { } name)
            {
                Add(path, "has a member with characters that no name may have");
                continue;
            }
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            var property = type is { Kind: JsonTypeInfoKind.Object } ? type.Properties.FirstOrDefault(known => known.Name == name) : null;
            if (!seen.Add(name))
                Add(inner, "is there more than once");
            else if (isClosed && property is null)
                Add(inner, "is not known here");
            else
                Collect(member.Value, property is not null ? TypeOf(property, type!.Options) : ElementType(type), inner);
        }
        if (type is { Kind: JsonTypeInfoKind.Object })
        {
            foreach (var property in type.Properties.Where(property => property.IsRequired && !seen.Contains(property.Name)))
                Add(path.Length == 0 ? property.Name : $"{path}.{property.Name}", "is required");
        }
    }

    private void Add(string member, string text)
    {
        if (!byMember.TryGetValue(member, out var texts))
            byMember[member] = texts = [];
        if (!texts.Contains(text))
            texts.Add(text);
    }

    private static JsonTypeInfo TypeOf(JsonPropertyInfo property, JsonSerializerOptions options) =>
        options.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);

    private static JsonTypeInfo? ElementType(JsonTypeInfo? type) =>
        type?.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary && type.ElementType is { } inner ? type.Options.GetTypeInfo(inner) : null;

    // \u0000 is a character that PostgreSQL cannot keep; half a surrogate pair is none at all, and reading it throws.
    private static bool IsStorable(JsonElement element)
    {
        try
        {
            return element.GetString()?.Contains('\0', StringComparison.Ordinal) == false;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name.Contains('\0', StringComparison.Ordinal) ? null : member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
