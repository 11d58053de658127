using System.Text;
using System.Text.Json.Nodes;

namespace PaymentAdmin.Tests.Support;

/// <summary>An answer of the API, read whole.</summary>
public sealed record ApiReply(int Status, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Bytes) ?? throw new InvalidOperationException("The answer is null.");

    /// <summary>Of a problem.</summary>
    public string? Code => Json["code"]?.GetValue<string>();

    public IReadOnlyList<JsonNode> Data => [.. Json["data"]!.AsArray().Select(row => row!)];

    public string Body => Encoding.UTF8.GetString(Bytes);

    public string Text(string member) => Json[member]!.ToString();

    public string Header(string name) => Headers.GetValueOrDefault(name) ?? "";

    public static async Task<ApiReply> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
            return new ApiReply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), headers);
        }
    }
}

/// <summary>Calls as an integrator makes them.</summary>
public static class ApiCalls
{
    public static async Task<ApiReply> AskAsync(this HttpClient client, string path) => await ApiReply.OfAsync(await client.GetAsync(path));

    /// <param name="key">The Idempotency-Key; null: none.</param>
    public static async Task<ApiReply> TellAsync(this HttpClient client, string path, string body, string? key = null, string method = "POST")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await ApiReply.OfAsync(await client.SendAsync(request));
    }

    /// <summary>With a key of its own, so that nothing is a repetition.</summary>
    public static Task<ApiReply> TellOnceAsync(this HttpClient client, string path, string body) => client.TellAsync(path, body, Guid.CreateVersion7().ToString());
}
