using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Kaspi;

/// <summary>
/// What the proxy's answer is worth. Its verdict stands in three places - HTTP status, <c>http_code</c>, <c>status</c> - and only all three
/// together are a yes; a no counts as one only when it surely means that nothing was done.
/// </summary>
internal abstract record KaspiAnswer
{
    private const int TextLengthMax = 200;

    private KaspiAnswer()
    {
    }

    public sealed record Good(JsonElement Data) : KaspiAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, bool IsNotFound = false) : KaspiAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason) : KaspiAnswer;

    /// <param name="redaction">Proxies like to repeat the address they were called with.</param>
    public static KaspiAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "Kaspi's proxy could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered answered => Of(answered, redaction),
        _ => throw new UnreachableException(),
    };

    /// <summary>The data of a good answer; null when a member has another type than it must have.</summary>
    public static T? Read<T>(JsonElement data, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return data.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static KaspiAnswer Of(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var envelope = Parse(answered.Body);
        if (envelope?.Status is not { } isGood)
            return IsRefusal(http) ? Refusal(http, null, null) : new Useless($"An answer that is not the proxy's: HTTP {http}.");
        if (isGood)
        {
            return answered.IsSuccess && envelope is { HttpCode: 200, Data.ValueKind: JsonValueKind.Object }
                ? new Good(envelope.Data)
                : new Useless($"An answer that contradicts itself: status true, http_code {envelope.HttpCode}, HTTP {http}.");
        }
        var code = StatusCode(envelope.Data);
        var said = Said(envelope, redaction);
        var worst = Math.Max(http, envelope.HttpCode ?? 0);
        if (code is null ? worst < 400 || IsRefusal(worst) : Meaning(code.Value) is not null)
            return Refusal(worst, code, said);
        return new Useless($"The proxy reports a failure that may have been done: {code ?? worst}{(said is null ? "" : ", " + said)}.");
    }

    private static KaspiEnvelope? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, KaspiJson.Default.KaspiEnvelope);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // 408 and 425: the server gave up on a request that it may have begun.
    private static bool IsRefusal(int http) => http is >= 400 and < 500 and not 408 and not 425;

    private static Refused Refusal(int worst, long? code, string? said)
    {
        var providerCode = (code ?? worst).ToString(CultureInfo.InvariantCulture);
        var isNotFound = code is null ? worst == 404 : Math.Abs(code.Value) is 1601 or 99000001;
        if (code is null && worst is 401 or 403)
            return new Refused(Codes.ProviderRejected, "Kaspi's proxy refused the access token.", providerCode);
        if (code is null && worst == 429)
            return new Refused(Codes.ProviderUnavailable, "Kaspi's proxy takes no more calls at the moment.", providerCode);
        var ours = code is null ? Codes.ProviderRejected : Math.Abs(code.Value) switch
        {
            990000028 => Codes.AmountOutOfRange,
            10000 => Codes.ProviderUnavailable,
            _ => Codes.ProviderRejected,
        };
        var text = (code is null ? null : Meaning(code.Value)) ?? said ?? "Kaspi's proxy refused the call.";
        return new Refused(ours, text, providerCode, isNotFound);
    }

    /// <summary>
    /// Kaspi's codes that surely mean "not done". Compared without their sign: sources disagree on it for the long ones.
    /// -999 (service unavailable) and -99000006 (the bank did not answer) are missing on purpose.
    /// </summary>
    private static string? Meaning(long code) => Math.Abs(code) switch
    {
        1501 => "Kaspi does not know this device token with this BIN.",
        1502 => "The device is not active at Kaspi.",
        1503 => "The device belongs to another trade point.",
        1601 or 99000001 => "Kaspi does not know this payment.",
        14000002 => "The organization has no trade point at Kaspi.",
        99000002 => "Kaspi does not know the trade point.",
        99000003 => "The payment belongs to another BIN or device token.",
        99000005 => "The refund is larger than what is left of the payment.",
        99000011 => "A payment in this state cannot be refunded.",
        99000020 => "This payment can only be refunded as a whole.",
        990000018 => "The trade point is switched off at Kaspi.",
        990000026 => "The trade point takes no such payments.",
        990000028 => "Kaspi does not take this amount.",
        990000033 => "The trade point has no way to pay.",
        10000 => "Kaspi's proxy has lost its certificate.",
        _ => null,
    };

    private static long? StatusCode(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("StatusCode", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt64(out var number) && number != 0
            ? number
            : null;

    private static string? Said(KaspiEnvelope envelope, Redaction redaction)
    {
        JsonElement[] places = [envelope.Error, envelope.Message, envelope.Data.ValueKind == JsonValueKind.Object && envelope.Data.TryGetProperty("Message", out var message) ? message : default];
        var text = places.Where(place => place.ValueKind == JsonValueKind.String).Select(place => place.GetString()).FirstOrDefault(said => !string.IsNullOrWhiteSpace(said));
        if (text is null)
            return null;
        var line = redaction.Apply(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }
}
