namespace PaymentAdmin.Web.OpenApi;

/// <summary>
/// What people and generators are told about one route beyond what its endpoint says itself: who may call it, whether it takes an
/// Idempotency-Key and the errors that follow from both are read off the endpoint (<see cref="ApiDescription"/>).
/// </summary>
/// <param name="Id">Stable name, for generated clients.</param>
/// <param name="Path">As in the address, without routing constraints.</param>
public sealed record ApiOperation(string Id, string Tag, string Method, string Path, string Summary)
{
    public string? Text { get; init; }

    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    public ApiContent? Body { get; init; }

    /// <summary>The answer when all went well.</summary>
    public required ApiContent Answer { get; init; }

    public int Status { get; init; } = 200;

    /// <summary>The body of 202, where a second person may have to agree first.</summary>
    public ApiContent? Waiting { get; init; }

    /// <summary>Codes that the operation itself answers with.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>Set where the endpoint judges its callers itself.</summary>
    public string? KeyScope { get; init; }
}

/// <param name="Name">Of a query parameter or, in braces in the path, of a path parameter.</param>
public sealed record ApiParameter(string Name, string Text)
{
    public string Type { get; init; } = "string";

    public string? Format { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>The words that it takes; several at once are parted by commas where <see cref="IsList"/>.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsList { get; init; }

    public (int Min, int Max, int Usual)? Range { get; init; }

    public string? Example { get; init; }
}

/// <summary>A body: of a type that is read or written as it is, or of the shape of an example.</summary>
public sealed record ApiContent
{
    private ApiContent()
    {
    }

    public static ApiContent None { get; } = new() { MediaType = "" };

    public required string MediaType { get; init; }

    /// <summary>The type that is read or written; null: the shape is the example's.</summary>
    public Type? Type { get; private init; }

    /// <summary>JSON, or text as it is.</summary>
    public string Example { get; private init; } = "";

    /// <summary>The example with the marks of what may be null.</summary>
    public string Shape { get; private init; } = "";

    /// <summary>Members of the example that may be left out.</summary>
    public IReadOnlyList<string> Optional { get; private init; } = [];

    public string Description { get; private init; } = "";

    /// <summary>A name for the shape in the document; null: the type's.</summary>
    public string? Name { get; private init; }

    public static ApiContent Of<T>(string example, string description = "") => new() { MediaType = "application/json", Type = typeof(T), Example = example, Description = description };

    /// <param name="example">A member whose name ends in a question mark may be null.</param>
    public static ApiContent Like(string name, string example, string description = "", params string[] optional) =>
        new() { MediaType = "application/json", Name = name, Example = example.Replace("?\":", "\":", StringComparison.Ordinal), Shape = example, Description = description, Optional = optional };

    public static ApiContent Plain(string mediaType, string example, string description = "") => new() { MediaType = mediaType, Example = example, Description = description };
}
