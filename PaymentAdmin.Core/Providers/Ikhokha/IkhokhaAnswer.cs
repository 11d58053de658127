using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Ikhokha;

/// <summary>What iKhokha's answer is worth: 4xx is a refusal; 500, which it also gives for requests that it does not like, proves nothing.</summary>
internal abstract record IkhokhaAnswer
{
    private const int TextLengthMax = 200;

    private IkhokhaAnswer()
    {
    }

    public sealed record Good(byte[] Body) : IkhokhaAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, int Http = 0) : IkhokhaAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : IkhokhaAnswer;

    public static IkhokhaAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "iKhokha could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered { IsSuccess: true } good => new Good(good.Body),
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
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // InvalidOperationException: text that is no Unicode
        }
    }

    /// <summary>One line of what iKhokha said, without secrets; null when it said nothing.</summary>
    public static string? Line(string? text, Redaction redaction)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var line = redaction.Apply(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }

    private static IkhokhaAnswer OfFailure(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var code = http.ToString(CultureInfo.InvariantCulture);
        var said = Line(Read(answered.Body, IkhokhaJson.Default.IkhokhaFault)?.Message, redaction);
        return http switch
        {
            429 => new Refused(Codes.ProviderUnavailable, "iKhokha takes no more calls at the moment.", code, http),
            401 or 403 => new Refused(Codes.ProviderRejected, "iKhokha refused the application ID or the signature.", code, http),
            // 408 and 425: the server gave up on a request that it may have begun.
            >= 400 and < 500 and not 408 and not 425 => new Refused(Codes.ProviderRejected, said ?? $"iKhokha refused the call: HTTP {http}.", code, http),
            _ => new Useless($"iKhokha answered HTTP {http}; it may have been done."),
        };
    }
}
