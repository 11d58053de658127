using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Ioka;

/// <summary>What Ioka's answer is worth: 503 surely did nothing, 504 and 500 may have done it, 4xx is a refusal.</summary>
internal abstract record IokaAnswer
{
    private const int TextLengthMax = 200;

    private IokaAnswer()
    {
    }

    /// <param name="Total">How many there are of what a list shows a page of; null when it does not say.</param>
    public sealed record Good(byte[] Body, int? Total = null) : IokaAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, int Http = 0) : IokaAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : IokaAnswer;

    public static IokaAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "Ioka could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered { IsSuccess: true } good => new Good(good.Body, int.TryParse(good.Headers.GetValueOrDefault("x-count"), NumberStyles.None, CultureInfo.InvariantCulture, out var total) ? total : null),
        ProviderAnswer.Answered answered => OfFailure(answered, redaction),
        _ => throw new UnreachableException(),
    };

    /// <summary>Null when the bytes are no such JSON, or a member has another type than it must have.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IokaAnswer OfFailure(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var fault = Read(answered.Body, IokaJson.Default.IokaFault);
        var code = string.IsNullOrWhiteSpace(fault?.Code) ? http.ToString(CultureInfo.InvariantCulture) : Line(fault.Code, redaction);
        var text = string.IsNullOrWhiteSpace(fault?.Message) ? null : Line(fault.Message, redaction);
        return http switch
        {
            503 => new Refused(Codes.ProviderUnavailable, "Ioka is not available; nothing was done.", code, http),
            429 => new Refused(Codes.ProviderUnavailable, "Ioka takes no more calls at the moment.", code, http),
            401 or 403 => new Refused(Codes.ProviderRejected, "Ioka refused the API key.", code, http),
            // 408 and 425: the server gave up on a request that it may have begun.
            >= 400 and < 500 and not 408 and not 425 => new Refused(Codes.ProviderRejected, text ?? "Ioka refused the call.", code, http),
            _ => new Useless($"Ioka answered HTTP {http}; it may have been done."),
        };
    }

    private static string Line(string text, Redaction redaction)
    {
        var line = redaction.Apply(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }
}
