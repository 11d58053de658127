using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PaymentAdmin.Core.Common;

namespace PaymentAdmin.Core.Providers.Mpesa;

/// <summary>What an answer of Daraja's is worth: a no counts only when it surely means that nothing was done.</summary>
internal abstract record MpesaAnswer
{
    private const int TextLengthMax = 200;

    private MpesaAnswer()
    {
    }

    /// <summary>Taken: <c>ResponseCode</c> 0.</summary>
    public sealed record Good(JsonElement Data) : MpesaAnswer;

    /// <summary>Surely not done. <paramref name="Code"/> is one of ours.</summary>
    public sealed record Refused(string Code, string Text, string? ProviderCode, bool IsTokenFault = false) : MpesaAnswer;

    /// <summary>The transaction that is asked about is under way.</summary>
    public sealed record Processing(string ProviderCode) : MpesaAnswer;

    /// <summary>It may have been done.</summary>
    public sealed record Useless(string Reason, string? ProviderCode = null) : MpesaAnswer;

    public static MpesaAnswer Of(ProviderAnswer answer, Redaction redaction) => answer switch
    {
        ProviderAnswer.NotSent => new Refused(Codes.ProviderUnavailable, "M-Pesa could not be reached; nothing was sent.", null),
        ProviderAnswer.Unknown unknown => new Useless(unknown.Reason),
        ProviderAnswer.Answered answered => Of(answered, redaction),
        _ => throw new UnreachableException(),
    };

    private static MpesaAnswer Of(ProviderAnswer.Answered answered, Redaction redaction)
    {
        var http = (int)answered.Status;
        var body = MpesaMembers.Parse(answered.Body);
        if (body.Text("errorCode") is { } code)
            return Fault(http, code, Said(body.Text("errorMessage"), redaction));
        if (answered.IsSuccess)
        {
            // The gateway answers 200 with a page of HTML at times.
            if (body.Text("ResponseCode") is not { } response)
                return new Useless($"An answer that is not Daraja's: HTTP {http}.");
            return response == "0" ? new Good(body) : new Refused(Codes.ProviderRejected, Said(body.Text("ResponseDescription"), redaction) ?? $"M-Pesa refused the call: {response}.", response);
        }
        // 408 and 425: the server gave up on a request that it may have begun.
        if (http is < 400 or >= 500 or 408 or 425)
            return new Useless($"M-Pesa answered HTTP {http}.");
        return new Refused(http == 429 ? Codes.ProviderUnavailable : Codes.ProviderRejected, $"M-Pesa refused the call: HTTP {http}.", http.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>One code stands for many things: 500.001.1001 is decided by its words.</summary>
    private static MpesaAnswer Fault(int http, string code, string? said)
    {
        var words = said ?? "";
        if (code == "404.001.03" || Has(words, "invalid access token"))
            return new Refused(Codes.ProviderRejected, said ?? "Invalid Access Token", code, IsTokenFault: true);
        if (Has(words, "being processed") || Has(words, "under processing"))
            return new Processing(code);
        if (Has(words, "spike arrest") || Has(words, "quota"))
            return new Refused(Codes.ProviderUnavailable, "M-Pesa takes no more calls at the moment.", code);
        if (http < 500 && http is not (408 or 425))
            return new Refused(Codes.ProviderRejected, said ?? $"M-Pesa refused the call: {code}.", code);
        return Has(words, "does not exist") || Has(words, "wrong credentials") || Has(words, "unable to lock subscriber") || Has(words, "already registered")
            ? new Refused(Codes.ProviderRejected, words, code)
            : new Useless(said is null ? $"M-Pesa answered {code}." : $"M-Pesa answered {code}: {said}", code);
    }

    private static bool Has(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);

    public static string? Said(string? text, Redaction redaction)
    {
        if (text is null)
            return null;
        var line = redaction.Apply(text).ReplaceLineEndings(" ").Trim();
        return line.Length <= TextLengthMax ? line : line[..(TextLengthMax - 1)] + "…";
    }
}
