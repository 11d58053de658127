using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentAdmin.Tests.Support;

namespace PaymentAdmin.Tests.Providers;

/// <summary>The rows of vectors.json: amounts and status words of every provider, made from the providers' facts and not from this code.</summary>
internal static class ProviderVectors
{
    private static readonly VectorFile All = Load();

    public static IEnumerable<MoneyVector> Money(string provider) => All.Money.Where(row => row.Provider == provider);

    public static IEnumerable<StatusVector> Statuses(string provider) => All.Statuses.Where(row => row.Provider == provider);

    public static IEnumerable<SignatureVector> Signatures(string provider) => All.Signatures.Where(row => row.Provider == provider);

    private static VectorFile Load()
    {
        using var file = File.OpenRead(Path.Combine(Repository.Root, "PaymentAdmin.Tests", "Providers", "vectors.json"));
        return JsonSerializer.Deserialize<VectorFile>(file, JsonSerializerOptions.Web) ?? throw new InvalidOperationException("vectors.json is empty.");
    }

    private sealed record VectorFile(List<SignatureVector> Signatures, List<MoneyVector> Money, List<StatusVector> Statuses);
}

/// <param name="Secrets">What the verifier is configured with.</param>
internal sealed record SignatureVector(string Id, string Provider, string Purpose, List<string> Secrets, string Method, string Path, Dictionary<string, string> Headers, string Expect)
{
    [JsonPropertyName("body_base64")]
    public required string BodyBase64 { get; init; }

    /// <summary>Where the verifier's clock stands.</summary>
    [JsonPropertyName("now_unix")]
    public long? NowUnix { get; init; }
}

/// <param name="Wire">JSON text: a figure is a number, a figure in quotes is a string. Null when refused.</param>
internal sealed record MoneyVector(string Id, string Provider, string Direction, string Currency, long? Minor, string? Wire, string Expect);

internal sealed record StatusVector(string Id, string Provider, string About, string Word, string State, string Certainty)
{
    [JsonPropertyName("facts_say")]
    public string? FactsSay { get; init; }
}
