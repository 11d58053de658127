using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.CloudPayments;

/// <summary>
/// What an answer is worth. Business refusals come as HTTP 200 with <c>Success</c> false; <c>Success</c> is the request's outcome and never the
/// money's, which the status of the model tells.
/// </summary>
internal abstract record CloudPaymentsAnswer
{
    private const int TextLengthMax = 200;

    private CloudPaymentsAnswer()
    {
    }

    public sealed record Good(JsonElement Model) : CloudPaymentsAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, bool IsNotFound = false, bool IsByTheirRules = false) : CloudPaymentsAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : CloudPaymentsAnswer;

    public static CloudPaymentsAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "CloudPayments could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered answered => Of(answered, redaction),
        _ => throw new UnreachableException(),
    };

    private static CloudPaymentsAnswer Of(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var code = http.ToString(CultureInfo.InvariantCulture);
        var envelope = CloudPaymentsJson.Read(answered.Body, CloudPaymentsJson.Default.CloudPaymentsEnvelope);
        var said = Line(envelope?.Message, redaction);
        return (http, envelope?.Success) switch
        {
            ( >= 200 and < 300, true) => new Good(envelope!.Model), // a success was read from it
            ( >= 200 and < 300, false) => Refusal(envelope!, said), // likewise
            ( >= 200 and < 300, null) => new Useless($"An answer that is not CloudPayments': HTTP {code}."),
            (401, _) => new Refused(Codes.ProviderRejected, "CloudPayments refused the Public ID or the API Secret.", code),
            (429, _) => new Refused(Codes.ProviderUnavailable, "CloudPayments takes no more calls at the moment.", code),
            // 408 and 425: the server gave up on a request that it may have begun.
            ( >= 400 and < 500 and not 408 and not 425, not true) => new Refused(Codes.ProviderRejected, said ?? $"CloudPayments refused the call: HTTP {code}.", code),
            _ => new Useless($"CloudPayments answered HTTP {code}."),
        };
    }

    private static Refused Refusal(CloudPaymentsEnvelope envelope, string? said)
    {
        var model = CloudPaymentsJson.Read(envelope.Model, CloudPaymentsJson.Default.CloudPaymentsTransaction);
        return new Refused(
            Codes.ProviderRejected,
            said ?? model?.CardHolderMessage ?? model?.Reason ?? "CloudPayments refused the call.",
            model?.ReasonCode.Plain(),
            IsNotFound: string.Equals(said, "Not found", StringComparison.OrdinalIgnoreCase),
            IsByTheirRules: true);
    }

    private static string? Line(string? said, Redaction redaction)
    {
        if (string.IsNullOrWhiteSpace(said))
            return null;
        var line = redaction.Apply(said).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }
}
