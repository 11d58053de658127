using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Paystack;

/// <summary>What an answer is worth: HTTP status and envelope must agree, and a no counts only when it surely means that nothing was done.</summary>
internal abstract record PaystackAnswer
{
    private const int TextLengthMax = 200;

    private PaystackAnswer()
    {
    }

    public sealed record Good(JsonElement Data, JsonElement Meta) : PaystackAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, bool IsNotFound = false, bool IsDuplicate = false) : PaystackAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : PaystackAnswer;

    public static PaystackAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "Paystack could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered answered => Of(answered, redaction),
        _ => throw new UnreachableException(),
    };

    private static PaystackAnswer Of(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var envelope = Parse(answered.Body);
        if (answered.IsSuccess)
        {
            return envelope is { Status: true, Data.ValueKind: JsonValueKind.Object or JsonValueKind.Array }
                ? new Good(envelope.Data, envelope.Meta)
                : new Useless($"An answer that is not Paystack's, or contradicts itself: HTTP {http}.");
        }
        // 408 and 425: the server gave up on a request that it may have begun.
        if (http is < 400 or >= 500 or 408 or 425)
            return new Useless($"Paystack answered HTTP {http}.");
        if (envelope?.Status == true)
            return new Useless($"An answer that contradicts itself: status true, HTTP {http}.");
        return Refusal(http, envelope, redaction);
    }

    private static Refused Refusal(int http, PaystackEnvelope? envelope, Redaction redaction)
    {
        var said = Said(envelope?.Message, redaction);
        var word = envelope?.Code.Spelled();
        var providerCode = word ?? http.ToString(CultureInfo.InvariantCulture);
        if (http == 401)
            return new Refused(Codes.ProviderRejected, said ?? "Paystack refused the secret key.", providerCode);
        if (http == 429)
            return new Refused(Codes.ProviderUnavailable, "Paystack takes no more calls at the moment.", providerCode);
        // The live API says 400 with a code, the specification 404 with other words.
        var isNotFound = word == "transaction_not_found" || (envelope is not null && http is 400 or 404 && said?.Contains("not found", StringComparison.OrdinalIgnoreCase) == true);
        var isDuplicate = word == "duplicate_reference" || said?.Contains("duplicate transaction reference", StringComparison.OrdinalIgnoreCase) == true;
        return new Refused(Codes.ProviderRejected, said ?? $"Paystack refused the call: HTTP {http}.", providerCode, isNotFound, isDuplicate);
    }

    private static PaystackEnvelope? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, PaystackJson.Default.PaystackEnvelope);
        }
        catch (JsonException)
        {
            return null;
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
