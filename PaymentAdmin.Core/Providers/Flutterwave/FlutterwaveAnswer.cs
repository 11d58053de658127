using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Flutterwave;

/// <summary>
/// What an answer is worth: HTTP status and envelope must agree, but for "no transaction was found", which comes with either. 503 is Flutterwave
/// giving up after 28 s: the work may have been done.
/// </summary>
internal abstract record FlutterwaveAnswer
{
    private const int TextLengthMax = 200;

    private FlutterwaveAnswer()
    {
    }

    public sealed record Good(JsonElement Data, JsonElement Meta) : FlutterwaveAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode) : FlutterwaveAnswer;

    /// <summary>Nobody has tried to pay under this reference, or the number names nothing.</summary>
    public sealed record NoTransaction(string Text) : FlutterwaveAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : FlutterwaveAnswer;

    public static FlutterwaveAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "Flutterwave could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered answered => Of(answered, redaction),
        _ => throw new UnreachableException(),
    };

    private static FlutterwaveAnswer Of(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var envelope = Parse(answered.Body);
        var said = Said(envelope?.Message, redaction);
        if (envelope?.Status == "error" && http is 200 or 400 or 404 && said?.StartsWith("No transaction was found", StringComparison.OrdinalIgnoreCase) == true)
            return new NoTransaction(said);
        if (answered.IsSuccess)
            return envelope is { Status: "success" } good ? new Good(good.Data, good.Meta) : new Useless($"An answer that is not Flutterwave's, or contradicts itself: HTTP {http}.");
        // 408 and 425: the server gave up on a request that it may have begun.
        if (http is < 400 or >= 500 or 408 or 425)
            return new Useless($"Flutterwave answered HTTP {http}; it may have been done.");
        if (envelope?.Status == "success")
            return new Useless($"An answer that contradicts itself: success, HTTP {http}.");
        var code = http.ToString(CultureInfo.InvariantCulture);
        return http switch
        {
            401 => new Refused(Codes.ProviderRejected, said ?? "Flutterwave refused the secret key.", code),
            403 => new Refused(Codes.ProviderRejected, said ?? "Flutterwave does not permit this, or the key is of the other mode.", code),
            429 => new Refused(Codes.ProviderUnavailable, "Flutterwave takes no more calls at the moment.", code),
            _ => new Refused(Codes.ProviderRejected, said ?? $"Flutterwave refused the call: HTTP {http}.", code),
        };
    }

    private static FlutterwaveEnvelope? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, FlutterwaveJson.Default.FlutterwaveEnvelope);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: text that is no Unicode
        }
    }

    private static string? Said(JsonElement? message, Redaction redaction)
    {
        if (message?.Spelled() is not { } said || string.IsNullOrWhiteSpace(said))
            return null;
        var line = redaction.Apply(said).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }
}
